package source

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"sightline"
	"sightline/internal/order"
)

// Reading is the reading of one edition: what an importer takes its tables
// from and gives its records to. Nothing is kept of a reading that fails.
type Reading struct {
	Dataset *Dataset
	Edition *Edition // nil when the bytes are not known

	self    sightline.SourceID
	files   []Input
	repairs *Repairs
	records map[string]sightline.Record // by kind and id
	order   []string
	count   map[string]int // of rows, by what became of them
	notes   []string
}

// Report says what a reading did.
type Report struct {
	Records  []sightline.Record // sorted, each once
	Rows     map[string]int     // how many rows, by what became of them
	Repaired []string           // each value that was mended
	Notes    []string           // what a person should see
	Verified Verification
	Edition  *Edition // nil when the bytes are not known
}

// Import reads the files of a data set. An error means that nothing of them
// may be used; it says what to do.
func (d *Dataset) Import(files []Input) (*Report, error) {
	r := &Reading{Dataset: d, files: files, records: map[string]sightline.Record{}, count: map[string]int{}}
	for _, f := range d.Files {
		n := 0
		for _, in := range files {
			if in.Role == f.Role {
				n++
			}
		}
		if n == 0 && !f.Optional {
			return nil, sightline.Errorf(sightline.Invalid, "import "+d.ID, f.Role, "the file %q is missing", f.Name).
				WithHint("See: sightline source show %s", d.ID)
		}
		if n > 1 && !f.Many {
			return nil, sightline.Errorf(sightline.Invalid, "import "+d.ID, f.Role, "%d files were named for it, it has one", n).
				WithHint("Name the role before the file: %s=FILE", f.Role)
		}
	}
	r.Edition = d.Edition(files)
	if d.Repairs != "" {
		var err error
		if r.repairs, err = ReadRepairs(d.ID+"/repairs.csv", []byte(d.Repairs)); err != nil {
			return nil, err
		}
	}
	declared, err := d.declared()
	if err != nil {
		return nil, err
	}
	r.self = declared[0].Source().ID
	for _, x := range declared {
		if err := r.add(x); err != nil {
			return nil, err
		}
	}
	if err := d.Read(r); err != nil {
		return nil, err
	}
	out := &Report{Rows: r.count, Notes: r.notes, Edition: r.Edition, Verified: Unknown}
	switch {
	case d.FromDocumentation:
		out.Verified = LayoutOnly
	case r.Edition != nil:
		out.Verified = r.Edition.Verified
	}
	if r.repairs != nil {
		out.Repaired = r.repairs.Done()
	}
	for _, key := range r.order {
		out.Records = append(out.Records, r.records[key])
	}
	order.By(out.Records, sightline.Record.Compare)
	return out, nil
}

// Files are the inputs of a role, in the order in which they were named.
func (r *Reading) Files(role string) (out []Input) {
	for _, f := range r.files {
		if f.Role == role {
			out = append(out, f)
		}
	}
	return out
}

// File is the input of a role; ok is false when an optional one was not
// named.
func (r *Reading) File(role string) (in Input, ok bool) {
	if f := r.Files(role); len(f) > 0 {
		return f[0], true
	}
	return Input{}, false
}

// CSV reads the file of a role as [CSV], mends it and checks its size: at
// least low and at most high rows.
func (r *Reading) CSV(role string, low, high int) (*Table, error) {
	in, ok := r.File(role)
	if !ok {
		return nil, sightline.Errorf(sightline.NotFound, "read "+r.Dataset.ID, role, "the file was not named")
	}
	t, err := CSV(r.Dataset.ID+"/"+role, in.Bytes)
	if err != nil {
		return nil, err
	}
	return t, r.Check(t, low, high)
}

// Check mends a table and checks that it has at least low and at most high
// rows. A repair that finds no row, or another value, is an error.
func (r *Reading) Check(t *Table, low, high int) error {
	r.notes = append(r.notes, t.Notes...)
	if err := t.ExpectRows(low, high); err != nil {
		return err
	}
	r.count["rows of "+t.Name] += len(t.Rows)
	if r.repairs == nil {
		return nil
	}
	return r.repairs.Apply(t)
}

// Count notes what became of a row, in words: "no score for this year".
// Every row that makes no claim must be counted so.
func (r *Reading) Count(what string) { r.count[what]++ }

// CountN is Count of n rows.
func (r *Reading) CountN(what string, n int) {
	if n > 0 {
		r.count[what] += n
	}
}

// Note is something that a person should see.
func (r *Reading) Note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// Entity adds an entity. One of the same id and content may be added again.
func (r *Reading) Entity(e sightline.Entity) error { return r.put(&e) }

// Source adds a source beyond those of the data set.
func (r *Reading) Source(s sightline.Source) error { return r.put(&s) }

// Claim adds a claim. Its id is the claim's own, or made from the data set's
// id and the parts of a key, which must name the matter the same in each
// edition: a later edition that says something else corrects what has this id.
// A claim without references gets one to the data set itself, at the locator.
func (r *Reading) Claim(c sightline.Claim, locator string, key ...string) error {
	if c.ID == "" {
		c.ID = sightline.ClaimID(Slug(append([]string{r.Dataset.ID}, key...)...))
	}
	if len(c.References) == 0 {
		c.References = r.Ref(locator)
	}
	return r.put(&c)
}

// Ref is the reference to the data set itself.
func (r *Reading) Ref(locator string) []sightline.Reference {
	return []sightline.Reference{{Source: r.self, Locator: locator, Extraction: r.Extraction()}}
}

// Extraction says by what the references of this data set were made.
func (r *Reading) Extraction() string { return "source/" + r.Dataset.ID }

func (r *Reading) put(value any) error {
	record, err := sightline.NewRecord(value)
	if err != nil {
		return err
	}
	return r.add(record)
}

func (r *Reading) add(record sightline.Record) error {
	key := record.Kind().String() + " " + record.ID()
	if old, twice := r.records[key]; twice {
		if string(old.Text()) != string(record.Text()) {
			return sightline.Errorf(sightline.Conflict, "import "+r.Dataset.ID, key, "two rows make two different records of one id").
				WithHint("The data set says two things of one matter, or the id does not tell two matters apart.")
		}
		r.count["rows that repeat a record"]++
		return nil
	}
	r.records[key] = record
	r.order = append(r.order, key)
	return nil
}

// Slug makes an id of words: small Latin letters, digits, and hyphens for the
// rest. A word that has other letters, or that is too long, ends in a part of
// its hash, so that two names never become one id by what was left out.
func Slug(parts ...string) string {
	whole := strings.Join(parts, "-")
	var b strings.Builder
	exact := true
	for _, c := range norm.NFKD.String(strings.ToLower(whole)) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteRune(c)
		case unicode.IsMark(c):
		default:
			exact = exact && !unicode.IsLetter(c) && !unicode.IsDigit(c)
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
				b.WriteByte('-')
			}
		}
	}
	out := strings.Trim(b.String(), "-")
	if exact && len(out) <= 80 {
		return out
	}
	sum := sha256.Sum256([]byte(whole))
	return strings.TrimPrefix(strings.TrimRight(out[:min(len(out), 67)], "-")+"-"+hex.EncodeToString(sum[:6]), "-")
}
