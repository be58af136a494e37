// Package aiddata imports three data sets of AidData on what China gave and
// lent from 2000 to 2017: Huawei's finance, military finance, and the projects
// of official finance that have a known place. Each is a data set of its own.
//
// What goes in is a workbook or CSV file with a row a project; what comes out
// is the project, who gave or lent, who carried it out, and in what state it
// is. Each project has a relevance class by ordered rules (relevance.csv,
// relevance_overrides.csv): charity, health, schools, food and the equipment of
// armed forces are "unrelated", and stay out of the answer to who supplied the
// means. Names and sentences are ours: written by hand in words.csv for most
// of what matters, and otherwise made from the sector and the kind of flow.
// AidData's titles and descriptions are read by the rules and never passed on.
//
// Traps: the table of projects with a place repeats rows of the other two
// (finance_type says so; they are left to those); numbers of the CSV file are
// printed as decimals; one body has several names (names.csv); the names of
// contact persons stand in two columns, which are never taken.
package aiddata

import (
	_ "embed"
	"regexp"
	"strings"

	"sightline"
	"sightline/source"
)

//go:embed huawei.jsonl
var huawei string

//go:embed military.jsonl
var military string

//go:embed geocoded.jsonl
var geocoded string

//go:embed repairs.csv
var repairs string

//go:embed names.csv
var names string

//go:embed words.csv
var words string

// Rules are the table of the ordered rules of relevance, first match first.
//
//go:embed relevance.csv
var Rules string

//go:embed relevance_overrides.csv
var overrides string

// The sets, as the tables beside this file call them.
const (
	setHuawei   = "huawei"
	setMilitary = "military"
	setGeocoded = "geocoded"
)

// Huawei is the data set of Huawei's finance.
var Huawei = &source.Dataset{
	ID:       "aiddata-huawei",
	Title:    "AidData Global Huawei Finance Dataset",
	Covers:   "165 grants, credits and trainings that Huawei gave or promised in 64 countries, 2000 to 2017",
	Obtain:   "Download the Global Huawei Finance Dataset, version 2.0, from AidData, or AidDatasGlobalHuaweiFinanceDataset.xlsx from github.com/aiddata/china-osm-geodata.",
	Changes:  "One version is known (August 2021). A later one with the same columns corrects it; columns that are new are refused until they are taught.",
	Declared: huawei,
	Files:    []source.File{{Role: "workbook", Name: "*Huawei*.xlsx"}},
	Editions: []source.Edition{{
		Name: "2.0", Published: "2021-08", Verified: source.CopyOnly,
		SHA256: map[string]string{"workbook": "cf224c89a871ff751b1949365302c23c7236a91ad1d1bd623c8cd2e4ddecdcdd"},
	}},
	Whole: true,
	Read: func(r *source.Reading) error {
		return read(r, setHuawei, 165, func(i *importer) (*source.Table, error) { return i.book("Huawei") })
	},
}

// Military is the data set of military and police finance.
var Military = &source.Dataset{
	ID:       "aiddata-military",
	Title:    "AidData Global Chinese Military Finance Dataset",
	Covers:   "446 gifts, loans and trainings of China for armed forces and police, 2000 to 2017",
	Obtain:   "Download the Global Chinese Military Finance Dataset, version 2.0, from AidData, or AidDatasGlobalChineseMilitaryFinanceDataset.xlsx from github.com/aiddata/china-osm-geodata.",
	Changes:  "One version is known (August 2021). A later one with the same columns corrects it; columns that are new are refused until they are taught.",
	Declared: military,
	Files:    []source.File{{Role: "workbook", Name: "*Military*.xlsx"}},
	Editions: []source.Edition{{
		Name: "2.0", Published: "2021-08", Verified: source.CopyOnly,
		SHA256: map[string]string{"workbook": "6bb99fa3a941c5d781f47e244bedcf8f748215e2318f34267e7cfb5e5f2f8fca"},
	}},
	Whole: true,
	Read: func(r *source.Reading) error {
		return read(r, setMilitary, 446, func(i *importer) (*source.Table, error) { return i.book("Military") })
	},
}

// Geocoded is the data set of official finance, projects with a place.
var Geocoded = &source.Dataset{
	ID:       "aiddata-gcdf",
	Title:    "AidData Global Chinese Development Finance Dataset 2.0, projects with a place",
	Covers:   "3,325 projects that official bodies of China financed, 2000 to 2017, as far as their place is known",
	Obtain:   "Download final_df.csv from output_data/2.0release/results of github.com/aiddata/china-osm-geodata.",
	Changes:  "One version is known (September 2021). The full data set of AidData has other columns, and is not read by this importer.",
	Declared: geocoded,
	Repairs:  repairs,
	Files:    []source.File{{Role: "projects", Name: "*.csv"}},
	Editions: []source.Edition{{
		Name: "2.0, 29 September 2021", Published: "2021-09-29", Verified: source.CopyOnly,
		SHA256: map[string]string{"projects": "1fb8537cf14c2dd7a7adccbe1a2be3a2fb46feab2c63dc0d58686ea27f1b0d3a"},
	}},
	Whole: true,
	Read: func(r *source.Reading) error {
		return read(r, setGeocoded, 3325, (*importer).projects)
	},
}

// importer is a reading of one set with the tables of ours.
type importer struct {
	*source.Reading
	set       string
	names     *source.Names
	rules     []rule
	overrides map[string]string
	words     map[string]text
	used      map[string]bool // overrides and words
	done      map[string]bool // projects
}

// rule gives a class to the projects whose field it fits.
type rule struct {
	field   string
	pattern *regexp.Regexp
	class   sightline.Class
}

// text is a name and a sentence of ours for a project.
type text struct{ name, words string }

func read(r *source.Reading, set string, known int, table func(*importer) (*source.Table, error)) error {
	i := &importer{Reading: r, set: set, overrides: map[string]string{}, words: map[string]text{}, used: map[string]bool{}, done: map[string]bool{}}
	if err := i.tables(); err != nil {
		return err
	}
	t, err := table(i)
	if err != nil {
		return err
	}
	// An edition that is not known must not be much smaller than the known one.
	low, high := known*9/10, known*4
	if r.Edition != nil {
		low, high = known, known
	}
	if err := r.Check(t, low, high); err != nil {
		return err
	}
	if err := t.Each(i.row); err != nil {
		return err
	}
	if r.Edition == nil {
		return nil
	}
	for id := range i.words {
		if !i.used[id] {
			return sightline.Errorf(sightline.Internal, "read words", id, "BUG: words.csv has words for a project that is unrelated or not there")
		}
	}
	return nil
}

// tables reads the tables beside this file.
func (i *importer) tables() (err error) {
	if i.names, err = i.Names(names); err != nil {
		return err
	}
	each := func(name, table string, f func(*source.Row) error) error {
		t, err := source.CSV(name, []byte(table))
		if err != nil {
			return err
		}
		return t.Each(f)
	}
	if err := each("relevance.csv", Rules, func(r *source.Row) error {
		pattern, err := regexp.Compile(r.Need("pattern"))
		if err != nil {
			return err
		}
		class, err := sightline.ParseClass(r.Need("class"))
		i.rules = append(i.rules, rule{r.OneOf("fields", "title", "sector", "flow", "set"), pattern, class})
		r.Ignore("reason") // for people
		return err
	}); err != nil {
		return err
	}
	if err := each("relevance_overrides.csv", overrides, func(r *source.Row) error {
		i.overrides[r.Need("project")] = r.Need("class")
		r.Ignore("reason") // for people
		return nil
	}); err != nil {
		return err
	}
	return each("words.csv", words, func(r *source.Row) error {
		set, id, t := r.OneOf("set", setHuawei, setMilitary, setGeocoded), r.Need("project"), text{r.Need("name"), r.Need("words")}
		if set == i.set {
			i.words[id] = t
		}
		return nil
	})
}

// class is the relevance of a project: by an override, or by the first rule
// that fits.
func (i *importer) class(p *project) (sightline.Class, error) {
	field := map[string]string{"title": p.title, "sector": p.sector, "flow": p.flow, "set": i.set}
	var class sightline.Class
	for _, r := range i.rules {
		if r.pattern.MatchString(field[r.field]) {
			class = r.class
			break
		}
	}
	if k, ok := i.overrides[p.id]; ok {
		if k == class.String() {
			return 0, sightline.Errorf(sightline.Conflict, "classify project", p.id, "the rules already say %s", k).WithHint("Take the line out of relevance_overrides.csv.")
		}
		return sightline.ParseClass(k)
	}
	if class == 0 {
		return 0, sightline.Errorf(sightline.NotFound, "classify project", p.id, "no rule fits: %s; %s", p.sector, p.flow).
			WithHint("This edition has a kind of project that the known one has not. Add a rule to relevance.csv or a line with its reason to relevance_overrides.csv.")
	}
	return class, nil
}

// list takes a cell of several names apart.
func list(cell string) (out []string) {
	for s := range strings.SplitSeq(cell, "|") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
