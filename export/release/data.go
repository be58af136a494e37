package release

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sightline"
)

// Data is the lists of claims, sources and entities of a store as tables, from
// the records that it tells.
func Data(s sightline.Store) (claims, sources, entities []byte, err error) {
	var cs, ss, es [][]string
	for e, err := range s.Records(0) {
		if err != nil {
			return nil, nil, nil, err
		}
		switch {
		case e.Record.Source() != nil:
			x := e.Record.Source()
			ss = append(ss, []string{string(x.ID), fmt.Sprint(x.Version), x.Title, x.Publisher, x.Kind.String(), x.URL, x.Published.String(), x.Accessed.String(), x.Lang, x.Licence, x.Terms.String(), x.Reliability.String(), x.Selection, x.Archive})
		case e.Record.Entity() != nil:
			x := e.Record.Entity()
			es = append(es, []string{string(x.ID), fmt.Sprint(x.Version), x.ID.Kind().String(), x.Name, strings.Join(x.Names, "; "), x.Country.Code()})
		case e.Record.Claim() != nil:
			x := e.Record.Claim()
			qualifiers, err := json.Marshal(x.Qualifiers, json.Deterministic(true))
			if err != nil {
				return nil, nil, nil, err
			}
			object, err := json.Marshal(x.Object, json.Deterministic(true))
			if err != nil {
				return nil, nil, nil, err
			}
			var of []string
			for _, r := range x.References {
				of = append(of, string(r.Source))
			}
			ids := func(list []sightline.ClaimID) string {
				var out []string
				for _, id := range list {
					out = append(out, string(id))
				}
				return strings.Join(out, "; ")
			}
			inForce, closedBy := "yes", ""
			if e.ClosedBy != "" {
				inForce, closedBy = "no", string(e.ClosedBy)
			}
			cs = append(cs, []string{string(x.ID), string(x.Subject), x.Predicate.String(), strings.Trim(string(object), `"`), string(qualifiers), x.Valid.String(), x.Published.String(), e.Recorded.String(),
				inForce, closedBy, string(x.Corrects), ids(x.Supports), ids(x.Disputes), strings.Join(of, "; "), x.Words, x.Reason})
		}
	}
	print := func(columns []string, rows [][]string) []byte {
		var b bytes.Buffer
		if e := Rows(&b, columns, rows); e != nil && err == nil {
			err = e
		}
		return b.Bytes()
	}
	claims = print([]string{"id", "subject", "predicate", "object", "qualifiers", "valid", "published", "recorded", "in_force", "closed_by", "corrects", "supports", "disputes", "sources", "words", "reason"}, cs)
	sources = print([]string{"id", "version", "title", "publisher", "kind", "url", "published", "accessed", "lang", "licence", "terms", "reliability", "selection", "archive"}, ss)
	entities = print([]string{"id", "version", "kind", "name", "names", "country"}, es)
	return claims, sources, entities, err
}

// numbers are the columns of tables that are no text, by name.
var numbers = map[string]string{"value": "number", "low": "number", "high": "number", "level": "number", "n": "integer", "denominator": "integer", "version": "integer"}

// Package describes tables as a Frictionless data package (profile
// tabular-data-package).
func Package(m *Manifest, tables map[string][]byte, entry func(string) (Entry, bool)) ([]byte, error) {
	type field struct {
		Name string `json:"name"`
		Type string `json:"type"`
	}
	type resource struct {
		Name     string `json:"name"`
		Path     string `json:"path"`
		Profile  string `json:"profile"`
		Format   string `json:"format"`
		Encoding string `json:"encoding"`
		Bytes    int64  `json:"bytes"`
		Hash     string `json:"hash"`
		Schema   struct {
			Fields []field `json:"fields"`
		} `json:"schema"`
	}
	p := struct {
		Profile     string     `json:"profile"`
		Name        string     `json:"name"`
		Title       string     `json:"title"`
		Description string     `json:"description"`
		Version     string     `json:"version"`
		Created     string     `json:"created"`
		Resources   []resource `json:"resources"`
	}{Profile: "tabular-data-package", Name: "sightline-" + strings.ToLower(m.Name), Title: title(m), Version: m.Name, Created: m.Date.String() + "T00:00:00Z",
		Description: "Who said what and what was measured, with sources. The terms of each source stand in data/sources.csv."}
	for _, name := range sorted(tables) {
		e, ok := entry(name)
		if !ok {
			return nil, sightline.Errorf(sightline.Internal, "describe data", name, "BUG: no such file")
		}
		header, err := csv.NewReader(bytes.NewReader(tables[name])).Read()
		if err != nil {
			return nil, sightline.Errorf(sightline.Internal, "describe data", name, "%w", err)
		}
		base := strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], ".csv")
		r := resource{Name: base, Path: name, Profile: "tabular-data-resource", Format: "csv", Encoding: "utf-8", Bytes: e.Bytes, Hash: "sha256:" + e.SHA256}
		for _, h := range header {
			f := field{h, "string"}
			if t := numbers[h]; t != "" && base == "values" {
				f.Type = t
			}
			r.Schema.Fields = append(r.Schema.Fields, f)
		}
		p.Resources = append(p.Resources, r)
	}
	return pretty(p)
}

func title(m *Manifest) string { return "Sightline, release " + m.Name + " (" + m.Edition + ")" }

// DataCite is the metadata of a release after DataCite 4.5. It has no DOI:
// whoever deposits the release adds the one that is given.
func DataCite(m *Manifest) ([]byte, error) {
	type text map[string]string
	d := map[string]any{
		"schemaVersion":   "http://datacite.org/schema/kernel-4",
		"titles":          []text{{"title": title(m)}},
		"creators":        []text{{"name": "Sightline contributors", "nameType": "Organizational"}},
		"publisher":       text{"name": "Sightline"},
		"publicationYear": m.Date.String()[:4],
		"types":           text{"resourceTypeGeneral": "Dataset", "resourceType": "Frozen pages and tables"},
		"dates":           []text{{"date": m.Date.String(), "dateType": "Issued"}},
		"version":         m.Name,
		"language":        "en",
		"formats":         []string{"text/html", "text/csv", "application/json"},
		"descriptions":    []text{{"descriptionType": "Abstract", "description": "Who said what and what was measured of who can see, cut or filter a country's internet, with sources. The terms of each source stand in data/sources.csv.", "lang": "en"}},
	}
	return pretty(d)
}

// CFF is the metadata of a release as a Citation File.
func CFF(m *Manifest) []byte {
	return fmt.Appendf(nil, "cff-version: 1.2.0\nmessage: Cite the page that you read, by its permanent address, or the release as a whole.\ntype: dataset\ntitle: %q\nauthors:\n  - name: Sightline contributors\nversion: %q\ndate-released: %s\n", title(m), m.Name, m.Date)
}

func pretty(v any) ([]byte, error) {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent("  "))
	return append(b, '\n'), err
}

func sorted(m map[string][]byte) []string { return slices.Sorted(maps.Keys(m)) }
