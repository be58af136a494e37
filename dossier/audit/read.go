package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"sightline"
	"sightline/dossier"
)

// Limits of an audit file. A larger one is refused, never cut.
const (
	MaxBytes  = 4 << 20
	maxClaims = 5000
	maxList   = 500
	maxText   = 4000
)

// Read reads an audit file. Whatever it cannot use is an error of code Invalid
// that names the line and the key: unknown keys, words outside the
// vocabulary, impossible dates. Nothing is guessed.
func Read(name string, text []byte) (*File, error) {
	sum := sha256.Sum256(text)
	r := &reader{name: name}
	f := &File{input: sightline.Input{Name: name, SHA256: hex.EncodeToString(sum[:])}}
	if len(text) > MaxBytes {
		return nil, r.at(1, "the file has %d bytes, the limit is %d", len(text), MaxBytes)
	}
	if !utf8.Valid(text) {
		return nil, r.at(1, "not valid UTF-8").WithHint("Save the file as UTF-8.")
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	if err := d.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, r.at(1, "the file is empty").WithHint("Start from: sightline audit --template")
		}
		return nil, r.at(1, "not YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, r.at(1, "more than one document").WithHint("Keep one audit in a file; take out the lines ---.")
	}
	r.plain(&doc, 0)
	if r.err == nil && len(doc.Content) == 1 {
		r.file(doc.Content[0], f)
	}
	if r.err != nil {
		return nil, r.err
	}
	return f, nil
}

// reader holds the first error; what comes after it does nothing.
type reader struct {
	name string
	err  *sightline.Error
}

func (r *reader) at(line int, format string, args ...any) *sightline.Error {
	return sightline.Errorf(sightline.Invalid, "read audit", fmt.Sprintf("%s:%d", r.name, line), format, args...)
}

func (r *reader) fail(n *yaml.Node, format string, args ...any) *sightline.Error {
	e := r.at(n.Line, format, args...)
	if r.err == nil {
		r.err = e
	}
	return e
}

// wrap puts an error of a parser beside the key that it is about.
func (r *reader) wrap(n *yaml.Node, key string, err error) {
	if err != nil {
		r.fail(n, "%s: %w", key, err).WithHint("%s", sightline.ErrorHint(err))
	}
}

// plain refuses what makes a file hard to read or larger than it looks:
// anchors, aliases, merges and tags.
func (r *reader) plain(n *yaml.Node, depth int) {
	switch {
	case r.err != nil:
		return
	case depth > 40:
		r.fail(n, "nested too deeply")
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.fail(n, "anchors and aliases are not read").WithHint("Write the value out where it is needed.")
	case n.Kind == yaml.ScalarNode && n.Tag == "!!merge":
		r.fail(n, "merge keys are not read")
	case n.Style&yaml.TaggedStyle != 0:
		r.fail(n, "the tag %s is not read", n.Tag)
	}
	for _, c := range n.Content {
		r.plain(c, depth+1)
	}
}

// fields reads a mapping strictly: each key is known, and stands once.
func (r *reader) fields(n *yaml.Node, what string, known map[string]func(*yaml.Node)) {
	if r.err != nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s is a mapping of keys to values", what).WithHint("Its keys are %s.", keys(known))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content) && r.err == nil; i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		read, ok := known[k.Value]
		switch {
		case k.Kind != yaml.ScalarNode || !ok:
			r.fail(k, "unknown key %q in %s", k.Value, what).WithHint("Its keys are %s.", keys(known))
		case seen[k.Value]:
			r.fail(k, "the key %q stands twice in %s", k.Value, what)
		default:
			seen[k.Value] = true
			read(v)
		}
	}
}

func keys(known map[string]func(*yaml.Node)) string {
	return strings.Join(slices.Sorted(maps.Keys(known)), ", ")
}

// text reads one value as text.
func (r *reader) text(key string, into *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			r.fail(n, "%s: one text is wanted", key)
			return
		}
		s := strings.Join(strings.Fields(n.Value), " ")
		switch {
		case len(s) > maxText:
			r.fail(n, "%s: the text has %d bytes, the limit is %d", key, len(s), maxText)
		case s == "":
			r.fail(n, "%s: the text is empty", key).WithHint("Leave the key out.")
		case strings.ContainsFunc(s, func(c rune) bool { return c < 0x20 || c >= 0x7F && c < 0xA0 || c == '\uFEFF' }):
			r.fail(n, "%s: the text holds a control character", key)
		}
		*into = s
	}
}

// list reads one value, or several.
func (r *reader) list(key string, add func(*yaml.Node, string)) func(*yaml.Node) {
	return func(n *yaml.Node) {
		nodes := []*yaml.Node{n}
		if n.Kind == yaml.SequenceNode {
			nodes = n.Content
		}
		if len(nodes) == 0 || len(nodes) > maxList {
			r.fail(n, "%s: 1 to %d values are wanted, not %d", key, maxList, len(nodes))
		}
		for _, x := range nodes {
			var s string
			if r.err == nil {
				r.text(key, &s)(x)
			}
			if r.err == nil {
				add(x, s)
			}
		}
	}
}

func (r *reader) choice(key string, into *string, words ...string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.text(key, into)(n)
		if r.err == nil && !slices.Contains(words, *into) {
			r.fail(n, "%s: %q is not known", key, *into).WithHint("Use one of: %s.", strings.Join(words, ", "))
		}
	}
}

func (r *reader) parsed(key string, parse func(string) error) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var s string
		r.text(key, &s)(n)
		if r.err == nil {
			r.wrap(n, key, parse(s))
		}
	}
}

func (r *reader) amount(key string, into *Amount) func(*yaml.Node) {
	return r.parsed(key, func(s string) (err error) { *into, err = ParseAmount(s); return })
}

func (r *reader) need(n *yaml.Node, what string, missing ...string) {
	for i := 0; i+1 < len(missing); i += 2 {
		if missing[i+1] == "" {
			r.fail(n, "%s needs the key %q", what, missing[i])
		}
	}
}

var slug = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,79}$`)

func (r *reader) slug(key string, into *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.text(key, into)(n)
		if r.err == nil && !slug.MatchString(*into) {
			r.fail(n, "%s: %q is no id", key, *into).WithHint("An id has 1 to 80 of a-z, 0-9, - and .")
		}
	}
}

func (r *reader) file(n *yaml.Node, f *File) {
	r.fields(n, "an audit", map[string]func(*yaml.Node){
		"audit": r.slug("audit", &f.ID),
		"title": r.text("title", &f.Title),
		"text": func(n *yaml.Node) {
			source := ""
			r.fields(n, "the text", map[string]func(*yaml.Node){
				"source":    r.slug("source", &source),
				"title":     r.text("title", &f.Text.Title),
				"publisher": r.text("publisher", &f.Text.Publisher),
				"published": r.parsed("published", func(s string) (err error) { f.Text.Published, err = sightline.ParseDate(s); return }),
				"url":       r.text("url", &f.Text.URL),
				"origins": r.list("origins", func(n *yaml.Node, s string) {
					if strings.Contains(s, "|") {
						r.fail(n, "origins: %q cannot hold |", s)
					}
					f.Text.Origins = append(f.Text.Origins, s)
				}),
			})
			f.Text.Source = sightline.SourceID(source)
			if source == "" && f.Text.Title == "" {
				r.fail(n, "the text needs a source or a title")
			}
		},
		"claims": func(n *yaml.Node) { f.Claims = r.claims(n, "") },
	})
	r.need(n, "an audit", "audit", f.ID, "title", f.Title)
	if r.err == nil && f.Text.Source == "" && f.Text.Title == "" {
		r.fail(n, "an audit needs the key %q", "text")
	}
	if r.err == nil && len(f.Claims) == 0 {
		r.fail(n, "an audit needs the key %q", "claims")
	}
}

// claims reads claims, or the parts of one.
func (r *reader) claims(n *yaml.Node, parent string) []Claim {
	what := "claims"
	if parent != "" {
		what = "parts"
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		r.fail(n, "%s is a list", what)
		return nil
	}
	if len(n.Content) > maxClaims {
		r.fail(n, "%s has %d entries, the limit is %d", what, len(n.Content), maxClaims)
		return nil
	}
	var out []Claim
	seen := map[string]bool{}
	for i, x := range n.Content {
		if r.err != nil {
			return nil
		}
		c := r.claim(x, parent, i)
		if r.err == nil && seen[c.ID] {
			r.fail(x, "two claims have the id %q", c.ID)
		}
		seen[c.ID] = true
		out = append(out, c)
	}
	return out
}

func (r *reader) claim(n *yaml.Node, parent string, i int) Claim {
	c := Claim{line: n.Line}
	kind := ""
	what := "a claim"
	known := map[string]func(*yaml.Node){
		"claim":     r.text("claim", &c.Words),
		"by":        r.text("by", &c.By),
		"where":     r.text("where", &c.Where),
		"kind":      r.choice("kind", &kind, "fact", "opinion"),
		"number":    r.amount("number", &c.Number),
		"of":        r.text("of", &c.Of),
		"sense":     r.choice("sense", &c.Sense, senses...),
		"tolerance": r.amount("tolerance", &c.Tolerance),
		"period":    r.parsed("period", func(s string) (err error) { c.Period, err = sightline.ParsePeriod(s); return }),
		"needs":     r.text("needs", &c.Needs),
		"checks": func(n *yaml.Node) {
			if n.Kind != yaml.SequenceNode || len(n.Content) > 50 {
				r.fail(n, "checks is a list of at most 50")
				return
			}
			for _, x := range n.Content {
				if r.err == nil {
					c.Checks = append(c.Checks, r.check(x))
				}
			}
		},
	}
	if parent == "" {
		known["id"] = r.slug("id", &c.ID)
		known["parts"] = func(n *yaml.Node) { c.Parts = r.claims(n, "part") }
	} else {
		what = "a part"
		c.ID = fmt.Sprintf("part-%d", i+1)
	}
	r.fields(n, what, known)
	r.need(n, what, "id", c.ID, "claim", c.Words)
	c.Opinion = kind == "opinion"
	for j := range c.Parts {
		c.Parts[j].ID = fmt.Sprintf("%s.%d", c.ID, j+1)
	}
	if r.err != nil {
		return c
	}
	if len(c.Parts) > 0 && (len(c.Checks) > 0 || !c.Number.IsZero() || c.Opinion) {
		r.fail(n, "claim %s has parts, so its checks, number and kind belong to them", c.ID)
	}
	if c.Tolerance.set && (!c.Number.set || c.Tolerance.percent != c.Number.percent || c.Tolerance.value < 0) {
		r.fail(n, "tolerance: it is a number of the same sort as the key number, not below 0").WithHint("For number: 62 %% write tolerance: 0.5 %%, in points.")
	}
	for _, k := range c.Checks {
		switch {
		case k.numeric() && !k.Beside && k.amount(c).IsZero() && k.Dated == nil:
			r.fail(n, "claim %s: the check at line %d needs a number to hold against", c.ID, k.line).WithHint("Give the claim or the check a number, or say beside: true to show it without a verdict.")
		case k.numeric() && !k.Beside && k.Reported == nil && k.amount(c).percent != (k.HeadCount != nil):
			r.fail(n, "claim %s: the check at line %d compares a percentage with what is not one", c.ID, k.line).WithHint("A headcount is held against a percentage, a count against a plain number.")
		case k.Dated != nil && c.Period.IsZero() && !k.Beside:
			r.fail(n, "claim %s: a dated check needs the key %q of the claim", c.ID, "period")
		}
	}
	return c
}

var senses = []string{"exactly", "at least", "at most"}

func (r *reader) check(n *yaml.Node) Check {
	k := Check{line: n.Line}
	kinds := 0
	lenient := false
	one := func(read func(*yaml.Node)) func(*yaml.Node) {
		return func(n *yaml.Node) { kinds++; read(n) }
	}
	// An import is read first: it says that words may be ones that a later
	// edition brings.
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			lenient = lenient || n.Content[i].Value == "import"
		}
	}
	beside := ""
	r.fields(n, "a check", map[string]func(*yaml.Node){
		"label":     r.text("label", &k.Label),
		"of":        r.text("of", &k.Of),
		"number":    r.amount("number", &k.Number),
		"sense":     r.choice("sense", &k.Sense, senses...),
		"tolerance": r.amount("tolerance", &k.Tolerance),
		"import":    r.slug("import", &k.Import),
		"beside":    r.choice("beside", &beside, "true"),
		"headcount": one(func(n *yaml.Node) { k.HeadCount = r.headCount(n) }),
		"count":     one(func(n *yaml.Node) { k.Count = r.count(n, "a count", lenient) }),
		"dated":     one(func(n *yaml.Node) { k.Dated = r.count(n, "a dated check", lenient) }),
		"cross":     one(func(n *yaml.Node) { k.Cross = r.cross(n, lenient) }),
		"reported": one(func(n *yaml.Node) {
			k.Reported = &Reported{}
			r.fields(n, "a reported number", map[string]func(*yaml.Node){
				"select": r.selection(&k.Reported.Select, lenient),
				"whole":  r.selection(&k.Reported.Of, lenient),
				"unit":   r.text("unit", &k.Reported.Unit),
			})
			r.chosen(n, k.Reported.Select, "a reported number")
		}),
		"rank": one(func(n *yaml.Node) {
			k.Rank = &Rank{}
			r.fields(n, "a rank", map[string]func(*yaml.Node){
				"select":  r.selection(&k.Rank.Select, lenient),
				"subject": r.parsed("subject", entity(&k.Rank.Subject)),
				"from":    r.choice("from", &k.Rank.From, "lowest", "highest"),
			})
			r.chosen(n, k.Rank.Select, "a rank")
			r.need(n, "a rank", "subject", string(k.Rank.Subject), "from", k.Rank.From)
		}),
		"change": one(func(n *yaml.Node) {
			k.Change = &Change{}
			r.fields(n, "a change", map[string]func(*yaml.Node){
				"before": r.selection(&k.Change.Before, lenient),
				"after":  r.selection(&k.Change.After, lenient),
				"which":  r.choice("which", &k.Change.Which, "fell", "rose"),
			})
			r.chosen(n, k.Change.Before, "a change")
			r.chosen(n, k.Change.After, "a change")
			r.need(n, "a change", "which", k.Change.Which)
		}),
		"statements": one(func(n *yaml.Node) {
			k.Statements = &Statements{}
			ids := func(key string, into *[]sightline.ClaimID) func(*yaml.Node) {
				return r.list(key, func(n *yaml.Node, s string) {
					if !slug.MatchString(s) {
						r.fail(n, "%s: %q is no id of a claim", key, s)
					}
					*into = append(*into, sightline.ClaimID(s))
				})
			}
			r.fields(n, "statements", map[string]func(*yaml.Node){
				"for":     ids("for", &k.Statements.For),
				"against": ids("against", &k.Statements.Against),
				"refutes": ids("refutes", &k.Statements.Refutes),
			})
			if r.err == nil && len(k.Statements.For)+len(k.Statements.Against)+len(k.Statements.Refutes) == 0 {
				r.fail(n, "statements needs one of the keys against, for, refutes")
			}
		}),
		"order": one(func(n *yaml.Node) {
			k.Order = &Order{}
			r.fields(n, "an order", map[string]func(*yaml.Node){
				"first": r.selection(&k.Order.First, lenient),
				"then":  r.selection(&k.Order.Then, lenient),
			})
			r.chosen(n, k.Order.First, "an order")
			r.chosen(n, k.Order.Then, "an order")
		}),
	})
	k.Beside = beside != ""
	if r.err == nil && kinds != 1 {
		r.fail(n, "a check is of one kind, this one is of %d", kinds).WithHint("Use one of: change, count, cross, dated, headcount, order, rank, reported, statements.")
	}
	if r.err == nil && k.Tolerance.set && k.Tolerance.value < 0 {
		r.fail(n, "tolerance: it cannot be below 0")
	}
	return k
}

func (r *reader) chosen(n *yaml.Node, s dossier.Selection, what string) {
	if r.err == nil && s.IsZero() {
		r.fail(n, "%s needs a selection of claims", what).WithHint("Name claims, predicates, subjects or objects under select.")
	}
}

func (r *reader) headCount(n *yaml.Node) *dossier.HeadCount {
	q := &dossier.HeadCount{Of: "population"}
	r.fields(n, "a headcount", map[string]func(*yaml.Node){
		"list":  r.parsed("list", entity(&q.List)),
		"group": r.text("group", &q.Group),
		"count": r.choice("count", &q.Of, "population", "internet_users"),
		"date":  r.parsed("date", func(s string) (err error) { q.Date, err = sightline.ParseDate(s); return }),
		"without": r.list("without", func(n *yaml.Node, s string) {
			c, err := sightline.ParseCountry(s)
			r.wrap(n, "without", err)
			q.Without = append(q.Without, c)
		}),
	})
	r.need(n, "a headcount", "list", string(q.List), "date", q.Date.String())
	return q
}

func (r *reader) count(n *yaml.Node, what string, lenient bool) *Count {
	c := &Count{}
	r.fields(n, what, map[string]func(*yaml.Node){
		"select": r.selection(&c.Select, lenient),
		"each":   r.choice("each", &c.Each, "claims", "subjects", "objects"),
		"unit":   r.text("unit", &c.Unit),
	})
	r.chosen(n, c.Select, what)
	return c
}

func (r *reader) cross(n *yaml.Node, lenient bool) *Cross {
	c := &Cross{}
	side := func(what string, s *Side) func(*yaml.Node) {
		return func(n *yaml.Node) {
			r.fields(n, what, map[string]func(*yaml.Node){
				"select": r.selection(&s.Select, lenient),
				"by":     r.choice("by", &s.By, sightline.Qualifiers...),
				"values": r.list("values", func(_ *yaml.Node, t string) { s.Values = append(s.Values, t) }),
			})
			r.chosen(n, s.Select, what)
			r.need(n, what, "by", s.By)
			if r.err == nil && (len(s.Values) == 0 || len(s.Values) > 20) {
				r.fail(n, "%s needs 1 to 20 values", what)
			}
		}
	}
	r.fields(n, "a cross-tabulation", map[string]func(*yaml.Node){
		"rows":    side("rows", &c.Rows),
		"columns": side("columns", &c.Columns),
		"cell":    r.list("cell", func(_ *yaml.Node, t string) { c.Cell = append(c.Cell, t) }),
		"unit":    r.text("unit", &c.Unit),
	})
	if r.err != nil {
		return c
	}
	if len(c.Rows.Values) == 0 || len(c.Columns.Values) == 0 {
		r.fail(n, "a cross-tabulation needs the keys columns and rows")
	}
	if r.err == nil && (len(c.Cell) != 2 || c.Cell[0] != largest && !slices.Contains(c.Rows.Values, c.Cell[0]) || !slices.Contains(c.Columns.Values, c.Cell[1])) {
		r.fail(n, "cell: it names one value of the rows, or any, and one of the columns")
	}
	return c
}

// entity reads the id of an entity.
func entity(into *sightline.EntityID) func(string) error {
	return func(s string) error {
		id := sightline.EntityID(s)
		_, rest, _ := strings.Cut(s, "/")
		if id.Kind() == 0 || rest == "" {
			return sightline.Errorf(sightline.Invalid, "parse entity id", s, "not an entity id").WithHint("Write kind/slug, for example list/bri-65, company/huawei or country/KE.")
		}
		*into = id
		return nil
	}
}

// selection reads which claims are meant. With lenient, predicates and
// qualifiers may be ones that this program does not have yet.
func (r *reader) selection(s *dossier.Selection, lenient bool) func(*yaml.Node) {
	entities := func(key string, into *[]sightline.EntityID) func(*yaml.Node) {
		return r.list(key, func(n *yaml.Node, t string) {
			var id sightline.EntityID
			r.wrap(n, key, entity(&id)(t))
			*into = append(*into, id)
		})
	}
	kinds := func(key string, into *[]string) func(*yaml.Node) {
		return r.list(key, func(n *yaml.Node, t string) {
			var k sightline.EntityKind
			r.wrap(n, key, k.UnmarshalText([]byte(t)))
			*into = append(*into, t)
		})
	}
	return func(n *yaml.Node) {
		r.fields(n, "a selection", map[string]func(*yaml.Node){
			"claims": r.list("claims", func(n *yaml.Node, t string) {
				if !slug.MatchString(t) {
					r.fail(n, "claims: %q is no id of a claim", t)
				}
				s.Claims = append(s.Claims, sightline.ClaimID(t))
			}),
			"predicates": r.list("predicates", func(n *yaml.Node, t string) {
				var p sightline.Predicate
				if err := p.UnmarshalText([]byte(t)); err != nil && !lenient {
					r.wrap(n, "predicates", err)
				}
				s.Predicates = append(s.Predicates, t)
			}),
			"subjects":      entities("subjects", &s.Subjects),
			"objects":       entities("objects", &s.Objects),
			"subject_kinds": kinds("subject_kinds", &s.SubjectKind),
			"object_kinds":  kinds("object_kinds", &s.ObjectKind),
			"subject_nations": r.list("subject_nations", func(n *yaml.Node, t string) {
				c, err := sightline.ParseCountry(t)
				r.wrap(n, "subject_nations", err)
				s.Nations = append(s.Nations, c.Code())
			}),
			"where": func(n *yaml.Node) {
				known := map[string]func(*yaml.Node){}
				s.Where = map[string]string{}
				words := slices.Clone(sightline.Qualifiers)
				if lenient && n.Kind == yaml.MappingNode {
					for i := 0; i+1 < len(n.Content); i += 2 {
						words = append(words, n.Content[i].Value)
					}
				}
				for _, q := range words {
					known[q] = r.list(q, func(_ *yaml.Node, t string) {
						if s.Where[q] != "" {
							t = s.Where[q] + "|" + t
						}
						s.Where[q] = t
					})
				}
				r.fields(n, "where", known)
			},
			"during": r.parsed("during", func(t string) (err error) { s.During, err = sightline.ParsePeriod(t); return }),
			"sources": r.list("sources", func(n *yaml.Node, t string) {
				if !slug.MatchString(t) {
					r.fail(n, "sources: %q is no id of a source", t)
				}
				s.Sources = append(s.Sources, sightline.SourceID(t))
			}),
		})
		if len(s.Where) == 0 {
			s.Where = nil
		}
	}
}

// numeric reports whether a check has a number to hold against the claim's.
func (k Check) numeric() bool { return k.Statements == nil && k.Order == nil }

// amount is the number that a check is held against.
func (k Check) amount(c Claim) Amount {
	if !k.Number.IsZero() {
		return k.Number
	}
	return c.Number
}
