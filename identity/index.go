package identity

import (
	"cmp"
	"hash/fnv"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Index finds names that are worth comparing. A name has keys: its words, each
// by meaning or letters and by sound, its neighbouring words two by two, all of
// them together, its initials, and the runs of three letters of its distinct
// words. Names that share rare keys are candidates. What shares no key, or only
// keys that very many names have, is not found: docs/methods/identity.md states
// how much that is on made-up truth.
type Index struct {
	names    int
	postings map[uint64][]int32 // places of the names that have a key, ascending
}

// most is how many names may share a key for it to be looked at.
func (x *Index) most() int { return max(200, x.names/100) }

// NewIndex indexes names; a candidate is the place of a name in the list.
func NewIndex(names []Name) *Index {
	x := &Index{names: len(names), postings: make(map[uint64][]int32, 8*len(names))}
	for at, keys := range spread(names, func(n Name) []uint64 { return n.keys() }) {
		for _, k := range keys {
			x.postings[k] = append(x.postings[k], int32(at))
		}
	}
	for k, list := range x.postings {
		if len(list) > x.most() {
			delete(x.postings, k)
		}
	}
	return x
}

// spread applies f on all processors and keeps the order.
func spread[T, R any](list []T, f func(T) R) []R {
	out := make([]R, len(list))
	parts := min(runtime.GOMAXPROCS(0), 1+len(list)/256)
	var wg sync.WaitGroup
	for p := range parts {
		wg.Go(func() {
			for i := p * len(list) / parts; i < (p+1)*len(list)/parts; i++ {
				out[i] = f(list[i])
			}
		})
	}
	wg.Wait()
	return out
}

// ParseAll takes many names apart, on all processors.
func ParseAll(names []string) []Name { return spread(names, Parse) }

// keys lists the keys of a name, each once, in a fixed order.
func (n Name) keys() []uint64 {
	out := make([]uint64, 0, 48)
	add := func(letter byte, parts ...string) {
		h := fnv.New64a()
		h.Write([]byte{letter})
		for _, p := range parts {
			h.Write([]byte(p))
			h.Write([]byte{0})
		}
		out = append(out, h.Sum64())
	}
	var meanings []string
	var letters strings.Builder
	joined := ""
	for _, w := range n.words {
		meaning := cmp.Or(w.concept, w.latin)
		meanings = append(meanings, meaning)
		add('w', meaning)
		for _, o := range w.others {
			add('w', o)
		}
		if w.kind == distinct {
			if len(w.sound) >= 2 {
				add('s', w.sound)
			}
			for _, s := range w.otherSounds {
				if len(s) >= 2 {
					add('s', s)
				}
			}
		}
		if w.kind != number && w.latin != "" {
			letters.WriteByte(w.latin[0])
		}
		if w.kind == distinct {
			joined += w.latin
			if len(w.latin) >= 2 && len(w.latin) <= 6 {
				add('i', w.latin)
			}
		}
	}
	for i := 1; i < len(meanings); i++ {
		add('p', min(meanings[i-1], meanings[i]), max(meanings[i-1], meanings[i]))
		add('w', n.words[i-1].latin+n.words[i].latin) // written together
	}
	if letters.Len() >= 3 && letters.Len() <= 6 {
		add('i', letters.String())
	}
	for _, s := range n.acronyms {
		if len(s) <= 6 {
			add('i', s)
		}
	}
	slices.Sort(meanings)
	add('a', meanings...)
	for i := 0; i+3 <= len(joined); i++ {
		add('3', joined[i:i+3])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// finder looks up names one after another, with room of its own.
type finder struct {
	x       *Index
	weight  []float32 // by place
	touched []int32
}

func (x *Index) finder() *finder { return &finder{x: x, weight: make([]float32, x.names)} }

// perName is how many names an index proposes for one, at most.
const perName = 16

// propose lists the places that share the rarest keys, at most limit, without
// those to be skipped.
func (f *finder) propose(n Name, limit int, skip func(found int) bool) []int32 {
	f.touched = f.touched[:0]
	for _, k := range n.keys() {
		list := f.x.postings[k]
		if len(list) == 0 {
			continue
		}
		worth := float32(math.Log(1 + float64(f.x.names)/float64(len(list))))
		for _, at := range list {
			if f.weight[at] == 0 {
				f.touched = append(f.touched, at)
			}
			f.weight[at] += worth
		}
	}
	// The best few of many: a sorted list that the next one is put into.
	better := func(a, b int32) bool {
		return f.weight[a] > f.weight[b] || f.weight[a] == f.weight[b] && a < b
	}
	out := make([]int32, 0, limit+1)
	for _, at := range f.touched {
		if len(out) == limit && !better(at, out[limit-1]) || skip(int(at)) {
			continue
		}
		i := len(out)
		out = append(out, at)
		for ; i > 0 && better(at, out[i-1]); i-- {
			out[i] = out[i-1]
		}
		out[i] = at
		out = out[:min(len(out), limit)]
	}
	for _, at := range f.touched {
		f.weight[at] = 0
	}
	return out
}

// NamePair is two names worth comparing: places in the list asked and in the
// index.
type NamePair struct{ Asked, Found int32 }

// Propose lists the candidates for each name asked, at most perName for each,
// by the place of what was asked and then of what was found. It leaves out what
// skip says, if that is not nil: other names of the one asked about. It uses all
// processors.
func (x *Index) Propose(asked []Name, skip func(asked, found int) bool) []NamePair {
	if skip == nil {
		skip = func(int, int) bool { return false }
	}
	parts := min(runtime.GOMAXPROCS(0), 1+len(asked)/64)
	lists := make([][]NamePair, parts)
	var wg sync.WaitGroup
	for p := range parts {
		wg.Go(func() {
			f := x.finder()
			for i := p * len(asked) / parts; i < (p+1)*len(asked)/parts; i++ {
				found := f.propose(asked[i], perName, func(found int) bool { return skip(i, found) })
				slices.Sort(found)
				for _, at := range found {
					lists[p] = append(lists[p], NamePair{int32(i), at})
				}
			}
		})
	}
	wg.Wait()
	return slices.Concat(lists...)
}

// CompareAll scores pairs, on all processors.
func (r *Rarity) CompareAll(pairs []NamePair, asked, found []Name) []Match {
	return spread(pairs, func(p NamePair) Match { return r.Compare(asked[p.Asked], found[p.Found]) })
}
