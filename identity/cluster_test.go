package identity_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/identity"
	"sightline/ledger"
)

// records makes entities and judgements of a short text: "a lei:…" is a company
// with an identifier, "a = b" a judgement same, "a ! b" not_same, "a ? b" unsure.
func records(t testing.TB, text string) (entities []*sightline.Entity, list []sightline.Record) {
	t.Helper()
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		var value any
		verdicts := map[string]sightline.Verdict{"=": sightline.Same, "!": sightline.NotSame, "?": sightline.Unsure}
		if len(f) == 3 && verdicts[f[1]] != 0 {
			value = &sightline.Judgement{A: sightline.EntityID("company/" + f[0]), B: sightline.EntityID("company/" + f[2]), Verdict: verdicts[f[1]], Author: "desk", Reason: "Test."}
		} else {
			e := &sightline.Entity{ID: sightline.EntityID("company/" + f[0]), Name: f[0]}
			for _, id := range f[1:] {
				e.Identifiers = append(e.Identifiers, sightline.Identifier(id))
			}
			entities = append(entities, e)
			value = e
		}
		r, err := sightline.NewRecord(value)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return entities, list
}

func store(t testing.TB, list []sightline.Record) sightline.Store {
	t.Helper()
	m, err := ledger.NewMemory("test", 1, list)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func judged(t testing.TB, s sightline.Store) []sightline.Entry {
	t.Helper()
	j, err := s.Judgements(0)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// told prints clusters and conflicts.
func told(c identity.Clusters) string {
	name := func(id sightline.EntityID) string { return strings.TrimPrefix(string(id), "company/") }
	var out []string
	for _, x := range c.List {
		var m []string
		for _, id := range x.Members {
			m = append(m, name(id))
		}
		out = append(out, strings.Join(m, "="))
	}
	for _, x := range c.Conflicts {
		out = append(out, fmt.Sprintf("%s!%s leaves out %d", name(x.A), name(x.B), len(x.LeftOut)))
	}
	return strings.Join(out, "; ")
}

const lei1, lei2 = "lei:529900T8BM49AURSDO55", "lei:506700GE1G29325QX363"

func TestClusters(t *testing.T) {
	const abcd = "a\nb\nc\nd\n"
	for _, c := range []struct{ what, text, want string }{
		{"nothing", abcd, ""},
		{"one pair", abcd + "b = a", "a=b"},
		{"a chain", abcd + "a = b\nb = c", "a=b=c"},
		{"two", abcd + "a = b\nc = d", "a=b; c=d"},
		{"unsure joins nothing", abcd + "a ? b", ""},
		{"not the same, and nothing joins them", abcd + "a ! b\nc = d", "c=d"},
		{"a chain between two that are apart", abcd + "a = b\nb = c\na ! c", "a!c leaves out 2"},
		{"what hangs on the chain stays", abcd + "a = b\nb = c\na ! c\nd = a", "a=d; a!c leaves out 2"},
		{"two ways between them", abcd + "a = b\nb = c\na = d\nd = c\na ! c", "a!c leaves out 4"},
		{"an identifier", "a " + lei1 + "\nb " + lei1, "a=b"},
		{"other identifiers", "a " + lei1 + "\nb " + lei2, ""},
		{"two identifiers in a chain", "a " + lei1 + "\nb " + lei1 + " asn:AS1\nc asn:AS1", "a=b=c"},
		{"a judgement beats an identifier", "a " + lei1 + "\nb " + lei1 + "\na ! b", ""},
		{"also by way of a third", "a " + lei1 + "\nb " + lei1 + "\nc " + lei1 + "\na ! b", "a!b leaves out 2"},
		{"identifiers that contradict each other", "a wikidata:Q1 " + lei1 + "\nb wikidata:Q1 " + lei2, "a!b leaves out 1"},
		{"a judgement on what contradicts", "a wikidata:Q1 " + lei1 + "\nb wikidata:Q1 " + lei2 + "\na = b", "a=b; a!b leaves out 1"},
		{"several registrations contradict nothing", "a registration:CN:1 asn:AS1\nb registration:CN:2 asn:AS1", "a=b"},
	} {
		entities, list := records(t, c.text)
		s := store(t, list)
		got := identity.Join(entities, judged(t, s))
		if told(got) != c.want {
			t.Errorf("%s: %q, want %q", c.what, told(got), c.want)
		}
		slices.Reverse(entities)
		if again := identity.Join(entities, judged(t, s)); told(again) != c.want {
			t.Errorf("%s, turned round: %q", c.what, told(again))
		}
		// From any member the same clusters are found.
		for _, e := range entities {
			around, err := identity.Around(s, []sightline.EntityID{e.ID}, 0)
			if err != nil || !slices.Equal(around.Of(e.ID).Members, got.Of(e.ID).Members) {
				t.Errorf("%s: around %s: %v, %v; want %v", c.what, e.ID, around.Of(e.ID).Members, err, got.Of(e.ID).Members)
			}
		}
	}
}

// An entity of the first kind gives the cluster its id, whatever the letters.
func TestClusterID(t *testing.T) {
	j := func(a, b sightline.EntityID) sightline.Entry {
		r, err := sightline.NewRecord(&sightline.Judgement{A: a, B: b, Verdict: sightline.Same, Author: "desk", Reason: "Test."})
		if err != nil {
			t.Fatal(err)
		}
		return sightline.Entry{Record: r, Closed: sightline.Forever}
	}
	c := identity.Join(nil, []sightline.Entry{j("organization/a", "company/z"), j("body/m", "organization/a")})
	if got := fmt.Sprint(c.Of("organization/a").Members); got != "[company/z body/m organization/a]" {
		t.Error(got)
	}
	if got := c.Of("company/alone"); got.ID != "company/alone" || len(got.Members) != 1 {
		t.Errorf("%+v", got)
	}
}

// On random graphs: entities that are not the same are never in one cluster;
// what is left out is just what lies on a simple way between two of them; and
// links that are kept join.
func TestClustersApart(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 400 {
		n := 2 + rng.IntN(7)
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "e%d\n", i)
		}
		type pair [2]int
		var same, apart []pair
		taken := map[pair]bool{}
		for range rng.IntN(2 * n) {
			p := pair{rng.IntN(n), rng.IntN(n)}
			if p[0] >= p[1] || taken[p] {
				continue
			}
			taken[p] = true
			if rng.IntN(5) == 0 {
				apart = append(apart, p)
				fmt.Fprintf(&text, "e%d ! e%d\n", p[0], p[1])
			} else {
				same = append(same, p)
				fmt.Fprintf(&text, "e%d = e%d\n", p[0], p[1])
			}
		}
		entities, list := records(t, text.String())
		got := identity.Join(entities, judged(t, store(t, list)))
		id := func(i int) sightline.EntityID { return sightline.EntityID(fmt.Sprintf("company/e%d", i)) }
		// All simple ways, by trying.
		onWay := map[pair]bool{}
		var walk func(at, to int, seen map[int]bool, way []pair)
		walk = func(at, to int, seen map[int]bool, way []pair) {
			if at == to {
				for _, p := range way {
					onWay[p] = true
				}
				return
			}
			seen[at] = true
			for _, p := range same {
				for _, d := range []pair{p, {p[1], p[0]}} {
					if d[0] == at && !seen[d[1]] {
						walk(d[1], to, seen, append(slices.Clone(way), p))
					}
				}
			}
			delete(seen, at)
		}
		for _, p := range apart {
			if got.Of(id(p[0])).ID == got.Of(id(p[1])).ID {
				t.Fatalf("round %d: %v are together\n%s", round, p, text.String())
			}
			walk(p[0], p[1], map[int]bool{}, nil)
		}
		kept := 0
		for _, c := range got.List {
			kept += len(c.Links)
			for _, l := range c.Links {
				for _, p := range same {
					if l.A == id(p[0]) && l.B == id(p[1]) && onWay[p] {
						t.Fatalf("round %d: %v is kept and lies between\n%s", round, p, text.String())
					}
				}
			}
		}
		if kept != len(same)-len(onWay) {
			t.Fatalf("round %d: %d links kept of %d, %d lie between\n%s", round, kept, len(same), len(onWay), text.String())
		}
	}
}

// The queue, best first: what is settled is left out, what was left open comes
// last, and two firms of one name in two countries are not likely one.
func TestQueue(t *testing.T) {
	company := func(id, name, country string, names ...string) *sightline.Entity {
		e := &sightline.Entity{ID: sightline.EntityID("company/" + id), Name: name, Names: names}
		if country != "" {
			c, err := sightline.ParseCountry(country)
			if err != nil {
				t.Fatal(err)
			}
			e.Country = c
		}
		return e
	}
	entities := []*sightline.Entity{
		company("huawei", "Huawei", "CN"),
		company("huawei-zh", "华为技术有限公司", "CN"),
		company("huawei-ru", "Хуавэй", ""),
		company("hikvision", "Hikvision", "CN"),
		company("hikvsion", "Hikvsion", "CN"),
		company("dahua", "Dahua Technology", "CN"),
		company("dahua-sunshine", "Dahua Sunshine Insurance", "CN"),
		company("telecom-ke", "Unitel Telecom", "KE"),
		company("telecom-mn", "Unitel Telecom", "MN"),
		{ID: "country/KE", Name: "Kenya"},
	}
	lines := func(list []identity.Review) string {
		var out []string
		for _, r := range list {
			if err := r.Score.Check(); err != nil {
				t.Fatal(err)
			}
			if v, _ := r.Score.Value.Get(); v != r.Match.Score || r.Score.Packet != r.Packet.ID() {
				t.Fatalf("%+v", r.Score)
			}
			mark := ""
			if r.Unsure != nil {
				mark = "?"
			}
			out = append(out, fmt.Sprintf("%.2f %s %s%s", r.Match.Score, strings.TrimPrefix(string(r.A.ID), "company/"), strings.TrimPrefix(string(r.B.ID), "company/"), mark))
		}
		return strings.Join(out, "\n")
	}
	queue := func(judgements string, limit int) string {
		_, list := records(t, judgements)
		var entries []sightline.Entry
		for _, r := range list {
			entries = append(entries, sightline.Entry{Record: r, Closed: sightline.Forever})
		}
		return lines(identity.Queue(entities, entries, limit))
	}
	for _, c := range []struct {
		judgements string
		limit      int
		want       string
	}{
		{"", 0, "0.90 huawei huawei-ru\n0.89 hikvision hikvsion\n0.85 huawei huawei-zh\n0.78 huawei-ru huawei-zh\n0.75 telecom-ke telecom-mn"},
		{"", 2, "0.90 huawei huawei-ru\n0.89 hikvision hikvsion"},
		// One pair stands for the cluster.
		{"huawei = huawei-zh", 0, "0.90 huawei huawei-ru\n0.89 hikvision hikvsion\n0.75 telecom-ke telecom-mn"},
		// What is not the one is not the other.
		{"huawei = huawei-zh\nhuawei ! huawei-ru", 0, "0.89 hikvision hikvsion\n0.75 telecom-ke telecom-mn"},
		{"huawei ? huawei-ru\nhikvision = hikvsion\ntelecom-ke ! telecom-mn", 0, "0.85 huawei huawei-zh\n0.78 huawei-ru huawei-zh\n0.90 huawei huawei-ru?"},
	} {
		if got := queue(c.judgements, c.limit); got != c.want {
			t.Errorf("%q, limit %d:\n%s\nwant\n%s", c.judgements, c.limit, got, c.want)
		}
	}
}

// Many names of one organisation do not hide another's.
func TestQueueOfManyNames(t *testing.T) {
	many := &sightline.Entity{ID: "company/many", Name: "Umbrella Networks"}
	for i := range 40 {
		many.Names = append(many.Names, fmt.Sprintf("Umbrella Networks %c", 'A'+i%26)+strings.Repeat("x", i/26))
	}
	other := &sightline.Entity{ID: "company/other", Name: "Umbrela Networks"}
	if list := identity.Queue([]*sightline.Entity{many, other}, nil, 0); len(list) != 1 {
		t.Errorf("%d pairs", len(list))
	}
}
