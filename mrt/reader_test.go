package mrt_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"sightline/mrt"
)

const shared = "../../shared/data/routing/mrt/"

// open opens a file of the shared data, or skips.
func open(t testing.TB, name string) io.ReadCloser {
	t.Helper()
	f, err := os.Open(filepath.Join(shared, name))
	if err != nil {
		t.Skipf("the shared routing data are not at hand: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	r, _, err := mrt.Decompress(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// line prints an element as the first fields of `bgpdump -m`.
func line(b []byte, e *mrt.Elem, peers []mrt.Peer) []byte {
	p := peers[e.Peer]
	kind := map[mrt.Kind]string{mrt.Held: "B", mrt.Announce: "A", mrt.Withdraw: "W", mrt.State: "STATE"}[e.Kind]
	b = fmt.Appendf(b, "%s|%s|%d|", kind, p.Addr, p.ASN)
	if e.Kind == mrt.State {
		return fmt.Appendf(b, "%d|%d", e.From, e.To)
	}
	b = e.Prefix.AppendTo(b)
	if e.AddPath {
		b = fmt.Appendf(b, "|%d", e.PathID)
	}
	if e.Kind == mrt.Withdraw {
		return b
	}
	return e.Path.AppendText(append(b, '|'))
}

// fromBgpdump keeps of a line of `bgpdump -m` what line prints. Where the
// table has path identifiers, one more field stands before the path. Addresses
// are printed as RFC 5952 has them, which bgpdump does not always do.
func fromBgpdump(s string, addPath bool) (string, bool) {
	f := strings.Split(s, "|")
	if len(f) < 6 {
		return "", false
	}
	var keep []string
	switch {
	case f[2] == "STATE":
		keep = f[2:7]
	case f[2] == "W":
		keep = f[2:6]
	case addPath:
		keep = f[2:8]
	default:
		keep = f[2:7]
	}
	if a, err := netip.ParseAddr(keep[1]); err == nil {
		keep[1] = a.String()
	}
	if p, err := netip.ParsePrefix(keep[3]); err == nil {
		keep[3] = p.Masked().String()
	}
	return strings.Join(keep, "|"), true
}

func readLines(t testing.TB, r io.Reader, way mrt.OnDamage) ([]string, mrt.Report) {
	t.Helper()
	m := mrt.NewReader(r, mrt.Options{OnDamage: way})
	var out []string
	var b []byte
	for m.Next() {
		if m.Elem().Kind == mrt.Damaged {
			continue
		}
		b = line(b[:0], m.Elem(), m.Peers())
		out = append(out, string(b))
	}
	return out, m.Report()
}

func expectLines(t testing.TB, r io.Reader, addPath bool) (out []string) {
	t.Helper()
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		if l, ok := fromBgpdump(s.Text(), addPath); ok {
			out = append(out, l)
		}
	}
	return out
}

// compare says which lines only one side has.
func compare(t *testing.T, name string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	var onlyGot, onlyWant []string
	i, j := 0, 0
	for i < len(got) || j < len(want) {
		switch {
		case j == len(want) || i < len(got) && got[i] < want[j]:
			onlyGot = append(onlyGot, got[i])
			i++
		case i == len(got) || want[j] < got[i]:
			onlyWant = append(onlyWant, want[j])
			j++
		default:
			i++
			j++
		}
	}
	if len(onlyGot)+len(onlyWant) > 0 {
		t.Errorf("%s: %d lines, want %d; %d only ours, %d only theirs\nours   %q\ntheirs %q", name, len(got), len(want), len(onlyGot), len(onlyWant),
			onlyGot[:min(3, len(onlyGot))], onlyWant[:min(3, len(onlyWant))])
	}
}

func TestBgpdumpExpected(t *testing.T) {
	files, _ := filepath.Glob(shared + "ripe-bgpdump-tests/test_expect/*.gz")
	if len(files) == 0 {
		t.Skip("the shared routing data are not at hand")
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".bgp.gz")
		if _, err := os.Stat(shared + "ripe-bgpdump-tests/test_data/" + name); err != nil {
			continue // one expectation has no input beside it
		}
		t.Run(name, func(t *testing.T) {
			e, err := os.Open(f)
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			z, err := gzip.NewReader(e)
			if err != nil {
				t.Fatal(err)
			}
			got, rep := readLines(t, open(t, "ripe-bgpdump-tests/test_data/"+name), mrt.Skip)
			compare(t, name, got, expectLines(t, z, strings.Contains(name, "add_path")))
			if err := rep.Err(); err != nil {
				t.Log(err)
			}
		})
	}
}

// bgpdumpFails says where bgpdump 1.6.2 is no oracle, and why.
var bgpdumpFails = map[string]string{
	"rrc00.bview.20000111.0032.gz":                         "reads 1 entry of the 452,018 in the early batch form",
	"rrc00.updates.19990903.1041.gz":                       "prints the peer's address in place of withdrawn prefixes in records of type BGP",
	"rrc00.updates.19991214.1621.gz":                       "prints the peer's address in place of withdrawn prefixes in records of type BGP",
	"bgpkit-legacy/rrc00.2000.01.updates.20000102.2014.gz": "prints the peer's address in place of withdrawn prefixes in records of type BGP",
	"bgpkit-legacy/rrc00.2000.03.updates.20000325.0345.gz": "reads on through two damaged record boundaries and prints peers that never were",
	"bgpkit-legacy/rrc01.2000.11.updates.20001104.0124.gz": "reads states of a peer 0.0.0.0 out of records cut short",
	"mrtparse-samples/bird-mrtdump_rib":                    "shifts its fields where a route has no AS_PATH",
	"mrtparse-samples/bird6-mrtdump_rib":                   "shifts its fields where a route has no AS_PATH",
	"mrtparse-samples/bird6_bgp":                           "reads path identifiers, which the record does not declare, as prefixes of length 0",
	"mrtparse-samples/openbgpd_rib_table":                  "reads IPv4 peers of IPv6 tables as IPv6",
	"mrtparse-samples/openbgpd_rib_table-mp":               "does not read BGP4MP_ENTRY",
}

// TestBgpdumpLive runs bgpdump beside us on every file where it can read.
func TestBgpdumpLive(t *testing.T) {
	if testing.Short() {
		t.Skip("slow")
	}
	bgpdump, err := exec.LookPath("bgpdump")
	if err != nil {
		t.Skip("bgpdump is not installed")
	}
	for _, name := range everyFile(t) {
		t.Run(name, func(t *testing.T) {
			if info, err := os.Stat(shared + name); err == nil && info.Size() > 500_000 && os.Getenv("SIGHTLINE_SLOW") == "" {
				t.Skip("large; set SIGHTLINE_SLOW=1")
			}
			if reason := bgpdumpFails[name]; reason != "" {
				t.Skip("bgpdump 1.6.2 " + reason)
			}
			raw, err := io.ReadAll(open(t, name))
			if err != nil && len(raw) == 0 {
				t.Fatal(err)
			}
			cmd := exec.Command(bgpdump, "-m", "-")
			cmd.Stdin = bytes.NewReader(raw)
			out, _ := cmd.Output()
			got, rep := readLines(t, bytes.NewReader(raw), mrt.Skip)
			compare(t, name, got, expectLines(t, bytes.NewReader(out), addPath(name)))
			if err := rep.Err(); err != nil {
				t.Log(err)
			}
		})
	}
}

// everyFile lists the MRT files of the shared data.
func everyFile(t testing.TB) (out []string) {
	for _, pattern := range []string{"gobgpdump.*", "*.bz2", "*.gz", "bgpkit-legacy/*.gz", "mrtparse-samples/*_*", "ripe-bgpdump-tests/test_data/*.gz"} {
		files, _ := filepath.Glob(shared + pattern)
		for _, f := range files {
			rel, _ := filepath.Rel(shared, f)
			out = append(out, filepath.ToSlash(rel))
		}
	}
	if len(out) == 0 {
		t.Skip("the shared routing data are not at hand")
	}
	return out
}

// addPath reports whether a file's tables carry path identifiers.
func addPath(name string) bool {
	return strings.Contains(name, "add_path") || strings.Contains(name, "-mrtdump_")
}
