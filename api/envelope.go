package api

import (
	"reflect"
	"slices"

	"sightline"
	"sightline/dossier"
)

// Envelope is what every operation answers with.
type Envelope struct {
	Schema   string               `json:"schema"`
	Edition  string               `json:"edition"` // of the catalogue or ledger that the data are from
	View     View                 `json:"view"`
	Messages []Message            `json:"messages"` // what a reader of the page is told about the data
	Packets  []sightline.PacketID `json:"packets"`  // of the numbers in the data, sorted; each is at /v1/packet/ID
	Next     string               `json:"next,omitzero"`
	Data     any                  `json:"data"`
}

// View is the view in time that the data were made under.
type View struct {
	Published sightline.Date `json:"published,omitzero"` // only what had been published by then
	Known     sightline.Date `json:"known,omitzero"`     // only what the store held then
	OpenOnly  bool           `json:"open_only"`          // data that may not be passed on freely were left out
}

// Message is something to know about the data.
type Message struct {
	Code string `json:"code"` // looking_back, undated, open_only, not_open, more
	Text string `json:"text"`
}

// Problem is what an operation answers with when it cannot do what was asked.
type Problem struct {
	Schema  string `json:"schema"`
	Status  int    `json:"status"` // that of the response
	Error   string `json:"error"`
	Hint    string `json:"hint,omitzero"`
	OpenAPI string `json:"openapi"` // address of the description of all operations
}

// Index lists the operations, for people who open the root.
type Index struct {
	Schema     string  `json:"schema"`
	Edition    string  `json:"edition"`
	OpenAPI    string  `json:"openapi"`
	Operations []Entry `json:"operations"`
	Forms      []Form  `json:"forms"` // of the pages of the atlas and their figures
}

// Entry is an operation of the index.
type Entry struct {
	Address string `json:"address"` // with places in braces
	Summary string `json:"summary"`
	CSV     bool   `json:"csv"` // it has a .csv too
}

// MakeIndex lists the operations.
func MakeIndex(edition string) Index {
	x := Index{Schema: IndexSchema, Edition: edition, OpenAPI: OpenAPI, Forms: Forms}
	for _, o := range Operations {
		x.Operations = append(x.Operations, Entry{Root + o.Path, o.Summary, o.CSV})
	}
	return x
}

// Wrap puts a document into its envelope. The cursor of the next page is
// returned for the caller to make its address.
func Wrap(document any, v View, edition string) Envelope {
	e := Envelope{Schema: Schema, Edition: edition, View: v, Data: document, Messages: []Message{}, Packets: []sightline.PacketID{}}
	say := func(code, text string) { e.Messages = append(e.Messages, Message{code, text}) }
	if !v.Published.IsZero() || !v.Known.IsZero() {
		say("looking_back", "The data are those of an earlier date.")
	}
	if v.OpenOnly {
		say("open_only", "Data that may not be passed on freely were left out.")
	}
	m := members(reflect.ValueOf(document))
	if m.undated > 0 {
		say("undated", "Claims that nobody dates were left out of this view; the member undated counts them.")
	}
	if m.notOpen {
		say("not_open", "Some of the data rest alone on sources that may not be passed on freely; the member not_open lists their notes.")
	}
	for _, p := range m.packets {
		e.Packets = append(e.Packets, p.Result.Packet)
	}
	if m.packets == nil { // a part of a document
		for id := range used(reflect.ValueOf(document)).packets {
			e.Packets = append(e.Packets, id)
		}
	}
	slices.Sort(e.Packets)
	e.Packets = slices.Compact(e.Packets)
	return e
}

// frame is what documents have in common.
type frame struct {
	packets []sightline.Packet
	undated int
	notOpen bool
}

func members(v reflect.Value) (f frame) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return f
	}
	get := func(name string) any {
		if x := v.FieldByName(name); x.IsValid() {
			return x.Interface()
		}
		return nil
	}
	f.packets, _ = get("Packets").([]sightline.Packet)
	f.undated, _ = get("Undated").(int)
	if x := v.FieldByName("Frame"); x.IsValid() { // a list of changes has an Undated of its own
		f.undated = x.Interface().(dossier.Frame).Undated
	}
	open, _ := get("NotOpen").([]int)
	f.notOpen = len(open) > 0
	return f
}

// Cut is the page of a list behind a cursor, in rows, with the packets and
// notes of its rows alone, and the next cursor. Documents that come by page
// already, or as a whole, are returned as they are.
func Cut(d any, after string, limit int) (page any, next string, err error) {
	if limit == 0 {
		limit = DefaultLimit
	}
	switch d := d.(type) {
	case *dossier.World:
		x := *d
		x.Countries, next, err = rows(d.Countries, after, limit, func(r dossier.Summary) string { return r.Country.Code })
		return narrow(&x, &x.Frame, x.Countries), next, err
	case *dossier.SupplierList:
		x := *d
		x.Suppliers, next, err = rows(d.Suppliers, after, limit, func(r dossier.SupplierRow) string { return string(r.ID) })
		return narrow(&x, &x.Frame, []any{x.Suppliers, x.Rules}), next, err
	case *dossier.NetworkList:
		x := *d
		x.Networks, next, err = rows(d.Networks, after, limit, func(r dossier.NetworkRow) string { return r.ASN })
		return narrow(&x, &x.Frame, []any{x.Networks, x.Count, x.Majority, x.Minority}), next, err
	case *dossier.SourceList:
		x := *d
		x.Sources, next, err = rows(d.Sources, after, limit, func(r dossier.SourceRow) string { return string(r.ID) })
		return narrow(&x, &x.Frame, x.Sources), next, err
	case *dossier.ClaimList:
		return d, string(d.Next), nil
	case *dossier.ChangeList:
		return d, d.Next, nil
	}
	return d, "", nil
}

func rows[T any](all []T, after string, limit int, id func(T) string) ([]T, string, error) {
	if after != "" {
		i := slices.IndexFunc(all, func(r T) bool { return id(r) == after })
		if i < 0 {
			return nil, "", sightline.Errorf(sightline.Invalid, "read cursor", after, "not a cursor of this list").WithHint("Take the address that next of the page before gave.")
		}
		all = all[i+1:]
	}
	if len(all) <= limit {
		return all, "", nil
	}
	return all[:limit], id(all[limit-1]), nil
}

// narrow keeps the packets and notes that some rows name.
func narrow[T any](page *T, f *dossier.Frame, of any) *T {
	u := used(reflect.ValueOf(of))
	f.Packets = slices.DeleteFunc(slices.Clone(f.Packets), func(p sightline.Packet) bool { return !u.packets[p.Result.Packet] })
	f.Notes = slices.DeleteFunc(slices.Clone(f.Notes), func(n dossier.Note) bool { return !u.notes[n.N] })
	return page
}

// named are the packets and notes that a value names.
type named struct {
	packets map[sightline.PacketID]bool
	notes   map[int]bool
}

var packetType = reflect.TypeFor[sightline.PacketID]()

func used(v reflect.Value) named {
	u := named{map[sightline.PacketID]bool{}, map[int]bool{}}
	u.walk(v)
	return u
}

func (u named) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			u.walk(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			u.walk(v.Index(i))
		}
	case reflect.String:
		if v.Type() == packetType && v.Len() > 0 {
			u.packets[sightline.PacketID(v.String())] = true
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			switch x := v.Field(i); {
			case !f.IsExported():
			case f.Name == "Notes" && x.Type() == reflect.TypeFor[[]int]():
				for _, n := range x.Interface().([]int) {
					u.notes[n] = true
				}
			case f.Name == "Note" && x.Kind() == reflect.Int:
				u.notes[int(x.Int())] = true
			default:
				u.walk(x)
			}
		}
	}
}
