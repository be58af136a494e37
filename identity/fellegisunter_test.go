package identity_test

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"sightline"
	"sightline/identity"
)

// table reads a CSV file of the shared data, by column.
func table(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join("../../shared/data/oracles/er", name))
	if os.IsNotExist(err) {
		t.Skip("the shared data are not at hand: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, v := range r {
			m[rows[0][i]] = v
		}
		out = append(out, m)
	}
	return out
}

func num(t *testing.T, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-10 {
		t.Errorf("%s: %.17g, want %.17g", what, got, want)
	}
}

// The model of the published fixtures (Splink, tests/datasets): four fields,
// the first with term frequencies to the power 0.6: 11.25^0.6 = 4.2726, where
// the first name stands in 8 of 900 and u is 0.1.
func fixtureModel() identity.Model {
	two := func(name string) identity.Comparison {
		return identity.Comparison{Name: name, Levels: []identity.Level{{Label: "other", M: .1, U: .9}, {Label: "same", M: .9, U: .1}}}
	}
	return identity.Model{Lambda: .3, Comparisons: []identity.Comparison{
		{Name: "first_name", Levels: []identity.Level{{Label: "other", M: .1, U: .8}, {Label: "two letters apart", M: .2, U: .1}, {Label: "same", M: .7, U: .1}}, Frequencies: true, Exact: 2, Power: .6},
		two("dob"), two("city"), two("email"),
	}}
}

// fixturePairs are the pairs of one surname.
func fixturePairs(t *testing.T) (pairs []identity.Pair, ids [][2]string) {
	rows := table(t, "splink_fake_1000_from_splink_demos.csv")
	var firsts []string
	for _, r := range rows {
		firsts = append(firsts, r["first_name"])
	}
	frequency := identity.Frequencies(firsts)
	for i, a := range rows {
		for _, b := range rows[i+1:] {
			if a["surname"] == "" || a["surname"] != b["surname"] {
				continue
			}
			p := identity.Pair{Frequency: []float64{max(frequency[a["first_name"]], frequency[b["first_name"]]), 0, 0, 0}}
			for _, field := range []string{"first_name", "dob", "city", "email"} {
				x, y := a[field], b[field]
				level := 0
				switch {
				case x == "" || y == "":
					level = identity.Null
				case x == y && field == "first_name":
					level = 2
				case x == y:
					level = 1
				case field == "first_name" && levenshtein(x, y) <= 2:
					level = 1
				}
				p.Levels = append(p.Levels, level)
			}
			pairs = append(pairs, p)
			ids = append(ids, [2]string{a["unique_id"], b["unique_id"]})
		}
	}
	return pairs, ids
}

func levenshtein(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// Known answers: weight and probability of one pair, with the frequency of its
// first name.
func TestFellegiSunterPair(t *testing.T) {
	pairs, ids := fixturePairs(t)
	if len(pairs) != 3167 {
		t.Fatalf("%d pairs, want 3167", len(pairs))
	}
	want := table(t, "splink_splink2_479_vs_481.csv")[0]
	m := fixtureModel()
	w, err := m.Weigh(pairs[slices.Index(ids, [2]string{"479", "481"})])
	if err != nil {
		t.Fatal(err)
	}
	near(t, "bits", w.Bits, num(t, want["match_weight"]))
	near(t, "bits", w.Bits, .5101493570766485)
	near(t, "probability", w.Probability, num(t, want["match_probability"]))
	near(t, "frequency", math.Exp2(w.Parts[0].Frequency), num(t, want["bf_tf_adj_first_name"]))
	near(t, "frequency", math.Exp2(w.Parts[0].Frequency), 4.272592890212634)
	sum := w.Prior
	for i, field := range []string{"first_name", "dob", "city", "email"} {
		near(t, field, math.Exp2(w.Parts[i].Bits), num(t, want["bf_gamma_"+field]))
		sum += w.Parts[i].Bits + w.Parts[i].Frequency
	}
	near(t, "sum of the parts", sum, w.Bits)
}

// Known answers: every parameter after each iteration, u fixed and free.
func TestFellegiSunterHistory(t *testing.T) {
	pairs, _ := fixturePairs(t)
	for _, c := range []struct {
		file string
		fix  bool
	}{{"fixed_u", true}, {"no_fix", false}} {
		m := fixtureModel()
		history, err := m.Learn(pairs, identity.Learning{Iterations: 2, FixU: c.fix})
		if err != nil {
			t.Fatal(err)
		}
		history = append([]identity.Model{m}, history...)
		for _, r := range table(t, "splink_splink2_proportion_of_matches_history_"+c.file+".csv") {
			i := int(num(t, r["iteration"]))
			near(t, c.file+" lambda "+r["iteration"], history[i].Lambda, num(t, r["λ"]))
		}
		rows := table(t, "splink_splink2_m_u_history_"+c.file+".csv")
		if len(rows) != 27 {
			t.Fatalf("%d rows", len(rows))
		}
		for _, r := range rows {
			i := int(num(t, r["iteration"]))
			k := slices.IndexFunc(m.Comparisons, func(x identity.Comparison) bool { return x.Name == r["column_name"] })
			l := history[i].Comparisons[k].Levels[int(num(t, r["gamma_index"]))]
			near(t, c.file+" m "+r["column_name"]+r["level_name"], l.M, num(t, r["m_probability"]))
			near(t, c.file+" u "+r["column_name"]+r["level_name"], l.U, num(t, r["u_probability"]))
		}
	}
}

// The parameters that a file was made with are found again, to one in a
// hundred.
func TestFellegiSunterRecovery(t *testing.T) {
	var pairs []identity.Pair
	for _, r := range table(t, "splink_known_params_comparison_vectors.csv") {
		var p identity.Pair
		for _, c := range []string{"gamma_col_1", "gamma_col_2", "gamma_col_3"} {
			p.Levels = append(p.Levels, int(num(t, r[c])))
		}
		pairs = append(pairs, p)
	}
	start := identity.Model{Lambda: .3}
	for _, name := range []string{"1", "2", "3"} {
		start.Comparisons = append(start.Comparisons, identity.Comparison{Name: name, Levels: []identity.Level{{M: .2, U: .8}, {M: .8, U: .2}}})
	}
	history, err := start.Learn(pairs, identity.Learning{Iterations: 2000, Tolerance: 1e-9})
	if err != nil {
		t.Fatal(err)
	}
	m := history[len(history)-1]
	within := func(what string, got, want float64) {
		if math.Abs(got-want) > .01*want {
			t.Errorf("%s: %v, want %v within one in a hundred", what, got, want)
		}
	}
	within("lambda", m.Lambda, .5)
	for k, want := range [][2]float64{{.7, .1}, {.9, .025}, {.95, .2}} {
		within("m", m.Comparisons[k].Levels[1].M, want[0])
		within("u", m.Comparisons[k].Levels[1].U, want[1])
	}
	t.Logf("after %d iterations: %+v", len(history), m)
}

// Worked by hand: a field that is missing weighs nothing and moves nothing.
func TestFellegiSunterNull(t *testing.T) {
	m := identity.Model{Lambda: .5, Comparisons: []identity.Comparison{
		{Name: "name", Levels: []identity.Level{{M: .25, U: .75}, {Label: "same", M: .75, U: .25}}},
		{Name: "country", Levels: []identity.Level{{M: .5, U: .5}, {Label: "same", M: .5, U: .5}}},
	}}
	// Odds 1 x 3: probability 3/4, log2(3) bits.
	w, err := m.Weigh(identity.Pair{Levels: []int{1, identity.Null}})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "probability", w.Probability, .75)
	near(t, "bits", w.Bits, math.Log2(3))
	if w.Parts[1].Bits != 0 || w.Parts[1].Level != "" {
		t.Errorf("a missing field weighs %+v", w.Parts[1])
	}
	// Two pairs of probability 3/4 and 1/4: lambda 1/2, m of "same" 3/4; the
	// field that nobody has keeps its parameters.
	history, err := m.Learn([]identity.Pair{{Levels: []int{1, identity.Null}}, {Levels: []int{0, identity.Null}}}, identity.Learning{Iterations: 1})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "lambda", history[0].Lambda, .5)
	near(t, "m", history[0].Comparisons[0].Levels[1].M, .75)
	if history[0].Comparisons[1].Levels[1] != m.Comparisons[1].Levels[1] {
		t.Errorf("a missing field moved to %+v", history[0].Comparisons[1])
	}
	for name, bad := range map[string]identity.Pair{"too few": {Levels: []int{1}}, "no such level": {Levels: []int{2, 0}}, "frequency": {Levels: []int{1, 1}, Frequency: []float64{2, 0}}} {
		if _, err := m.Weigh(bad); sightline.ErrorCode(err) != sightline.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, lambda := range []float64{0, 1, math.NaN()} {
		if _, err := (&identity.Model{Lambda: lambda}).Learn([]identity.Pair{{}}, identity.Learning{Iterations: 1}); sightline.ErrorCode(err) != sightline.Invalid {
			t.Errorf("lambda %v: %v", lambda, err)
		}
	}
}
