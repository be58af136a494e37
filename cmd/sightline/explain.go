package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"sightline"
	"sightline/catalog"
	"sightline/dossier"
	"sightline/dossier/audit"
	"sightline/export"
)

func (a *app) explainCommand() *cobra.Command {
	var k clocks
	var country, in string
	c := &cobra.Command{
		Use:   "explain ID",
		Short: "Print what a number was computed from, down to the sources",
		Long: `Print the packet behind a number: the method and what it does, its
parameters, its result, its inputs by hash, and each claim with its sources.

A packet id is made from the work itself, so this command finds it by doing
the work of the dossiers and of the catalogue's audits again. Where they were
printed with --as-published, --as-recorded or --open-only, give the same here. --country
looks at one country only; --in looks in a dossier, audit or head-count saved
as JSON, or in an audit file of yours. A claim's id is explained as well.`,
		Example: "  sightline explain SL-7Q4M-2K9D-X\n  sightline explain SL-7Q4M-2K9D-X --in ke.json\n  sightline explain SL-7Q4M-2K9D-X --in my-audit.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			id, err := sightline.ParsePacketID(args[0])
			if err != nil {
				_, at, cerr := k.parse()
				if e, found := s.Claim(sightline.ClaimID(args[0]), at); cerr == nil && found == nil {
					return a.printClaim(s, e, at)
				}
				return err
			}
			p, beside, err := a.findPacket(s, id, country, in, k)
			if err != nil {
				return err
			}
			return a.printPacket(s, p, beside)
		},
	}
	k.register(c)
	k.registerOpen(c)
	c.Flags().StringVar(&country, "country", "", "look at this `country` only")
	c.Flags().StringVar(&in, "in", "", "look in this `file`: a dossier, audit or head-count saved as JSON, or an audit file")
	return c
}

// findPacket looks for a packet in a file, in the dossier of one country, or
// in the dossiers of all and the audits of the catalogue. It returns those of
// the same document beside it.
func (a *app) findPacket(s *store, id sightline.PacketID, country, in string, k clocks) (p sightline.Packet, beside []sightline.Packet, err error) {
	pick := func(packets []sightline.Packet) bool {
		i := slices.IndexFunc(packets, func(p sightline.Packet) bool { return p.Result.Packet == id })
		if i >= 0 {
			p, beside = packets[i], packets
		}
		return i >= 0
	}
	o := dossier.Options{Edition: s.edition, Code: version(), OpenOnly: k.openOnly}
	if o.AsPublished, o.AsRecorded, err = k.parse(); err != nil {
		return p, nil, err
	}
	auditOf := func(name string) (bool, error) {
		f, err := readAudit(name)
		if err != nil {
			return false, err
		}
		d, err := audit.Run(s.Store, s.series, f, o)
		return err == nil && pick(d.Packets), err
	}
	if in != "" {
		found := false
		if ext := strings.ToLower(filepath.Ext(in)); ext == ".yaml" || ext == ".yml" {
			if found, err = auditOf(in); err != nil {
				return p, nil, err
			}
		} else {
			packets, err := readPackets(in)
			if err != nil {
				return p, nil, err
			}
			found = pick(packets)
		}
		if !found {
			return p, nil, sightline.Errorf(sightline.NotFound, "find packet", string(id), "it is not in %s", in)
		}
		return p, beside, nil
	}
	countries := sightline.Countries()
	if country != "" {
		c, err := sightline.ParseCountry(country)
		if err != nil {
			return p, nil, err
		}
		countries = []sightline.Country{c}
	} else {
		// What is asked of most of the ledger is asked of memory.
		if err := s.inMemory(o.AsRecorded); err != nil {
			return p, nil, err
		}
		for _, name := range catalog.Audits() {
			if found, err := auditOf(name); err != nil || found {
				return p, beside, err
			}
		}
	}
	r, err := dossier.NewReader(s.Store, s.series, o)
	if err != nil {
		return p, nil, err
	}
	found, beside, err := r.Find(countries, country == "", id)
	if err != nil {
		return p, nil, err
	}
	if found != nil {
		return *found, beside, nil
	}
	return p, nil, sightline.Errorf(sightline.NotFound, "find packet", string(id), "no dossier, audit or page of %s has it", s.edition).
		WithHint("If it was printed with --as-published, --as-recorded or --open-only, or from a workspace, give the same here. A packet of another edition has another id when its inputs changed, and one of a head-count or of your own audit is in no document of ours; --in FILE finds it in what was saved as JSON, or in an audit file.")
}

// readPackets reads the packets of a document saved as JSON.
func readPackets(name string) ([]sightline.Packet, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, sightline.Errorf(sightline.NotFound, "read document", name, "%w", err)
	}
	var head struct {
		Schema string `json:"schema"`
	}
	if err = json.Unmarshal(text, &head); err == nil {
		r := bytes.NewReader(text)
		switch head.Schema {
		case dossier.Schema:
			var d *dossier.Dossier
			if d, err = export.ReadJSON(r); err == nil {
				return d.Packets, nil
			}
		case audit.Schema:
			var d *audit.Audit
			if d, err = export.ReadAuditJSON(r); err == nil {
				return d.Packets, nil
			}
		case dossier.RoutesSchema:
			var t *dossier.RouteTable
			if t, err = export.ReadRoutesJSON(r); err == nil {
				return t.Packets, nil
			}
		case dossier.HeadSchema:
			var d *dossier.HeadTable
			if d, err = export.ReadHeadCountJSON(r); err == nil {
				return d.Packets, nil
			}
		default:
			// Documents of the atlas carry their packets in one place.
			var d struct {
				Packets []sightline.Packet `json:"packets"`
			}
			if err = json.Unmarshal(text, &d); err == nil && len(d.Packets) > 0 {
				return d.Packets, nil
			}
			err = cmp.Or(err, fmt.Errorf("its schema is %q, and it has no packets", head.Schema))
		}
	}
	return nil, sightline.Errorf(sightline.Invalid, "read document", name, "not a dossier, audit, head-count or table of routes saved as JSON: %w", err).
		WithHint("Save one with: sightline dossier KE -o ke.json")
}

func (a *app) printPacket(s *store, p sightline.Packet, beside []sightline.Packet) error {
	w := a.out
	fmt.Fprintf(w, "%s\n\n", p.Result.Packet)
	row := func(label, value string) { fmt.Fprintf(w, "%-12s %s\n", label, export.Inert(value)) }
	row("result", export.Number(p.Result))
	if p.Result.Reason != "" {
		row("", p.Result.Reason)
	}
	row("n", fmt.Sprint(p.Result.N))
	if p.Result.Denominator > 0 {
		row("denominator", fmt.Sprint(p.Result.Denominator))
	}
	row("method", string(p.Method))
	for _, m := range audit.Methods() {
		if m.ID == p.Method {
			row("", m.What)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.Parameters)) {
		row("parameter", key+" = "+p.Parameters[key])
	}
	for _, in := range p.Inputs {
		row("input", in.Name+" sha256 "+in.SHA256)
		id, is := strings.CutPrefix(in.Name, "packet/")
		if i := slices.IndexFunc(beside, func(p sightline.Packet) bool { return string(p.Result.Packet) == id }); is && i >= 0 {
			row("", string(beside[i].Method)+": "+export.Number(beside[i].Result)+"; "+beside[i].Result.Reason)
		}
	}
	if p.KnownAt != 0 {
		row("known at", p.KnownAt.String())
	}
	row("code", p.Code)
	row("command", dossier.Command(p))
	at := asRecorded(p)
	for _, id := range p.Claims {
		e, err := s.Claim(id, at)
		if err != nil {
			return err
		}
		c := e.Record.Claim()
		words := c.Words
		if words == "" {
			words = fmt.Sprintf("%s %s %s", c.Subject, c.Predicate, objectText(c.Object))
		}
		fmt.Fprintf(w, "\nclaim %s\n  %s\n", id, export.Inert(words))
		for _, r := range c.References {
			if err := printReference(w, s, r, at); err != nil {
				return err
			}
		}
	}
	return nil
}

func printReference(w io.Writer, s *store, r sightline.Reference, at sightline.Instant) error {
	src, err := s.Source(r.Source, at)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "  %s %s: %s (%s, reliability %s)\n", r.Role, r.Source, export.Inert(strings.Trim(src.Publisher+", "+src.Title, ", ")), src.Kind, src.Reliability)
	for _, t := range []string{src.URL, r.Locator} {
		if t != "" {
			fmt.Fprintf(w, "    %s\n", export.Inert(t))
		}
	}
	if r.Quote != "" {
		fmt.Fprintf(w, "    “%s”\n", export.Inert(r.Quote))
	}
	return nil
}

func asRecorded(p sightline.Packet) sightline.Instant {
	var at sightline.Instant
	if t := p.Parameters["as_recorded"]; t != "" {
		at.UnmarshalText([]byte(t))
	}
	return at
}

func (a *app) verifyCommand() *cobra.Command {
	var k clocks
	var country, head, in, key string
	c := &cobra.Command{
		Use:   "verify [ID | FILE.json | RELEASE]",
		Short: "Compute a number again, or check that nothing stored was damaged",
		Long: `With a packet id, compute the number again and compare.

With a dossier, audit or head-count saved as JSON, do so for every number and
verdict in it.

With the folder of a release, name each file that differs, is missing or is one
too many, and check that its numbers are those of its packets. --pubkey checks
who signed it, --head compares its manifest with a hash noted earlier.

Without an argument, check what is stored: the hash chain of the workspace's
ledger and every index against it, or the embedded catalogue against the hashes
that it was built with. The first damaged record is named. Note the head that
is printed: given later with --head, it shows whether records were cut off.`,
		Example: "  sightline verify SL-7Q4M-2K9D-X\n  sightline verify ke.json\n  sightline verify -w my-workspace\n  sightline verify ./2026.11 --pubkey sightline.key.pub",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.verifyStore(c.Context(), head)
			}
			if info, err := os.Stat(args[0]); err == nil && info.IsDir() {
				return a.verifyRelease(args[0], head, key)
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			if id, err := sightline.ParsePacketID(args[0]); err == nil {
				p, _, err := a.findPacket(s, id, country, in, k)
				if err != nil {
					return err
				}
				return a.verifyPackets(s, []sightline.Packet{p})
			} else if _, statErr := os.Stat(args[0]); errors.Is(statErr, os.ErrNotExist) {
				return err
			}
			packets, err := readPackets(args[0])
			if err != nil {
				return err
			}
			return a.verifyPackets(s, packets)
		},
	}
	k.register(c)
	k.registerOpen(c)
	c.Flags().StringVar(&country, "country", "", "look for the packet in this `country` only")
	c.Flags().StringVar(&in, "in", "", "look for the packet in this `file`: a document saved as JSON, or an audit file")
	c.Flags().StringVar(&head, "head", "", "`hash` noted earlier: of the ledger's head, or of a release's manifest")
	c.Flags().StringVar(&key, "pubkey", "", "public `key` of minisign, or a file with one, that a release must be signed by")
	return c
}

// verifyPackets runs each packet again. A packet holds when the work gives the
// same id, and its own id is that of its content.
func (a *app) verifyPackets(s *store, packets []sightline.Packet) error {
	bad := 0
	for _, p := range packets {
		again, err := audit.Recompute(s.Store, s.series, p)
		switch {
		case err != nil:
			bad++
			fmt.Fprintf(a.out, "FAILED  %s  %s: %v\n", p.Result.Packet, p.Method, err)
		case p.ID() != p.Result.Packet:
			bad++
			fmt.Fprintf(a.out, "FAILED  %s  %s: its content was changed; it hashes to %s\n", p.Result.Packet, p.Method, p.ID())
		case again.Result.Packet != p.Result.Packet:
			bad++
			now := export.Number(again.Result)
			if again.Result.State != sightline.OK {
				now += ": " + again.Result.Reason
			}
			fmt.Fprintf(a.out, "FAILED  %s  %s: recorded as %s, computed again %s (%s)\n", p.Result.Packet, p.Method, export.Inert(export.Number(p.Result)), export.Inert(now), again.Result.Packet)
		case len(packets) == 1:
			fmt.Fprintf(a.out, "ok  %s  %s: %s, computed again from %d claims\n", p.Result.Packet, p.Method, export.Inert(export.Number(p.Result)), len(p.Claims))
		}
	}
	if bad > 0 {
		return sightline.Errorf(sightline.Corrupt, "verify", "", "%d of %d numbers do not come out again", bad, len(packets)).
			WithHint("The claims behind them changed, the file was edited, or it was made from another edition or workspace.")
	}
	if len(packets) > 1 {
		fmt.Fprintf(a.out, "ok  %d numbers computed again, all the same\n", len(packets))
	}
	return nil
}
