package main

import (
	"sightline/source"
	"sightline/source/bri"
	"sightline/source/memberships"
)

// lists writes memberships: Belt and Road, the 65 economies, the groups of The
// Digital Deciders, endorsers of the Declaration for the Future of the
// Internet, the Freedom Online Coalition and the Budapest Convention. Of the
// treaty of Dubai (2012) only the number of signatures is known, so that no
// state is a row.
func (c *compiler) lists() error {
	for _, l := range []struct {
		d     *source.Dataset
		input string
	}{
		{bri.Dataset, "bri-join-year"},
		{memberships.BRI65, "bri-65"},
		{memberships.DigitalDeciders, "digital-deciders"},
		{memberships.DFI, "dfi"},
		{memberships.FOC, "hand"},
		{memberships.Budapest, "hand"},
	} {
		if err := c.take("lists", l.d, map[string]string{"table": l.input}); err != nil {
			return err
		}
	}
	return nil
}
