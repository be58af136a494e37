package source

import (
	"path"
	"strings"

	"sightline"
)

// Dataset describes a data set that can be imported: where it is had, under
// what terms, which files it has, and how they become records. It is also the
// runbook of its importer.
type Dataset struct {
	ID      string // a-z, 0-9 and "-"; also the beginning of its claims' ids
	Title   string
	Covers  string // what it says, in a line
	Obtain  string // how to get it, in a sentence or two; the address is the source's
	Usage   string // the files of the import command, where the roles do not show them
	Changes string // how often it changes, and what breaks when it does

	// Declared is claim text: the sources that its claims rest on, and entities
	// that they speak of. The first source is the data set itself; it has the
	// address where the data are had, the licence and the terms.
	Declared string
	Repairs  string // text of its repairs file; empty if there is none
	Files    []File
	Editions []Edition // whose bytes are known

	// Whole says that an edition is the whole state: what an earlier edition
	// said and a later does not is withdrawn, with that reason.
	Whole bool

	// Persons says which rows of its files are about natural persons. Its
	// importer takes nothing of them, and no copy of such files is kept unless
	// that is asked for; the sum of what was read is.
	Persons string

	// FromDocumentation says that the layout is from documentation, and that
	// the importer never ran on the publisher's file nor a copy of it.
	FromDocumentation bool

	Read func(*Reading) error
}

// File is a file of a data set.
type File struct {
	Role     string // how the importer and the command call it
	Name     string // the publisher's name for it, as a pattern of path.Match
	Optional bool
	Many     bool // several files may have this role
}

// Edition is a set of files whose bytes are known.
type Edition struct {
	Name      string            // as pages print it
	Published string            // date of publication, where it is known
	SHA256    map[string]string // by role; of a role with many files, any of them, with "#1", "#2" behind the role
	Verified  Verification
}

// Verification says how far the bytes that are read are known to be the
// publisher's.
type Verification uint8

// The degrees, weakest first.
const (
	LayoutOnly Verification = iota // the layout is from documentation; not run on the publisher's file
	Unknown                        // bytes that nobody compared with anything
	CopyOnly                       // bytes of a known copy; not compared with the publisher's file
	Publisher                      // bytes that were compared with the publisher's file
)

func (v Verification) String() string {
	return [...]string{
		"layout from documentation, not run on the publisher's file",
		"bytes not known: compared with nothing",
		"bytes of a known copy, not compared with the publisher's file",
		"verified against the publisher",
	}[v]
}

// declared reads the claim text of the data set.
func (d *Dataset) declared() ([]sightline.Record, error) {
	var out []sightline.Record
	for line := range strings.Lines(d.Declared) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		r, err := sightline.ParseRecord([]byte(line))
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	if len(out) == 0 || out[0].Source() == nil {
		return nil, sightline.Errorf(sightline.Internal, "read data set", d.ID, "BUG: it declares no source")
	}
	return out, nil
}

// Source is the source record of the data set itself.
func (d *Dataset) Source() (*sightline.Source, error) {
	records, err := d.declared()
	if err != nil {
		return nil, err
	}
	return records[0].Source(), nil
}

// Sources are the ids of the sources that its claims rest on, its own first.
func (d *Dataset) Sources() ([]sightline.SourceID, error) {
	records, err := d.declared()
	if err != nil {
		return nil, err
	}
	var out []sightline.SourceID
	for _, r := range records {
		if s := r.Source(); s != nil {
			out = append(out, s.ID)
		}
	}
	return out, nil
}

// RoleOf finds the role of a file by its name. "role=path" names it outright.
// The empty role means that no file of the data set has such a name.
func (d *Dataset) RoleOf(arg string) (role, name string) {
	if r, p, ok := strings.Cut(arg, "="); ok {
		for _, f := range d.Files {
			if f.Role == r {
				return r, p
			}
		}
	}
	base := path.Base(strings.ReplaceAll(arg, `\`, "/"))
	for _, f := range d.Files {
		if ok, err := path.Match(strings.ToLower(f.Name), strings.ToLower(base)); ok && err == nil {
			return f.Role, arg
		}
	}
	if len(d.Files) == 1 {
		return d.Files[0].Role, arg
	}
	return "", arg
}

// Arguments are those of the commands that read the data set: its id and its
// files. What stands in brackets may be left out.
func (d *Dataset) Arguments() string {
	if d.Usage != "" {
		return d.ID + " " + d.Usage
	}
	words := []string{d.ID}
	for _, f := range d.Files {
		word := f.Role + "=FILE"
		if f.Many {
			word += "..."
		}
		if f.Optional {
			word = "[" + word + "]"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// Known says how far the bytes of the best known edition are the publisher's.
func (d *Dataset) Known() Verification {
	if d.FromDocumentation {
		return LayoutOnly
	}
	best := Unknown
	for _, e := range d.Editions {
		best = max(best, e.Verified)
	}
	return best
}

// Input is a file that was read whole.
type Input struct {
	Role   string
	Name   string // as the user named it
	Bytes  []byte
	SHA256 string // in hexadecimal
}

// Layout says how far the layout is known.
func (d *Dataset) Layout() string {
	if d.FromDocumentation {
		return LayoutOnly.String()
	}
	return "run on a file of the publisher or a copy of one"
}

// Edition is the known edition that the files are, nil if they are none.
// Optional files that an edition names may be missing.
func (d *Dataset) Edition(files []Input) *Edition {
	for i := range d.Editions {
		e := &d.Editions[i]
		known := map[string]string{}
		for role, sum := range e.SHA256 {
			known[sum], _, _ = strings.Cut(role, "#")
		}
		all := len(files) > 0
		for _, f := range files {
			all = all && known[f.SHA256] == f.Role
		}
		if all {
			return e
		}
	}
	return nil
}
