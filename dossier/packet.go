package dossier

import (
	"context"
	"slices"
	"strings"

	"sightline"
	"sightline/internal/order"
)

// The schemas of the documents on methods and packets.
const (
	MethodsSchema     = "sightline.methods/1"
	MethodSchema      = "sightline.method/1"
	PacketSheetSchema = "sightline.packet-sheet/1"
)

// MethodList is every method in use.
type MethodList struct {
	Schema  string       `json:"schema"`
	Methods []MethodCard `json:"methods"` // by id
	Frame
}

// MethodCard is a method: a change that can move a value is a new version.
type MethodCard struct {
	ID      sightline.MethodID `json:"id"`
	Name    string             `json:"name"`
	Version string             `json:"version"`
	What    string             `json:"what"`
}

// MethodSheet is one method and where it is used.
type MethodSheet struct {
	Schema string `json:"schema"`
	MethodCard
	Used []MethodUse `json:"used"` // by the name of the document
	Frame
}

// MethodUse is a kind of document that shows numbers of a method.
type MethodUse struct {
	Document string             `json:"document"` // its name as in an address: country, supplier, claim, world
	Example  sightline.PacketID `json:"example"`
}

// PacketSheet is the provenance of one number, down to the sources.
type PacketSheet struct {
	Schema  string             `json:"schema"`
	ID      sightline.PacketID `json:"id"`
	Where   string             `json:"where"` // address of a document that shows the number, such as country/KE
	Method  MethodCard         `json:"method"`
	Command string             `json:"command"` // prints the document, or computes the number again
	Packet  sightline.Packet   `json:"packet"`
	Items   []PacketClaim      `json:"items"`         // the claims that count, by id
	More    int                `json:"more,omitzero"` // claims beyond those; the packet has all ids
	Frame
}

// PacketClaim is a claim that a number rests on, with where its sources say it.
type PacketClaim struct {
	Item
	References []ReferenceCard `json:"references"`
}

// maxPacketClaims is how many claims a packet shows in full; of our choosing.
const maxPacketClaims = 500

func methodCard(m Method) MethodCard {
	name, version, _ := strings.Cut(string(m.ID), "/")
	return MethodCard{m.ID, name, version, m.What}
}

// also is documents of another room whose packets can be asked for.
type also struct {
	where   string
	packets func() ([]sightline.Packet, error)
}

// Also names further documents whose packets the reader should find, such as
// audits, and methods of theirs. It is called before the reader is used.
func (r *Reader) Also(where string, packets func() ([]sightline.Packet, error), methods ...Method) {
	r.also = append(r.also, also{where, packets})
	for _, m := range methods {
		if !slices.ContainsFunc(r.allMethods(), func(x Method) bool { return x.ID == m.ID }) {
			r.methods = append(r.methods, m)
		}
	}
}

// allMethods lists the methods of this package and of what Also named, by id.
func (r *Reader) allMethods() []Method {
	all := slices.Concat(Methods(), r.methods)
	order.By(all, func(a, b Method) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all
}

// Methods lists the methods.
func (r *Reader) Methods() (*MethodList, error) {
	k := r.compose()
	l := &MethodList{Schema: MethodsSchema}
	for _, m := range r.allMethods() {
		l.Methods = append(l.Methods, methodCard(m))
	}
	var err error
	l.Frame, err = r.seal(k, "")
	return l, err
}

// Method is one method, by its id with its version.
func (r *Reader) Method(id sightline.MethodID) (*MethodSheet, error) {
	k := r.compose()
	m, ok := r.method(id)
	if !ok {
		return nil, sightline.Errorf(sightline.NotFound, "find method", string(id), "no such method").WithHint("Write the name and version, as in count.claims/1; Methods lists them.")
	}
	if err := r.Warm(context.Background()); err != nil {
		return nil, err
	}
	d := &MethodSheet{Schema: MethodSchema, MethodCard: m, Used: r.places.used(id)}
	var err error
	d.Frame, err = r.seal(k, "")
	return d, err
}

func (r *Reader) method(id sightline.MethodID) (MethodCard, bool) {
	for _, m := range r.allMethods() {
		if m.ID == id {
			return methodCard(m), true
		}
	}
	name, version, _ := strings.Cut(string(id), "/")
	return MethodCard{ID: id, Name: name, Version: version}, false
}

// Packet finds a packet by its id, as people write it.
func (r *Reader) Packet(id string) (*PacketSheet, error) {
	parsed, err := sightline.ParsePacketID(id)
	if err != nil {
		return nil, err
	}
	where, ok := r.places.find(parsed)
	if !ok {
		if err := r.Warm(context.Background()); err != nil {
			return nil, err
		}
		if where, ok = r.places.find(parsed); !ok {
			return nil, sightline.Errorf(sightline.NotFound, "find packet", string(parsed), "no document of this view has it").
				WithHint("A packet belongs to a view in time and to an edition: where the number was printed under another date, or from another edition or workspace, look there. sightline verify finds it in a document saved as JSON.")
		}
	}
	packets, err := r.proofs.get(where, func() ([]sightline.Packet, error) { return r.packetsOf(where) })
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(packets, func(p sightline.Packet) bool { return p.Result.Packet == parsed })
	if i < 0 {
		return nil, sightline.Errorf(sightline.Internal, "find packet", string(parsed), "it is not in %s any more", where)
	}
	p := packets[i]
	d := &PacketSheet{Schema: PacketSheetSchema, ID: parsed, Where: where, Command: Command(p), Packet: p}
	d.Method, _ = r.method(p.Method)
	if kind, _, _ := strings.Cut(where, "/"); kind != "country" && kind != "audit" {
		d.Command = "sightline verify " + string(parsed) + viewFlags(p)
	}
	k := r.compose()
	for n, id := range p.Claims {
		if n == maxPacketClaims {
			d.More = len(p.Claims) - n
			break
		}
		e, err := k.store.Claim(id, k.options.AsRecorded)
		if err != nil {
			return nil, err
		}
		d.Items = append(d.Items, PacketClaim{k.item(e, false), k.references(e.Record.Claim())})
	}
	d.Frame, err = r.seal(k, "")
	d.Packets = []sightline.Packet{p}
	return d, err
}

// packetsOf lists the packets of a document by its address.
func (r *Reader) packetsOf(where string) ([]sightline.Packet, error) {
	kind, id, _ := strings.Cut(where, "/")
	switch kind {
	case "country":
		c, err := sightline.ParseCountry(id)
		if err != nil {
			return nil, err
		}
		return packets(r.Dossier(c))
	case "suppliers":
		return packets(r.Suppliers())
	case "supplier":
		return packets(r.Supplier(sightline.EntityID(id)))
	case "networks":
		return packets(r.Networks())
	case "network":
		return packets(r.Network(id))
	case "laws":
		return packets(r.Laws())
	case "votes":
		return packets(r.Votes())
	case "forums":
		return packets(r.Forums())
	case "training":
		return packets(r.Training())
	case "claim":
		return packets(r.Claim(sightline.ClaimID(id)))
	case "sources":
		return packets(r.Sources())
	case "source":
		return packets(r.Source(sightline.SourceID(id)))
	case "compare":
		return packets(r.Compare(strings.Split(id, ",")))
	}
	for _, a := range r.also {
		if a.where == where {
			return a.packets()
		}
	}
	return nil, sightline.Errorf(sightline.Internal, "find packet", where, "no such document")
}

func packets(d interface{ packets() []sightline.Packet }, err error) ([]sightline.Packet, error) {
	if err != nil {
		return nil, err
	}
	return d.packets(), nil
}

func (f *Frame) packets() []sightline.Packet   { return f.Packets }
func (d *Dossier) packets() []sightline.Packet { return d.Packets }

// indexedClaims is up to how many claims the search for a packet grades each
// one; of our choosing. Above it the grade of a claim is found once its page was
// seen.
const indexedClaims = 50_000

// Warm composes every document once, so that what is kept is at hand and it is
// known where each packet is. Single networks and sources are left to their own
// pages. It is done when it is first needed, and once: a server may call it
// before. It ends with the error of the context when that ends, between two
// documents; what was kept by then stays so.
func (r *Reader) Warm(ctx context.Context) error {
	_, err := r.indexed.get(func() (struct{}, error) {
		var none struct{}
		if _, err := r.worldWithin(ctx); err != nil {
			return none, err
		}
		suppliers, err := r.Suppliers()
		if err != nil {
			return none, err
		}
		for _, s := range suppliers.Suppliers {
			if err := ctx.Err(); err != nil {
				return none, err
			}
			if _, err := r.Supplier(s.ID); err != nil {
				return none, err
			}
		}
		for _, where := range []string{"sources", "networks", "laws", "votes", "forums", "training"} {
			if err := ctx.Err(); err != nil {
				return none, err
			}
			if _, err := r.packetsOf(where); err != nil {
				return none, err
			}
		}
		for _, a := range r.also {
			if err := ctx.Err(); err != nil {
				return none, err
			}
			list, err := a.packets()
			if err != nil {
				return none, err
			}
			r.places.note(a.where, list)
		}
		after, n := sightline.ClaimID(""), 0
		for n < indexedClaims {
			if err := ctx.Err(); err != nil {
				return none, err
			}
			l, err := r.Claims(Filter{}, after, maxPage)
			if err != nil {
				return none, err
			}
			n += len(l.Claims)
			if after = l.Next; after == "" {
				break
			}
		}
		return none, nil
	})
	return err
}
