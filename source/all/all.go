// Package all lists the data sets that can be imported.
package all

import (
	"strings"

	"sightline"
	"sightline/source"
	"sightline/source/accessnow"
	"sightline/source/aiddata"
	"sightline/source/aigs"
	"sightline/source/aspi"
	"sightline/source/bri"
	"sightline/source/dwindia"
	"sightline/source/eusanctions"
	"sightline/source/fiw"
	"sightline/source/fotn"
	"sightline/source/imonitor"
	"sightline/source/ioda"
	"sightline/source/itugci"
	"sightline/source/memberships"
	"sightline/source/nationality"
	"sightline/source/oni"
	"sightline/source/oonifindings"
	"sightline/source/opensanctions"
	"sightline/source/stateowned"
	"sightline/source/telegeography"
	"sightline/source/unga"
	"sightline/source/uslists"
	"sightline/source/vdem"
	"sightline/source/worldbank"
)

// Datasets are the data sets, by id.
var Datasets = []*source.Dataset{
	accessnow.Combined, accessnow.Yearly,
	aiddata.Geocoded, aiddata.Huawei, aiddata.Military,
	aigs.Dataset,
	aspi.Dataset,
	bri.Dataset,
	dwindia.Dataset,
	fiw.Dataset,
	fotn.Dataset,
	imonitor.Dataset,
	ioda.Dataset,
	itugci.Dataset,
	nationality.Dataset,
	oni.Dataset,
	opensanctions.Dataset,
	oonifindings.Dataset,
	stateowned.Dataset,
	vdem.Society,
	vdem.Regime,
	worldbank.InternetUsers,
	worldbank.Population,
	memberships.BRI65, memberships.Budapest, memberships.DFI, memberships.DigitalDeciders, memberships.FOC,
	unga.Dataset,
	eusanctions.Dataset,
	uslists.MilitaryCompanies, uslists.Section889, uslists.ScreeningList, uslists.CoveredList, uslists.Notices,
	telegeography.Dataset,
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
