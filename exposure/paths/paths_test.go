package paths_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"sightline"
	"sightline/exposure/paths"
	"sightline/internal/mrtmake"
	"sightline/mrt"
)

const shared = "../../../shared/data/routing/"

func load(t testing.TB, b *paths.Builder, collector, name string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Skipf("the shared routing data are not at hand: %v", err)
	}
	defer f.Close()
	r, _, err := mrt.Decompress(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	m := mrt.NewReader(r, mrt.Options{})
	if err := b.Feed(collector).Read(m, nil); err != nil {
		t.Fatal(err)
	}
}

func text(t testing.TB, x *paths.Table) string {
	t.Helper()
	var b bytes.Buffer
	if err := x.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// route is an element in short: "10.0.0.0/8 1 2 3" from peer 0; a leading "-"
// withdraws, "+" is of a table, "!" ends the peer's session.
func add(t testing.TB, f *paths.Feed, peer int, s string) {
	t.Helper()
	peers := []mrt.Peer{{Addr: netip.MustParseAddr("192.0.2.1"), ASN: 64512}, {Addr: netip.MustParseAddr("192.0.2.2"), ASN: 64513}, {Addr: netip.MustParseAddr("2001:db8::1"), ASN: 64514}}
	e := mrt.Elem{Kind: mrt.Announce, Peer: peer}
	if s == "!" {
		e.Kind, e.From, e.To = mrt.State, mrt.Established, 1
	} else {
		w := strings.Fields(s)
		if p, ok := strings.CutPrefix(w[0], "-"); ok {
			e.Kind, w[0] = mrt.Withdraw, p
		}
		if p, ok := strings.CutPrefix(w[0], "+"); ok {
			e.Kind, w[0] = mrt.Held, p
		}
		if p, id, ok := strings.Cut(w[0], "#"); ok {
			w[0], e.PathID = p, uint32(id[0]-'0')
		}
		e.Prefix = netip.MustParsePrefix(w[0])
		var asns []sightline.ASN
		for _, x := range w[1:] {
			a, err := sightline.ParseASN(x)
			if err != nil {
				t.Fatal(err)
			}
			asns = append(asns, a)
		}
		e.Path = mrt.AppendSequence(nil, asns...)
	}
	if err := f.Add(&e, peers); err != nil {
		t.Fatal(err)
	}
}

func TestUpdates(t *testing.T) {
	b := paths.NewBuilder()
	rib := b.Feed("one")
	add(t, rib, 0, "10.0.0.0/8 64512 1")
	add(t, rib, 1, "10.0.0.0/8 64513 1")
	add(t, rib, 0, "10.1.0.0/16 64512 2")
	add(t, rib, 2, "2001:db8::/32 64514 3")
	before := b.Table()
	up := b.Feed("one")
	add(t, up, 0, "10.1.0.0/16 64512 9 2")
	add(t, up, 1, "9.0.0.0/8 64513 5")
	add(t, up, 0, "-10.0.0.0/8")
	add(t, up, 2, "!")
	add(t, up, 2, "2001:db8:1::/48 64514 4")
	want := `9.0.0.0/8|64513|192.0.2.2|one|64513 5
10.0.0.0/8|64513|192.0.2.2|one|64513 1
10.1.0.0/16|64512|192.0.2.1|one|64512 9 2
2001:db8:1::/48|64514|2001:db8::1|one|64514 4
`
	after := b.Table()
	if got := text(t, after); got != want {
		t.Errorf("after the updates:\n%s", got)
	}
	if got := text(t, before); strings.Count(got, "\n") != 4 || strings.Contains(got, "64512 9 2") {
		t.Errorf("the earlier table changed:\n%s", got)
	}
	if after.Entries() != 4 || after.Len() != 4 || after.V4() != 3 || after.Count(2, true) != 1 {
		t.Errorf("%d entries, %d prefixes, %d of IPv4", after.Entries(), after.Len(), after.V4())
	}
}

func TestAddPath(t *testing.T) {
	b := paths.NewBuilder()
	f := b.Feed("one")
	add(t, f, 0, "10.0.0.0/8#2 64512 7 1")
	add(t, f, 0, "10.0.0.0/8#1 64512 1")
	add(t, f, 0, "10.0.0.0/8#3 64512 8 1")
	add(t, f, 0, "-10.0.0.0/8#3")
	x := b.Table()
	if got := text(t, x); got != "10.0.0.0/8|64512|192.0.2.1|one|64512 1\n" || x.Aside() != 1 {
		t.Errorf("%d aside\n%s", x.Aside(), got)
	}
}

// TestMergeAndSplit merges three real collectors in several orders, and splits
// them again.
func TestMergeAndSplit(t *testing.T) {
	names := map[string]string{
		"a": shared + "mrt/ripe-bgpdump-tests/test_data/bview.20020722.2337.gz",
		"b": shared + "mrt/mrtparse-samples/quagga_rib",
		"c": shared + "mrt/mrtparse-samples/openbgpd_rib_table-v2",
	}
	alone := map[string]string{}
	for c, name := range names {
		b := paths.NewBuilder()
		load(t, b, c, name)
		alone[c] = text(t, b.Table())
	}
	var first string
	for _, order := range []string{"abc", "cba", "bac"} {
		b := paths.NewBuilder()
		for _, c := range order {
			load(t, b, string(c), names[string(c)])
		}
		x := b.Table()
		if got := text(t, x); first == "" {
			first = got
		} else if got != first {
			t.Errorf("order %s gives other bytes", order)
		}
		for c := range names {
			if got := text(t, x.Only(func(p paths.Peer) bool { return p.Collector == c })); got != alone[c] {
				t.Errorf("collector %s is not restored", c)
			}
		}
	}
}

// TestDuplicates gives a table twice, under one name and under two.
func TestDuplicates(t *testing.T) {
	name := shared + "mrt/ripe-bgpdump-tests/test_data/bview.20020722.2337.gz"
	b := paths.NewBuilder()
	load(t, b, "a", name)
	once := text(t, b.Table())
	load(t, b, "a", name)
	if text(t, b.Table()) != once {
		t.Error("the same table of the same collector, given twice, changes the store")
	}
	load(t, b, "z", name)
	x := b.Table()
	if text(t, x) != once || len(x.Twins()) == 0 {
		t.Errorf("the same table of another collector changes the store; %d twins", len(x.Twins()))
	}
}

// TestPermuted adds the same routes in random orders.
func TestPermuted(t *testing.T) {
	type one struct {
		peer int
		s    string
	}
	var routes []one
	for p := range 3 {
		for i := range 50 {
			routes = append(routes, one{p, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i * 7), 0, 0}), 12+i%12).Masked().String() + " 6451" + string(rune('2'+p)) + " " + string(rune('1'+i%5))})
		}
	}
	slices.SortFunc(routes, func(a, b one) int { return strings.Compare(a.s, b.s) })
	routes = slices.CompactFunc(routes, func(a, b one) bool {
		return a.peer == b.peer && strings.Fields(a.s)[0] == strings.Fields(b.s)[0]
	})
	// One route per prefix and peer, so that no order is right.
	seen := map[[2]any]bool{}
	routes = slices.DeleteFunc(routes, func(r one) bool {
		k := [2]any{r.peer, strings.Fields(r.s)[0]}
		if seen[k] {
			return true
		}
		seen[k] = true
		return false
	})
	rng := rand.New(rand.NewPCG(1, 1))
	want := ""
	for range 20 {
		rng.Shuffle(len(routes), func(i, j int) { routes[i], routes[j] = routes[j], routes[i] })
		b := paths.NewBuilder()
		f := b.Feed("x")
		for _, r := range routes {
			add(t, f, r.peer, "+"+r.s)
		}
		got := text(t, b.Table())
		if want == "" {
			want = got
		}
		if got != want {
			t.Fatal("another order gives other bytes")
		}
	}
}

// TestIntern adds random paths, many of them again and again, and finds each
// where it belongs.
func TestIntern(t *testing.T) {
	b := paths.NewBuilder()
	f := b.Feed("one")
	rng := rand.New(rand.NewPCG(5, 5))
	peers := []mrt.Peer{{Addr: netip.MustParseAddr("192.0.2.1"), ASN: 64512}}
	var given []string
	different := map[string]bool{}
	for i := range 200_000 {
		var p mrt.Path
		for range 1 + rng.IntN(3) {
			p = mrt.AppendSequence(p, sightline.ASN(rng.IntN(60)))
		}
		given = append(given, string(p))
		different[string(p)] = true
		e := mrt.Elem{Kind: mrt.Held, Path: p, Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32)}
		if err := f.Add(&e, peers); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.Paths(); n != len(different) {
		t.Errorf("%d paths, want %d", n, len(different))
	}
	x := b.Finish()
	if x.Set().Len() != len(different) || x.Entries() != len(given) {
		t.Errorf("%d paths and %d entries, want %d and %d", x.Set().Len(), x.Entries(), len(different), len(given))
	}
	for i, want := range given {
		if _, ids := x.At(i); len(ids) != 1 || string(x.Path(ids[0])) != want {
			t.Fatalf("entry %d has another path", i)
		}
	}
}

// TestRead makes the same table row by row and element by element, of sound
// and of damaged bytes.
func TestRead(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	same := func(name string, b []byte) {
		t.Helper()
		read := func(each bool, way mrt.OnDamage) (string, mrt.Report) {
			m := mrt.NewReader(bytes.NewReader(b), mrt.Options{OnDamage: way})
			build := paths.NewBuilder()
			feed := build.Feed("one")
			if !each {
				if err := feed.Read(m, nil); err != nil {
					t.Fatal(err)
				}
				return text(t, build.Finish()), m.Report()
			}
			for m.Next() {
				if err := feed.Add(m.Elem(), m.Peers()); err != nil {
					t.Fatal(err)
				}
			}
			return text(t, build.Finish()), m.Report()
		}
		for _, way := range []mrt.OnDamage{mrt.Skip, mrt.Diagnose, mrt.Recover} {
			rows, rep := read(false, way)
			want, wantRep := read(true, way)
			if rows != want || rep.Elements == 0 {
				t.Errorf("%s: another table of %d elements", name, rep.Elements)
			}
			if fmt.Sprint(rep) != fmt.Sprint(wantRep) {
				t.Errorf("%s: another report: %+v, want %+v", name, rep, wantRep)
			}
		}
	}
	// Few paths, so that they come again beside and behind each other, with
	// peers that are missing or twice in a row.
	for range 20 {
		var b strings.Builder
		for p := range 5 {
			fmt.Fprintf(&b, "peer 192.0.2.%d %d\n", p+1, 64512+p)
		}
		for i := range 300 {
			for k := range 6 {
				switch p := k%5 + 1; {
				case rng.IntN(5) == 0:
				case i > 250 && rng.IntN(2) == 0:
					fmt.Fprintf(&b, "withdraw %d 10.0.%d.0/24\n", p, rng.IntN(256))
				default:
					fmt.Fprintf(&b, "held %d 10.0.%d.0/24 %d %d\n", p, i%256, 64511+p, 1+rng.IntN(4))
				}
			}
		}
		file, err := mrtmake.Make(b.String())
		if err != nil {
			t.Fatal(err)
		}
		same("made up", file)
		for range 5 {
			hurt := slices.Clone(file)
			for range 1 + rng.IntN(20) {
				hurt[200+rng.IntN(len(hurt)-200)] = byte(rng.Uint32())
			}
			same("made up and damaged", hurt)
		}
	}
	for _, name := range []string{"rib.20140523.0600_firstMB.bz2", "rib6.20151101.0600_firstMB.bz2", "rib.20080501.0644_firstMB.bz2", "routeviews.jinx.updates.1401493500.bz2",
		"ripe-bgpdump-tests/test_data/bview.ipv4_unicast_add_path.gz"} {
		f, err := os.Open(shared + "mrt/" + name)
		if err != nil {
			t.Skipf("the shared routing data are not at hand: %v", err)
		}
		r, _, err := mrt.Decompress(f)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(r) // they are cut short
		r.Close()
		f.Close()
		same(name, b[:min(len(b), 3<<20)])
	}
}

// TestFinish makes the same table with and without letting go of the builder.
func TestFinish(t *testing.T) {
	for _, name := range []string{"routeviews.jinx.ribs.1401487200.bz2", "rib.20140523.0600_firstMB.bz2"} {
		b := paths.NewBuilder()
		load(t, b, "one", shared+"mrt/"+name)
		kept := b.Table()
		again := b.Table()
		last := b.Finish()
		want := text(t, kept)
		for _, x := range []*paths.Table{again, last} {
			if text(t, x) != want || x.Entries() != kept.Entries() || x.Len() != kept.Len() {
				t.Errorf("%s: another table", name)
			}
			for i := range x.Peers() {
				if x.Count(i, false) != kept.Count(i, false) {
					t.Errorf("%s: peer %d has %d prefixes, and %d", name, i, x.Count(i, false), kept.Count(i, false))
				}
			}
		}
	}
}

// TestBetween makes a table after each route, in the middle of prefixes too: of
// two routes of one peer to one prefix the later one holds.
func TestBetween(t *testing.T) {
	routes := []string{"2 10.0.0.0/8 64514 1", "0 10.0.0.0/8 64512 1", "2 10.0.0.0/8 64514 7", "1 10.0.0.0/8 64513 1", "1 10.1.0.0/16 64513 1", "0 10.1.0.0/16 64512 1"}
	build := func(between bool, kind string) string {
		b := paths.NewBuilder()
		f := b.Feed("one")
		for _, r := range routes {
			if between {
				b.Table()
			}
			add(t, f, int(r[0]-'0'), kind+r[2:])
		}
		return text(t, b.Finish())
	}
	want := `10.0.0.0/8|64512|192.0.2.1|one|64512 1
10.0.0.0/8|64513|192.0.2.2|one|64513 1
10.0.0.0/8|64514|2001:db8::1|one|64514 7
10.1.0.0/16|64512|192.0.2.1|one|64512 1
10.1.0.0/16|64513|192.0.2.2|one|64513 1
`
	for _, between := range []bool{false, true} {
		for _, kind := range []string{"", "+"} {
			if got := build(between, kind); got != want {
				t.Errorf("tables between: %v, %q:\n%s", between, kind, got)
			}
		}
	}
}

// TestMemory holds the store to sixteen bytes a live entry, paths apart.
func TestMemory(t *testing.T) {
	b := paths.NewBuilder()
	load(t, b, "jinx", shared+"mrt/routeviews.jinx.ribs.1401487200.bz2")
	x := b.Table()
	entries, p := x.Bytes()
	if per := float64(entries) / float64(x.Entries()); per > 16 {
		t.Errorf("%.1f bytes an entry", per)
	}
	t.Logf("%d entries, %d prefixes, %d paths: %d bytes and %d of paths", x.Entries(), x.Len(), x.Set().Len(), entries, p)
}

// BenchmarkLoad reads the table named by SIGHTLINE_RIB (by default that of
// JINX) into a store.
func BenchmarkLoad(b *testing.B) {
	name := os.Getenv("SIGHTLINE_RIB")
	if name == "" {
		name = shared + "mrt/routeviews.jinx.ribs.1401487200.bz2"
	}
	for b.Loop() {
		start := time.Now()
		x := paths.NewBuilder()
		load(b, x, "bench", name)
		read := time.Since(start)
		t := x.Finish()
		took := time.Since(start)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		e, p := t.Bytes()
		b.ReportMetric(float64(t.Entries())/took.Seconds(), "entries/s")
		b.ReportMetric(read.Seconds(), "read-s")
		b.ReportMetric(float64(t.Entries()), "entries")
		b.ReportMetric(float64(t.Set().Len()), "paths")
		b.ReportMetric(float64(e)/float64(t.Entries()), "B/entry")
		b.ReportMetric(float64(p)/float64(t.Entries()), "pathB/entry")
		b.ReportMetric(float64(m.Sys)/1e6, "sys-MB")
	}
}

// BenchmarkDecode unpacks the same file and does nothing with it.
func BenchmarkDecode(b *testing.B) {
	name := os.Getenv("SIGHTLINE_RIB")
	if name == "" {
		name = shared + "mrt/routeviews.jinx.ribs.1401487200.bz2"
	}
	for b.Loop() {
		f, err := os.Open(name)
		if err != nil {
			b.Skip(err)
		}
		r, _, err := mrt.Decompress(f)
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.Copy(io.Discard, r)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(n)
		r.Close()
		f.Close()
	}
}

// BenchmarkKlauspost unpacks the gzip file named by SIGHTLINE_RIB with
// klauspost's reader alone: the floor of what a reader of such a file can take.
func BenchmarkKlauspost(b *testing.B) {
	name := os.Getenv("SIGHTLINE_RIB")
	if !strings.HasSuffix(name, ".gz") {
		b.Skip("SIGHTLINE_RIB names no gzip file")
	}
	for b.Loop() {
		f, err := os.Open(name)
		if err != nil {
			b.Skip(err)
		}
		r, err := gzip.NewReader(f)
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.Copy(io.Discard, r)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(n)
		f.Close()
	}
}
