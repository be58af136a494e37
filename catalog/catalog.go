// Package catalog is the catalogue that the program carries: claim text with
// a source on each row, and yearly series by country. What goes in are the
// embedded files: facts/*.jsonl, which people wrote, and data, which the
// compiler in catalog/compile writes from data sets. What comes out are
// checked records and series, and the audit files in audits as they are
// (package audit reads them). LICENSES.md names the terms of each source.
package catalog

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"sightline"
	"sightline/internal/order"
)

//go:embed EDITION audits data facts
var files embed.FS

// edition is the name of the edition and the day on which it was recorded.
var edition = sync.OnceValue(func() (e struct {
	name     string
	recorded sightline.Instant
}) {
	text, err := files.ReadFile("EDITION")
	if err != nil {
		panic("BUG: catalogue: " + err.Error())
	}
	name, day, ok := strings.Cut(strings.TrimSpace(string(text)), " ")
	if !ok {
		panic("BUG: catalog/EDITION holds a name and a day")
	}
	if err := e.recorded.UnmarshalText([]byte(day + "T00:00:00Z")); err != nil {
		panic("BUG: catalog/EDITION: " + err.Error())
	}
	e.name = name
	return e
})

// Edition is the name of the edition: "2026.11".
func Edition() string { return edition().name }

// Recorded is when the edition was recorded. All its records share it.
func Recorded() sightline.Instant { return edition().recorded }

// names lists the embedded files that end in suffix, sorted.
func names(suffix string) []string {
	var out []string
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(name, suffix) {
			out = append(out, name)
		}
		return err
	})
	if err != nil {
		panic("BUG: catalogue: " + err.Error())
	}
	slices.Sort(out)
	return out
}

func read(name string) []byte {
	text, err := files.ReadFile(name)
	if err != nil {
		panic("BUG: catalogue: " + err.Error())
	}
	return text
}

// Inputs names each embedded file with the SHA-256 of its bytes.
func Inputs() []sightline.Input {
	var out []sightline.Input
	for _, name := range slices.Concat(names(".csv"), names(".jsonl"), names(".yaml")) {
		sum := sha256.Sum256(read(name))
		out = append(out, sightline.Input{Name: "catalog/" + name, SHA256: hex.EncodeToString(sum[:])})
	}
	order.By(out, func(a, b sightline.Input) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Audits lists the ids of the audit files that the catalogue carries, sorted.
func Audits() []string {
	var out []string
	for _, name := range names(".yaml") {
		out = append(out, strings.TrimSuffix(path.Base(name), ".yaml"))
	}
	return out
}

// Audit is the text of an audit file, and the name by which errors and
// documents call it.
func Audit(id string) (name string, text []byte, err error) {
	if !slices.Contains(Audits(), id) {
		return "", nil, sightline.Errorf(sightline.NotFound, "find audit", id, "the catalogue has no such audit").WithHint("It has %s.", strings.Join(Audits(), ", "))
	}
	name = "audits/" + id + ".yaml"
	return "catalog/" + name, read(name), nil
}

// Records reads the claim text of all files, in the order of claim text:
// kind, id, version. Two records of one kind, id and version are an error of
// code Conflict.
func Records() ([]sightline.Record, error) { return records(false) }

// records parses on all cores. Compiled text is canonical and was checked when
// it was written, so it is trusted unless strict; text that people wrote is
// always checked.
func records(strict bool) ([]sightline.Record, error) {
	type line struct {
		file    string
		text    []byte
		trusted bool
	}
	var lines []line
	for _, name := range names(".jsonl") {
		trusted := !strict && path.Dir(name) == "data"
		for text := range bytes.Lines(read(name)) {
			if text = bytes.TrimSpace(text); len(text) > 0 {
				lines = append(lines, line{name, text, trusted})
			}
		}
	}
	out := make([]sightline.Record, len(lines))
	chunk := len(lines)/runtime.GOMAXPROCS(0) + 1
	errs := make([]error, 0, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	var mu sync.Mutex
	for from := 0; from < len(lines); from += chunk {
		wg.Go(func() {
			for i := from; i < min(from+chunk, len(lines)); i++ {
				parse := sightline.ParseRecord
				if lines[i].trusted {
					parse = sightline.TrustedRecord
				}
				r, err := parse(lines[i].text)
				if err != nil {
					mu.Lock()
					errs = append(errs, sightline.Errorf(sightline.Corrupt, "read catalogue", lines[i].file, "%w", err).WithHint("%s", sightline.ErrorHint(err)))
					mu.Unlock()
					return
				}
				out[i] = r
			}
		})
	}
	wg.Wait()
	if len(errs) > 0 {
		return nil, errs[0]
	}
	order.By(out, sightline.Record.Compare)
	for i := 1; i < len(out); i++ {
		if out[i].Compare(out[i-1]) == 0 {
			return nil, sightline.Errorf(sightline.Conflict, "read catalogue", out[i].ID(), "two records of this kind and id").
				WithHint("Run go run ./catalog/compile, which leaves out what catalog/facts declares, or give one of them an id of its own.")
		}
	}
	return out, nil
}

// Verify checks the catalogue as a store would that trusts nothing: each line
// parses, each compiled line is canonical, and whatever a record names is
// held: sources, entities, claims.
func Verify() error {
	rs, err := records(true)
	if err != nil {
		return err
	}
	sources := map[sightline.SourceID]bool{}
	entities := map[sightline.EntityID]bool{}
	claims := map[sightline.ClaimID]bool{}
	for _, r := range rs {
		switch r.Kind() {
		case sightline.SourceRecord:
			sources[r.Source().ID] = true
		case sightline.EntityRecord:
			entities[r.Entity().ID] = true
		case sightline.ClaimRecord:
			claims[r.Claim().ID] = true
		}
	}
	implicit := func(id sightline.EntityID) bool {
		return id == "" || id.Kind() == sightline.KindCountry || id.Kind() == sightline.KindNetwork
	}
	for _, r := range rs {
		missing := func(what, id string) error {
			return sightline.Errorf(sightline.Corrupt, "verify catalogue", r.ID(), "it names the %s %s, which is not held", what, id)
		}
		if s := r.Source(); s != nil {
			for _, d := range s.DerivedFrom {
				if !sources[d] {
					return missing("source", string(d))
				}
			}
		}
		c := r.Claim()
		if c == nil {
			continue
		}
		named := []sightline.EntityID{c.Subject, c.Object.Entity}
		for _, k := range []string{"agreement", "project", "system", "policy", "indicator"} {
			named = append(named, sightline.EntityID(c.Qualifiers[k]))
		}
		for _, id := range named {
			if !implicit(id) && !entities[id] {
				return missing("entity", string(id))
			}
		}
		for _, ref := range c.References {
			if !sources[ref.Source] {
				return missing("source", string(ref.Source))
			}
		}
		for _, id := range slices.Concat(c.Supports, c.Disputes, []sightline.ClaimID{c.Object.Claim, c.Corrects}) {
			if id != "" && !claims[id] {
				return missing("claim", string(id))
			}
		}
	}
	return nil
}
