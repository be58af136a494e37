package source

import (
	"fmt"
	"regexp"
	"strings"

	"sightline"
)

// Repair mends one value of a source, visibly.
type Repair struct {
	Dataset  string // name of the table
	Row      string // which rows: column=value, several joined with ";"
	Column   string // what is mended
	Expect   string // what the source says today; between slashes, a regular expression that picks the rows
	Value    string // what it should say
	Reason   string
	Provider string // who says so
	line     int
	used     bool
	mended   int    // values
	was      string // the first of them
}

// Repairs is a repairs file.
type Repairs struct {
	name string
	list []*Repair
}

// ReadRepairs reads a repairs file: CSV with the columns dataset, row, column,
// expect, value, reason, provider. A repair without a reason or a provider is
// an error.
func ReadRepairs(name string, text []byte) (*Repairs, error) {
	t, err := CSV(name, text)
	if err != nil {
		return nil, err
	}
	rs := &Repairs{name: name}
	err = t.Each(func(r *Row) error {
		rs.list = append(rs.list, &Repair{
			Dataset: r.Need("dataset"), Row: r.Need("row"), Column: r.Need("column"), Expect: r.Pop("expect"), Value: r.Pop("value"),
			Reason: r.Need("reason"), Provider: r.Need("provider"), line: r.Line(),
		})
		return nil
	})
	return rs, err
}

// Apply mends the rows of a table. It fails when a repair finds no row, or
// finds another value than it expects: then the source has changed, and the
// repair must be looked at again.
//
// With a regular expression for what it expects, a repair mends each row whose
// value matches, and fails when none does.
func (rs *Repairs) Apply(t *Table) error {
	for _, p := range rs.list {
		if p.Dataset != t.Name {
			continue
		}
		p.used = true
		bad := func(format string, args ...any) error {
			return sightline.Errorf(sightline.Conflict, "repair "+t.Name, p.Row, format, args...).
				WithHint("The source may have mended it. Look at line %d of %s, and take the repair out if so.", p.line, rs.name)
		}
		if _, ok := t.place[p.Column]; !ok {
			return bad("the table has no column %q", p.Column)
		}
		var pattern *regexp.Regexp
		if e := p.Expect; len(e) > 2 && strings.HasPrefix(e, "/") && strings.HasSuffix(e, "/") {
			var err error
			if pattern, err = regexp.Compile("^(?:" + e[1:len(e)-1] + ")$"); err != nil {
				return bad("%w", err)
			}
		}
		found := 0
		for _, r := range t.Rows {
			match, err := r.matches(p.Row)
			if err != nil {
				return bad("%w", err)
			}
			cell := &r.block.cells[r.find(p.Column)]
			if !match || pattern != nil && !pattern.MatchString(*cell) {
				continue
			}
			found++
			if pattern == nil && *cell != p.Expect {
				return bad("%s of line %d says %q, expected %q", p.Column, r.line, *cell, p.Expect)
			}
			odd := r.odd()
			if _, twice := odd.before[p.Column]; !twice {
				if odd.before == nil {
					odd.before = map[string]string{}
				}
				odd.before[p.Column] = *cell
			}
			if p.mended++; p.mended == 1 {
				p.was = *cell
			}
			*cell = p.Value
		}
		if found == 0 {
			return bad("no such row")
		}
	}
	return nil
}

// Unused fails when a repair names a table that was never read.
func (rs *Repairs) Unused() error {
	for _, p := range rs.list {
		if !p.used {
			return sightline.Errorf(sightline.Conflict, "repair "+p.Dataset, p.Row, "no table of that name was read").WithHint("Look at line %d of %s.", p.line, rs.name)
		}
	}
	return nil
}

// matches reports whether the row is the one that key (column=value;…) names.
func (r *Row) matches(key string) (bool, error) {
	for part := range strings.SplitSeq(key, ";") {
		column, value, ok := strings.Cut(part, "=")
		i := r.find(column)
		if !ok || i < 0 {
			return false, sightline.Errorf(sightline.Invalid, "read row key", key, "write column=value with a column of the table")
		}
		if r.block.cells[i] != value {
			return false, nil
		}
	}
	return true, nil
}

// Done says what each repair that was applied has mended.
func (rs *Repairs) Done() []string {
	var out []string
	for _, p := range rs.list {
		if p.mended == 0 {
			continue
		}
		more := ""
		if p.mended > 1 {
			more = fmt.Sprintf(" in %d rows", p.mended)
		}
		out = append(out, fmt.Sprintf("%s, %s: %s %q became %q%s (%s; %s)", p.Dataset, p.Row, p.Column, sightline.Clip(p.was, 60), sightline.Clip(p.Value, 60), more, p.Reason, p.Provider))
	}
	return out
}
