package catalog_test

import (
	"os"
	"strings"
	"sync"
	"testing"

	"sightline"
	"sightline/catalog"
)

var once = sync.OnceValues(catalog.Records)

func records(t testing.TB) []sightline.Record {
	t.Helper()
	rs, err := once()
	if err != nil {
		t.Fatal(err, sightline.ErrorHint(err))
	}
	return rs
}

// claims calls f with each compiled claim of a predicate whose object is this
// one, or any if empty.
func claims(t testing.TB, p sightline.Predicate, object sightline.EntityID, f func(*sightline.Claim)) int {
	t.Helper()
	n := 0
	for _, r := range records(t) {
		if c := r.Claim(); c != nil && c.Predicate == p && (object == "" || c.Object.Entity == object) && c.References[0].Extraction != "hand" {
			n++
			if f != nil {
				f(c)
			}
		}
	}
	return n
}

func TestCatalogueIsWhole(t *testing.T) {
	if err := catalog.Verify(); err != nil {
		t.Fatal(err, sightline.ErrorHint(err))
	}
	if catalog.Edition() == "" || catalog.Recorded().Day().String() != "2026-11-23" {
		t.Errorf("edition %q recorded %s", catalog.Edition(), catalog.Recorded())
	}
}

// The lists have the sizes that their sources state.
func TestKnownSizes(t *testing.T) {
	for list, want := range map[sightline.EntityID]int{
		"list/bri-memoranda":            152,
		"list/bri-65":                   65,
		"list/dfi-endorsers":            61,
		"list/freedom-online-coalition": 29,
		"treaty/budapest-convention":    39,
	} {
		if n := claims(t, sightline.MemberOf, list, nil); n != want {
			t.Errorf("%s has %d members, want %d", list, n, want)
		}
	}
	if n := claims(t, sightline.Voted, "", nil); n != 1953 {
		t.Errorf("%d votes, want 1953", n)
	}
	if n := claims(t, sightline.FilteringRated, "", nil); n != 4*74 {
		t.Errorf("%d ratings, want %d", n, 4*74)
	}
}

// The vote on 74/247 was 79-60-33, and splits by the groups of 2018 as the
// literature tells.
func TestVotesByGroup(t *testing.T) {
	group := map[sightline.EntityID]string{}
	size := map[string]int{}
	claims(t, sightline.GroupedAs, "list/new-america-2018", func(c *sightline.Claim) {
		group[c.Subject] = c.Qualifiers["group"]
		size[c.Qualifiers["group"]]++
	})
	if size["digital decider"] != 50 || size["global and open"] != 37 || size["sovereign and controlled"] != 27 {
		t.Errorf("groups %v", size)
	}
	all := map[string]int{}
	by := map[string]map[string]int{}
	claims(t, sightline.Voted, "vote/unga-74-247", func(c *sightline.Claim) {
		v, g := c.Qualifiers["vote"], group[c.Subject]
		all[v]++
		if by[g] == nil {
			by[g] = map[string]int{}
		}
		by[g][v]++
	})
	if all["yes"] != 79 || all["no"] != 60 || all["abstain"] != 33 {
		t.Errorf("74/247: %v", all)
	}
	for g, want := range map[string][3]int{"global and open": {0, 37, 0}, "sovereign and controlled": {22, 0, 3}, "digital decider": {22, 11, 16}} {
		if got := [3]int{by[g]["yes"], by[g]["no"], by[g]["abstain"]}; got != want {
			t.Errorf("%s voted %v, want %v", g, got, want)
		}
	}
}

// The 65 economies had 62.25 % of the people of the world in 2017: 43.9 %
// without China, 26.1 % without China and India.
func TestPopulationShare(t *testing.T) {
	population, err := catalog.SeriesByID("population")
	if err != nil {
		t.Fatal(err)
	}
	world, err := population.World(2017)
	if err != nil {
		t.Fatal(err)
	}
	total, _ := world.Get()
	people := map[sightline.EntityID]float64{}
	sum := 0.0
	claims(t, sightline.MemberOf, "list/bri-65", func(c *sightline.Claim) {
		country, _ := c.Subject.Country()
		n, err := population.At(country, 2017)
		if err != nil {
			t.Fatal(err)
		}
		v, _ := n.Get()
		people[c.Subject] = v
		sum += v
	})
	for _, x := range []struct {
		without []sightline.EntityID
		want    float64
		places  float64
	}{
		{nil, 62.25, 0.005},
		{[]sightline.EntityID{"country/CN"}, 43.9, 0.05},
		{[]sightline.EntityID{"country/CN", "country/IN"}, 26.1, 0.05},
	} {
		s := sum
		for _, id := range x.without {
			s -= people[id]
		}
		if got := 100 * s / total; got < x.want-x.places || got > x.want+x.places {
			t.Errorf("share without %v is %.3f, want %v", x.without, got, x.want)
		}
	}
}

func TestSeries(t *testing.T) {
	kenya, kosovo, taiwan := country(t, "KE"), country(t, "XK"), country(t, "TW")
	declared := map[sightline.SourceID]bool{}
	for _, r := range records(t) {
		if s := r.Source(); s != nil {
			declared[s.ID] = true
		}
	}
	for _, s := range catalog.AllSeries() {
		if !declared[s.Source()] {
			t.Errorf("%s: its source %q is not declared", s.ID(), s.Source())
		}
		points, err := s.Points(kenya)
		if err != nil || len(points) == 0 {
			t.Errorf("%s of Kenya: %v, %v", s.ID(), points, err)
		}
		for i := 1; i < len(points); i++ {
			if points[i].Year <= points[i-1].Year {
				t.Errorf("%s is not by year: %v", s.ID(), points)
			}
		}
		if points, err := s.Points(kosovo); err != nil || len(points) == 0 {
			t.Errorf("%s of Kosovo: %v, %v", s.ID(), points, err)
		}
		if points, err := s.Points(taiwan); err != nil || len(points) > 0 {
			t.Errorf("%s of Taiwan, which the World Bank does not list: %v, %v", s.ID(), points, err)
		}
	}
}

func country(t *testing.T, code string) sightline.Country {
	t.Helper()
	c, err := sightline.ParseCountry(code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func BenchmarkRecords(b *testing.B) {
	for b.Loop() {
		if _, err := catalog.Records(); err != nil {
			b.Fatal(err)
		}
	}
}

// LICENSES.md explains the licence of every source.
func TestLicencesAreExplained(t *testing.T) {
	text, err := os.ReadFile("LICENSES.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records(t) {
		if s := r.Source(); s != nil && !strings.Contains(string(text), "| `"+s.Licence+"` |") {
			t.Errorf("source %s has the licence %q, which LICENSES.md does not explain", s.ID, s.Licence)
		}
	}
}

// What AidData counts for a country is in its answer only if it concerns
// networks, identity, surveillance or the training of officials. For Kenya that
// is nothing: food, health and the young are not in it.
func TestKenyaHasNoCharity(t *testing.T) {
	unrelated := 0
	for _, r := range records(t) {
		c := r.Claim()
		if c == nil || c.Object.Entity != "country/KE" || !strings.HasPrefix(string(c.ID), "aiddata-") {
			continue
		}
		if c.Class() == sightline.ClassUnrelated {
			unrelated++
			continue
		}
		t.Errorf("%s: %s", c.ID, c.Words)
	}
	if unrelated != 5 {
		t.Errorf("%d unrelated projects for Kenya, want 5", unrelated)
	}
}

// Every project of AidData has a class, and those that matter have words of
// their own.
func TestProjectClasses(t *testing.T) {
	count := map[sightline.Class]int{}
	projects := map[string]bool{}
	for _, r := range records(t) {
		c := r.Claim()
		if c == nil || !strings.HasPrefix(c.Qualifiers["project"], "project/aiddata-") || projects[c.Qualifiers["project"]] {
			continue
		}
		projects[c.Qualifiers["project"]] = true
		count[c.Class()]++
		if c.Words == "" {
			t.Errorf("%s has no words", c.ID)
		}
	}
	want := map[sightline.Class]int{sightline.ClassControl: 10, sightline.ClassCore: 8, sightline.ClassAccess: 35, sightline.ClassTraining: 3, sightline.ClassUnrelated: 173}
	for k, n := range want {
		if count[k] != n {
			t.Errorf("%d projects of class %s, want %d", count[k], k, n)
		}
	}
}

// The quotations that a spreadsheet had filled upwards are mended, and no claim
// puts a network into its owner's country by mistake.
func TestNetworksAreMended(t *testing.T) {
	in := map[sightline.EntityID]sightline.EntityID{}
	for _, r := range records(t) {
		c := r.Claim()
		if c == nil {
			continue
		}
		if c.Predicate == sightline.OperatesIn && strings.HasPrefix(string(c.ID), "in-as") {
			in[c.Subject] = c.Object.Entity
		}
		for _, ref := range c.References {
			if ref.Source == "state-owned-ases-2021" && (strings.Contains(ref.Locator, "china/freedom-net/202") || strings.Contains(ref.Quote, "51.45")) {
				t.Errorf("%s: %s %s", c.ID, ref.Locator, ref.Quote)
			}
		}
	}
	for network, want := range map[sightline.EntityID]sightline.EntityID{
		"network/AS9498": "country/IN", "network/AS200724": "country/AT", "network/AS9249": "country/VU", "network/AS7642": "country/MV",
		"network/AS8661": "country/XK", "network/AS8681": "country/JE", "network/AS136255": "country/MM", "network/AS18678": "country/CO",
	} {
		if in[network] != want {
			t.Errorf("%s is in %q, want %q", network, in[network], want)
		}
	}
}

// No organisation, act or list is declared under two ids.
func TestNoTwins(t *testing.T) {
	known := map[string]sightline.EntityID{}
	for _, r := range records(t) {
		e := r.Entity()
		if e == nil || e.ID.Kind() == sightline.KindNetwork {
			continue
		}
		name := e.ID.Kind().String() + " " + strings.ToLower(e.Name)
		if other, twice := known[name]; twice {
			t.Errorf("%s and %s are both called %q", e.ID, other, e.Name)
		}
		known[name] = e.ID
	}
}

func TestInputs(t *testing.T) {
	inputs := catalog.Inputs()
	if len(inputs) < 10 {
		t.Fatalf("%d inputs", len(inputs))
	}
	for i, in := range inputs {
		if len(in.SHA256) != 64 || i > 0 && inputs[i-1].Name >= in.Name {
			t.Errorf("input %d: %+v", i, in)
		}
	}
}
