package interference

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"sightline/ooni"
)

// index reads the row of measurements.index.tsv for each measurement.
func index(t testing.TB) (kind, source []string) {
	b, err := os.ReadFile(shared + "measurements.index.tsv")
	if err != nil {
		t.Skip("the index is not at hand: " + err.Error())
	}
	for i, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		if i > 0 {
			f := strings.Split(line, "\t")
			kind, source = append(kind, f[0]), append(source, f[len(f)-1])
		}
	}
	return kind, source
}

func eachMeasurement(t testing.TB, f func(i int, m *ooni.Measurement)) {
	b, err := os.ReadFile(shared + "measurements.jsonl")
	if err != nil {
		t.Skip("the measurements are not at hand: " + err.Error())
	}
	r := ooni.NewReader(bytes.NewReader(b), ooni.Options{Mode: ooni.Fail})
	for i := 0; ; i++ {
		m, err := r.Next()
		if err != nil {
			return
		}
		f(i, m)
	}
}

// TestScenarios judges the scenarios of an emulated network, whose truth is
// known. Interfered states count as found.
func TestScenarios(t *testing.T) {
	b, err := os.ReadFile(shared + "qa_truth.tsv")
	if err != nil {
		t.Skip("the truth is not at hand: " + err.Error())
	}
	truth := map[string]string{}
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		truth[f[0]] = f[1]
	}
	set := published(t)
	kind, source := index(t)
	var censored, found, clean, false_ int
	eachMeasurement(t, func(i int, m *ooni.Measurement) {
		if kind[i] != "synthetic-netem" {
			return
		}
		part := strings.Split(source[i], "/")
		name := part[len(part)-2]
		for _, s := range []*Set{set, nil} {
			o := FromOONI(m, s)
			v := Judge(&o)
			flagged := v.State.Interfered()
			if s == nil {
				if flagged != (truth[name] == "censored") {
					t.Errorf("%s without fingerprints: %s", name, v.State)
				}
				continue
			}
			switch truth[name] {
			case "censored":
				if censored++; flagged {
					found++
				}
			case "not_censored":
				if clean++; flagged {
					false_++
				}
			default:
				t.Errorf("no truth for %s", name)
			}
			mark := "  "
			if flagged != (truth[name] == "censored") {
				mark = "!!"
			}
			value, _ := v.LogOdds.Value.Get()
			t.Log(mark, fmt.Sprintf("%-58s %-13s %-16s %-24s %6.2f %s %v", name, truth[name], v.State, v.Mechanism, value, v.Rule, v.Notes))
		}
	})
	t.Logf("found %d of %d censored; %d false of %d", found, censored, false_, clean)
	if found < censored || false_ > 0 {
		t.Error("a scenario is judged wrongly")
	}
}

// TestRealVerdicts prints what is said of real measurements, and checks that
// each verdict keeps its own promises.
func TestRealVerdicts(t *testing.T) {
	set := published(t)
	kind, _ := index(t)
	states := map[State]int{}
	eachMeasurement(t, func(i int, m *ooni.Measurement) {
		o := FromOONI(m, set)
		v := Judge(&o)
		if kind[i] != "synthetic-netem" {
			states[v.State]++
			if v.State != NoRule {
				value, _ := v.LogOdds.Value.Get()
				t.Logf("%-18s %-7s %-3s %-40.40s blocking=%-14s %-16s %-24s %6.2f %s %v", m.TestName, m.TestVersion, m.ProbeCC, v.Target, m.Key("blocking").JSON(), v.State, v.Mechanism, value, v.Rule, v.Notes)
				if value > -1.0 {
					for _, e := range v.Evidence {
						t.Log("      ", e.Rule.ID, e.Mechanism, e.Detail)
					}
				}
			}
		}
		if err := v.LogOdds.Check(); err != nil {
			t.Errorf("%s: %v", v.ID, err)
		}
	})
	t.Log(states)
}
