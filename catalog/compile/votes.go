package main

import "sightline/source/unga"

// votes writes eleven roll-calls of the General Assembly and how each state
// voted.
func (c *compiler) votes() error {
	return c.take("votes", unga.Dataset, map[string]string{"rollcalls": "roll-calls", "votes": "votes"})
}
