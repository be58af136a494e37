package main

import (
	"strings"

	"sightline"
	"sightline/source"
	"sightline/source/eusanctions"
	"sightline/source/uslists"
)

// measures writes the acts of the European Union and of the United States
// against suppliers. Of the EU annexes only the organisations whose listing
// concerns censorship, filtering, surveillance or shutdown are kept, which are
// those with a sentence of ours; of the military companies only the firms of
// telecommunications, network equipment and surveillance, which are those that
// the importer's rules name. A workspace can import the rest.
func (c *compiler) measures() error {
	kept := map[string]bool{}
	t, err := source.CSV("words.csv", []byte(eusanctions.Words))
	if err != nil {
		return err
	}
	for _, r := range t.Rows {
		kept[slug("eu", r.Peek("celex"), r.Peek("record"))] = true
	}
	roles := map[string]string{}
	for _, f := range eusanctions.Dataset.Files {
		roles[f.Role] = "eu-" + f.Role
	}
	if err := c.takeSome("measures", eusanctions.Dataset, roles, func(claim *sightline.Claim) bool { return kept[string(claim.ID)] }); err != nil {
		return err
	}
	if err := c.take("measures", uslists.Section889, map[string]string{"firms": "us-889"}); err != nil {
		return err
	}
	if err := c.take("measures", uslists.CoveredList, map[string]string{"list": "us-fcc"}); err != nil {
		return err
	}
	return c.takeSome("measures", uslists.MilitaryCompanies, map[string]string{"lists": "us-1260h"}, func(claim *sightline.Claim) bool {
		// A firm that no rule names has an id of the list's own.
		return claim.Predicate == sightline.ListedUnder && !strings.HasPrefix(string(claim.Subject), "company/us-1260h-")
	})
}
