package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"sightline"
	"sightline/export"
	"sightline/identity"
	"sightline/internal/order"
	"sightline/ledger"
)

func (a *app) resolveCommand() *cobra.Command {
	var k clocks
	var o struct {
		same, not, unsure, undo, log, clusters bool
		author, reason, evidence, format       string
		limit                                  int
	}
	c := &cobra.Command{
		Use:   "resolve [A B]",
		Short: "Judge which records are of one organisation",
		Long: `Print the pairs of organisations whose names may be of one, best first, each
with its score, what the score is made of, and how many claims name the two.
The score orders the queue. It is no probability, and it joins nothing.

With two ids, print that pair. With --same, --not-same or --unsure as well,
record a judgement on it in the workspace: --author is a role or an
organisation, never a person, since records are kept for good. A later
judgement on the pair reverses it; --undo withdraws the last judgement, or the
one on the pair. --log lists all judgements.

Records that share a strong identifier (LEI, ISIN, registration, AS number,
Wikidata item) count as one without a judgement, unless one says that they are
not. --clusters lists what is joined and why. Nothing is ever merged: the
records stay as they are, and docs/CLAIMS.md says what counts when.`,
		Example: `  sightline resolve --limit 10
  sightline resolve company/huawei company/huawei-marine
  sightline resolve company/huawei company/hw -w notes --same --author supply-desk --reason "One registered office."
  sightline resolve --undo -w notes`,
		Args: cobra.MatchAll(cobra.MaximumNArgs(2), func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return fmt.Errorf("one id; a pair has two")
			}
			return nil
		}),
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOfFormats(o.format, "text", "json"); err != nil {
				return err
			}
			bad := func(format string, args ...any) error {
				return sightline.Errorf(sightline.Invalid, "read arguments", "", format, args...).WithHint("Run \"sightline resolve --help\" for the ways to use it.")
			}
			verdict, n := sightline.Verdict(0), 0
			for v, is := range map[sightline.Verdict]bool{sightline.Same: o.same, sightline.NotSame: o.not, sightline.Unsure: o.unsure} {
				if is {
					verdict = v
					n++
				}
			}
			for _, is := range []bool{o.undo, o.log, o.clusters} {
				if is {
					n++
				}
			}
			switch {
			case n > 1:
				return bad("only one of --same, --not-same, --unsure, --undo, --log and --clusters")
			case verdict != 0 && len(args) != 2:
				return bad("a verdict needs two ids")
			case (o.log || o.clusters) && len(args) != 0:
				return bad("--log and --clusters take no ids")
			case verdict != 0 && (o.author == "" || o.reason == ""):
				return bad("a judgement needs --author and --reason")
			case (verdict != 0 || o.undo) && k.recorded != "":
				return bad("--as-recorded is for looking back")
			case o.limit < 0:
				return bad("a limit is not negative")
			}
			_, at, err := k.parse()
			if err != nil {
				return err
			}
			var pair [2]sightline.EntityID
			for i, id := range args {
				pair[i] = sightline.EntityID(id)
			}
			if pair[0].Compare(pair[1]) > 0 {
				pair[0], pair[1] = pair[1], pair[0]
			}
			switch {
			case verdict != 0:
				return a.judge(c.Context(), pair, &sightline.Judgement{A: pair[0], B: pair[1], Verdict: verdict, Author: o.author, Reason: o.reason, Evidence: o.evidence})
			case o.undo:
				return a.undo(c.Context(), pair, cmp.Or(o.reason, "Undone."))
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			switch {
			case o.log:
				return a.judgementLog(s, at, o.format)
			case o.clusters:
				return a.clusterList(s, at, o.format)
			}
			return a.queue(s, at, pair, o.limit, o.format)
		},
	}
	c.Flags().StringVar(&k.recorded, "as-recorded", "", "as this ledger held it at `date` or moment (2018-07-24 or 2018-07-24T12:00:00Z)")
	c.Flags().BoolVar(&o.same, "same", false, "record that the two are one organisation")
	c.Flags().BoolVar(&o.not, "not-same", false, "record that they are not")
	c.Flags().BoolVar(&o.unsure, "unsure", false, "record that it cannot be told")
	c.Flags().StringVar(&o.author, "author", "", "who judges: a `role` such as supply-desk, or the id of an organisation")
	c.Flags().StringVar(&o.reason, "reason", "", "why, as a `text`")
	c.Flags().StringVar(&o.evidence, "evidence", "", "what was at hand, as a `text` (default: the score and its parts)")
	c.Flags().BoolVar(&o.undo, "undo", false, "withdraw the last judgement, or the one on the pair")
	c.Flags().BoolVar(&o.log, "log", false, "list the judgements, with time and author")
	c.Flags().BoolVar(&o.clusters, "clusters", false, "list the records that count as one organisation, and why")
	c.Flags().IntVarP(&o.limit, "limit", "n", 20, "at most this `many` pairs; 0 is all")
	c.Flags().StringVarP(&o.format, "format", "f", "text", "`form`: text or json")
	return c
}

// organisations lists the newest version of each organisation.
func organisations(s sightline.Store, at sightline.Instant) ([]*sightline.Entity, error) {
	var list []*sightline.Entity
	for e, err := range s.Records(at) {
		if err != nil {
			return nil, err
		}
		v := e.Record.Entity()
		if v == nil || !v.ID.Kind().IsOrganisation() {
			continue
		}
		if n := len(list); n > 0 && list[n-1].ID == v.ID {
			list[n-1] = v // versions come one after another
		} else {
			list = append(list, v)
		}
	}
	return list, nil
}

// judge records a judgement, with the score as its evidence unless another was
// given, and with what it replaces.
func (a *app) judge(ctx context.Context, pair [2]sightline.EntityID, j *sightline.Judgement) (err error) {
	l, err := a.openToWrite()
	if err != nil {
		return err
	}
	defer func() {
		if e := l.Close(); err == nil {
			err = e
		}
	}()
	if j.Evidence == "" {
		entities, err := organisations(l, 0)
		if err != nil {
			return err
		}
		r, err := identity.Look(entities, pair[0], pair[1])
		if err != nil {
			return err
		}
		j.Evidence = fmt.Sprintf("%s: %s", pairScore(r), partsText(r))
	}
	before, err := l.Judgements(0)
	if err != nil {
		return err
	}
	for _, e := range before {
		if o := e.Record.Judgement(); o.A == pair[0] && o.B == pair[1] {
			j.Replaces = append(j.Replaces, o.ID)
		}
	}
	r, err := sightline.NewRecord(j)
	if err != nil {
		return err
	}
	result, err := a.appendOne(ctx, l, r)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: %s and %s, %s, by %s\n", r.ID(), j.A, j.B, j.Verdict, j.Author)
	fmt.Fprintf(a.out, "recorded %s; head %s\n", result.Recorded, result.Head)
	return nil
}

func (a *app) appendOne(ctx context.Context, l *ledger.Ledger, r sightline.Record) (ledger.Result, error) {
	result, err := l.Append(ctx, sightline.InstantOf(a.now()), []sightline.Record{r})
	if err == nil && len(result.Refused) > 0 {
		err = result.Refused[0].Err
	}
	return result, err
}

// undo withdraws the judgement in force that was recorded last, of all or of a
// pair.
func (a *app) undo(ctx context.Context, pair [2]sightline.EntityID, reason string) (err error) {
	l, err := a.openToWrite()
	if err != nil {
		return err
	}
	defer func() {
		if e := l.Close(); err == nil {
			err = e
		}
	}()
	list, err := l.Judgements(0)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(e sightline.Entry) bool {
		j := e.Record.Judgement()
		return e.Closed != sightline.Forever || pair[0] != "" && (j.A != pair[0] || j.B != pair[1])
	})
	if len(list) == 0 {
		return sightline.Errorf(sightline.NotFound, "undo", strings.TrimSpace(string(pair[0]+" "+pair[1])), "no judgement is in force").WithHint("List them with: sightline resolve --log")
	}
	last := slices.MaxFunc(list, func(x, y sightline.Entry) int { return cmp.Compare(x.Seq, y.Seq) }).Record.Judgement()
	r, err := sightline.NewRecord(&sightline.Withdrawal{Judgement: last.ID, Reason: reason})
	if err != nil {
		return err
	}
	result, err := a.appendOne(ctx, l, r)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "withdrawn %s: %s and %s, %s\n", last.ID, last.A, last.B, last.Verdict)
	fmt.Fprintf(a.out, "recorded %s; head %s\n", result.Recorded, result.Head)
	return nil
}

// The forms in JSON.
type (
	sideJSON struct {
		ID      sightline.EntityID `json:"id"`
		Name    string             `json:"name"`
		Names   []string           `json:"names,omitzero"`
		Country sightline.Country  `json:"country,omitzero"`
		Claims  int                `json:"claims"` // in force, that name it
		Matched string             `json:"matched_name"`
	}
	partJSON struct {
		A            string  `json:"a,omitzero"`
		B            string  `json:"b,omitzero"`
		How          string  `json:"how"`
		Contribution float64 `json:"contribution"`
	}
	pairJSON struct {
		A      sideJSON             `json:"a"`
		B      sideJSON             `json:"b"`
		Score  sightline.Estimate   `json:"score"`
		Likely bool                 `json:"likely"` // the score is that of most labelled matches
		Parts  []partJSON           `json:"parts"`
		Unsure *sightline.Judgement `json:"unsure,omitzero"`
		Packet sightline.Packet     `json:"packet"`
	}
	conflictJSON struct {
		A         sightline.EntityID     `json:"a"`
		B         sightline.EntityID     `json:"b"`
		Judgement sightline.JudgementID  `json:"judgement,omitzero"`
		Differing []sightline.Identifier `json:"differing,omitzero"`
		LeftOut   []linkJSON             `json:"left_out"`
	}
	linkJSON struct {
		A          sightline.EntityID    `json:"a"`
		B          sightline.EntityID    `json:"b"`
		Judgement  sightline.JudgementID `json:"judgement,omitzero"`
		Identifier sightline.Identifier  `json:"identifier,omitzero"`
	}
	clusterJSON struct {
		ID      sightline.EntityID   `json:"id"`
		Name    string               `json:"name"`
		Members []sightline.EntityID `json:"members"`
		Links   []linkJSON           `json:"links"`
	}
	entryJSON struct {
		Judgement *sightline.Judgement `json:"judgement"`
		Recorded  sightline.Instant    `json:"recorded"`
		Closed    sightline.Instant    `json:"closed,omitzero"`
		ClosedBy  sightline.ClaimID    `json:"closed_by,omitzero"`
	}
)

func (a *app) printJSON(v any) error {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent(" "))
	if err != nil {
		return sightline.Errorf(sightline.Internal, "print JSON", "", "%w", err)
	}
	_, err = fmt.Fprintf(a.out, "%s\n", b)
	return err
}

func linksJSON(links []identity.Link) []linkJSON {
	out := []linkJSON{}
	for _, l := range links {
		out = append(out, linkJSON(l))
	}
	return out
}

func conflictsJSON(list []identity.Conflict) []conflictJSON {
	out := []conflictJSON{}
	for _, c := range list {
		x := conflictJSON{A: c.A, B: c.B, Judgement: c.Judgement, LeftOut: linksJSON(c.LeftOut)}
		if c.Judgement == "" {
			x.Differing = c.Differing[:]
		}
		out = append(out, x)
	}
	return out
}

// queue prints the pairs to judge, or one pair.
func (a *app) queue(s *store, at sightline.Instant, pair [2]sightline.EntityID, limit int, format string) error {
	entities, err := organisations(s, at)
	if err != nil {
		return err
	}
	judgements, err := s.Judgements(at)
	if err != nil {
		return err
	}
	clusters := identity.Join(entities, judgements)
	var reviews []identity.Review
	if pair[0] != "" {
		r, err := identity.Look(entities, pair[0], pair[1])
		if err != nil {
			return err
		}
		reviews = []identity.Review{r}
	} else {
		reviews = identity.Queue(entities, judgements, limit)
	}
	side := func(e *sightline.Entity, matched string) (sideJSON, error) {
		claims, err := s.Claims(sightline.Query{Entities: []sightline.EntityID{e.ID}, AsRecorded: at})
		return sideJSON{e.ID, e.Name, e.Names, e.Country, len(claims), matched}, err
	}
	pairs := []pairJSON{}
	for _, r := range reviews {
		p := pairJSON{Score: r.Score, Likely: r.Match.Score >= identity.Likely, Parts: []partJSON{}, Unsure: r.Unsure, Packet: r.Packet}
		if p.A, err = side(r.A, r.NameA); err != nil {
			return err
		}
		if p.B, err = side(r.B, r.NameB); err != nil {
			return err
		}
		for _, x := range r.Match.Parts {
			p.Parts = append(p.Parts, partJSON(x))
		}
		pairs = append(pairs, p)
	}
	if format == "json" {
		return a.printJSON(struct {
			Pairs     []pairJSON     `json:"pairs"`
			Conflicts []conflictJSON `json:"conflicts"`
		}{pairs, conflictsJSON(clusters.Conflicts)})
	}
	for i, r := range reviews {
		mark := ""
		if r.Match.Score >= identity.Likely {
			mark = "  likely"
		}
		if r.Unsure != nil {
			mark = fmt.Sprintf("  unsure, said %s: %s", export.Inert(r.Unsure.Author), export.Inert(r.Unsure.Reason))
		}
		fmt.Fprintf(a.out, "%s%s\n", pairScore(r), mark)
		for _, x := range []sideJSON{pairs[i].A, pairs[i].B} {
			names := export.Inert(strings.Join(append([]string{x.Name}, x.Names...), " / "))
			fmt.Fprintf(a.out, "    %s  %s (%s), %s\n", x.ID, names, cmp.Or(x.Country.Code(), "country not stated"), count(int64(x.Claims), "claim", "claims"))
		}
		fmt.Fprintf(a.out, "    %s\n", export.Inert(partsText(r)))
	}
	if pair[0] != "" {
		return a.printVerdict(clusters, judgements, pair)
	}
	if len(reviews) == 0 {
		fmt.Fprintln(a.out, "No pair of names is near enough to ask about. That is not a sign that none are of one organisation.")
	}
	a.printConflicts(clusters)
	return nil
}

// pairScore is a score with its packet.
func pairScore(r identity.Review) string {
	v, _ := r.Score.Value.Get()
	return fmt.Sprintf("%.2f (%s)", v, r.Score.Packet)
}

func partsText(r identity.Review) string {
	var parts []string
	for _, p := range r.Match.Parts {
		parts = append(parts, p.String())
	}
	if len(parts) == 0 {
		return "nothing in common"
	}
	return strings.Join(parts, "; ")
}

// printVerdict says what is held of a pair.
func (a *app) printVerdict(c identity.Clusters, judgements []sightline.Entry, pair [2]sightline.EntityID) error {
	if x := c.Of(pair[0]); slices.Contains(x.Members, pair[1]) {
		var why []string
		for _, l := range x.Links {
			why = append(why, fmt.Sprintf("%s and %s by %s", l.A, l.B, l))
		}
		fmt.Fprintf(a.out, "One organisation: %s.\n", strings.Join(why, "; "))
	}
	for _, e := range judgements {
		if j := e.Record.Judgement(); j.A == pair[0] && j.B == pair[1] {
			a.printJudgement(e)
		}
	}
	return nil
}

func (a *app) printConflicts(c identity.Clusters) {
	for _, x := range c.Conflicts {
		why := "judgement " + string(x.Judgement) + " says that they are not the same"
		if x.Judgement == "" {
			why = fmt.Sprintf("they have %s and %s", x.Differing[0], x.Differing[1])
		}
		var links []string
		for _, l := range x.LeftOut {
			links = append(links, fmt.Sprintf("%s and %s (%s)", l.A, l.B, l))
		}
		fmt.Fprintf(a.out, "Conflict: %s and %s: %s, so nothing joins %s.\n", x.A, x.B, why, strings.Join(links, ", "))
	}
}

func (a *app) printJudgement(e sightline.Entry) {
	j := e.Record.Judgement()
	fmt.Fprintf(a.out, "%s  %s  %s  %s\n    by %s, %s: %s\n", e.Recorded, j.Verdict, j.A, j.B, export.Inert(j.Author), j.ID, export.Inert(j.Reason))
	if e.Closed != sightline.Forever {
		fmt.Fprintf(a.out, "    closed %s by %s\n", e.Closed, e.ClosedBy)
	}
}

// judgementLog lists the judgements in the order in which they were recorded.
func (a *app) judgementLog(s *store, at sightline.Instant, format string) error {
	list, err := s.Judgements(at)
	if err != nil {
		return err
	}
	order.By(list, func(x, y sightline.Entry) int { return cmp.Compare(x.Seq, y.Seq) })
	if format == "json" {
		out := []entryJSON{}
		for _, e := range list {
			x := entryJSON{Judgement: e.Record.Judgement(), Recorded: e.Recorded, ClosedBy: e.ClosedBy}
			if e.Closed != sightline.Forever {
				x.Closed = e.Closed
			}
			out = append(out, x)
		}
		return a.printJSON(out)
	}
	for _, e := range list {
		a.printJudgement(e)
	}
	if len(list) == 0 {
		fmt.Fprintln(a.out, "No judgement is on record.")
	}
	return nil
}

// clusterList lists what counts as one organisation, and why.
func (a *app) clusterList(s *store, at sightline.Instant, format string) error {
	entities, err := organisations(s, at)
	if err != nil {
		return err
	}
	judgements, err := s.Judgements(at)
	if err != nil {
		return err
	}
	c := identity.Join(entities, judgements)
	names := map[sightline.EntityID]string{}
	for _, e := range entities {
		names[e.ID] = e.Name
	}
	if format == "json" {
		list := []clusterJSON{}
		for _, x := range c.List {
			list = append(list, clusterJSON{x.ID, names[x.ID], x.Members, linksJSON(x.Links)})
		}
		return a.printJSON(struct {
			Clusters  []clusterJSON  `json:"clusters"`
			Conflicts []conflictJSON `json:"conflicts"`
		}{list, conflictsJSON(c.Conflicts)})
	}
	for _, x := range c.List {
		fmt.Fprintf(a.out, "%s  %s\n", x.ID, export.Inert(names[x.ID]))
		for _, id := range x.Members[1:] {
			fmt.Fprintf(a.out, "    also recorded as %s  %s\n", id, export.Inert(names[id]))
		}
		for _, l := range x.Links {
			fmt.Fprintf(a.out, "    %s and %s by %s\n", l.A, l.B, l)
		}
	}
	if len(c.List) == 0 {
		fmt.Fprintln(a.out, "No two records are joined.")
	}
	a.printConflicts(c)
	return nil
}
