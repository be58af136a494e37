package source

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"sightline"
)

// Changes are what an edition adds to a store.
type Changes struct {
	Records   []sightline.Record
	New       int // claims of matters that the store did not have
	Held      int // claims that it had already
	Corrected int // claims that close what an earlier edition said
	Withdrawn int // claims of an earlier edition that this one no longer makes
	Beside    int // claims that stand beside a correction that somebody else made
}

// Copy is what is kept of the files of an edition.
type Copy struct {
	Archive  string         // SHA-256 of the copy; empty if none is kept
	Digest   string         // the same of the files, where no copy is kept
	Verified sightline.Date // when the files were compared with the publisher's own
}

// Reconcile compares what was read with what a store holds. What is held
// already is left out, so that importing an edition twice adds nothing. Where
// an earlier edition said something else, the new claim corrects it; nothing
// is erased.
func Reconcile(s sightline.Store, d *Dataset, report *Report, copy Copy) (*Changes, error) {
	self, err := d.Source()
	if err != nil {
		return nil, err
	}
	out := &Changes{}
	read := map[sightline.ClaimID]bool{}
	same := true // the edition that the store holds
	for _, r := range report.Records {
		var err error
		switch r.Kind() {
		case sightline.SourceRecord:
			src := *r.Source()
			src.DerivedFrom = slices.Clone(src.DerivedFrom)
			if src.ID == self.ID {
				src.Archive, src.Digest, src.Verified = copy.Archive, copy.Digest, copy.Verified
			}
			same, err = out.source(s, src, same)
		case sightline.EntityRecord:
			// What the store says of an entity may be richer, and is kept.
			if _, e := s.Entity(sightline.EntityID(r.ID()), 0); sightline.ErrorCode(e) == sightline.NotFound {
				out.Records = append(out.Records, r)
			} else {
				err = e
			}
		case sightline.ClaimRecord:
			read[r.Claim().ID] = true
			err = out.claim(s, d, r)
		}
		if err != nil {
			return nil, err
		}
	}
	if d.Whole && !same {
		if err := out.withdraw(s, d, read); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// source adds a source, or its next version if it changed.
func (c *Changes) source(s sightline.Store, src sightline.Source, same bool) (bool, error) {
	held, err := s.Source(src.ID, 0)
	if sightline.ErrorCode(err) == sightline.NotFound {
		r, err := sightline.NewRecord(&src)
		c.Records = append(c.Records, r)
		return false, err
	}
	if err != nil {
		return false, err
	}
	src.Version = held.Version
	if src.Verified.IsZero() && src.Archive == held.Archive && src.Digest == held.Digest {
		src.Verified = held.Verified // comparing once is enough
	}
	was := *held
	was.DerivedFrom = slices.Clone(held.DerivedFrom)
	was.Accessed = src.Accessed
	before, err := sightline.NewRecord(&was)
	if err != nil {
		return false, err
	}
	r, err := sightline.NewRecord(&src)
	if err != nil || string(before.Text()) == string(r.Text()) {
		return same, err
	}
	next := src
	next.Version++
	r, err = sightline.NewRecord(&next)
	c.Records = append(c.Records, r)
	return false, err
}

// claim adds a claim, unless the store has it or had it.
func (c *Changes) claim(s sightline.Store, d *Dataset, r sightline.Record) error {
	claim := r.Claim()
	id := claim.ID
	e, err := s.Claim(id, 0)
	if sightline.ErrorCode(err) == sightline.NotFound {
		c.Records, c.New = append(c.Records, r), c.New+1
		return nil
	}
	for {
		if err != nil {
			return err
		}
		if again(e.Record.Claim(), claim) {
			c.Held++
			return nil
		}
		if e.Closed == sightline.Forever || e.ClosedBy == "" {
			break
		}
		closer := e.ClosedBy
		if e, err = s.Claim(closer, 0); sightline.ErrorCode(err) == sightline.NotFound {
			e, err = sightline.Entry{}, nil // it was withdrawn
			break
		}
	}
	next := *claim
	sum := sha256.Sum256([]byte(says(claim)))
	next.ID = sightline.ClaimID(Slug(string(id), hex.EncodeToString(sum[:4])))
	switch open := e.Record.Claim(); {
	case open == nil:
		c.New++
	case !mine(open, d):
		c.Beside++
	default:
		next.Corrects, next.Reason = open.ID, "a later edition of the source says otherwise"
		c.Corrected++
	}
	if _, err := s.Claim(next.ID, 0); err == nil {
		c.Held++
		return nil
	}
	n, err := sightline.NewRecord(&next)
	c.Records = append(c.Records, n)
	return err
}

// again reports whether a claim says what an earlier one says. Saying it again
// at a later date adds nothing: the first date of publication stays.
func again(before, claim *sightline.Claim) bool {
	now := *claim
	if d := before.Published; !d.IsZero() && !now.Published.IsZero() && d.First() <= now.Published.First() {
		now.Published = d
	}
	return says(before) == says(&now)
}

// says is the text of a claim without what tells two claims of one matter
// apart: its id and what it corrects.
func says(c *sightline.Claim) string {
	bare := *c
	bare.ID, bare.Corrects, bare.Reason = "x", "", ""
	if c.Rank == sightline.Deprecated {
		bare.Reason = c.Reason
	}
	r, err := sightline.NewRecord(&bare)
	if err != nil {
		return ""
	}
	return string(r.Text())
}

// mine reports whether a claim was made by this importer.
func mine(c *sightline.Claim, d *Dataset) bool {
	for _, r := range c.References {
		if r.Extraction == "source/"+d.ID {
			return true
		}
	}
	return false
}

// withdraw closes the claims of this importer that the edition no longer
// makes.
func (c *Changes) withdraw(s sightline.Store, d *Dataset, read map[sightline.ClaimID]bool) error {
	sources, err := d.Sources()
	if err != nil {
		return err
	}
	held, err := s.Claims(sightline.Query{Sources: sources})
	if err != nil {
		return err
	}
	kept := map[sightline.ClaimID]bool{}
	for _, r := range c.Records {
		if claim := r.Claim(); claim != nil {
			kept[claim.Corrects] = true
		}
	}
	for _, e := range held {
		claim := e.Record.Claim()
		if !mine(claim, d) || kept[claim.ID] || read[claim.ID] {
			continue
		}
		root := claim
		for root.Corrects != "" {
			before, err := s.Claim(root.Corrects, 0)
			if err != nil {
				return err
			}
			root = before.Record.Claim()
		}
		if read[root.ID] {
			continue
		}
		w, err := sightline.NewRecord(&sightline.Withdrawal{Claim: claim.ID, Reason: "a later edition of the source no longer has it"})
		if err != nil {
			return err
		}
		c.Records, c.Withdrawn = append(c.Records, w), c.Withdrawn+1
	}
	return nil
}
