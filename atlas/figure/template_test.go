package figure

import (
	"html/template"
	"reflect"
	"testing"
	"text/template/parse"
)

// Every field that a template names exists in the struct that it receives, in
// every branch.
func TestTemplatesAreTyped(t *testing.T) {
	set := template.Must(template.New("figure").ParseFS(templateFiles, "*.tmpl")) // not yet escaped
	roots := map[string]any{"rows": rowsView{}, "strip": stripView{}, "columns": columnsView{}, "band": bandView{}, "tiles": tilesView{}, "grid": gridView{}, "flow": flowView{}, "dots": dotsView{}}
	for name, v := range roots {
		c := typeCheck{t: t, set: set, done: map[string]bool{}}
		c.template(name, reflect.TypeOf(v))
		if c.fields < 5 {
			t.Errorf("%s: %d fields were checked", name, c.fields)
		}
	}
}

// typeCheck walks templates with the type of the dot. It knows the part of the
// language that the kit uses, and fails on the rest.
type typeCheck struct {
	t      *testing.T
	set    *template.Template
	name   string
	vars   map[string]reflect.Type
	done   map[string]bool
	fields int
}

func (c *typeCheck) template(name string, dot reflect.Type) {
	if key := name + " " + dot.String(); c.done[key] {
		return
	} else {
		c.done[key] = true
	}
	x := c.set.Lookup(name)
	if x == nil {
		c.t.Fatalf("%s calls the template %s, which is not there", c.name, name)
	}
	name, c.name = c.name, name
	vars := c.vars
	c.vars = map[string]reflect.Type{"$": dot}
	c.node(x.Tree.Root, dot)
	c.name, c.vars = name, vars
}

func (c *typeCheck) node(n parse.Node, dot reflect.Type) {
	branch := func(b *parse.BranchNode, inner reflect.Type) {
		if b.List != nil {
			c.node(b.List, inner)
		}
		if b.ElseList != nil {
			c.node(b.ElseList, dot)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, x := range n.Nodes {
			c.node(x, dot)
		}
	case *parse.ActionNode:
		v := c.pipe(n.Pipe, dot)
		for _, d := range n.Pipe.Decl {
			c.vars[d.Ident[0]] = v
		}
	case *parse.IfNode:
		c.pipe(n.Pipe, dot)
		branch(&n.BranchNode, dot)
	case *parse.WithNode:
		branch(&n.BranchNode, c.pipe(n.Pipe, dot))
	case *parse.RangeNode:
		v := c.pipe(n.Pipe, dot)
		if v == nil || v.Kind() != reflect.Slice {
			c.t.Fatalf("%s: range over %v in %s", c.name, v, n.Pipe)
		}
		for i, d := range n.Pipe.Decl {
			if c.vars[d.Ident[0]] = reflect.TypeFor[int](); i == len(n.Pipe.Decl)-1 {
				c.vars[d.Ident[0]] = v.Elem()
			}
		}
		branch(&n.BranchNode, v.Elem())
	case *parse.TemplateNode:
		c.template(n.Name, c.pipe(n.Pipe, dot))
	case *parse.TextNode, *parse.CommentNode:
	default:
		c.t.Fatalf("%s: %T is not known to this test", c.name, n)
	}
}

// pipe is the type of a pipeline; nil is that of a function.
func (c *typeCheck) pipe(p *parse.PipeNode, dot reflect.Type) (last reflect.Type) {
	for _, cmd := range p.Cmds {
		for _, arg := range cmd.Args {
			last = c.arg(arg, dot)
		}
		if _, ok := cmd.Args[0].(*parse.IdentifierNode); ok {
			last = nil
		}
	}
	return last
}

func (c *typeCheck) arg(arg parse.Node, dot reflect.Type) reflect.Type {
	switch a := arg.(type) {
	case *parse.DotNode:
		return dot
	case *parse.FieldNode:
		return c.chain(dot, a.Ident, a.String())
	case *parse.VariableNode:
		v, ok := c.vars[a.Ident[0]]
		if !ok {
			c.t.Fatalf("%s: no variable %s", c.name, a)
		}
		return c.chain(v, a.Ident[1:], a.String())
	case *parse.PipeNode:
		return c.pipe(a, dot)
	case *parse.IdentifierNode, *parse.NumberNode, *parse.StringNode:
		return nil
	}
	c.t.Fatalf("%s: %T is not known to this test", c.name, arg)
	return nil
}

func (c *typeCheck) chain(v reflect.Type, names []string, text string) reflect.Type {
	for _, name := range names {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct {
			c.t.Fatalf("%s: %s of a %s", c.name, text, v)
		}
		f, ok := v.FieldByName(name)
		if !ok {
			c.t.Fatalf("%s: %s has no field %s", c.name, v, name)
		}
		v = f.Type
		c.fields++
	}
	return v
}
