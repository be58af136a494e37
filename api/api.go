// Package api says what the interface for programs offers: a table of
// operations under /v1, the envelope that each answer comes in, and the OpenAPI
// document that is made from both. It computes no number and opens no
// connection: an operation is another form of a page, and package atlas answers
// it with the document of that page.
package api

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sightline"
	"sightline/dossier"
	"sightline/dossier/audit"
)

// Root is the address below which all operations are.
const Root = "/v1"

// OpenAPI is the address of the description of all operations.
const OpenAPI = Root + "/openapi.json"

// The schemas of what every answer is.
const (
	Schema      = "sightline.api/1"
	ErrorSchema = "sightline.api-error/1"
	IndexSchema = "sightline.api-index/1"
)

// Limits of a page of a list, in rows.
const (
	DefaultLimit = 100
	MaxLimit     = 500
)

// Kind is the form of the value of a parameter.
type Kind string

// The forms.
const (
	Text   Kind = "text"
	Number Kind = "number" // whole, from 1 to MaxLimit
	Date   Kind = "date"   // EDTF: 2018, 2018-07, 2018-07-24
)

// Parameter is a part of a query.
type Parameter struct {
	Name     string
	Kind     Kind
	What     string
	Example  string
	Required bool
	Longest  int // letters of a text
}

// Operation is one address for programs. Path and Page have the same places in
// braces; Page is the page of the atlas that shows the same document.
type Operation struct {
	ID      string
	Path    string // below Root
	Page    string
	Summary string
	Query   []Parameter
	Data    any  // a value of the type of the document
	CSV     bool // there is a .csv beside it, with the rows of the page
}

// places says what the words in braces are.
var places = map[string]Parameter{
	"code":    {Name: "code", What: "Country by its ISO 3166 alpha-2 code; other codes and names are redirected.", Example: "KE"},
	"kind":    {Name: "kind", What: "Kind of the entity, the first part of its id.", Example: "company"},
	"slug":    {Name: "slug", What: "The second part of the id of the entity.", Example: "huawei"},
	"asn":     {Name: "asn", What: "AS number.", Example: "AS12455"},
	"id":      {Name: "id", What: "Id of the record.", Example: "1"},
	"name":    {Name: "name", What: "Name of the method.", Example: "count.claims"},
	"version": {Name: "version", What: "Version of the method.", Example: "1"},
}

// view is what every operation reads beside its own parameters.
var view = []Parameter{
	{Name: "published", Kind: Date, What: "Only what had been published by the last day of this date.", Example: "2018-07"},
	{Name: "known", Kind: Date, What: "Only what this store held at the end of this date.", Example: "2026-11-25"},
}

var (
	limit = Parameter{Name: "limit", Kind: Number, What: "Rows of a page, " + strconv.Itoa(DefaultLimit) + " unless told.", Example: "20"}
	after = Parameter{Name: "after", Kind: Text, What: "Cursor of the page before; take the whole address from next.", Longest: 200}
	since = Parameter{Name: "since", Kind: Date, What: "Nothing before the first day of this date.", Example: "2020"}
)

func text(name, what, example string) Parameter {
	return Parameter{Name: name, Kind: Text, What: what, Example: example, Longest: 200}
}

// Operations is the table.
var Operations = []Operation{
	{"countries", "/countries", "/countries", "What is held on every country and territory.", []Parameter{after, limit}, dossier.World{}, true},
	{"country", "/country/{code}", "/country/{code}", "The dossier of a country: four answers with their evidence.", nil, dossier.Dossier{}, false},
	{"countryChanges", "/country/{code}/changes", "/country/{code}/changes", "What changed about a country, newest first.", []Parameter{since, after, limit}, dossier.ChangeList{}, true},
	{"compare", "/compare", "", "The same numbers of two to six countries side by side.", []Parameter{
		{Name: "countries", Kind: Text, What: "Codes with commas between them; the first is the one that the others are set against.", Example: "KE,UG,TZ", Required: true, Longest: 200},
	}, dossier.Comparison{}, true},
	{"suppliers", "/suppliers", "/suppliers", "Every organisation on record as a supplier, of every nation by one rule.", []Parameter{
		text("nation", "Where it is based, by alpha-2 code, or unknown.", "CN"), text("class", "Relevance class of its statements: control, core, access, training.", "control"), after, limit,
	}, dossier.SupplierList{}, true},
	{"supplier", "/supplier/{kind}/{slug}", "/supplier/{kind}/{slug}", "What is on record of one organisation, its replies first.", nil, dossier.Profile{}, false},
	{"supplierChanges", "/supplier/{kind}/{slug}/changes", "/supplier/{kind}/{slug}/changes", "What changed about an organisation, newest first.", []Parameter{since, after, limit}, dossier.ChangeList{}, true},
	{"networks", "/networks", "/networks", "Networks on record, with what states hold of them.", []Parameter{
		text("country", "Where it operates by the record, by alpha-2 code, or unknown.", "KE"), text("holding", "What a state holds: majority, minority, none.", "majority"), after, limit,
	}, dossier.NetworkList{}, true},
	{"network", "/network/{asn}", "/network/{asn}", "What is on record of one network.", nil, dossier.NetworkSheet{}, false},
	{"laws", "/laws", "/laws", "Every act on record, with what it resembles and names.", nil, dossier.LawList{}, true},
	{"votes", "/votes", "/votes", "Every roll-call on record. No vote on record is neither a no nor an abstention.", nil, dossier.VoteList{}, true},
	{"forums", "/forums", "/forums", "Lists, treaties and coalitions with those on them. Absence from a list that is not complete is unknown.", nil, dossier.ForumList{}, true},
	{"training", "/training", "/training", "Statements that somebody trained or advised officials.", nil, dossier.TrainingList{}, true},
	{"claims", "/claims", "/claims", "Claims by id, narrowed by filters.", []Parameter{
		text("country", "Code or name; the claim names the country.", "KE"), text("predicate", "A word of the vocabulary.", "supplied"),
		text("class", "Relevance class: control, core, access, training, unrelated.", "control"), text("grade", "Group of grades: "+strings.Join(dossier.Grades, ", ")+".", "contested"),
		text("supplier", "Id of an entity that the claim names as a supplier.", "company/huawei"), text("entity", "Id of an entity that the claim names.", "company/huawei"),
		text("source", "Id of a source that the claim cites.", ""), after, limit,
	}, dossier.ClaimList{}, true},
	{"claim", "/claim/{id}", "/claim/{id}", "One claim with all that is held of it, closed or not.", nil, dossier.ClaimSheet{}, false},
	{"claimChanges", "/claim/{id}/changes", "/claim/{id}/changes", "Corrections of a claim and what speaks to it, newest first.", []Parameter{since, after, limit}, dossier.ChangeList{}, true},
	{"sources", "/sources", "/sources", "Every source that is held, with its terms and how it chose.", []Parameter{
		text("kind", "Kind of publisher.", "press"), text("terms", "open, share_alike, noncommercial or restricted.", "open"), text("reliability", "Letter A to F.", "B"), after, limit,
	}, dossier.SourceList{}, true},
	{"source", "/source/{id}", "/source/{id}", "One source, its earlier versions, and what rests on it.", nil, dossier.SourceSheet{}, false},
	{"methods", "/methods", "/methods", "Methods in use, with their versions.", nil, dossier.MethodList{}, true},
	{"method", "/method/{name}/{version}", "/method/{name}/{version}", "One method and where it is used.", nil, dossier.MethodSheet{}, false},
	{"packet", "/packet/{id}", "/packet/{id}", "The provenance of one number, down to the sources.", nil, dossier.PacketSheet{}, false},
	{"changes", "/changes", "/changes", "What came and what was closed, newest first.", []Parameter{since, after, limit}, dossier.ChangeList{}, true},
	{"search", "/search", "/search", "Names and words in any script, best first, at most a hundred.", []Parameter{
		{Name: "q", Kind: Text, What: "What to look for.", Example: "Huawei", Required: true, Longest: 200},
	}, dossier.SearchList{}, true},
	{"audit", "/audit", "/audit", "A verdict on each claim of a published text.", nil, audit.Audit{}, true},
	{"finding", "/audit/{id}", "/audit/{id}", "The verdict on one claim of it.", nil, audit.Finding{}, true},
}

// Call is a request for an operation.
type Call struct {
	Operation Operation
	Values    map[string]string // of the places in its path
	Suffix    string            // ".csv" or empty
}

// Find finds the operation of a path below Root. Unknown paths are an error of
// code NotFound that says what there is.
func Find(path string) (Call, error) {
	rest := strings.TrimPrefix(path, Root)
	for _, o := range Operations {
		if v, ok := match(o.Path, rest); ok {
			return Call{o, v, ""}, nil
		}
	}
	if bare, ok := strings.CutSuffix(rest, ".csv"); ok {
		for _, o := range Operations {
			if v, ok := match(o.Path, bare); ok && o.CSV {
				return Call{o, v, ".csv"}, nil
			}
		}
	}
	var near []string
	first, _, _ := strings.Cut(strings.Trim(rest, "/"), "/")
	for _, o := range Operations {
		if word, _, _ := strings.Cut(o.Path[1:], "/"); first != "" && strings.HasPrefix(strings.ToLower(first), strings.TrimSuffix(word, "s")) {
			near = append(near, Root+o.Path)
		}
	}
	e := sightline.Errorf(sightline.NotFound, "find operation", path, "there is none at this address")
	if len(near) > 0 {
		return Call{}, e.WithHint("Do you mean %s? %s describes all operations.", strings.Join(near, " or "), OpenAPI)
	}
	return Call{}, e.WithHint("%s describes all operations; addresses look like %s/country/KE, %s/claims?country=KE or %s/suppliers.csv.", OpenAPI, Root, Root, Root)
}

// match fits a path to a pattern. No id ends in .csv.
func match(pattern, path string) (map[string]string, bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	v := map[string]string{}
	for i, w := range want {
		if name, ok := strings.CutPrefix(w, "{"); ok {
			if have[i] == "" || strings.HasSuffix(have[i], ".csv") {
				return nil, false
			}
			v[strings.TrimSuffix(name, "}")] = have[i]
		} else if w != have[i] {
			return nil, false
		}
	}
	return v, true
}

// Parameters are those of the operation and of the view.
func (o Operation) Parameters() []Parameter { return slices.Concat(o.Query, view) }

// Check reads a query. What the operation does not have, what is given twice
// and what has the wrong form are errors of code Invalid.
func (c Call) Check(query map[string][]string) (map[string]string, error) {
	out := map[string]string{}
	all := c.Operation.Parameters()
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Name
	}
	keys := make([]string, 0, len(query))
	for k := range query {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		i := slices.Index(names, k)
		switch {
		case i < 0:
			return nil, sightline.Errorf(sightline.Invalid, "read parameter", k, "this operation has no such parameter").WithHint("It has: %s.", strings.Join(names, ", "))
		case len(query[k]) > 1:
			return nil, sightline.Errorf(sightline.Invalid, "read parameter", k, "it is given %d times", len(query[k])).WithHint("Give it once.")
		}
		if err := all[i].check(query[k][0]); err != nil {
			return nil, err
		}
		out[k] = query[k][0]
	}
	for _, p := range all {
		if p.Required && strings.TrimSpace(out[p.Name]) == "" {
			return nil, sightline.Errorf(sightline.Invalid, "read parameter", p.Name, "this operation needs it").WithHint("For example %s%s?%s=%s", Root, c.Operation.Path, p.Name, p.Example)
		}
	}
	return out, nil
}

func (p Parameter) check(v string) error {
	bad := func(why, hint string) error {
		return sightline.Errorf(sightline.Invalid, "read parameter", p.Name, "%s: %s", sightline.Clip(strconv.QuoteToASCII(v), 80), why).WithHint("%s", hint)
	}
	switch p.Kind {
	case Number:
		if n, err := strconv.Atoi(v); err != nil || n < 1 || n > MaxLimit || strconv.Itoa(n) != v {
			return bad("not a whole number from 1 to "+strconv.Itoa(MaxLimit), "Take the next page for more.")
		}
	case Date:
		if _, err := sightline.ParseDate(v); err != nil {
			return bad("not a date", sightline.ErrorHint(err))
		}
	default:
		if !utf8.ValidString(v) {
			return bad("not UTF-8", "Encode it as UTF-8, percent by percent.")
		}
		if n := utf8.RuneCountInString(v); n > p.Longest {
			return bad("longer than "+strconv.Itoa(p.Longest)+" letters", "Give fewer.")
		}
	}
	return nil
}

// Address is the address of the page that has the document, without suffix,
// and the query to ask it with.
func (c Call) Address(query map[string]string) (string, map[string]string, error) {
	if c.Operation.ID != "compare" {
		p := c.Operation.Page
		for name, v := range c.Values {
			p = strings.Replace(p, "{"+name+"}", v, 1)
		}
		return p, query, nil
	}
	var codes []string
	for t := range strings.SplitSeq(query["countries"], ",") {
		x, err := sightline.ParseCountry(strings.TrimSpace(t))
		if err != nil {
			return "", nil, err
		}
		if !slices.Contains(codes, x.Code()) {
			codes = append(codes, x.Code())
		}
	}
	if len(codes) < 2 {
		return "", nil, sightline.Errorf(sightline.Invalid, "compare", query["countries"], "that is one country").WithHint("Give two to six codes, for example countries=KE,UG.")
	}
	out := map[string]string{"with": strings.Join(codes[1:], ",")}
	for k, v := range query {
		if k != "countries" {
			out[k] = v
		}
	}
	return "/country/" + codes[0], out, nil
}
