package dossier

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"sightline"
)

// Reader is a store seen under one view in time. It composes the documents of
// the atlas, and is safe for concurrent use. The store must not change while
// it is read: what is costly is read once and kept.
//
// Documents may be shared between callers, who must not change them.
type Reader struct {
	store   *cache
	series  []Series
	options Options // without a country

	summaries memo[sightline.Country, *Summary]
	peers     memo[string, *neighbours] // by subregion
	world     kept[*World]
	suppliers kept[*SupplierList]
	sources   kept[*SourceList]
	networks  kept[*NetworkList]
	laws      kept[*LawList]
	votes     kept[*VoteList]
	forums    kept[*ForumList]
	training  kept[*TrainingList]
	names     kept[*NameList]
	proofs    memo[string, []sightline.Packet] // by the address of a document

	clocked   kept[string]
	published kept[[]sightline.Entry] // in order of publication
	indexed   kept[struct{}]
	places    places
	also      []also
	methods   []Method // of documents beside those of this package
}

// NewReader reads nothing yet. The country of the options is not used.
func NewReader(store sightline.Store, series []Series, o Options) (*Reader, error) {
	if store == nil {
		return nil, sightline.Errorf(sightline.Invalid, "read store", "", "no store given")
	}
	o.Country = sightline.Country{}
	return &Reader{store: newCache(store, o.AsRecorded), series: series, options: o}, nil
}

// Options are those that the reader was made with.
func (r *Reader) Options() Options { return r.options }

// view is a view of more than one country, without claims.
func (r *Reader) view() *view { return emptyView(r.store, r.series, r.options) }

// compose is a composer of a document that is about more than one country.
func (r *Reader) compose() *composer { return newComposer(r.view()) }

// seal ends a document: it notes where its packets are.
func (r *Reader) seal(k *composer, where string) (Frame, error) {
	if k.err != nil {
		return Frame{}, k.err
	}
	r.places.note(where, k.packets)
	return k.frame(), nil
}

// kept is a document made once. An error is not kept.
type kept[T any] struct {
	mu   sync.Mutex
	done bool
	v    T
}

func (k *kept[T]) get(make func() (T, error)) (T, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.done {
		return k.v, nil
	}
	v, err := make()
	if err == nil {
		k.v, k.done = v, true
	}
	return v, err
}

// places says in which document a packet is.
type places struct {
	mu   sync.Mutex
	of   map[sightline.PacketID]string
	uses map[sightline.MethodID]map[string]sightline.PacketID // an example, by kind of document
}

// keptPlaces is how many packets are remembered, of our choosing.
const keptPlaces = 500_000

// note remembers the packets of a document. A page of a list has no address of
// its own: the grades on it stand on the pages of their claims.
func (p *places) note(where string, packets []sightline.Packet) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[sightline.PacketID]string{}
		p.uses = map[sightline.MethodID]map[string]sightline.PacketID{}
	}
	for _, x := range packets {
		at := where
		if x.Method == gradeClaim && x.Parameters["country"] == "" {
			at = "claim/" + x.Parameters["claim"]
		} else if c := x.Parameters["country"]; c != "" && where == "world" {
			at = "country/" + c
		}
		if at == "" {
			continue
		}
		if kind, _, _ := strings.Cut(at, "/"); p.uses[x.Method] == nil {
			p.uses[x.Method] = map[string]sightline.PacketID{kind: x.Result.Packet}
		} else if old, ok := p.uses[x.Method][kind]; !ok || x.Result.Packet < old {
			p.uses[x.Method][kind] = x.Result.Packet
		}
		if old, have := p.of[x.Result.Packet]; have && before(at, old) || !have && len(p.of) < keptPlaces {
			p.of[x.Result.Packet] = at
		}
	}
}

// placeOrder is which kind of document a packet is said to be in, of several
// that show it; others come after these.
var placeOrder = []string{"country", "world", "suppliers", "supplier", "sources", "networks", "laws", "votes", "forums", "training", "audit", "claim"}

// before reports whether a packet is said to be in one document rather than in
// another: the same whichever was composed first.
func before(a, b string) bool {
	rank := func(where string) int {
		kind, _, _ := strings.Cut(where, "/")
		if i := slices.Index(placeOrder, kind); i >= 0 {
			return i
		}
		return len(placeOrder)
	}
	if x, y := rank(a), rank(b); x != y {
		return x < y
	}
	return a < b
}

func (p *places) find(id sightline.PacketID) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	where, ok := p.of[id]
	return where, ok
}

// used lists the kinds of document that show numbers of a method.
func (p *places) used(id sightline.MethodID) []MethodUse {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []MethodUse
	for _, kind := range slices.Sorted(maps.Keys(p.uses[id])) {
		out = append(out, MethodUse{kind, p.uses[id][kind]})
	}
	return out
}
