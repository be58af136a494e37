// Package all lists the data sets that can be imported.
package all

import (
	"strings"

	"sightline"
	"sightline/source"
	"sightline/source/bri"
)

// Datasets are the data sets, by id.
var Datasets = []*source.Dataset{
	bri.Dataset,
}

// ByID finds a data set.
func ByID(id string) (*source.Dataset, error) {
	var ids []string
	for _, d := range Datasets {
		if d.ID == id {
			return d, nil
		}
		ids = append(ids, d.ID)
	}
	return nil, sightline.Errorf(sightline.NotFound, "find data set", id, "there is no importer of this name").
		WithHint("The data sets are %s.", strings.Join(ids, ", "))
}
