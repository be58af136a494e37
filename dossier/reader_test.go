package dossier_test

import (
	"reflect"
	"testing"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/dossier"
)

// whole is the embedded catalogue as it is now.
func whole(t testing.TB, o dossier.Options) *dossier.Reader {
	t.Helper()
	m, series := embedded(t)
	r, err := dossier.NewReader(m, series, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// numbers lists every estimate and packet in a document, wherever it stands.
func numbers(doc any) (estimates []sightline.Estimate, packets []sightline.Packet) {
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch x := v.Interface().(type) {
		case sightline.Estimate:
			estimates = append(estimates, x)
			return
		case sightline.Packet:
			packets = append(packets, x)
			return
		}
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		}
	}
	walk(reflect.ValueOf(doc))
	return estimates, packets
}

// check tells what is wrong with the numbers of a document: each keeps to the
// rules of an estimate and has its packet beside it, and of the packets the
// first of each method, and every so many of the others, come out again.
func check(t testing.TB, store sightline.Store, series []dossier.Series, name string, doc any, every int) {
	t.Helper()
	estimates, packets := numbers(doc)
	have := map[sightline.PacketID]bool{}
	seen := map[sightline.MethodID]int{}
	for _, p := range packets {
		have[p.Result.Packet] = true
		if seen[p.Method]++; (seen[p.Method]-1)%every != 0 {
			continue
		}
		again, err := dossier.Recompute(store, series, p)
		if err != nil || again.Result != p.Result {
			t.Errorf("%s: %s %v: recorded %+v, computed again %+v, %v", name, p.Method, p.Parameters, p.Result, again.Result, err)
		}
	}
	for _, e := range estimates {
		if err := e.Check(); err != nil {
			t.Errorf("%s: %+v: %v", name, e, err)
		}
		if !have[e.Packet] {
			t.Errorf("%s: %s %s has no packet", name, e.Method, e.Packet)
		}
	}
	if text, err := json.Marshal(doc); err != nil || len(text) < 50 {
		t.Errorf("%s: JSON of %d bytes, %v", name, len(text), err)
	}
}

// Every document of the catalogue, under views of each kind, keeps the rules of
// numbers.
func TestDocumentsKeepTheirNumbers(t *testing.T) {
	m, series := embedded(t)
	early, err := sightline.ParseDate("2019-06")
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]dossier.Options{"now": {}, "early": {AsPublished: early}, "open": {OpenOnly: true}} {
		t.Run(name, func(t *testing.T) {
			r := whole(t, o)
			documents(t, r, func(where string, doc any, err error) {
				if err != nil {
					if sightline.ErrorCode(err) == sightline.NotFound && name != "now" && sightline.ErrorHint(err) != "" {
						return
					}
					t.Fatalf("%s: %v", where, err)
				}
				check(t, m, series, name+" "+where, doc, 40)
			})
		})
	}
}

// documents composes one document of each kind, and of some kinds several.
func documents(t testing.TB, r *dossier.Reader, f func(where string, doc any, err error)) {
	w, err := r.World()
	f("world", w, err)
	for _, code := range []string{"KE", "CN", "AQ"} {
		c, err := r.Country(code)
		f("country "+code, c, err)
	}
	s, err := r.Suppliers()
	f("suppliers", s, err)
	for i, x := range s.Suppliers {
		if i%7 == 0 || x.ID == "company/huawei" {
			p, err := r.Supplier(x.ID)
			f(string(x.ID), p, err)
		}
	}
	for _, id := range []sightline.EntityID{"country/KE", "network/AS33771", "list/bri-memoranda"} {
		p, err := r.Supplier(id)
		f(string(id), p, err)
	}
	l, err := r.Sources()
	f("sources", l, err)
	for i, x := range l.Sources {
		if i%40 == 0 {
			d, err := r.Source(x.ID)
			f("source "+string(x.ID), d, err)
		}
	}
	n, err := r.Networks()
	f("networks", n, err)
	for i := 0; i < len(n.Networks); i += 97 {
		d, err := r.Network(n.Networks[i].ASN)
		f("network "+n.Networks[i].ASN, d, err)
	}
	laws, err := r.Laws()
	f("laws", laws, err)
	votes, err := r.Votes()
	f("votes", votes, err)
	forums, err := r.Forums()
	f("forums", forums, err)
	training, err := r.Training()
	f("training", training, err)
	for name, filter := range map[string]dossier.Filter{"all": {}, "Kenya": {Country: "KE"}, "control": {Class: "control", Grade: "contested"},
		"votes": {Predicate: "voted"}, "Huawei": {Supplier: "company/huawei"}, "denials": {Entity: "company/huawei", Predicate: "denies"}} {
		l, err := r.Claims(filter, "", 20)
		f("claims "+name, l, err)
	}
	cmp, err := r.Compare([]string{"KE", "UG", "TZ"})
	f("compare", cmp, err)
	methods, err := r.Methods()
	f("methods", methods, err)
	for _, x := range methods.Methods {
		d, err := r.Method(x.ID)
		f("method "+string(x.ID), d, err)
	}
	for name, of := range map[string]dossier.Changed{"all": {}, "Kenya": {Country: "Kenya"}, "Huawei": {Entity: "company/huawei"}, "a claim": {Claim: "zw-cloudwalk-data-sent"}} {
		d, err := r.Changes(of, sightline.Date{}, "", 30)
		f("changes "+name, d, err)
	}
	hits, err := r.Search("huawei", 20)
	f("search", hits, err)
	m, _ := embedded(t)
	all, err := m.Claims(sightline.Query{})
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(all); i += 211 {
		c, err := r.Claim(sightline.ClaimID(all[i].Record.ID()))
		f("claim "+all[i].Record.ID(), c, err)
	}
}

// The dossier of a Reader is that of Compose, byte for byte.
func TestReaderComposesTheSameDossier(t *testing.T) {
	m, series := embedded(t)
	o := dossier.Options{Edition: "test", Code: "test"}
	r := whole(t, o)
	for _, c := range sightline.Countries() {
		o.Country = c
		want, err := dossier.Compose(m, series, o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Dossier(c)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(want, json.Deterministic(true))
		b, _ := json.Marshal(got, json.Deterministic(true))
		if string(a) != string(b) {
			t.Errorf("%s differs", c)
		}
	}
}
