package interference

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"sightline"
	"sightline/internal/order"
)

// Scope says what a fingerprint points at. The first six are those of the
// Citizen Lab and OONI sets.
type Scope string

// The scopes.
const (
	National      Scope = "nat"         // a block page of a state
	Provider      Scope = "isp"         // a block page of a provider
	ProductPage   Scope = "prod"        // the page of a filtering product, whoever runs it
	Institution   Scope = "inst"        // a school, office or household
	Vague         Scope = "vbw"         // a phrase that block pages use, and others too
	FalsePositive Scope = "fp"          // known false positive: evidence against blocking
	ServerSide    Scope = "server_side" // the site, or what protects it, turned the visitor away
)

// Fingerprint is a pattern and what it stands for.
type Fingerprint struct {
	Name      string
	Scope     Scope
	Location  string // "body", "dns" or "header.<lower-case name>"
	Kind      string // "full", "prefix", "contains" or "regexp"
	Pattern   string
	Countries []sightline.Country // where it is expected, in the order of codes; none is not known
	Vendor    string              // who makes the product, where known
	Product   string
	// BeforeServers is where it is documented that the product also stands before
	// servers and sends the page to their visitors; "" where nothing says so.
	BeforeServers string
	Source        string // the set that it came from
	Citation      string // where the fact is documented; may be empty
}

// Set is a compiled, unchangeable set of fingerprints.
type Set struct {
	fps     []Fingerprint
	hash    string
	body    *matcher
	bodyFP  []int                         // pattern of the matcher -> fingerprint
	regexps map[int]func() *regexp.Regexp // compiled when first tried
	dns     map[string][]int
	header  map[string]*headerPatterns // by lower-case name
}

// headerPatterns are the patterns for one header.
type headerPatterns struct {
	pats [][]byte
	fps  []int // pattern -> fingerprint
	m    *matcher
}

// NewSet compiles fingerprints. Patterns that can't be compiled (a regular
// expression beyond RE2) are left out and returned with the reason. The order
// of the arguments does not matter: equal fingerprints give equal sets.
func NewSet(lists ...[]Fingerprint) (*Set, []error) {
	s := &Set{regexps: map[int]func() *regexp.Regexp{}, dns: map[string][]int{}, header: map[string]*headerPatterns{}}
	for _, l := range lists {
		s.fps = append(s.fps, l...)
	}
	order.By(s.fps, func(a, b Fingerprint) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Location, b.Location), cmp.Compare(a.Pattern, b.Pattern), cmp.Compare(a.Scope, b.Scope))
	})
	sum, line := sha256.New(), make([]byte, 0, 64<<10)
	var pats [][]byte
	var errs []error
	for i := range s.fps {
		f := &s.fps[i]
		sum.Write(f.appendLine(line[:0]))
		bad := func(format string, args ...any) {
			errs = append(errs, sightline.Errorf(sightline.Invalid, "compile fingerprint", f.Name, format, args...))
		}
		if rank(f.Scope) > 0 && f.Location == "body" && generic(f.Pattern) {
			f.Scope = Vague
		}
		anchor := f.Pattern
		if f.Kind == "regexp" {
			re, lit, err := compileRegexp(f.Pattern)
			if err != nil {
				bad("%w", err)
				continue
			}
			if anchor = lit; re != nil {
				s.regexps[i] = re
			}
		}
		name, isHeader := strings.CutPrefix(f.Location, "header.")
		switch {
		case anchor == "":
			bad("it has no text of its own to look for")
		case !slices.Contains([]string{"full", "prefix", "contains", "regexp"}, f.Kind):
			bad("%q is no kind of pattern", f.Kind)
		case f.Location == "dns":
			s.dns[f.Pattern] = append(s.dns[f.Pattern], i)
		case isHeader:
			h := s.header[name]
			if h == nil {
				h = &headerPatterns{}
				s.header[name] = h
			}
			h.pats, h.fps = append(h.pats, []byte(anchor)), append(h.fps, i)
		case f.Location == "body":
			pats, s.bodyFP = append(pats, []byte(anchor)), append(s.bodyFP, i)
			if raw := unbase64(f.Pattern); raw != nil && f.Kind == "contains" {
				pats, s.bodyFP = append(pats, raw, bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))), append(s.bodyFP, i, i)
			}
		default:
			bad("%q is no place to look", f.Location)
		}
	}
	s.body = newMatcher(pats)
	for _, h := range s.header {
		h.m = newMatcher(h.pats)
	}
	s.hash = hex.EncodeToString(sum.Sum(nil))
	return s, errs
}

// appendLine appends what the hash of a set is made of.
func (f *Fingerprint) appendLine(b []byte) []byte {
	for _, s := range [...]string{f.Name, string(f.Scope), f.Location, f.Kind, f.Pattern} {
		b = append(strconv.AppendQuote(b, s), ' ')
	}
	b = append(b, '[')
	for i, c := range f.Countries {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, c.Code()...)
	}
	b = append(b, ']')
	for _, s := range [...]string{f.Vendor, f.Product, f.BeforeServers} {
		b = strconv.AppendQuote(append(b, ' '), s)
	}
	return append(b, '\n')
}

// compileRegexp returns the expression and its longest literal, which every
// match holds. An expression that is one literal needs no engine.
func compileRegexp(pattern string) (func() *regexp.Regexp, string, error) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, "", err
	}
	tree = tree.Simplify()
	if tree.Op == syntax.OpLiteral && tree.Flags&syntax.FoldCase == 0 {
		return nil, string(tree.Rune), nil
	}
	lit := ""
	var walk func(*syntax.Regexp)
	walk = func(t *syntax.Regexp) {
		switch t.Op {
		case syntax.OpLiteral:
			if l := string(t.Rune); t.Flags&syntax.FoldCase == 0 && len(l) > len(lit) {
				lit = l
			}
		case syntax.OpConcat, syntax.OpCapture, syntax.OpPlus:
			for _, sub := range t.Sub {
				walk(sub)
			}
		}
	}
	walk(tree)
	// What can be parsed can be compiled, and few are ever tried.
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) }), lit, nil
}

// A regular expression is tried within nearby bytes before and after its own
// literal, at the first maxTries places where that occurs, so that a page made
// to be slow costs no more than another. Both are of our choosing.
const (
	nearby   = 2 << 10
	maxTries = 4
)

// generic reports whether a pattern holds nothing but words that any page of
// refusal may hold, such as "<title>Access Denied</title>". It cannot tell
// whose page it is, whatever scope the set gives it.
func generic(pattern string) bool {
	text := tags.ReplaceAllString(strings.ToLower(pattern), " ")
	n := 0
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return r < 'a' || r > 'z' }) {
		if !slices.Contains(genericWords, w) {
			return false
		}
		n++
	}
	return n > 0 && strings.IndexFunc(text, func(r rune) bool { return r > 0x7f }) < 0
}

var (
	tags         = regexp.MustCompile(`<[^>]*>?`)
	genericWords = strings.Fields("access denied blocked block web site website page forbidden error the this is to you your url notice warning restricted unavailable not has been content request requested")
)

// unbase64 decodes a pattern that was cut from a page written in base64, as
// older data held pages that are not UTF-8. Pages are compared decoded here, so
// the pattern must be too. nil where it is no such pattern.
func unbase64(p string) []byte {
	if len(p) < 24 || strings.Trim(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") != "" {
		return nil
	}
	for cut := range 4 { // the cut may fall within a group of four
		q := strings.TrimRight(p[cut:], "=")
		raw, err := base64.RawStdEncoding.DecodeString(q[:len(q)/4*4])
		if err != nil || len(raw) < 16 || bytes.IndexByte(raw, '<') < 0 {
			continue
		}
		text := 0
		for _, c := range raw {
			if c >= 0x20 && c < 0x7f || c == '\n' || c == '\r' || c == '\t' {
				text++
			}
		}
		if text*10 >= len(raw)*9 {
			return raw
		}
	}
	return nil
}

// navigation finds where a page sends its reader by itself: a refresh, a frame,
// or an assignment to the location. What a product can do with a Location header
// it can do so too, so patterns for that header are applied to these as well.
var navigation = regexp.MustCompile(`(?i)(?:http-equiv=["']?refresh["']?[^>]{0,200}?url=\s*|<i?frame[^>]{0,200}?src=\s*|location(?:\.href)?\s*=\s*|location\.(?:replace|assign)\(\s*)["']?([^"'>\s)]{4,500})`)

// navigates reports whether the expression could match at all: few pages hold
// what each of its branches begins and ends with, and looking for that is quick.
func navigates(body []byte) bool {
	var room [maxNavigation]byte
	text := lower(room[:0], body)
	has := func(of string) bool { return bytes.Contains(text, []byte(of)) }
	if has("refresh") && has("http-equiv=") || has("frame") && has("src=") || has("ſ") { // which folds to s
		return true
	}
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte("location"))
		if i < 0 {
			return false
		}
		at += i + len("location")
		rest := bytes.TrimLeft(bytes.TrimPrefix(text[at:], []byte(".href")), " \t\n\f\r")
		if bytes.HasPrefix(rest, []byte("=")) || bytes.HasPrefix(rest, []byte(".replace(")) || bytes.HasPrefix(rest, []byte(".assign(")) {
			return true
		}
	}
}

// lower appends s with the letters of ASCII in lower case.
func lower[T []byte | string](b []byte, s T) []byte {
	for i := range len(s) {
		c := s[i]
		if c-'A' < 26 {
			c |= 0x20
		}
		b = append(b, c)
	}
	return b
}

// navigations lists where a page sends its reader by itself, at most eight
// places. The expression is tried only around its key words.
func navigations(body []byte) (out []string) {
	if !navigates(body) {
		return nil
	}
	for _, w := range [...]string{"refresh", "Refresh", "REFRESH", "frame", "FRAME", "location"} {
		for at, tries := 0, 0; tries < 8 && len(out) < 8; tries++ {
			i := bytes.Index(body[at:], []byte(w))
			if i < 0 {
				break
			}
			at += i
			for _, m := range navigation.FindAllSubmatch(body[max(0, at-40):min(len(body), at+800)], 1) {
				out = append(out, string(m[1]))
			}
			at += len(w)
		}
	}
	return out
}

// maxHeaderName is room for the usual name of a header.
const maxHeaderName = 64

// maxNavigation is the length up to which a page is searched for them. Pages
// that do nothing but redirect are short; of our choosing.
const maxNavigation = 8 << 10

// Len is the number of fingerprints.
func (s *Set) Len() int { return len(s.fps) }

// Named lists the fingerprints of that name.
func (s *Set) Named(name string) (out []*Fingerprint) {
	i, _ := slices.BinarySearchFunc(s.fps, name, func(f Fingerprint, n string) int { return cmp.Compare(f.Name, n) })
	for ; i < len(s.fps) && s.fps[i].Name == name; i++ {
		out = append(out, &s.fps[i])
	}
	return out
}

// Hash is the SHA-256 of the set, by which a verdict names it.
func (s *Set) Hash() string { return s.hash }

// Page lists what matches a response, in the order of names. Header names may
// be in any case; body and headers are not kept.
func (s *Set) Page(headers []Header, body []byte) []*Fingerprint {
	if s == nil {
		return nil
	}
	var ids []int
	atHeader := func(h *headerPatterns, value string) {
		h.m.find([]byte(value), func(pat, _ int) {
			i := h.fps[pat]
			f := &s.fps[i]
			if re := s.regexps[i]; re != nil && re().MatchString(value) ||
				re == nil && (f.Kind == "full" && value == f.Pattern ||
					f.Kind == "prefix" && strings.HasPrefix(value, f.Pattern) ||
					f.Kind == "contains" || f.Kind == "regexp") {
				ids = append(ids, i)
			}
		})
	}
	var name [maxHeaderName]byte
	for _, h := range headers {
		if at := s.header[string(lower(name[:0], h.Name))]; at != nil {
			atHeader(at, h.Value)
		}
	}
	if at := s.header["location"]; at != nil && len(body) <= maxNavigation {
		for _, to := range navigations(body) {
			atHeader(at, to)
		}
	}
	var tries map[int]int
	s.body.find(body, func(pat, at int) {
		i := s.bodyFP[pat]
		if slices.Contains(ids, i) {
			return
		}
		f := &s.fps[i]
		if re := s.regexps[i]; re != nil {
			if tries == nil {
				tries = map[int]int{}
			}
			if tries[i]++; tries[i] > maxTries || !re().Match(body[max(0, at-nearby):min(len(body), at+len(s.body.pats[pat])+nearby)]) {
				return
			}
		}
		switch {
		case f.Kind == "full" && len(body) != len(f.Pattern):
		case f.Kind == "prefix" && !bytes.HasPrefix(body, []byte(f.Pattern)):
		default:
			ids = append(ids, i)
		}
	})
	return s.at(ids)
}

// looksAt reports whether there are patterns for a header, whose name is in
// lower case.
func (s *Set) looksAt(name []byte) bool { return s != nil && s.header[string(name)] != nil }

// Answer lists what matches the text of a DNS answer.
func (s *Set) Answer(text string) []*Fingerprint {
	if s == nil {
		return nil
	}
	return s.at(s.dns[strings.TrimSuffix(text, ".")])
}

func (s *Set) at(ids []int) []*Fingerprint {
	if len(ids) == 0 {
		return nil
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	out := make([]*Fingerprint, 0, len(ids))
	for _, i := range slices.Compact(ids) {
		out = append(out, &s.fps[i])
	}
	return out
}

// Best is the fingerprint that says most about where a page comes from: one
// that is expected in the country before one that is not, then one that is
// placed there, then by scope, then
// one that names a country, then the longer pattern. It returns nil where
// nothing but vague phrases and counter-evidence matches, or where a
// server-side pattern stands against a product or institution alone.
func Best(hits []*Fingerprint, in sightline.Country) *Fingerprint {
	var best *Fingerprint
	serverSide := false
	for _, f := range hits {
		if f.Scope == ServerSide {
			serverSide = true
		}
	}
	for _, f := range hits {
		if rank(f.Scope) == 0 || serverSide && rank(f.Scope) <= 2 {
			continue
		}
		if best == nil || better(f, best, in) {
			best = f
		}
	}
	return best
}

func better(a, b *Fingerprint, in sightline.Country) bool {
	n := func(t bool) int {
		if t {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(n(a.ExpectedIn(in)), n(b.ExpectedIn(in))),
		cmp.Compare(n(!in.IsZero() && a.Placed(in)), n(!in.IsZero() && b.Placed(in))),
		cmp.Compare(rank(a.Scope), rank(b.Scope)),
		cmp.Compare(n(len(a.Countries) > 0), n(len(b.Countries) > 0)),
		cmp.Compare(n(a.Vendor != ""), n(b.Vendor != "")),
		cmp.Compare(len(a.Pattern), len(b.Pattern)),
		cmp.Compare(b.Name, a.Name),
	) > 0
}

// Match is the fingerprint by which a page that was seen in a country can be
// named as a block page, the best one of those that are placed there; nil where
// none is. Best alone says what a page is like, wherever it was seen.
func Match(hits []*Fingerprint, in sightline.Country) *Fingerprint {
	return Best(slices.DeleteFunc(slices.Clone(hits), func(f *Fingerprint) bool { return rank(f.Scope) > 0 && !f.Placed(in) }), in)
}

// Maker is the vendor and product that the hits name, that of best first.
func Maker(hits []*Fingerprint, best *Fingerprint) (vendor, product string) {
	if best != nil && best.Vendor != "" {
		return best.Vendor, best.Product
	}
	for _, f := range hits {
		if best != nil && f.Vendor != "" {
			return f.Vendor, f.Product
		}
	}
	return "", ""
}

func rank(s Scope) int {
	switch s {
	case National:
		return 4
	case Provider:
		return 3
	case ProductPage:
		return 2
	case Institution:
		return 1
	}
	return 0
}

// ExpectedIn reports whether the page is known from that country.
func (f *Fingerprint) ExpectedIn(c sightline.Country) bool {
	return !c.IsZero() && slices.Contains(f.Countries, c)
}

// Placed reports whether a page that matches can be named as a block page of a
// network in that country. A page of a state, provider or institution can only
// where it is known from; elsewhere, or where nobody knows where it was seen, it
// is like one, and no more. Products are sold everywhere, but one that also
// stands before servers says nothing of the side that it is on.
func (f *Fingerprint) Placed(in sightline.Country) bool {
	if f.Scope == ProductPage {
		return f.BeforeServers == ""
	}
	return rank(f.Scope) > 0 && (len(f.Countries) == 0 || f.ExpectedIn(in))
}

// ParseOONI reads the CSV files of github.com/ooni/blocking-fingerprints.
// Country codes that are not ISO codes are left out.
func ParseOONI(r io.Reader, source string) ([]Fingerprint, error) {
	c := csv.NewReader(r)
	c.FieldsPerRecord = -1
	head, err := c.Read()
	bad := func(err error) error {
		return sightline.Errorf(sightline.Invalid, "read fingerprints", source, "%w", err).
			WithHint("Give fingerprints_http.csv or fingerprints_dns.csv of ooni/blocking-fingerprints as they are published.")
	}
	if err != nil {
		return nil, bad(err)
	}
	col := map[string]int{}
	for i, name := range head {
		col[strings.TrimPrefix(name, "\ufeff")] = i
	}
	for _, need := range []string{"name", "scope", "location_found", "pattern_type", "pattern"} {
		if _, ok := col[need]; !ok {
			return nil, bad(fmt.Errorf("no column %s", need))
		}
	}
	var out []Fingerprint
	for {
		row, err := c.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, bad(err)
		}
		get := func(name string) string {
			if i, ok := col[name]; ok && i < len(row) {
				return row[i]
			}
			return ""
		}
		f := Fingerprint{Name: get("name"), Scope: Scope(get("scope")), Location: get("location_found"), Kind: get("pattern_type"), Pattern: get("pattern"),
			Source: source, Citation: cmp.Or(get("exp_url"), get("source"))}
		if f.Pattern == "" {
			continue
		}
		for code := range strings.SplitSeq(get("expected_countries"), ",") {
			if code = strings.TrimSpace(code); len(code) == 2 {
				if country, ok := sightline.LookupCountry(code); ok {
					f.Countries = append(f.Countries, country)
				}
			}
		}
		for name := range strings.SplitSeq(f.Name+","+get("other_names"), ",") {
			f.countryOf(strings.TrimSpace(name))
		}
		f.sortCountries()
		f.name(get("other_names"))
		out = append(out, f)
	}
}

// countryOf adds the country that a name of the Citizen Lab or Censored Planet
// style holds: cl.isp_ru_yota_block, cp.b_nat_ir_national_2.
func (f *Fingerprint) countryOf(name string) {
	_, name, _ = strings.Cut(name, ".")
	part := strings.Split(name, "_")
	for i := 0; i < 2 && i+1 < len(part); i++ {
		switch part[i] {
		case "nat", "isp", "inst", "corp":
			if cc := part[i+1]; len(cc) == 2 && rank(f.Scope) > 0 && f.Scope != ProductPage {
				if c, ok := sightline.LookupCountry(cc); ok {
					f.Countries = append(f.Countries, c)
				}
			}
			return
		}
	}
}

func (f *Fingerprint) sortCountries() {
	slices.SortFunc(f.Countries, func(a, b sightline.Country) int { return strings.Compare(a.Code(), b.Code()) })
	f.Countries = slices.Compact(f.Countries)
}

// ParseCensoredPlanet reads the signature files of
// github.com/censoredplanet/assets-censoredplanet, one JSON object a line. The
// scope, country and product are part of their names (a_prod_fortinet_1,
// b_nat_ir_national_2, c_isp_ru_mark); counter says that the file is the one of
// false positives.
func ParseCensoredPlanet(r io.Reader, source string, counter bool) ([]Fingerprint, error) {
	var out []Fingerprint
	d := json.NewDecoder(r)
	for {
		var row struct{ Fingerprint, Pattern string }
		if err := d.Decode(&row); err == io.EOF {
			return out, nil
		} else if err != nil {
			return nil, sightline.Errorf(sightline.Invalid, "read fingerprints", source, "%w", err).
				WithHint("Give blockpage_signatures.json or false_positive_signatures.json of Censored Planet as they are published.")
		}
		f := Fingerprint{Name: "cp." + row.Fingerprint, Scope: Vague, Location: "body", Kind: "regexp", Pattern: row.Pattern, Source: source}
		part := strings.Split(row.Fingerprint, "_")
		switch {
		case counter:
			f.Scope = FalsePositive
		case len(part) > 2:
			f.Scope = map[string]Scope{"prod": ProductPage, "nat": National, "isp": Provider, "corp": Institution, "inst": Institution}[part[1]]
			if f.Scope == "" {
				f.Scope = Vague
			}
		}
		f.countryOf(f.Name)
		f.name("")
		out = append(out, f)
	}
}

// own.csv holds fingerprints of our own, each a fact with its citation.
//
//go:embed own.csv
var ownCSV string

// Own is the embedded set, small but enough for the command to work alone.
func Own() []Fingerprint {
	list, err := ParseOONI(strings.NewReader(ownCSV), "sightline")
	if err != nil {
		panic("BUG: own.csv: " + err.Error())
	}
	return list
}

// vendors.csv maps words in the names of published fingerprints to the maker
// and product that they mean, and says where it is documented that the product
// also stands before servers.
//
//go:embed vendors.csv
var vendorsCSV string

type vendor struct{ word, vendor, product, citation, beforeServers string }

var vendors = func() (out []vendor) {
	rows, err := csv.NewReader(strings.NewReader(vendorsCSV)).ReadAll()
	if err != nil {
		panic("BUG: vendors.csv: " + err.Error())
	}
	for _, r := range rows[1:] {
		out = append(out, vendor{r[0], r[1], r[2], r[3], r[4]})
	}
	// The longer word first, so that "ciscomeraki" is found before "cisco".
	order.By(out, func(a, b vendor) int {
		return cmp.Or(cmp.Compare(len(b.word), len(a.word)), cmp.Compare(a.word, b.word))
	})
	return out
}()

// name finds vendor and product from the fingerprint's own name, its other
// names and its pattern. A vendor named only in free notes does not count.
func (f *Fingerprint) name(others string) {
	if f.Scope == FalsePositive || f.Scope == ServerSide || f.Scope == Vague {
		return
	}
	words := strings.FieldsFunc(strings.ToLower(f.Name+" "+others), func(r rune) bool { return strings.ContainsRune("_.-,", r) || unicode.IsSpace(r) })
	pattern := strings.ToLower(f.Pattern)
	for _, v := range vendors {
		for _, w := range words {
			if strings.HasPrefix(w, v.word) {
				f.Vendor, f.Product, f.BeforeServers = v.vendor, v.product, v.beforeServers
				return
			}
		}
	}
	for _, v := range vendors {
		if len(v.word) >= 7 && strings.Contains(pattern, v.word) {
			f.Vendor, f.Product, f.BeforeServers = v.vendor, v.product, v.beforeServers
			return
		}
	}
}
