package main

import (
	"strings"

	"sightline"
	"sightline/source"
	"sightline/source/aiddata"
)

// projects writes the projects of AidData: all of Huawei's, and of the other
// two data sets those on communications and security that kept_projects.csv
// names. A workspace can import the rest.
func (c *compiler) projects() error {
	if err := c.take("projects", aiddata.Huawei, map[string]string{"workbook": "aiddata-huawei"}); err != nil {
		return err
	}
	kept := map[string]bool{}
	if err := c.own("kept_projects.csv", func(r *source.Row) error {
		kept[r.Need("dataset")+" "+r.Need("project")] = true
		return nil
	}); err != nil {
		return err
	}
	some := func(d *source.Dataset, role string) error {
		return c.takeSome("projects", d, map[string]string{role: d.ID}, func(claim *sightline.Claim) bool {
			project := claim.Qualifiers["project"]
			if claim.Subject.Kind() == sightline.KindProject {
				project = string(claim.Subject)
			}
			return kept[d.ID+" "+strings.TrimPrefix(project, "project/aiddata-")]
		})
	}
	if err := some(aiddata.Military, "workbook"); err != nil {
		return err
	}
	return some(aiddata.Geocoded, "projects")
}
