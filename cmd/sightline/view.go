package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sightline"
)

// clocks are the two dates by which any reading command can look back, and
// whether only open data are looked at.
type clocks struct {
	published, recorded string
	openOnly            bool
}

func (k *clocks) register(c *cobra.Command) {
	c.Flags().StringVar(&k.published, "as-published", "", "show what had been published by `date` (2018, 2018-07 or 2018-07-24)")
	c.Flags().StringVar(&k.recorded, "as-recorded", "", "show what this ledger held at `date` or moment (2018-07-24 or 2018-07-24T12:00:00Z)")
}

// registerOpen offers to leave out what may not be passed on.
func (k *clocks) registerOpen(c *cobra.Command) {
	c.Flags().BoolVar(&k.openOnly, "open-only", false, "leave out data whose terms do not allow passing them on freely")
}

func (k *clocks) parse() (published sightline.Date, recorded sightline.Instant, err error) {
	if k.published != "" {
		if published, err = sightline.ParseDate(k.published); err != nil {
			return
		}
	}
	if k.recorded != "" {
		recorded, err = parseInstant(k.recorded)
	}
	return
}

// parseInstant reads a moment, or a date, which stands for its last moment.
func parseInstant(s string) (sightline.Instant, error) {
	var i sightline.Instant
	if strings.Contains(s, "T") {
		err := i.UnmarshalText([]byte(s))
		return i, err
	}
	d, err := sightline.ParseDate(s)
	if err != nil {
		return 0, err
	}
	return endOf(d), nil
}

// endOf is the last microsecond that the date covers.
func endOf(d sightline.Date) sightline.Instant {
	return sightline.InstantOf(time.Unix((int64(d.Last())+1)*86400, 0)) - 1
}
