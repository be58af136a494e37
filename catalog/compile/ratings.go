package main

import "sightline/source/oni"

// ratings takes what the OpenNet Initiative found by theme.
func (c *compiler) ratings() error {
	return c.take("ratings", oni.Dataset, map[string]string{"ratings": "oni"})
}
