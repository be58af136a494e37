package dossier

import (
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
	world     kept[*World]
	suppliers kept[*SupplierList]
	sources   kept[*SourceList]
	networks  kept[*NetworkList]
	laws      kept[*LawList]
	votes     kept[*VoteList]
	forums    kept[*ForumList]
	training  kept[*TrainingList]

	places places
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
	if where != "" {
		r.places.note(where, k.packets)
	}
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
	mu sync.Mutex
	of map[sightline.PacketID]string
}

// keptPlaces is how many packets are remembered, of our choosing; the others
// are searched for.
const keptPlaces = 500_000

func (p *places) note(where string, packets []sightline.Packet) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[sightline.PacketID]string{}
	}
	for _, x := range packets {
		if _, have := p.of[x.Result.Packet]; !have && len(p.of) < keptPlaces {
			p.of[x.Result.Packet] = where
		}
	}
}

func (p *places) find(id sightline.PacketID) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	where, ok := p.of[id]
	return where, ok
}
