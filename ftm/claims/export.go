package claims

import (
	"io"
	"iter"
	"slices"
	"strings"

	"sightline"
	"sightline/ftm"

	"github.com/go-json-experiment/json/jsontext"
)

// Statements yields the statements of a store, the entities in the order of
// their ids. It reads the store several times and holds its sources and the
// names of its acts.
func Statements(store Records, at sightline.Instant) iter.Seq2[[]ftm.Statement, error] {
	return func(yield func([]ftm.Statement, error) bool) {
		x := &exporter{store: store, yield: yield, m: mapper{at: at, sources: map[sightline.SourceID]*sightline.Source{}, acts: map[sightline.EntityID]string{}}}
		if err := x.run(); err != nil && err != io.EOF {
			yield(nil, err)
		}
	}
}

// WriteStatements writes a store as a statement table, sorted as text.
func WriteStatements(w io.Writer, store Records, at sightline.Instant) error {
	out := ftm.NewStatementWriter(w, Column)
	for group, err := range Statements(store, at) {
		if err == nil {
			err = out.WriteSorted(group)
		}
		if err != nil {
			return exportError(err)
		}
	}
	return exportError(out.Flush())
}

// WriteEntities writes a store as entities, one a line, sorted by id.
func WriteEntities(w io.Writer, store Records, at sightline.Instant) error {
	out := ftm.NewEntityWriter(w)
	for group, err := range Statements(store, at) {
		if err != nil {
			return exportError(err)
		}
		e, err := ftm.Fold(group)
		if err != nil {
			panic("BUG: fold an entity of ours: " + err.Error())
		}
		e.More = []ftm.Member{{Name: Member, Value: member(group)}}
		if err := out.Write(&e); err != nil {
			return exportError(err)
		}
	}
	return exportError(out.Flush())
}

// member lists the records of an entity's base statements.
func member(group []ftm.Statement) jsontext.Value {
	list := []byte("[")
	for i := range group {
		if s := &group[i]; s.Prop == ftm.BaseProp && len(s.Extra) == 1 && s.Extra[0] != "[]" {
			if len(list) > 1 {
				list = append(list, ',')
			}
			list = append(list, s.Extra[0]...)
		}
	}
	return append(list, ']')
}

func exportError(err error) error {
	if err == nil || sightline.ErrorCode(err) != sightline.Internal {
		return err
	}
	return &sightline.Error{Code: sightline.Unavailable, Op: "export", Err: err, Hint: "The text is not whole. Make room and run it again."}
}

// exporter is one walk through a store.
type exporter struct {
	store Records
	yield func([]ftm.Statement, error) bool
	m     mapper

	named     map[sightline.EntityID]bool // countries and networks that claims name
	has       map[string]bool             // qualifiers that make a role
	withdrawn bool                        // there are withdrawals
	judged    bool                        // there are judgements
	waiting   []sightline.EntityID        // of named, what is not yet put out, by id
}

// put hands over one entity; io.EOF means that nobody wants more.
func (x *exporter) put(rows []ftm.Statement) error {
	if len(rows) > 0 && !x.yield(rows, nil) {
		return io.EOF
	}
	return nil
}

func (x *exporter) run() error {
	if err := x.look(); err != nil {
		return err
	}
	if err := x.nodesAndLinks(); err != nil {
		return err
	}
	if x.judged {
		if err := x.pass(x.m.judgement, sightline.JudgementRecord); err != nil {
			return err
		}
	}
	for _, q := range roles {
		if x.has[q] {
			if err := x.pass(func(e sightline.Entry) []ftm.Statement { return x.m.role(e, q) }, sightline.ClaimRecord); err != nil {
				return err
			}
		}
	}
	if x.withdrawn {
		return x.pass(x.m.withdrawal, sightline.WithdrawalRecord)
	}
	return nil
}

// pass puts out what becomes of the records of one kind.
func (x *exporter) pass(rows func(sightline.Entry) []ftm.Statement, kind sightline.RecordKind) error {
	for e, err := range x.store.Records(x.m.at) {
		if err == nil && e.Record.Kind() == kind {
			err = x.put(rows(e))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// look finds out what has to stand before the claims.
func (x *exporter) look() error {
	x.named, x.has = map[sightline.EntityID]bool{}, map[string]bool{}
	name := func(id sightline.EntityID) {
		if k := id.Kind(); k == sightline.KindCountry || k == sightline.KindNetwork {
			x.named[id] = true
		}
	}
	for e, err := range x.store.Records(x.m.at) {
		if err != nil {
			return err
		}
		switch k := e.Record.Kind(); k {
		default:
			return sightline.Errorf(sightline.Internal, "export", e.Record.ID(), "BUG: FollowTheMoney has no place for a %s", k)
		case sightline.WithdrawalRecord:
			x.withdrawn = true
		case sightline.JudgementRecord:
			x.judged = true
		case sightline.EntityRecord:
			if v := e.Record.Entity(); v.ID.Kind() == sightline.KindAct {
				x.m.acts[v.ID] = v.Name
			}
		case sightline.SourceRecord:
			v := e.Record.Source()
			x.m.sources[v.ID] = v
		case sightline.ClaimRecord:
			c := e.Record.Claim()
			name(c.Subject)
			name(c.Object.Entity)
			for _, q := range roles {
				if v := sightline.EntityID(c.Qualifiers[q]); v != "" {
					x.has[q] = true
					name(v)
				}
			}
		}
	}
	for id := range x.named {
		x.waiting = append(x.waiting, id)
	}
	slices.Sort(x.waiting)
	return nil
}

// nodesAndLinks puts out sources, entities and claims.
func (x *exporter) nodesAndLinks() error {
	var versions []sightline.Entry
	flush := func() error {
		if len(versions) == 0 {
			return nil
		}
		rows := x.m.versions(versions)
		versions = versions[:0]
		return x.put(rows)
	}
	for e, err := range x.store.Records(x.m.at) {
		if err != nil {
			return err
		}
		r := e.Record
		if len(versions) > 0 && (versions[0].Record.Kind() != r.Kind() || versions[0].Record.ID() != r.ID()) {
			if err := flush(); err != nil {
				return err
			}
		}
		switch r.Kind() {
		case sightline.SourceRecord:
			versions = append(versions, e)
		case sightline.EntityRecord:
			if err := x.derivedBefore(sightline.EntityID(r.ID())); err != nil {
				return err
			}
			versions = append(versions, e)
		default:
			if err := x.derivedBefore(""); err != nil {
				return err
			}
			if r.Claim() != nil {
				if err := x.put(x.m.claim(e)); err != nil {
					return err
				}
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return x.derivedBefore("")
}

// derivedBefore puts out the countries and networks that come before an entity
// and have no record; "" is the end of the entities.
func (x *exporter) derivedBefore(id sightline.EntityID) error {
	for len(x.waiting) > 0 {
		next := x.waiting[0]
		if id != "" && strings.Compare(string(next), string(id)) > 0 {
			return nil
		}
		x.waiting = x.waiting[1:]
		if next == id {
			return nil
		}
		if err := x.put(derived(next)); err != nil {
			return err
		}
	}
	return nil
}
