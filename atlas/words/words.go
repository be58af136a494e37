// Package words holds what the atlas says: whole sentences with named places,
// one catalogue a language, and the helpers that print numbers, dates and
// foreign names so that neither a direction of writing nor a hostile name can
// change what a reader sees.
//
// A language is a folder of files, such as en/country.json: key to message, or
// key to one message for each plural category of CLDR. Messages are whole sentences; a sentence is
// never joined from parts. The pseudo-language qps is derived from English and
// written from right to left; it serves tests, and shows what was left out of
// the catalogue.
package words

import (
	"embed"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/bidi"

	"sightline"
)

//go:embed */*.json
var files embed.FS

// Pseudo is the tag of the pseudo-language.
const Pseudo = "qps"

// rightToLeft lists the languages that are written from right to left.
var rightToLeft = []string{"ar", "dv", "fa", "he", "ku", "ps", Pseudo, "sd", "ug", "ur", "yi"}

// Printer prints one language. It is safe for use by several goroutines.
type Printer struct {
	lang, dir string
	tag       language.Tag // whose plural rules hold
	messages  map[string]message
}

// message has one form, under "other", or one for each plural category.
type message struct {
	plural bool
	forms  map[string][]part
	other  []part // that of the category other
}

// part is literal text, for pages also escaped, or a place for an argument.
type part struct{ text, html, place string }

func literal(s string) part { return part{text: s, html: template.HTMLEscapeString(s)} }

// For returns the printer of a language, and whether there is one.
func For(lang string) (*Printer, bool) {
	p, ok := printers()[lang]
	return p, ok
}

// Languages lists the tags of the languages: English first, then the others by
// tag, the pseudo-language last.
func Languages() []string {
	var out []string
	for tag := range printers() {
		if tag != "en" && tag != Pseudo {
			out = append(out, tag)
		}
	}
	slices.Sort(out)
	return append(append([]string{"en"}, out...), Pseudo)
}

var printers = sync.OnceValue(func() map[string]*Printer {
	out := map[string]*Printer{}
	langs, err := files.ReadDir(".")
	if err != nil {
		panic("BUG: " + err.Error())
	}
	for _, d := range langs {
		p, err := read(d.Name())
		if err != nil {
			panic("BUG: messages of " + d.Name() + ": " + err.Error())
		}
		out[d.Name()] = p
	}
	out[Pseudo] = pseudo(out["en"])
	return out
})

// read puts the files of a language together. A key stands in one of them.
func read(lang string) (*Printer, error) {
	names, err := files.ReadDir(lang)
	if err != nil {
		return nil, err
	}
	all := map[string]form{}
	for _, f := range names {
		text, err := files.ReadFile(lang + "/" + f.Name())
		if err != nil {
			return nil, err
		}
		var raw map[string]form
		if err := json.Unmarshal(text, &raw); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		for key, m := range raw {
			if _, twice := all[key]; twice {
				return nil, fmt.Errorf("%s: %s is in another file too", f.Name(), key)
			}
			all[key] = m
		}
	}
	return parse(lang, all)
}

// form is a message as a file has it: a text, or one for each category.
type form struct{ forms map[string]string }

func (f *form) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		f.forms = map[string]string{"": one}
		return nil
	}
	return json.Unmarshal(b, &f.forms)
}

func parse(lang string, raw map[string]form) (*Printer, error) {
	tag, err := language.Parse(lang)
	if err != nil {
		return nil, err
	}
	p := &Printer{lang: lang, dir: "ltr", tag: tag, messages: map[string]message{}}
	if slices.Contains(rightToLeft, lang) {
		p.dir = "rtl"
	}
	for key, f := range raw {
		m := message{forms: map[string][]part{}}
		for category, s := range f.forms {
			if category == "" {
				category = "other"
			} else {
				m.plural = true
			}
			if m.forms[category], err = parts(s); err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
		}
		if m.forms["other"] == nil {
			return nil, fmt.Errorf("%s: no form for the category other", key)
		}
		m.other = m.forms["other"]
		p.messages[key] = m
	}
	return p, nil
}

// parts splits a message at its places.
func parts(s string) ([]part, error) {
	var out []part
	for rest := s; rest != ""; {
		before, after, ok := strings.Cut(rest, "{")
		if before != "" {
			if strings.Contains(before, "}") {
				return nil, fmt.Errorf("a closing brace too many in %q", s)
			}
			out = append(out, literal(before))
		}
		if !ok {
			break
		}
		place, after, ok := strings.Cut(after, "}")
		if !ok || place == "" || strings.Trim(place, "abcdefghijklmnopqrstuvwxyz_") != "" {
			return nil, fmt.Errorf("a place in %q is not {name}", s)
		}
		out = append(out, part{place: place})
		rest = after
	}
	if out == nil {
		return nil, fmt.Errorf("an empty message")
	}
	return out, nil
}

// Lang is the language's tag, for the attribute lang.
func (p *Printer) Lang() string { return p.lang }

// Dir is "ltr" or "rtl", for the attribute dir.
func (p *Printer) Dir() string { return p.dir }

// Has reports whether there is a message of that key.
func (p *Printer) Has(key string) bool { return p.messages[key].forms != nil }

// Text prints a message as plain text. The arguments are pairs of a place's
// name and its value: a string, an integer, an Estimate, a Date, a Period, an
// Instant, a Day or a Phrase. An unknown key, a missing place and one too many
// are bugs and panic.
func (p *Printer) Text(key string, args ...any) string {
	return p.fill(key, p.form(key, false, 0), args, false)
}

// Plural is Text for a message with plural forms; n fills the place {n}.
func (p *Printer) Plural(key string, n int, args ...any) string {
	return p.fill(key, p.form(key, true, n), append(slices.Clip(args), "n", n), false)
}

// HTML is Text for a page: arguments are escaped and isolated in bdi. An
// argument of type template.HTML is kept as it is.
func (p *Printer) HTML(key string, args ...any) template.HTML {
	return template.HTML(p.fill(key, p.form(key, false, 0), args, true))
}

// PluralHTML is Plural for a page.
func (p *Printer) PluralHTML(key string, n int, args ...any) template.HTML {
	return template.HTML(p.fill(key, p.form(key, true, n), append(slices.Clip(args), "n", n), true))
}

func (p *Printer) form(key string, plural bool, n int) []part {
	m, ok := p.messages[key]
	if !ok {
		panic(fmt.Sprintf("BUG: no message %q in the catalogue of %s", key, p.lang))
	}
	if m.plural != plural {
		panic(fmt.Sprintf("BUG: message %q: plural forms are for Plural, and only for it", key))
	}
	if plural {
		if form := m.forms[p.category(n)]; form != nil {
			return form
		}
	}
	return m.other
}

var categories = [...]string{"other", "zero", "one", "two", "few", "many"}

// category is the plural category of a count by CLDR.
func (p *Printer) category(n int) string {
	return categories[plural.Cardinal.MatchPlural(p.tag, max(n, -n)%10000000, 0, 0, 0, 0)]
}

// fill prints a form as plain text, or for a page.
func (p *Printer) fill(key string, parts []part, args []any, page bool) string {
	if len(args)%2 != 0 {
		panic(fmt.Sprintf("BUG: message %q: a place without its value", key))
	}
	if len(args) == 0 && len(parts) == 1 && parts[0].place == "" {
		if page {
			return parts[0].html
		}
		return parts[0].text
	}
	var b strings.Builder
	var few [8]bool
	used := few[:]
	if len(args)/2 > len(few) {
		used = make([]bool, len(args)/2)
	}
next:
	for _, part := range parts {
		if part.place == "" {
			if page {
				b.WriteString(part.html)
			} else {
				b.WriteString(part.text)
			}
			continue
		}
		for i := 0; i < len(args); i += 2 {
			if args[i] == part.place {
				if page {
					b.WriteString(p.markup(args[i+1]))
				} else {
					b.WriteString(p.plain(args[i+1]))
				}
				used[i/2] = true
				continue next
			}
		}
		panic(fmt.Sprintf("BUG: message %q: nothing for its place {%s}", key, part.place))
	}
	for i, ok := range used[:len(args)/2] {
		if !ok && args[2*i] != "n" { // a plural form may leave its number out
			panic(fmt.Sprintf("BUG: message %q has no place {%v}", key, args[2*i]))
		}
	}
	return b.String()
}

// plain prints an argument as text.
func (p *Printer) plain(v any) string {
	switch v := v.(type) {
	case string:
		return sightline.Inert(v)
	case int:
		return p.quantity(float64(v))
	case int64:
		return p.quantity(float64(v))
	case sightline.Estimate:
		return p.Plain(v)
	case sightline.Date:
		return p.dateText(v)
	case sightline.Period:
		return p.periodText(v)
	case sightline.Instant:
		return p.instantText(v)
	case sightline.Day:
		return p.dayText(v)
	case Phrase:
		return p.Say(v)
	case fmt.Stringer:
		return sightline.Inert(v.String())
	}
	panic(fmt.Sprintf("BUG: a message cannot print a %T as text", v))
}

// markup prints an argument for a page.
func (p *Printer) markup(v any) string {
	switch v := v.(type) {
	case template.HTML:
		return string(v)
	case string:
		return string(p.Bdi(v))
	case int, int64:
		return string(digits(p.plain(v)))
	case sightline.Estimate:
		return string(p.Number(v))
	case sightline.Date:
		return string(p.Date(v))
	case sightline.Period:
		return string(p.Period(v))
	case sightline.Instant:
		return string(p.Instant(v))
	case sightline.Day:
		return string(p.Day(v))
	case Phrase:
		return string(p.SayHTML(v))
	case fmt.Stringer:
		return string(p.Bdi(v.String()))
	}
	panic(fmt.Sprintf("BUG: a message cannot print a %T on a page", v))
}

// Count prints a whole number, isolated. For what an engine computed use
// Number.
func (p *Printer) Count(n int) template.HTML { return digits(p.quantity(float64(n))) }

// Bdi isolates an identifier, a file name or another short text of ours, so
// that its direction does not disturb its neighbours'.
func (p *Printer) Bdi(s string) template.HTML {
	return template.HTML("<bdi>" + template.HTMLEscapeString(sightline.Inert(s)) + "</bdi>")
}

// Name isolates a foreign name or title in its own direction of writing.
// Control and direction characters are shown, not obeyed.
func (p *Printer) Name(s string) template.HTML {
	return template.HTML(`<bdi dir="auto">` + template.HTMLEscapeString(sightline.Inert(s)) + "</bdi>")
}

// Code isolates what is always written from left to right: an address, a hash,
// a packet id, an AS number.
func (p *Printer) Code(s string) template.HTML { return digits(sightline.Inert(s)) }

// Foreign prints a sentence that stays in the language in which a person
// reviewed it, English: on a page in another language it is marked as such, and
// everywhere isolated where it quotes a script that runs from right to left.
func (p *Printer) Foreign(s string) template.HTML {
	plain := p.lang == "en" && !strings.ContainsFunc(s, fromRight)
	s = template.HTMLEscapeString(sightline.Inert(s))
	if plain {
		return template.HTML(s)
	}
	return template.HTML(`<span lang="en" dir="ltr">` + s + "</span>")
}

// fromRight reports whether a letter runs from right to left.
func fromRight(r rune) bool {
	if r < 0x590 {
		return false
	}
	x, _ := bidi.LookupString(string(r))
	return x.Class() == bidi.R || x.Class() == bidi.AL || x.Class() == bidi.AN
}

func digits(s string) template.HTML {
	return template.HTML(`<bdi dir="ltr">` + template.HTMLEscapeString(s) + "</bdi>")
}

// Phrase is something to say later, in whichever language: a message with its
// arguments, or a sentence that stays in English. The zero Phrase says nothing.
type Phrase struct {
	key     string
	plural  bool
	n       int
	args    []any
	foreign string
	name    bool
}

// Say is a phrase of the catalogue. Its arguments are those of Printer.Text.
func Say(key string, args ...any) Phrase { return Phrase{key: key, args: args} }

// SayN is a phrase with plural forms.
func SayN(key string, n int, args ...any) Phrase {
	return Phrase{key: key, plural: true, n: n, args: args}
}

// Named is a foreign name or title, in whatever script.
func Named(s string) Phrase { return Phrase{foreign: s, name: true} }

// Quote is a sentence of a document, which stays in English.
func Quote(s string) Phrase { return Phrase{foreign: s} }

// IsZero reports whether the phrase says nothing.
func (s Phrase) IsZero() bool { return s.key == "" && s.foreign == "" }

// Say prints a phrase as plain text.
func (p *Printer) Say(s Phrase) string {
	switch {
	case s.plural:
		return p.Plural(s.key, s.n, s.args...)
	case s.key != "":
		return p.Text(s.key, s.args...)
	}
	return sightline.Inert(s.foreign)
}

// SayHTML prints a phrase for a page.
func (p *Printer) SayHTML(s Phrase) template.HTML {
	switch {
	case s.plural:
		return p.PluralHTML(s.key, s.n, s.args...)
	case s.key != "":
		return p.HTML(s.key, s.args...)
	case s.foreign == "":
		return ""
	case s.name:
		return p.Name(s.foreign)
	}
	return p.Foreign(s.foreign)
}

// quantity prints a number with at most two decimals and groups of three.
func (p *Printer) quantity(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	whole, frac, _ := strings.Cut(s, ".")
	sign := ""
	if rest, ok := strings.CutPrefix(whole, "-"); ok {
		sign, whole = "-", rest
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if frac != "" {
		whole += "." + frac
	}
	if whole == "0" {
		return whole
	}
	return sign + whole
}
