package claims_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"sightline"
	"sightline/catalog"
	"sightline/ftm"
	"sightline/ftm/claims"
)

func catalogue(t testing.TB) (held, []sightline.Record) {
	t.Helper()
	records, err := catalog.Records()
	if err != nil {
		t.Fatal(err)
	}
	return memory(t, records), records
}

// held is a store that holds what it was made with. (A real one would put
// SQLite into what the fuzzer instruments; the scripts of cmd/sightline use
// one.)
type held []sightline.Entry

// memory holds records, which must hold together: no two of one name with
// other content, and nothing named that is not there.
func memory(t testing.TB, records []sightline.Record) held {
	t.Helper()
	var h held
	there, closed := map[string]string{}, map[string]bool{}
	for _, r := range records {
		name := fmt.Sprint(r.Kind(), r.ID(), r.Version())
		if old, ok := there[name]; ok {
			if old != string(r.Text()) {
				t.Errorf("two records of one name:\n%s\n%s", old, r.Text())
			}
			continue
		}
		there[name] = string(r.Text())
		if c := r.Claim(); c != nil {
			closed[string(c.Corrects)] = true
		} else if w := r.Withdrawal(); w != nil {
			closed[string(w.Claim)+string(w.Judgement)] = true
		}
		h = append(h, sightline.Entry{Record: r, Recorded: catalog.Recorded(), Closed: sightline.Forever})
	}
	slices.SortFunc(h, func(a, b sightline.Entry) int { return a.Record.Compare(b.Record) })
	for i, e := range h {
		c := e.Record.Claim()
		if k := e.Record.Kind(); closed[e.Record.ID()] && (k == sightline.ClaimRecord || k == sightline.JudgementRecord) {
			h[i].Closed = catalog.Recorded()
		}
		if c == nil {
			continue
		}
		for _, id := range []sightline.EntityID{c.Subject, c.Object.Entity} {
			if k := id.Kind(); id != "" && k != sightline.KindCountry && k != sightline.KindNetwork && there[fmt.Sprint(sightline.EntityRecord, string(id), 0)] == "" {
				t.Errorf("%s names %s, which is not there", c.ID, id)
			}
		}
		for _, r := range c.References {
			if there[fmt.Sprint(sightline.SourceRecord, string(r.Source), 0)] == "" {
				t.Errorf("%s names %s, which is not there", c.ID, r.Source)
			}
		}
	}
	return h
}

func (h held) Records(sightline.Instant) iter.Seq2[sightline.Entry, error] {
	return func(yield func(sightline.Entry, error) bool) {
		for _, e := range h {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (h held) newest(k sightline.RecordKind, id string) (r sightline.Record, err error) {
	err = sightline.Errorf(sightline.NotFound, "find", id, "not held")
	for _, e := range h {
		if e.Record.Kind() == k && e.Record.ID() == id {
			r, err = e.Record, nil
		}
	}
	return r, err
}

func (h held) Source(id sightline.SourceID, _ sightline.Instant) (*sightline.Source, error) {
	r, err := h.newest(sightline.SourceRecord, string(id))
	return r.Source(), err
}

func (h held) Entity(id sightline.EntityID, _ sightline.Instant) (*sightline.Entity, error) {
	r, err := h.newest(sightline.EntityRecord, string(id))
	return r.Entity(), err
}

// text makes records of claim text, one a line.
func text(t testing.TB, lines string) []sightline.Record {
	t.Helper()
	var list []sightline.Record
	for l := range strings.Lines(lines) {
		r, err := sightline.ParseRecord([]byte(strings.TrimSpace(l)))
		if err != nil {
			t.Fatalf("%s: %v", l, err)
		}
		list = append(list, r)
	}
	return list
}

func claimText(h held) string {
	var b strings.Builder
	for _, e := range h {
		b.Write(e.Record.Text())
		b.WriteByte('\n')
	}
	return b.String()
}

func write(t testing.TB, s claims.Records, f claims.Format) string {
	t.Helper()
	var b bytes.Buffer
	run := claims.WriteEntities
	if f == claims.StatementTable {
		run = claims.WriteStatements
	}
	if err := run(&b, s, 0); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

type came struct {
	records  []sightline.Record
	rejected []claims.Rejection
	report   claims.Report
}

func (c came) text() string {
	var b strings.Builder
	for _, r := range c.records {
		b.Write(r.Text())
		b.WriteByte('\n')
	}
	return b.String()
}

func read(t testing.TB, f claims.Format, file string, o claims.Options) came {
	t.Helper()
	var c came
	o.Format = f
	o.Open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil }
	o.Emit = func(_ int64, r sightline.Record) error { c.records = append(c.records, r); return nil }
	o.Reject = func(r claims.Rejection) error { c.rejected = append(c.rejected, r); return nil }
	var err error
	if c.report, err = claims.Import(o); err != nil {
		t.Fatal(err)
	}
	return c
}

var formats = map[string]claims.Format{"entities": claims.Entities, "statements": claims.StatementTable}

// Every record of the catalogue goes out and comes back byte for byte, in both
// formats, and what goes out is valid by the table of the model.
func TestCatalogueRoundTrip(t *testing.T) {
	store, _ := catalogue(t)
	want := claimText(store)
	for name, f := range formats {
		t.Run(name, func(t *testing.T) {
			c := read(t, f, write(t, store, f), claims.Options{})
			if len(c.rejected) > 0 {
				t.Fatalf("%d rejected, first %+v", len(c.rejected), c.rejected[0])
			}
			if got := claimText(memory(t, c.records)); got != want {
				t.Errorf("%d bytes went out, %d came back", len(want), len(got))
			}
			if c.report.Carried+c.report.Derived != c.report.Entities || c.report.Came+c.report.Edges+c.report.Other != 0 {
				t.Errorf("report %+v", c.report)
			}
		})
	}
}

// The same holds for what the catalogue has none of: versions, corrections,
// withdrawals, deprecated claims, quotations, disputes, dates with marks.
const odd = `{"type":"source","id":"a.note","title":"A \"note\", with a comma","publisher":"The Note","kind":"press","url":"https://example.org/?a=1&b=<2>","published":"2020-05~","accessed":"2026-01-02","lang":"en","licence":"facts","reliability":"C","scope":"one:CN","selection":"one in two","derived_from":["b-note"],"cluster":"reuters"}
{"type":"source","id":"a.note","version":1,"title":"A note, again","kind":"press","reliability":"B"}
{"type":"source","id":"b-note","title":"B","kind":"mirror","reliability":"F"}
{"type":"entity","id":"act/rule","name":"The Rule","country":"US"}
{"type":"entity","id":"agreement/memo","name":"Memorandum"}
{"type":"entity","id":"cable/line","name":"The Line"}
{"type":"entity","id":"company/nota","name":"Nota","names":["Нота","ノタ"],"country":"US"}
{"type":"entity","id":"company/nota","version":1,"name":"Nota Networks","names":["Нота"],"country":"US","identifiers":["isin:US0378331005","lei:529900T8BM49AURSDO55","registration:GB:01234567","wikidata:Q160120"]}
{"type":"entity","id":"company/notb","name":"Notb"}
{"type":"entity","id":"company/notc","name":"Notc"}
{"type":"entity","id":"indicator/i","name":"An indicator"}
{"type":"entity","id":"list/members","name":"Members","complete":"partial","as_of":"2020","selection":"those that said so"}
{"type":"entity","id":"network/AS64500","name":"Example"}
{"type":"entity","id":"project/p1","name":"Project one","country":"XK"}
{"type":"entity","id":"treaty/t","name":"Treaty"}
{"type":"claim","id":"c-closed","subject":"company/nota","predicate":"owned_by","object":"company/notb","qualifiers":{"share":"51%"},"words":"Notb owns half of Nota.","valid":"2014/2017-06?","references":[{"source":"a.note"}]}
{"type":"claim","id":"c-corrects","subject":"company/nota","predicate":"owned_by","object":"company/notb","qualifiers":{"role":"minority","share":"49%"},"words":"Notb owns less than half of Nota.","reason":"A number was wrong.","valid":"2014-06-12~/..","published":"2020","references":[{"source":"a.note","locator":"p. 4","quote":"less, \"than\" half","lang":"en","role":"assertion","origin":"wall street journal","extraction":"hand"},{"source":"b-note","locator":"p. 5"}],"corrects":"c-closed"}
{"type":"claim","id":"c-denies","subject":"company/nota","predicate":"denies","object":{"claim":"c-corrects"},"words":"Nota denies it.","references":[{"source":"a.note"}],"disputes":["c-corrects"]}
{"type":"claim","id":"c-deprecated","subject":"cable/line","predicate":"lands_in","object":"country/KE","rank":"deprecated","reason":"It never did.","references":[{"source":"a.note"}]}
{"type":"claim","id":"c-gone","subject":"cable/line","predicate":"lands_in","object":"country/TZ","references":[{"source":"a.note"}]}
{"type":"claim","id":"c-listed","subject":"company/nota","predicate":"listed_under","object":"act/rule","qualifiers":{"measure":"asset freeze"},"rank":"preferred","valid":"2019-08-13","references":[{"source":"a.note","locator":"row 7"}]}
{"type":"claim","id":"c-member","subject":"country/KE","predicate":"member_of","object":"list/members","qualifiers":{"how":"joined"},"valid":"2018/","references":[{"source":"a.note"}]}
{"type":"claim","id":"c-network","subject":"network/AS64500","predicate":"state_owned_by","object":"country/KE","references":[{"source":"a.note"}]}
{"type":"claim","id":"c-number","subject":"indicator/i","predicate":"count_reported","object":{"number":89.5,"unit":"states"},"references":[{"source":"a.note"}]}
{"type":"claim","id":"c-renamed","subject":"company/nota","predicate":"renamed_to","object":"company/notb","references":[{"source":"a.note"}]}
{"type":"claim","id":"c-supplies","subject":"company/nota","predicate":"supplies","object":"country/XK","qualifiers":{"agreement":"agreement/memo","class":"core","product":"Routers: big ones","project":"project/p1"},"words":"Nota supplies.","references":[{"source":"a.note"}],"supports":["c-listed"]}
{"type":"claim","id":"c-treaty","subject":"country/KE","predicate":"member_of","object":"treaty/t","references":[{"source":"a.note"}]}
{"type":"claim","id":"c-unheard","subject":"network/AS64501","predicate":"operates_in","object":"country/XK","references":[{"source":"a.note"}]}
{"type":"claim","id":"c-zscored","subject":"country/KE","predicate":"scored","object":{"number":27,"unit":"points"},"qualifiers":{"indicator":"indicator/i"},"references":[{"source":"a.note"}]}
{"type":"withdrawal","id":"w-gone","claim":"c-gone","reason":"It was a typing error."}
{"type":"withdrawal","id":"w-judgement","judgement":"j-p288v49hpjc7wa9w","reason":"The register was misread."}
{"type":"judgement","id":"j-4x3rahnetftrzvwt","a":"company/nota","b":"company/notb","verdict":"same","author":"kenya-desk","reason":"One register number.","evidence":"score 0.97"}
{"type":"judgement","id":"j-8ezw773fcmtrcgtg","a":"company/nota","b":"company/notc","verdict":"not_same","author":"kenya-desk","reason":"Two addresses."}
{"type":"judgement","id":"j-p288v49hpjc7wa9w","a":"company/notb","b":"company/notc","verdict":"same","author":"company/nota","reason":"It says so."}
`

func TestOddRecordsRoundTrip(t *testing.T) {
	store := memory(t, text(t, odd))
	if got := claimText(store); got != odd {
		t.Fatalf("the records are not in canonical form:\n%s", got)
	}
	for name, f := range formats {
		t.Run(name, func(t *testing.T) {
			file := write(t, store, f)
			c := read(t, f, file, claims.Options{})
			if len(c.rejected) > 0 {
				t.Fatalf("rejected %+v", c.rejected)
			}
			if got := claimText(memory(t, c.records)); got != odd {
				t.Errorf("came back as\n%s", got)
			}
		})
	}
}

func entities(t testing.TB, file string) map[string]ftm.Entity {
	t.Helper()
	m := map[string]ftm.Entity{}
	r := ftm.NewEntityReader(strings.NewReader(file), func(d ftm.Damage) error { return errors.New(d.Reason) })
	for {
		e, err := r.Read()
		if err == io.EOF {
			return m
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := m[e.ID]; twice {
			t.Errorf("%s comes twice", e.ID)
		}
		m[e.ID] = e
	}
}

// What becomes what, by hand.
func TestMapping(t *testing.T) {
	m := entities(t, write(t, memory(t, text(t, odd)), claims.Entities))
	show := func(e ftm.Entity) string {
		s := e.Schema
		for _, p := range e.Properties {
			s += fmt.Sprintf(" %s=%s", p.Prop, strings.Join(p.Values, "|"))
		}
		return s
	}
	for id, want := range map[string]string{
		"document.a.note":           `Document fileName=a.note name=A note, again title=A note, again`,
		"entity.company.nota":       `Company alias=Нота country=us isinCode=US0378331005 keywords=company leiCode=529900T8BM49AURSDO55 name=Nota Networks wikidataId=Q160120`,
		"entity.country.KE":         `PublicBody country=ke keywords=country name=Kenya`,
		"entity.network.AS64501":    `Asset keywords=network name=AS64501`,
		"entity.list.members":       `Organization keywords=list name=Members`,
		"entity.treaty.t":           `Document fileName=treaty/t keywords=treaty name=Treaty title=Treaty`,
		"link.c-corrects":           `Ownership asset=entity.company.nota description=role: minority owner=entity.company.notb percentage=49% proof=document.a.note|document.b-note recordId=p. 4|p. 5 role=owned_by startDate=2014-06-12 summary=Notb owns less than half of Nota.`,
		"link.c-closed":             `Note description=Notb owns half of Nota. entity=entity.company.nota|entity.company.notb keywords=closed|owned_by notes=share: 51% proof=document.a.note summary=entity.company.notb`,
		"link.c-denies":             `Note description=Nota denies it. entity=entity.company.nota keywords=denies proof=document.a.note summary=link.c-corrects`,
		"link.c-deprecated":         `Note entity=entity.cable.line|entity.country.KE keywords=deprecated|lands_in proof=document.a.note summary=entity.country.KE`,
		"link.c-gone":               `Note entity=entity.cable.line|entity.country.TZ keywords=closed|lands_in proof=document.a.note summary=entity.country.TZ`,
		"link.c-listed":             `Sanction entity=entity.company.nota listingDate=2019-08-13 program=The Rule programId=entity.act.rule proof=document.a.note provisions=asset freeze recordId=row 7`,
		"link.c-member":             `Membership member=entity.country.KE organization=entity.list.members proof=document.a.note role=joined startDate=2018`,
		"link.c-network":            `Ownership asset=entity.network.AS64500 owner=entity.country.KE proof=document.a.note role=state_owned_by`,
		"link.c-number":             `Note entity=entity.indicator.i keywords=count_reported proof=document.a.note summary=89.5 states`,
		"link.c-renamed":            `Succession predecessor=entity.company.nota proof=document.a.note role=renamed_to successor=entity.company.notb`,
		"link.c-supplies":           `UnknownLink description=agreement: agreement/memo|class: core|product: Routers: big ones|project: project/p1 object=entity.country.XK proof=document.a.note role=supplies subject=entity.company.nota summary=Nota supplies.`,
		"link.c-treaty":             `UnknownLink object=entity.treaty.t proof=document.a.note role=member_of subject=entity.country.KE`,
		"role.agreement.c-supplies": `ContractAward contract=entity.agreement.memo proof=document.a.note role=supplies supplier=entity.company.nota`,
		"role.project.c-supplies":   `ProjectParticipant participant=entity.company.nota project=entity.project.p1 proof=document.a.note role=supplies`,
		"link.c-zscored":            `Note entity=entity.country.KE|entity.indicator.i keywords=scored notes=indicator: indicator/i proof=document.a.note summary=27 points`,
		"pair.j-4x3rahnetftrzvwt":   `Similar candidate=entity.company.nota criteria=One register number. match=entity.company.notb matcher=kenya-desk`,
		"pair.j-8ezw773fcmtrcgtg":   `Note description=Two addresses. entity=entity.company.nota|entity.company.notc keywords=judgement summary=not_same`,
		"pair.j-p288v49hpjc7wa9w":   `Note description=It says so. entity=entity.company.notb|entity.company.notc keywords=closed|judgement summary=same`,
		"withdrawal.w-judgement":    `Note description=The register was misread. keywords=withdrawal summary=pair.j-p288v49hpjc7wa9w`,
		"withdrawal.w-gone":         `Note description=It was a typing error. keywords=withdrawal summary=link.c-gone`,
	} {
		if got := show(m[id]); got != want {
			t.Errorf("%s is\n%s\nwant\n%s", id, got, want)
		}
	}
	if got := m["link.c-corrects"].Datasets; !slices.Equal(got, []string{"a_note", "b_note"}) {
		t.Errorf("data sets %v", got)
	}
	// Which source says which locator stays apart in the statements, and a date
	// with a mark keeps it as the original value.
	table := write(t, memory(t, text(t, odd)), claims.StatementTable)
	for _, want := range []string{
		`"link.c-corrects","link.c-corrects","recordId","string","Ownership","p. 4","a_note","hand",`,
		`"link.c-corrects","link.c-corrects","recordId","string","Ownership","p. 5","b_note","",`,
		`"link.c-corrects","link.c-corrects","startDate","date","Ownership","2014-06-12","a_note","hand","","2014-06-12~","f","` + catalog.Recorded().Time().Format("2006-01-02T15:04:05") + `",`,
	} {
		if !strings.Contains(table, want) {
			t.Errorf("no row %s", want)
		}
	}
}

// Every entity that goes out is valid by the table: known schema, known
// properties, what is required is there, and ends are of the right kind and in
// the file.
func TestCatalogueIsValid(t *testing.T) {
	store, _ := catalogue(t)
	m := entities(t, write(t, store, claims.Entities))
	if len(m) < 8000 {
		t.Fatalf("%d entities", len(m))
	}
	seen := map[string]int{}
	for id, e := range m {
		seen[e.Schema]++
		s, ok := ftm.Lookup(e.Schema)
		if !ok || s.Abstract {
			t.Fatalf("%s: schema %s", id, e.Schema)
		}
		for _, r := range s.Required {
			if e.First(r) == "" {
				t.Errorf("%s: a %s needs %s", id, e.Schema, r)
			}
		}
		for _, p := range e.Properties {
			def, ok := s.Prop(p.Prop)
			if !ok {
				t.Fatalf("%s: %s has no property %s", id, e.Schema, p.Prop)
			}
			if def.Type != "entity" {
				continue
			}
			for _, v := range p.Values {
				end, ok := m[v]
				if !ok {
					t.Fatalf("%s: %s %s is not in the file", id, p.Prop, v)
				}
				if es, _ := ftm.Lookup(end.Schema); !es.IsA(def.Range) {
					t.Errorf("%s: %s is a %s, not a %s", id, p.Prop, end.Schema, def.Range)
				}
			}
		}
	}
	for _, want := range []string{"Ownership", "Sanction", "Membership", "UnknownLink", "ProjectParticipant", "ContractAward", "Succession", "Note", "Document", "Company", "Asset"} {
		if seen[want] == 0 {
			t.Errorf("no %s in %v", want, seen)
		}
	}
}

func TestTextIsSortedAndStable(t *testing.T) {
	store, _ := catalogue(t)
	for name, s := range map[string]held{"catalogue": store, "odd": memory(t, text(t, odd))} {
		for f := range map[claims.Format]bool{claims.Entities: true, claims.StatementTable: true} {
			file := write(t, s, f)
			if again := write(t, s, f); again != file {
				t.Errorf("%s: two runs differ", name)
			}
			lines := strings.SplitAfter(file, "\n")
			lines = lines[:len(lines)-1]
			if f == claims.StatementTable {
				if lines = lines[1:]; !slices.IsSorted(lines) {
					t.Errorf("%s: the table is not sorted as text", name)
				}
				continue
			}
			var ids []string
			for _, l := range lines {
				id, _, _ := strings.Cut(strings.TrimPrefix(l, `{"id":"`), `"`)
				ids = append(ids, id)
			}
			if !slices.IsSorted(ids) {
				t.Errorf("%s: the entities are not sorted", name)
			}
		}
	}
}

// Two formats, one content: the statements of the table fold to the entities.
func TestFormatsAgree(t *testing.T) {
	store, _ := catalogue(t)
	m := entities(t, write(t, store, claims.Entities))
	r, err := ftm.NewStatementReader(strings.NewReader(write(t, store, claims.StatementTable)), nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for {
		g, err := r.Group()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		e, err := ftm.Fold(g)
		if err != nil {
			t.Fatal(err)
		}
		n++
		want := m[e.ID]
		want.More = nil
		if fmt.Sprint(e) != fmt.Sprint(want) {
			t.Fatalf("\n%+v\n%+v", e, want)
		}
	}
	if n != len(m) {
		t.Errorf("%d and %d entities", n, len(m))
	}
}

// stripped takes our own member out of every entity, as another tool may.
func stripped(t testing.TB, file string) string {
	t.Helper()
	var b bytes.Buffer
	w := ftm.NewEntityWriter(&b)
	r := ftm.NewEntityReader(strings.NewReader(file), nil)
	for {
		e, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		e.More = nil
		if err := w.Write(&e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Without our own column, every open claim between two entities of the
// catalogue comes back with its ends, predicate, qualifiers and sources; its
// valid time as far as FollowTheMoney holds one.
func TestPlainRoundTrip(t *testing.T) {
	store, records := catalogue(t)
	c := read(t, claims.Entities, stripped(t, write(t, store, claims.Entities)), claims.Options{})
	if len(c.rejected) > 0 {
		t.Fatalf("%d rejected, first %+v", len(c.rejected), c.rejected[0])
	}
	key := func(c *sightline.Claim) string {
		var sources []string
		for _, r := range c.References {
			sources = append(sources, string(r.Source))
		}
		slices.Sort(sources)
		from, starts := c.Valid.From()
		to, ends := c.Valid.To()
		return fmt.Sprintln(c.Subject, c.Predicate, c.Object.Entity, c.Qualifiers, slices.Compact(sources), strings.TrimRight(from.String(), "?~%"), starts, strings.TrimRight(to.String(), "?~%"), ends)
	}
	count := map[string]int{}
	back, closed := 0, map[sightline.ClaimID]bool{}
	for _, r := range records {
		if k := r.Claim(); k != nil && k.Corrects != "" {
			closed[k.Corrects] = true
		}
	}
	for _, r := range c.records {
		if k := r.Claim(); k != nil {
			count[key(k)]++
		}
	}
	for _, r := range records {
		k := r.Claim()
		if k == nil || k.Object.Entity == "" || closed[k.ID] || k.Rank == sightline.Deprecated {
			continue
		}
		if count[key(k)] == 0 {
			t.Errorf("%s did not come back: %s", k.ID, key(k))
			continue
		}
		back++
	}
	if back < 5000 {
		t.Errorf("%d claims came back", back)
	}
	if _, err := memory(t, c.records).Entity("company/huawei", 0); err != nil {
		t.Error(err)
	}
}

// A claim that was closed later was in force before.
func TestAsRecorded(t *testing.T) {
	store := memory(t, text(t, odd))
	const recorded, closed = 1_700_000_000_000_000, 1_700_000_001_000_000
	for i, e := range store {
		store[i].Recorded = recorded
		if e.Closed != sightline.Forever {
			store[i].Closed = closed
		}
	}
	for _, x := range []struct {
		at           sightline.Instant
		schema, gone string
	}{{recorded, "Ownership", ""}, {closed, "Note", "2023-11-14T22:13:21"}, {0, "Note", "2023-11-14T22:13:21"}} {
		var b bytes.Buffer
		if err := claims.WriteEntities(&b, store, x.at); err != nil {
			t.Fatal(err)
		}
		if e := entities(t, b.String())["link.c-closed"]; e.Schema != x.schema || e.FirstSeen != "2023-11-14T22:13:20" || e.LastSeen != x.gone {
			t.Errorf("as recorded %d it is %+v", x.at, e)
		}
	}
}

// Whoever changes the FollowTheMoney side of an entity that carries a record
// is told so.
func TestChangedBesideItsRecord(t *testing.T) {
	file := write(t, memory(t, text(t, odd)), claims.Entities)
	for _, x := range []struct{ from, to, what string }{
		{`"percentage":["49%"]`, `"percentage":["94%"]`, "percentage"},
		{`"schema":"Ownership","properties":{"asset":["entity.network.AS64500"]`, `"schema":"UnknownLink","properties":{"asset":["entity.network.AS64500"]`, "schema"},
		{`{"id":"link.c-network"`, `{"id":"link.c-nothing"`, "id"},
		{`"alias":["Нота"],"country":["us"],"isin`, `"alias":["Нота"],"country":["us"],"notes":["more"],"isin`, "notes"},
	} {
		if !strings.Contains(file, x.from) {
			t.Fatalf("no %s", x.from)
		}
		c := read(t, claims.Entities, strings.Replace(file, x.from, x.to, 1), claims.Options{})
		if len(c.rejected) != 1 || !strings.Contains(c.rejected[0].Err.Error(), "its "+x.what+" is not that of the record") || sightline.ErrorHint(c.rejected[0].Err) == "" {
			t.Errorf("%s: rejected %+v", x.to, c.rejected)
		}
	}
	bad := strings.Replace(file, `"sightline":[{"type":"source","id":"b-note"`, `"sightline":[{"type":"source","id":"B!"`, 1)
	if c := read(t, claims.Entities, bad, claims.Options{}); len(c.rejected) != 1 {
		t.Errorf("rejected %+v", c.rejected)
	}
}

func foreign(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/foreign.ftm.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A file from elsewhere: organisations and edges come in, persons never.
func TestForeign(t *testing.T) {
	c := read(t, claims.Entities, foreign(t), claims.Options{})
	want, err := os.ReadFile("testdata/foreign.claims.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if c.text() != string(want) {
		t.Errorf("came in as\n%s\nwant testdata/foreign.claims.jsonl; if the change is meant, copy the text above there and read the difference", c.text())
	}
	memory(t, c.records) // they hold together
	r := c.report
	for _, x := range []struct {
		what      string
		got, want int64
	}{
		{"entities", r.Entities, 24}, {"came", r.Came, 5}, {"edges", r.Edges, 8}, {"persons", r.Persons, 2}, {"person edges", r.PersonEdges, 4},
		{"perhaps persons", r.PerhapsPersons, 2}, {"perhaps edges", r.PerhapsEdges, 1}, {"loose edges", r.LooseEdges, 1}, {"other", r.Other, 1}, {"rejected", r.Rejected, 2},
		{"records", r.Records, int64(len(c.records))},
	} {
		if x.got != x.want {
			t.Errorf("%s: %d, want %d", x.what, x.got, x.want)
		}
	}
	if sum := r.Carried + r.Derived + r.Came + r.Known + r.Edges + r.Persons + r.PersonEdges + r.PerhapsPersons + r.PerhapsEdges + r.LooseEdges + r.Other; sum != r.Entities {
		t.Errorf("%d entities, %d accounted for", r.Entities, sum)
	}
	// Nothing of a person is in any record, nor in what is counted.
	for _, secret := range []string{"Doe", "John", "Persson", "1976", "Solo", "psn"} {
		if strings.Contains(c.text(), secret) || strings.Contains(fmt.Sprint(r), secret) {
			t.Errorf("%q of a person came in", secret)
		}
	}
	for _, name := range []string{"Company:registrationNumber", "Company:wikidataId", "Vessel", "country suhh", "member x_risk", "Company:unheard"} {
		if !slices.ContainsFunc(r.NotTaken, func(c ftm.Count) bool { return c.Name == name }) {
			t.Errorf("%s is not among what was not taken: %v", name, r.NotTaken)
		}
	}
	if fmt.Sprint(r.Unknown) != "[{Company:birthDate 1} {Company:unheard 1} {Vessel 1}]" {
		t.Errorf("unknown %v", r.Unknown)
	}
}

// The order of the lines and of the values in them does not matter.
func TestForeignInAnyOrder(t *testing.T) {
	lines := strings.SplitAfter(foreign(t), "\n")
	slices.Reverse(lines)
	c, d := read(t, claims.Entities, foreign(t), claims.Options{}), read(t, claims.Entities, "\n"+strings.Join(lines, "")+"\n", claims.Options{})
	if got, want := claimText(memory(t, d.records)), claimText(memory(t, c.records)); got != want {
		t.Errorf("backwards it is\n%s\nwant\n%s", got, want)
	}
}

// The same as statements.
func TestForeignStatements(t *testing.T) {
	var all []ftm.Statement
	r := ftm.NewEntityReader(strings.NewReader(foreign(t)), nil)
	var list []ftm.Entity
	for {
		e, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b ftm.Entity) int { return strings.Compare(a.ID, b.ID) })
	var b bytes.Buffer
	w := ftm.NewStatementWriter(&b)
	for i := range list {
		all = append(all, list[i].Statements()...)
		if err := w.WriteSorted(list[i].Statements()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	c, d := read(t, claims.Entities, foreign(t), claims.Options{}), read(t, claims.StatementTable, b.String(), claims.Options{})
	if got, want := claimText(memory(t, d.records)), claimText(memory(t, c.records)); got != want || len(all) < 100 {
		t.Errorf("as statements it is\n%s\nwant\n%s", got, want)
	}
	// An unsorted table is refused before anything is given out of it twice.
	o := claims.Options{Format: claims.StatementTable}
	rows := strings.SplitAfter(b.String(), "\n")
	slices.Reverse(rows[1 : len(rows)-1])
	o.Open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(strings.Join(rows, ""))), nil }
	given := 0
	o.Emit = func(int64, sightline.Record) error { given++; return nil }
	if _, err := claims.Import(o); sightline.ErrorCode(err) != sightline.Invalid || !strings.Contains(sightline.ErrorHint(err), "sort") || given > 0 {
		t.Errorf("unsorted: %v, %d records", err, given)
	}
}

// A table says which data set says what; an entity of several does not, and
// then its data sets are one voice.
func TestWhoSaysIt(t *testing.T) {
	table := `entity_id,prop,schema,value,dataset
a,name,Company,A,one
a,jurisdiction,Company,ke,one
a,name,Company,A,two
`
	for file, want := range map[string]string{
		table: `[{"source":"one","locator":"a","extraction":"ftm"}]`,
		`{"id":"a","schema":"Company","properties":{"name":["A"],"jurisdiction":["ke"]},"datasets":["two","one"]}`: `[{"source":"one","locator":"a","origin":"one or two","extraction":"ftm"},{"source":"two","locator":"a","origin":"one or two","extraction":"ftm"}]`,
	} {
		f := claims.Entities
		if file == table {
			f = claims.StatementTable
		}
		c := read(t, f, file, claims.Options{})
		last := string(c.records[len(c.records)-1].Text())
		if len(c.rejected) > 0 || !strings.HasSuffix(last, `"references":`+want+`}`) {
			t.Errorf("%s, want references %s; rejected %v", last, want, c.rejected)
		}
	}
}

// A damaged line keeps its text for whoever mends it, unless it is about a
// person.
func TestDamagedPersons(t *testing.T) {
	c := read(t, claims.Entities, `{"id":"p","schema":"Person","properties":{"name":["John Doe"
{"id":"c","schema":"Company","properties":{"name":["Cut"`, claims.Options{})
	if len(c.rejected) != 2 || c.rejected[0].Text != "" || !strings.Contains(c.rejected[1].Text, "Cut") || c.report.Rejected != 2 {
		t.Errorf("rejected %+v", c.rejected)
	}
}

// Held sources and entities are used, not declared again; what changed becomes
// a new version; a second import adds nothing.
func TestForeignIntoAStore(t *testing.T) {
	first := read(t, claims.Entities, foreign(t), claims.Options{})
	held := memory(t, first.records)
	again := read(t, claims.Entities, foreign(t), claims.Options{Store: held})
	for _, r := range again.records {
		if !slices.ContainsFunc(first.records, func(o sightline.Record) bool { return bytes.Equal(o.Text(), r.Text()) }) {
			t.Errorf("the second time there is also %s", r.Text())
		}
	}
	changed := read(t, claims.Entities, strings.ReplaceAll(foreign(t), "Meridian Cameras", "Meridian Vision"), claims.Options{Store: held})
	versions := 0
	for _, r := range changed.records {
		if r.Version() == 1 && r.Entity() != nil && r.Entity().Name == "Meridian Vision" {
			versions++
		}
	}
	if versions != 1 {
		t.Errorf("%d new versions", versions)
	}
	source := text(t, `{"type":"source","id":"opensanctions","title":"A collection","kind":"registry","reliability":"B"}`)
	with := read(t, claims.Entities, foreign(t), claims.Options{Store: memory(t, source), Sources: []sightline.SourceID{"opensanctions"}})
	n := 0
	for _, r := range with.records {
		if r.Source() != nil {
			t.Errorf("a source was made: %s", r.Text())
		}
		if c := r.Claim(); c != nil {
			n++
			if len(c.References) != 1 || c.References[0].Source != "opensanctions" || c.References[0].Origin == "" {
				t.Errorf("references %+v", c.References)
			}
		}
	}
	if n == 0 {
		t.Error("no claims")
	}
	_, err := claims.Import(claims.Options{Sources: []sightline.SourceID{"nobody"}})
	if sightline.ErrorCode(err) != sightline.NotFound {
		t.Errorf("a source that is not held: %v", err)
	}
}

// What a store cannot give ends an export with its error.
func TestStoreErrors(t *testing.T) {
	broken := sightline.Errorf(sightline.Corrupt, "read", "", "broken")
	if err := claims.WriteEntities(io.Discard, failing{broken}, 0); !errors.Is(err, broken) {
		t.Error(err)
	}
	if err := claims.WriteStatements(io.Discard, failing{broken}, 0); !errors.Is(err, broken) {
		t.Error(err)
	}
	store, _ := catalogue(t)
	if err := claims.WriteStatements(full{}, store, 0); sightline.ErrorCode(err) != sightline.Unavailable {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Records(sightline.Instant) iter.Seq2[sightline.Entry, error] {
	return func(yield func(sightline.Entry, error) bool) { yield(sightline.Entry{}, f.err) }
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }

// FuzzImport: anything comes in without a panic, nothing of a person in it,
// and what is given out is a record.
func FuzzImport(f *testing.F) {
	for line := range strings.Lines(foreign(f)) {
		f.Add([]byte(line), true)
	}
	f.Add([]byte(foreign(f)), true)
	f.Add([]byte(write(f, memory(f, text(f, odd)), claims.Entities)), true)
	f.Add([]byte(write(f, memory(f, text(f, odd)), claims.StatementTable)), false)
	f.Fuzz(func(t *testing.T, file []byte, lines bool) {
		o := claims.Options{Format: claims.StatementTable, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil }}
		if lines {
			o.Format = claims.Entities
		}
		n, rejected := int64(0), int64(0)
		o.Emit = func(line int64, r sightline.Record) error {
			n++
			if _, err := sightline.ParseRecord(r.Text()); err != nil || line < 1 {
				t.Errorf("line %d: %s: %v", line, r.Text(), err)
			}
			return nil
		}
		o.Reject = func(r claims.Rejection) error {
			rejected++
			if r.Line < 1 || r.Err == nil {
				t.Errorf("rejection %+v", r)
			}
			return nil
		}
		r, err := claims.Import(o)
		if err != nil {
			if c := sightline.ErrorCode(err); c != sightline.Invalid {
				t.Errorf("%s: %v", c, err)
			}
			return
		}
		if r.Records != n || r.Rejected != rejected {
			t.Errorf("report %+v, %d records, %d rejected", r, n, rejected)
		}
	})
}

// Our own member is a list of records, as JSON.
func TestMemberIsJSON(t *testing.T) {
	m := entities(t, write(t, memory(t, text(t, odd)), claims.Entities))
	nota, derived := m["entity.company.nota"], m["entity.country.KE"]
	if v, ok := nota.Member(claims.Member); !ok || v.Kind() != '[' || strings.Count(string(v), `"type":"entity"`) != 2 || !jsontext.Value(v).IsValid() {
		t.Errorf("member %s", v)
	}
	if v, _ := derived.Member(claims.Member); string(v) != "[]" {
		t.Errorf("member of what follows from others: %s", v)
	}
}
