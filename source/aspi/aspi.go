// Package aspi imports the table of "Mapping China's Technology Giants" of the
// Australian Strategic Policy Institute: what 27 firms of China have and do
// abroad.
//
// The publisher's file was never at hand. The layout, the kinds of project and
// the topics are from descriptions of the file by others, and the importer ran
// on a table of our own only. It is strict all the same: a column, kind or topic
// that is not described is refused, so that a person looks.
//
// What goes in is a row a project; what comes out is one claim, with the
// relevance class that types.csv gives the kind of project. The institute's
// labels and descriptions are never passed on.
package aspi

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

//go:embed types.csv
var types string

//go:embed names.csv
var names string

// Dataset is the table.
var Dataset = &source.Dataset{
	ID:                "aspi-tech-giants",
	Title:             "Mapping China's Technology Giants (ASPI)",
	Covers:            "projects, offices, partnerships and investments abroad of 27 firms of China",
	Obtain:            "Export the data at the address as CSV, under the institute's terms.",
	Changes:           "Not known: the layout is from descriptions. A column, kind of project or topic that they do not name is refused until it is taught.",
	Declared:          declared,
	Files:             []source.File{{Role: "projects", Name: "*.csv"}},
	Whole:             true,
	FromDocumentation: true,
	Read:              read,
}

// columns of the file by the descriptions of it. Where two descriptions name a
// column differently, either is taken.
var columns = [][]string{
	{"company_overseas_infrastructure_id"}, {"company_id"}, {"infrastructure_type_id"}, {"secondary_infrastructure_type_id"}, {"country_id"}, {"city"},
	{"overseas_infrastructure_lat", "latitude"}, {"overseas_infrastructure_lng", "longitude"}, {"label"}, {"year_commenced"}, {"year_ended"},
	{"Primary topic", "primary_topic"}, {"Secondary (if needed)", "secondary_topic"}, {"Third topic", "third_topic"}, {"text", "description"},
	{"cable_id"}, {"highlight"}, {"cable_owner"}, {"type_of_company_id_ref", "ownership_type"}, {"street address", "street_address"},
}

// topics give a class to what is an agreement or a gift by its kind.
var topics = map[string]sightline.Class{
	"Surveillance": sightline.ClassControl, "Smart cities": sightline.ClassControl, "Cloud": sightline.ClassCore, "5G": sightline.ClassAccess,
	"Artificial Intelligence": sightline.ClassUnrelated, "Covid-19": sightline.ClassUnrelated, "Biotech": sightline.ClassUnrelated, "Chinese state loan": sightline.ClassUnrelated,
	"ePayments": sightline.ClassUnrelated, "Chinese state support": sightline.ClassUnrelated, "Chinese state assistance": sightline.ClassUnrelated, "US Entity List": sightline.ClassUnrelated,
}

// kind is what a kind of project is for us.
type kind struct {
	predicate    sightline.Predicate
	class, words string
}

type importer struct {
	*source.Reading
	names *source.Names
	kinds map[string]kind
	done  map[string]bool
}

func read(r *source.Reading) error {
	i := &importer{Reading: r, kinds: map[string]kind{}, done: map[string]bool{}}
	var err error
	if i.names, err = r.Names(names); err != nil {
		return err
	}
	own, err := source.CSV("types.csv", []byte(types))
	if err != nil {
		return err
	}
	if err := own.Each(func(row *source.Row) error {
		var k kind
		name := row.Need("type")
		if err := k.predicate.UnmarshalText([]byte(row.Need("predicate"))); err != nil {
			return err
		}
		k.class, k.words = row.Pop("class"), row.Need("words")
		row.Ignore("reason") // for people
		i.kinds[name] = k
		return nil
	}); err != nil {
		return err
	}
	// 3,947 rows in 2025, by a description; fewer in the years before.
	t, err := r.CSV("projects", 2000, 20000)
	if err != nil {
		return err
	}
	var want []string
	for _, c := range columns {
		want = append(want, c[0])
		for _, other := range c[1:] {
			if slices.Contains(t.Columns, other) {
				want[len(want)-1] = other
			}
		}
	}
	if err := t.ExpectColumns(want...); err != nil {
		return err
	}
	return t.Each(i.row)
}

// pop takes a value by any of the names of its column.
func pop(row *source.Row, name string) string {
	for _, c := range columns {
		if !slices.Contains(c, name) {
			continue
		}
		for _, n := range c {
			if row.Has(n) {
				return row.Pop(n)
			}
		}
	}
	return row.Pop(name) // which reports that there is none
}

// plain takes the number off a value such as "1 | Huawei".
func plain(s string) string {
	if _, after, ok := strings.Cut(s, "|"); ok {
		return strings.TrimSpace(after)
	}
	return s
}

func (i *importer) row(row *source.Row) error {
	id, company, what, where := row.Need("company_overseas_infrastructure_id"), plain(row.Need("company_id")), plain(row.Need("infrastructure_type_id")), plain(row.Pop("country_id"))
	from, to := pop(row, "year_commenced"), pop(row, "year_ended")
	var about []string
	for _, c := range []string{"Primary topic", "Secondary (if needed)", "Third topic"} {
		if t := plain(pop(row, c)); t != "" {
			about = append(about, t)
		}
	}
	for _, c := range []string{"secondary_infrastructure_type_id", "label", "text", "highlight"} {
		pop(row, c) // a second kind, and prose of the publisher
	}
	for _, c := range []string{"city", "overseas_infrastructure_lat", "overseas_infrastructure_lng", "street address", "cable_id", "cable_owner", "type_of_company_id_ref"} {
		pop(row, c) // the place within the country, cables by other numbers, the form of the firm
	}
	if err := row.Err(); err != nil {
		return err
	}
	if i.done[id] {
		return sightline.Errorf(sightline.Conflict, "read project", id, "it stands twice").WithHint("The file may have been put together from two.")
	}
	i.done[id] = true
	k, ok := i.kinds[what]
	if !ok {
		return sightline.Errorf(sightline.NotFound, "read kind of project", what, "no such kind is described").WithHint("A person must say in types.csv what it is.")
	}
	class, err := i.class(k, about)
	if err != nil {
		return err
	}
	if where == "" {
		i.Count("projects without a country: left out")
		return nil
	}
	country, err := sightline.ParseCountry(where)
	if err != nil {
		return err
	}
	china, err := sightline.ParseCountry("CN")
	if err != nil {
		return err
	}
	firm, why, err := i.names.Of(company, sightline.KindCompany, china)
	if err != nil {
		return err
	}
	if firm == nil {
		i.Count("projects without a firm: " + why)
		return nil
	}
	c := sightline.Claim{
		Subject: firm.ID, Predicate: k.predicate, Object: sightline.Object{Entity: country.Entity()}, Qualifiers: map[string]string{"number": id},
		Words: fmt.Sprintf("The Australian Strategic Policy Institute counts %s of %s in %s.", k.words, firm.Name, country.Name()),
	}
	if class != "" {
		c.Qualifiers["class"] = class
	}
	switch {
	case from != "" && to != "":
		c.Valid, err = sightline.ParsePeriod(from + "/" + to)
	case from != "":
		c.Valid, err = sightline.ParsePeriod(from + "/") // whether it ended is not said
	case to != "":
		c.Valid, err = sightline.ParsePeriod("/" + to)
	}
	if err != nil {
		return err
	}
	return i.Claim(c, "project "+id, id)
}

// class is that of the kind of project, or of its most intrusive topic where
// the kind does not say. Topics that are not described are refused.
func (i *importer) class(k kind, about []string) (string, error) {
	best := sightline.ClassUnrelated
	for _, t := range about {
		c, ok := topics[t]
		if !ok {
			return "", sightline.Errorf(sightline.NotFound, "read topic", t, "no such topic is described").WithHint("The importer must be taught the topic.")
		}
		best = min(best, c)
	}
	if k.class == "by topic" {
		return best.String(), nil
	}
	return k.class, nil
}
