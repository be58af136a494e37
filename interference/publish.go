package interference

import (
	"cmp"
	"slices"

	"sightline"
)

// Table counts verdicts of many measurements by country, network and target,
// and gives out only what can't point at one volunteer.
//
// Nobody publishes who runs a probe, so probes are counted with care: rows
// count for nothing (one chatty probe sends thousands), and the number of
// distinct probes of a cell is taken to be the smaller of two, its distinct
// reports and its distinct profiles of network, resolver, software and
// platform.
type Table struct {
	cells map[cellKey]*cell
}

type cellKey struct {
	country sightline.Country
	network sightline.ASN
	test    string
	target  string
}

type cell struct {
	states   [len(states)]int64
	reports  map[string]struct{}
	profiles map[string]struct{}
	witness  map[State]string // the least id of each state
}

// Cell is a row of the table.
type Cell struct {
	Country sightline.Country
	Network sightline.ASN
	Test    string
	Target  string
	Shown   bool  // false where the cell is under the floor: then nothing below is set but Probes
	Probes  int   // distinct probes, as far as can be told; 0 where Shown is false
	N       int64 // measurements
	States  [len(states)]int64
	Witness map[State]string // one public measurement id for each state seen
}

// Floor is the least number of distinct probes behind a cell that is shown; of
// our choosing (TestFloor).
const Floor = 5

// Add counts a verdict.
func (t *Table) Add(v *Verdict) {
	if v.State == NoRule {
		return
	}
	if t.cells == nil {
		t.cells = map[cellKey]*cell{}
	}
	k := cellKey{v.Country, v.Network, v.Test, v.Target}
	c := t.cells[k]
	if c == nil {
		c = &cell{reports: map[string]struct{}{}, profiles: map[string]struct{}{}, witness: map[State]string{}}
		t.cells[k] = c
	}
	c.states[v.State]++
	c.reports[v.Report] = struct{}{}
	c.profiles[v.profile] = struct{}{}
	if w, ok := c.witness[v.State]; !ok || v.ID < w {
		c.witness[v.State] = v.ID
	}
}

// Cells lists the table by country, test, target and network. Cells with fewer
// than floor distinct probes are listed without their counts.
func (t *Table) Cells(floor int) []Cell {
	out := make([]Cell, 0, len(t.cells))
	for k, c := range t.cells {
		x := Cell{Country: k.country, Network: k.network, Test: k.test, Target: k.target}
		if n := min(len(c.reports), len(c.profiles)); n >= max(floor, 1) {
			x.Shown, x.Probes, x.States, x.Witness = true, n, c.states, c.witness
			for _, s := range c.states {
				x.N += s
			}
		}
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(a.Country.Code(), b.Country.Code()), cmp.Compare(a.Test, b.Test), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Network, b.Network))
	})
	return out
}

// Counter counts measurements by test. Tests without a rule are counted too.
type Counter struct{ tests map[string]TestCount }

// TestCount is how many measurements of a test were read and how many of them
// there is a rule for.
type TestCount struct {
	Test         string
	Seen, Judged int64
}

// maxTests bounds the names kept, since they come from whoever sent the
// measurement; what is beyond is counted as "other".
const maxTests = 1000

// Add counts a verdict.
func (c *Counter) Add(v *Verdict) {
	if c.tests == nil {
		c.tests = map[string]TestCount{}
	}
	name := sightline.Clip(v.Test, 80)
	if _, ok := c.tests[name]; !ok && len(c.tests) >= maxTests {
		name = "other"
	}
	n := c.tests[name]
	n.Test = name
	if n.Seen++; v.State != NoRule {
		n.Judged++
	}
	c.tests[name] = n
}

// Tests lists the tests by name.
func (c *Counter) Tests() []TestCount {
	var out []TestCount
	for _, n := range c.tests {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b TestCount) int { return cmp.Compare(a.Test, b.Test) })
	return out
}
