package ledger_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"

	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sightline"
	"sightline/ledger"
)

const childVariable = "SIGHTLINE_TEST_IMPORT_INTO"

// child is the process that is killed: it imports its standard input and
// prints what is acknowledged.
func child(path string) {
	l, err := ledger.Open(path, ledger.ReadWrite)
	if err != nil {
		fmt.Println("fault", err)
		os.Exit(1)
	}
	done, err := ledger.Import(context.Background(), l, os.Stdin, ledger.ImportOptions{Now: then, Batch: 500, Progress: func(p ledger.Progress) error {
		fmt.Println("ack", p.Head.Seq)
		return nil
	}})
	fmt.Println("end", done.Appended, done.Held, done.Rejected, err)
}

// crashText is what is imported: n claims with what they name before them.
func crashText(n int) []byte {
	var b bytes.Buffer
	b.WriteString(firm)
	rnd := rand.New(rand.NewPCG(3, 3))
	for i := range n {
		fmt.Fprintf(&b, `{"type":"claim","id":"c-%d","subject":"company/x","predicate":"described_as","object":{"text":"word %d %x"},"references":[{"source":"s"}]}`+"\n", i, rnd.IntN(1000), rnd.Uint64())
	}
	return b.Bytes()
}

// An import of 100,000 claims is killed at random moments, again and again.
// Each time nothing that was acknowledged is lost and the chain verifies; in
// the end a rerun completes it without duplicates. The database and the place
// in the text are kept from one kill to the next, so that the kills fall all
// over the import.
func TestKill(t *testing.T) {
	t.Parallel()
	claims, kills := 100_000, 200
	if testing.Short() {
		claims, kills = 10_000, 10
	}
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	text := crashText(claims)
	lines := bytes.SplitAfter(text, []byte("\n"))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := func(from int, kill time.Duration) (acked int64, end string) {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), childVariable+"="+path)
		cmd.Stdin = bytes.NewReader(bytes.Join(lines[from:], nil))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if kill > 0 {
			defer time.AfterFunc(kill, func() { cmd.Process.Kill() }).Stop()
		}
		for scan := bufio.NewScanner(out); scan.Scan(); {
			switch word, rest, _ := strings.Cut(scan.Text(), " "); word {
			case "ack":
				fmt.Sscan(rest, &acked)
			case "end":
				end = rest
			default:
				t.Errorf("the import says %s", scan.Text())
			}
		}
		cmd.Wait()
		return acked, end
	}
	rnd := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	killed, verified, seq := 0, 0, int64(0)
	for i := range kills {
		// Records lie in the log in the order of claim text within each
		// batch, so the place to go on from is a little before the head.
		from := max(0, int(seq)-600)
		acked, end := run(from, time.Duration(20+rnd.IntN(120))*time.Millisecond)
		if end == "" {
			killed++
		}
		l, err := ledger.Open(path, ledger.ReadWrite)
		if err != nil {
			t.Fatalf("after kill %d: %v", i, err)
		}
		h, err := l.Head()
		if err != nil || h.Seq < acked || h.Seq < seq {
			t.Fatalf("after kill %d: record %d was acknowledged, the head is %+v, %v", i, max(acked, seq), h, err)
		}
		if i%25 == 0 || i == kills-1 { // the whole chain each time would take minutes
			sound(t, l)
			verified++
		}
		if h.Seq == int64(len(lines)-1) { // all is in: begin again with an empty ledger
			l.Close()
			for _, suffix := range []string{"", "-wal", "-shm"} {
				os.Remove(path + suffix)
			}
			if l, err = ledger.Create(path); err != nil {
				t.Fatal(err)
			}
			h.Seq = 0
		}
		seq = h.Seq
		l.Close()
	}
	t.Logf("%d killed of %d, %d verified whole, at record %d of %d", killed, kills, verified, seq, len(lines)-1)
	if killed < kills/2 {
		t.Errorf("only %d of %d were killed before their end", killed, kills)
	}
	if _, end := run(0, 0); !strings.HasSuffix(end, " 0 <nil>") {
		t.Errorf("the rerun ends with %s", end)
	}
	l, err = ledger.Open(path, ledger.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	sound(t, l)
	if h, err := l.Head(); err != nil || h.Seq != int64(claims+2) {
		t.Errorf("after the rerun the head is %+v, %v; want %d records", h, err, claims+2)
	}
}

// When the disk is full the error says so, and nothing that was acknowledged
// is lost.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", dir).Run(); err != nil {
		t.Skipf("no small file system to be had: %v", err)
	}
	defer exec.Command("umount", dir).Run()
	l, err := ledger.Create(filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	done, err := ledger.Import(t.Context(), l, bytes.NewReader(crashText(50_000)), ledger.ImportOptions{Now: then, Batch: 500})
	if sightline.ErrorCode(err) != sightline.Unavailable || !strings.Contains(sightline.ErrorHint(err), "disk") {
		t.Fatalf("a full disk gives %v, hint %q", err, sightline.ErrorHint(err))
	}
	if done.Appended == 0 {
		t.Fatal("the disk is too small for the test")
	}
	sound(t, l)
	if h, err := l.Head(); err != nil || h.Seq != done.Appended {
		t.Errorf("%d were acknowledged, the head is %+v, %v", done.Appended, h, err)
	}
	// It is as sound for the next process.
	l.Close()
	if l, err = ledger.Open(filepath.Join(dir, "ledger.db"), ledger.ReadOnly); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	sound(t, l)
}

// A ledger on a medium that cannot be written is read all the same, and a
// writer is told why it cannot write.
func TestReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ledger.db")
	l, err := ledger.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	offer(t, l, world)
	l.Close()
	if os.Geteuid() == 0 { // rights do not bind root; a mount does
		if err := exec.Command("mount", "--bind", dir, dir).Run(); err != nil {
			t.Skipf("no read-only folder to be had: %v", err)
		}
		defer exec.Command("umount", dir).Run()
		if err := exec.Command("mount", "-o", "remount,ro,bind", dir).Run(); err != nil {
			t.Skipf("no read-only folder to be had: %v", err)
		}
	} else {
		os.Chmod(path, 0o444)
		os.Chmod(dir, 0o555)
		defer os.Chmod(dir, 0o755)
	}
	if l, err = ledger.Open(path, ledger.ReadOnly); err != nil {
		t.Fatalf("reading: %v", err)
	}
	conform(t, l)
	sound(t, l)
	l.Close()
	l, err = ledger.Open(path, ledger.ReadWrite)
	if err == nil {
		_, err = l.Append(t.Context(), then, parse(t, firm))
		l.Close()
	}
	if sightline.ErrorCode(err) != sightline.Unavailable || !strings.Contains(sightline.ErrorHint(err), "written") {
		t.Errorf("writing: %v, hint %q", err, sightline.ErrorHint(err))
	}
	if _, err := ledger.Create(filepath.Join(dir, "another.db")); sightline.ErrorCode(err) != sightline.Unavailable || sightline.ErrorHint(err) == "" {
		t.Errorf("creating: %v", err)
	}
}

// A byte is flipped at random places of stored records, in the log and in what
// is derived from it. Each time the record is named.
func TestFlippedByte(t *testing.T) {
	t.Parallel()
	records := append(parse(t, world), background(t, 100, 100)...)
	rnd := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 7))
	for i := range 1200 {
		records = append(records, madeUp(t, rnd, i, 100, 100))
	}
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if result, err := l.Append(t.Context(), then, records); err != nil || len(result.Refused) > 0 {
		t.Fatal(result.Refused, err)
	}
	head, _ := l.Head()
	l.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	verify := func(file []byte) (ledger.Report, error) {
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
		l, err := ledger.Open(path, ledger.ReadOnly)
		if err != nil {
			return ledger.Report{}, err
		}
		defer l.Close()
		return l.Verify(t.Context(), head)
	}
	if report, err := verify(whole); err != nil || report.Damage != nil || report.Head != head {
		t.Fatalf("before any damage: %v, %v", report.Damage, err)
	}
	flips := 100
	if testing.Short() {
		flips = 60
	}
	for range flips {
		r := records[rnd.IntN(len(records))]
		// The text lies in the log and in the blocks of countries; long ones
		// may be cut over two pages, so look for a part.
		text := r.Text()
		from := rnd.IntN(len(text) - 30)
		part := text[from : from+30]
		var places []int
		for at := 0; ; {
			n := bytes.Index(whole[at:], part)
			if n < 0 {
				break
			}
			places = append(places, at+n)
			at += n + 1
		}
		if len(places) == 0 {
			continue
		}
		// The part must be of this record alone.
		alone := 0
		for _, o := range records {
			if bytes.Contains(o.Text(), part) {
				alone++
			}
		}
		if alone != 1 {
			continue
		}
		at := places[rnd.IntN(len(places))] + rnd.IntN(30)
		damaged := bytes.Clone(whole)
		damaged[at] ^= 1 << rnd.IntN(8)
		report, err := verify(damaged)
		if err != nil || report.Damage == nil || report.Damage.ID != r.ID() || report.Damage.Kind != r.Kind() {
			t.Errorf("byte %d of %s %s flipped: %v, %v", at, r.Kind(), r.ID(), report.Damage, err)
		}
	}

	// Anywhere in the file: never a crash; and unless the byte lies where
	// nothing is kept, damage is found, by name where a record is hit.
	found, nameless := 0, 0
	for range flips {
		// Unused space is zeroes (freed content is cleared), and some 40 % of a
		// file as small as this one: pick bytes that hold something.
		at := 100 + rnd.IntN(len(whole)-100)
		for whole[at] == 0 {
			at = 100 + rnd.IntN(len(whole)-100)
		}
		damaged := bytes.Clone(whole)
		damaged[at] ^= byte(1 + rnd.IntN(255))
		report, err := verify(damaged)
		switch {
		case err != nil && sightline.ErrorCode(err) != sightline.Corrupt:
			t.Errorf("byte %d flipped: %v", at, err)
		case err == nil && report.Damage == nil:
			// It may lie in a page's unused space.
		case err != nil || report.Damage.Seq == 0:
			nameless++
		default:
			found++
		}
	}
	t.Logf("anywhere in the file: %d of %d named, %d found without a name", found, flips, nameless)
	if found < flips*9/10 {
		t.Errorf("only %d of %d flips anywhere were found by name", found, flips)
	}

	// A page that cannot be read.
	page := bytes.Index(whole, records[len(records)-1].Text()[:40]) / 8192 * 8192
	damaged := bytes.Clone(whole)
	clear(damaged[page : page+8192])
	if report, err := verify(damaged); err != nil || report.Damage == nil || report.Damage.Seq == 0 || report.Damage.ID == "" {
		t.Errorf("a page of zeroes: %v, %v", report.Damage, err)
	}
	// A file that was cut off.
	if report, err := verify(whole[:len(whole)/2]); err == nil && report.Damage == nil {
		t.Error("half a file is found sound")
	}
}

// A log that ends early is sound in itself; the head that was noted shows it.
func TestTruncated(t *testing.T) {
	records := parse(t, world)
	l := filled(t, records)
	head, err := l.Head()
	if err != nil {
		t.Fatal(err)
	}
	short := filled(t, records[:len(records)-8])
	report, err := short.Verify(t.Context(), head)
	if err != nil || report.Damage == nil || report.Damage.Seq != head.Seq-7 {
		t.Errorf("cut short: %v, %v", report.Damage, err)
	}
	other := empty(t)
	if _, err := other.Append(t.Context(), then+1, records); err != nil {
		t.Fatal(err)
	}
	if report, err := other.Verify(t.Context(), head); err != nil || report.Damage == nil {
		t.Errorf("rewritten: %v, %v", report.Damage, err)
	}
	if report, err := l.Verify(t.Context(), head); err != nil || report.Damage != nil || report.Head != head || report.Records != head.Seq {
		t.Errorf("sound: %+v, %v", report, err)
	}
	// An older head is still a place in the chain.
	if _, err := l.Append(t.Context(), then, parse(t, `{"type":"source","id":"later","title":"L","kind":"press","reliability":"C"}`)); err != nil {
		t.Fatal(err)
	}
	if report, err := l.Verify(t.Context(), head); err != nil || report.Damage != nil {
		t.Errorf("grown: %v, %v", report.Damage, err)
	}
}
