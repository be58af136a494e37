package main

import (
	"fmt"
	"strconv"
	"strings"

	"sightline"
	"sightline/source"
)

// quoteLanguages are the languages of the quotations.
var quoteLanguages = map[string]string{
	"English": "en", "Spanish": "es", "French": "fr", "Portuguese": "pt", "Russian": "ru", "Romanian": "ro", "Swedish": "sv", "Indonesian": "id", "German": "de",
}

// networks writes the networks that states own, wholly or in part (Carisimo et
// al., IMC 2021; CC BY 4.0), with the words that the authors quote for it and
// who published them. Where the data set names no country of operation it
// means the owner's, but for the networks in networks_elsewhere.csv.
func (c *compiler) networks() error {
	type elsewhere struct {
		country sightline.Country
		used    bool
	}
	away := map[string]*elsewhere{}
	if err := c.own("networks_elsewhere.csv", func(r *source.Row) error {
		name, code := r.Need("org_name"), r.Pop("country")
		r.Ignore("why")
		away[name] = &elsewhere{}
		return away[name].country.UnmarshalText([]byte(code))
	}); err != nil {
		return err
	}
	names := map[sightline.ASN][]string{}   // in the order of first sight
	owned := map[string]string{}            // claim id to content, to merge rows that stand twice
	located := map[sightline.ClaimID]bool{} // operates_in claims written
	row := func(r *source.Row, predicate sightline.Predicate, prefix string) error {
		asn, err := sightline.ParseASN(r.Need("asn"))
		if err != nil {
			return err
		}
		group, name := r.Need("conglomerate"), r.Pop("org_name")
		if name == "" {
			name = fmt.Sprintf("%s of the group %s", asn, group)
		}
		owner := r.Country("ownership_cc")
		publisher, quote, language, url := r.Need("source"), r.Pop("quote"), r.OneOf("quote_lang", sortedKeys(quoteLanguages)...), r.Need("url")
		target, ownerName, targetName := r.Pop("target_cc"), r.Need("ownership_country_name"), r.Pop("target_country_name")
		if err := r.Err(); err != nil {
			return err
		}
		r.Ignore("org_id", "parent_org") // registry handles; the number names the network
		r.Ignore("rir")                  // follows from the number
		r.Ignore("inputs")               // which lists the authors started from
		r.Ignore("additional_info")      // steps between state and firm, in many forms
		if n, err := sightline.ParseCountry(ownerName); err != nil || n != owner {
			return sightline.Errorf(sightline.Conflict, "read owner", ownerName, "its code is %s", owner.Code())
		}

		qualifiers := map[string]string{}
		words := fmt.Sprintf("%s owns most of the firm behind %s (%s), as researchers read its sources in 2021.", owner.Name(), asn, name)
		if predicate == sightline.StateMinorityOwnedBy {
			share := r.Float("ownership_percentage")
			qualifiers["share"] = strconv.FormatFloat(share, 'f', -1, 64) + "%"
			words = fmt.Sprintf("%s owns %s %% of the firm behind %s (%s), as researchers read its sources in 2021.", owner.Name(), strconv.FormatFloat(share, 'f', -1, 64), asn, name)
		}
		published, err := date("2021-10")
		if err != nil {
			return err
		}
		reference := sightline.Reference{Source: "state-owned-ases-2021", Locator: publisher + ", " + url, Quote: quote, Extraction: extraction}
		if quote != "" {
			reference.Lang = quoteLanguages[language]
		}
		id := slug(prefix, asn.String(), owner.Code())
		content := fmt.Sprint(qualifiers, name, reference)
		if before, twice := owned[id]; twice {
			if before != content {
				return sightline.Errorf(sightline.Conflict, "read network", asn.String(), "two rows that differ:\n%s\n%s", before, content)
			}
			c.note("merged: line %d repeats %s", r.Line(), id)
			return nil
		}
		owned[id] = content
		names[asn] = append(names[asn], name)
		if err := c.put("networks", &sightline.Claim{
			ID: sightline.ClaimID(id), Subject: asn.Entity(), Predicate: predicate, Object: sightline.Object{Entity: owner.Entity()},
			Qualifiers: qualifiers, Words: words, Published: published, References: []sightline.Reference{reference},
		}); err != nil {
			return err
		}

		in, note := owner, "the data set names no country but the owner's"
		if target != "" {
			if in, err = sightline.ParseCountry(target); err != nil {
				return err
			}
			if targetName != "" {
				if n, err := sightline.ParseCountry(targetName); err != nil || n != in {
					return sightline.Errorf(sightline.Conflict, "read country of operation", targetName, "its code is %s", in.Code())
				}
			}
			note = ""
		} else if e := away[name]; e != nil {
			e.used = true
			if in = e.country; in.IsZero() {
				return nil
			}
			note = "the country follows from the name of the network"
		}
		where := sightline.ClaimID(slug("in", asn.String(), in.Code()))
		if located[where] {
			return nil
		}
		located[where] = true
		claim := &sightline.Claim{
			ID: where, Subject: asn.Entity(), Predicate: sightline.OperatesIn, Object: sightline.Object{Entity: in.Entity()},
			Words: fmt.Sprintf("%s (%s) operates in %s.", asn, name, in.Name()), Published: published, References: ref("state-owned-ases-2021", "network "+strings.TrimPrefix(asn.String(), "AS")),
		}
		if note != "" {
			claim.Qualifiers = map[string]string{"note": note}
		}
		return c.put("networks", claim)
	}
	if err := c.each("state-owned", func(r *source.Row) error { return row(r, sightline.StateOwnedBy, "owner") }); err != nil {
		return err
	}
	if err := c.each("minority-owned", func(r *source.Row) error { return row(r, sightline.StateMinorityOwnedBy, "share") }); err != nil {
		return err
	}
	for _, name := range sortedKeys(away) {
		if !away[name].used {
			return sightline.Errorf(sightline.Conflict, "compile networks", name, "networks_elsewhere.csv names it, and no network without a country has that name")
		}
	}
	for asn, known := range names {
		if err := c.put("networks", &sightline.Entity{ID: asn.Entity(), Name: known[0], Names: others(known)}); err != nil {
			return err
		}
	}
	return nil
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
