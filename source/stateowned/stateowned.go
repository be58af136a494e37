// Package stateowned imports the networks that states own, wholly or in part:
// the two lists of Carisimo, Gamero-Garrido, Snoeren and Dainotti (IMC 2021),
// with the words that the authors quote for each and who published them.
//
// Traps: a spreadsheet filled numbers in addresses and quotations upwards by
// one a row, and code and name of a country stand in each other's column
// (repairs.csv); a network stands in several rows, one for each owner; where no
// country of operation is named the owner's is meant, but for the networks in
// elsewhere.csv.
package stateowned

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

//go:embed repairs.csv
var repairs string

//go:embed elsewhere.csv
var elsewhereCSV string

// Dataset is the two lists.
var Dataset = &source.Dataset{
	ID:     "state-owned",
	Title:  "Networks that states own (Carisimo et al., 2021)",
	Covers: "some 900 networks in which a state holds a majority and 270 in which it holds a part, with the country of operation and the passage that each rests on",
	Obtain: "Download data/state-owned-ases/csv/state_owned_ases.csv and data/minority-state-owned-ases/csv/minority_state_owned_ases.csv from the repository. " +
		"Its JSON tables repeat them and are not read.",
	Changes:  "Not since October 2021. A repair fails once the publisher mends the row.",
	Declared: declared,
	Repairs:  repairs,
	Files: []source.File{
		{Role: "minority", Name: "minority_state_owned_ases*.csv"},
		{Role: "majority", Name: "state_owned_ases*.csv"},
	},
	Editions: []source.Edition{{
		Name: "commit a4d6136ef8a4", Published: "2021-10-17", Verified: source.CopyOnly,
		SHA256: map[string]string{
			"majority": "a07bd418c6d9212feaec6aecbcdbc8ac9da3d3c9946b1cf5dca1f48b612abfbe",
			"minority": "13a98f90c0ebf7bbbd58c8bd839ab1a254b4caea9c3504a2cc6c05b6fb206c15",
		},
	}},
	Whole: true,
	Read:  read,
}

// languages are those of the quotations.
var languages = map[string]string{
	"English": "en", "Spanish": "es", "French": "fr", "Portuguese": "pt", "Russian": "ru", "Romanian": "ro", "Swedish": "sv", "Indonesian": "id", "German": "de",
}

var columns = []string{
	"asn", "conglomerate", "org_id", "org_name", "ownership_cc", "ownership_country_name", "rir", "source", "quote", "quote_lang", "url",
	"additional_info", "inputs", "parent_org", "target_cc", "target_country_name",
}

// reader is what the rows of both lists share.
type reader struct {
	*source.Reading
	away    map[string]*elsewhere
	names   map[sightline.ASN][]string // in the order of first sight
	owned   map[string]string          // claim id to content, to merge rows that stand twice
	located map[sightline.ClaimID]bool // operates_in claims written
	date    sightline.Date
}

// elsewhere is a network without a country of operation that is not its
// owner's; the zero country means that it serves several.
type elsewhere struct {
	country sightline.Country
	used    bool
}

func read(r *source.Reading) error {
	b := &reader{Reading: r, away: map[string]*elsewhere{}, names: map[sightline.ASN][]string{}, owned: map[string]string{}, located: map[sightline.ClaimID]bool{}}
	var err error
	if b.date, err = sightline.ParseDate("2021-10"); err != nil {
		return err
	}
	t, err := source.CSV("state-owned/elsewhere.csv", []byte(elsewhereCSV))
	if err != nil {
		return err
	}
	if err := t.Each(func(row *source.Row) error {
		name, code := row.Need("org_name"), row.Pop("country")
		row.Need("why") // for the reader of the table
		b.away[name] = &elsewhere{}
		return b.away[name].country.UnmarshalText([]byte(code))
	}); err != nil {
		return err
	}
	for _, list := range []struct {
		role      string
		low, high int
		predicate sightline.Predicate
		prefix    string
		more      []string
	}{
		{"majority", 900, 1100, sightline.StateOwnedBy, "owner", nil},
		{"minority", 280, 320, sightline.StateMinorityOwnedBy, "share", []string{"ownership_percentage"}},
	} {
		t, err := r.CSV(list.role, list.low, list.high)
		if err != nil {
			return err
		}
		if err := t.ExpectColumns(slices.Concat(columns, list.more)...); err != nil {
			return err
		}
		if err := t.Each(func(row *source.Row) error { return b.network(row, list.predicate, list.prefix) }); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.away)) {
		if !b.away[name].used {
			return sightline.Errorf(sightline.Conflict, "read networks", name, "elsewhere.csv names it, and no network without a country has that name").
				WithHint("The source may have mended it: take the row out of elsewhere.csv if so.")
		}
	}
	for _, asn := range slices.Sorted(maps.Keys(b.names)) {
		known := b.names[asn]
		if err := r.Entity(sightline.Entity{ID: asn.Entity(), Name: known[0], Names: others(known)}); err != nil {
			return err
		}
	}
	return nil
}

// network reads a row: a network and one of its owners.
func (b *reader) network(r *source.Row, predicate sightline.Predicate, prefix string) error {
	asn, err := sightline.ParseASN(r.Need("asn"))
	if err != nil {
		return err
	}
	group, name := r.Need("conglomerate"), r.Pop("org_name")
	if name == "" {
		name = fmt.Sprintf("%s of the group %s", asn, group)
	}
	owner := r.Country("ownership_cc")
	publisher, quote, language, url := r.Need("source"), r.Pop("quote"), r.OneOf("quote_lang", slices.Sorted(maps.Keys(languages))...), r.Need("url")
	target, ownerName, targetName := r.Pop("target_cc"), r.Need("ownership_country_name"), r.Pop("target_country_name")
	if err := r.Err(); err != nil {
		return err
	}
	r.Ignore("org_id", "parent_org") // registry handles; the number names the network
	r.Ignore("rir")                  // follows from the number
	r.Ignore("inputs")               // which lists the authors started from
	r.Ignore("additional_info")      // steps between state and firm, in many forms
	if n, err := sightline.ParseCountry(ownerName); err != nil || n != owner {
		return sightline.Errorf(sightline.Conflict, "read owner", ownerName, "its code is %s", owner.Code()).WithHint("Code and name of the owner must agree: look at the row.")
	}

	qualifiers := map[string]string{}
	words := fmt.Sprintf("%s owns most of the firm behind %s (%s), as researchers read its sources in 2021.", owner.Name(), asn, name)
	if predicate == sightline.StateMinorityOwnedBy {
		share := strconv.FormatFloat(r.Float("ownership_percentage"), 'f', -1, 64)
		qualifiers["share"] = share + "%"
		words = fmt.Sprintf("%s owns %s %% of the firm behind %s (%s), as researchers read its sources in 2021.", owner.Name(), share, asn, name)
	}
	reference := b.Ref(publisher + ", " + url)
	reference[0].Quote = quote
	if quote != "" {
		reference[0].Lang = languages[language]
	}
	id := strings.ToLower(prefix + "-" + asn.String() + "-" + owner.Code())
	content := fmt.Sprint(qualifiers, name, reference)
	if before, twice := b.owned[id]; twice {
		if before != content {
			return sightline.Errorf(sightline.Conflict, "read network", asn.String(), "two rows that differ:\n%s\n%s", before, content).WithHint("One of the rows is wrong: repair it.")
		}
		b.Note("merged: line %d repeats %s", r.Line(), id)
		b.Count("rows that repeat a network and its owner")
		return nil
	}
	b.owned[id] = content
	b.names[asn] = append(b.names[asn], name)
	if err := b.Claim(sightline.Claim{
		ID: sightline.ClaimID(id), Subject: asn.Entity(), Predicate: predicate, Object: sightline.Object{Entity: owner.Entity()},
		Qualifiers: qualifiers, Words: words, Published: b.date, References: reference,
	}, ""); err != nil {
		return err
	}
	return b.locate(asn, name, owner, target, targetName)
}

// locate says where a network operates.
func (b *reader) locate(asn sightline.ASN, name string, owner sightline.Country, target, targetName string) error {
	in, note := owner, "the data set names no country but the owner's"
	if target != "" {
		var err error
		if in, err = sightline.ParseCountry(target); err != nil {
			return err
		}
		if targetName != "" {
			if n, err := sightline.ParseCountry(targetName); err != nil || n != in {
				return sightline.Errorf(sightline.Conflict, "read country of operation", targetName, "its code is %s", in.Code()).WithHint("Code and name must agree: look at the row.")
			}
		}
		note = ""
	} else if e := b.away[name]; e != nil {
		e.used = true
		if in = e.country; in.IsZero() {
			b.Count("networks of which nobody says where they operate")
			return nil
		}
		note = "the country follows from the name of the network"
	}
	id := sightline.ClaimID(strings.ToLower("in-" + asn.String() + "-" + in.Code()))
	if b.located[id] {
		return nil
	}
	b.located[id] = true
	claim := sightline.Claim{
		ID: id, Subject: asn.Entity(), Predicate: sightline.OperatesIn, Object: sightline.Object{Entity: in.Entity()},
		Words: fmt.Sprintf("%s (%s) operates in %s.", asn, name, in.Name()), Published: b.date,
	}
	if note != "" {
		claim.Qualifiers = map[string]string{"note": note}
	}
	return b.Claim(claim, "network "+strings.TrimPrefix(asn.String(), "AS"))
}

// others is what follows the first name, without repeats of it.
func others(names []string) (out []string) {
	for _, n := range names[1:] {
		if n != names[0] {
			out = append(out, n)
		}
	}
	return out
}
