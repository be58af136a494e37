package main

import (
	"sightline/source/oonifindings"
	"sightline/source/stateowned"
)

// networks writes the networks that states own, wholly or in part.
func (c *compiler) networks() error {
	return c.take("networks", stateowned.Dataset, map[string]string{"majority": "state-owned", "minority": "minority-owned"})
}

// findings writes the blocking that OONI wrote up, one claim a country.
func (c *compiler) findings() error {
	return c.take("findings", oonifindings.Dataset, map[string]string{"incidents": "ooni-findings"})
}
