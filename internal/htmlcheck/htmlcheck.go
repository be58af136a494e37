// Package htmlcheck reads a page of ours as a strict reader would, for tests:
// it lists what a page must not hold, and what it lacks.
package htmlcheck

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// Page is a parsed page.
type Page struct {
	Root  *html.Node
	IDs   map[string]bool
	Links []string // addresses of ours, in order, without doubles
	Out   []string // addresses elsewhere
}

// Parse reads a page.
func Parse(text []byte) (*Page, error) {
	root, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	p := &Page{Root: root, IDs: map[string]bool{}}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := Attr(n, "id"); id != "" {
			p.IDs[id] = true
		}
		for _, key := range []string{"href", "src", "action"} {
			to := Attr(n, key)
			if to == "" || strings.HasPrefix(to, "#") {
				continue
			}
			u, err := url.Parse(to)
			switch {
			case err == nil && u.Host == "" && u.Scheme == "":
				u.Fragment = ""
				if s := u.String(); key != "action" && !slices.Contains(p.Links, s) {
					p.Links = append(p.Links, s)
				}
			default:
				p.Out = append(p.Out, to)
			}
		}
	}
	return p, nil
}

// Attr is the value of an attribute, or "".
func Attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// Has reports whether an attribute is there.
func Has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// Class reports whether an element has a class.
func Class(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(Attr(n, "class")), class)
}

// Text is the text inside a node, in reading order, white space folded.
func Text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && !(d.Parent != nil && (d.Parent.Data == "style" || d.Parent.Data == "title")) {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// All lists the elements of a name inside a node; the empty name stands for all.
func All(n *html.Node, name string) (out []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && (name == "" || d.Data == name) {
			out = append(out, d)
		}
	}
	return out
}

// forbidden elements, by what a page must never hold.
var forbidden = []string{"script", "svg", "math", "iframe", "object", "embed", "video", "audio", "canvas", "style", "font", "base", "noscript", "picture"}

// Problems lists what is wrong with a page.
func (p *Page) Problems() (out []string) {
	bad := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	seen := map[string]bool{}
	h1, last := 0, 1
	for _, n := range All(p.Root, "") {
		if slices.Contains(forbidden, n.Data) {
			bad("a %s element", n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || a.Key == "srcdoc" {
				bad("an attribute %s of %s", a.Key, n.Data)
			}
			if slices.Contains([]string{"href", "src", "action", "formaction"}, a.Key) && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				bad("%s=%q of %s", a.Key, a.Val, n.Data)
			}
		}
		if id := Attr(n, "id"); id != "" {
			if seen[id] {
				bad("the id %s twice", id)
			}
			seen[id] = true
		}
		for _, key := range []string{"aria-labelledby", "aria-describedby"} {
			for id := range strings.FieldsSeq(Attr(n, key)) {
				if !p.IDs[id] {
					bad("%s names %s, which is not there", key, id)
				}
			}
		}
		if to := Attr(n, "href"); strings.HasPrefix(to, "#") && len(to) > 1 && !p.IDs[to[1:]] {
			bad("a link to %s, which is not there", to)
		}
		switch n.Data {
		case "h1", "h2", "h3", "h4", "h5", "h6":
			level, _ := strconv.Atoi(n.Data[1:])
			if level == 1 {
				h1++
			}
			if level > last+1 {
				bad("%s %q comes after h%d", n.Data, Text(n), last)
			}
			last = level
			if Text(n) == "" {
				bad("an empty %s", n.Data)
			}
		case "img":
			if !Has(n, "alt") {
				bad("a picture without alternative text")
			}
		case "th":
			if Attr(n, "scope") == "" {
				bad("a header cell %q without scope", Text(n))
			}
		case "a":
			if Text(n) == "" && Attr(n, "aria-label") == "" {
				bad("a link without text to %s", Attr(n, "href"))
			}
			if to := Attr(n, "href"); (strings.HasPrefix(to, "http:") || strings.HasPrefix(to, "https:")) && Attr(n, "rel") != "noreferrer" {
				bad("a link to %s that would say where the reader came from", to)
			}
		case "link":
			if to := Attr(n, "href"); !strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "../") && !strings.HasPrefix(to, "static/") {
				bad("the page loads %s", to)
			}
		case "html":
			if Attr(n, "lang") == "" || Attr(n, "dir") == "" {
				bad("no lang or dir")
			}
		case "input", "select":
			if Attr(n, "type") != "hidden" && !p.labelled(n) {
				bad("a field %s without label", Attr(n, "name"))
			}
		}
		if Class(n, "scroll") && (Attr(n, "tabindex") != "0" || Attr(n, "role") != "region" || Attr(n, "aria-labelledby")+Attr(n, "aria-label") == "") {
			bad("a scrolling box that cannot be focused or has no label")
		}
		if n.Data == "table" && !inside(n, "scroll") {
			bad("a table outside a scrolling box")
		}
	}
	if h1 != 1 {
		bad("%d h1 elements", h1)
	}
	out = append(out, p.figures()...)
	return out
}

// figures checks what each figure of the kit must have.
func (p *Page) figures() (out []string) {
	for _, f := range All(p.Root, "figure") {
		id := Attr(f, "id")
		bad := func(format string, args ...any) {
			out = append(out, "figure "+id+": "+fmt.Sprintf(format, args...))
		}
		if id == "" {
			bad("no id")
		}
		if h := slices.Concat(All(f, "h2"), All(f, "h3"), All(f, "h4")); len(h) == 0 {
			bad("no heading")
		}
		if len(All(f, "figcaption")) == 0 {
			bad("no caption")
		}
		if len(All(f, "table"))+len(All(f, "dl"))+len(All(f, "ul")) == 0 {
			bad("no table or list of its values")
		}
		packet := false
		for _, a := range All(f, "a") {
			packet = packet || strings.Contains(Attr(a, "href"), "packet/")
		}
		if !packet {
			bad("no evidence packet")
		}
	}
	return out
}

func (p *Page) labelled(n *html.Node) bool {
	if Attr(n, "aria-label") != "" {
		return true
	}
	if id := Attr(n, "id"); id != "" {
		for _, l := range All(p.Root, "label") {
			if Attr(l, "for") == id {
				return true
			}
		}
	}
	for a := n.Parent; a != nil; a = a.Parent {
		if a.Data == "label" {
			return true
		}
	}
	return false
}

func inside(n *html.Node, class string) bool {
	for a := n.Parent; a != nil; a = a.Parent {
		if Class(a, class) {
			return true
		}
	}
	return false
}
