package atlas

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"sightline"
	"sightline/ledger"
)

func page(bytes int) *answer {
	return (&answer{status: http.StatusOK, kind: "text/plain", body: make([]byte, bytes)}).seal()
}

func TestCacheIsBounded(t *testing.T) {
	const limit = 100_000
	c := newCache(limit)
	made := 0
	get := func(i int) {
		c.get(fmt.Sprint("/", i), func() *answer { made++; return page(3000) })
	}
	for i := range 1000 {
		get(i)
		if c.held > limit {
			t.Fatalf("%d bytes are held, the limit is %d", c.held, limit)
		}
	}
	held := 0
	for key, e := range c.by {
		held += e.Value.(*entry).answer.size() + 2*len(key)
	}
	if held != c.held || len(c.by) != c.order.Len() || len(c.by) < 20 || len(c.by) > 40 {
		t.Errorf("%d answers of %d bytes are held, and it counts %d", len(c.by), held, c.held)
	}
	get(999)
	if made != 1000 {
		t.Error("the newest answer was made again")
	}
	get(0)
	if made != 1001 {
		t.Error("the answer used longest ago was kept")
	}
	// The answer that was used stays, though others came after it.
	for i := range 20 {
		get(999)
		get(2000 + i)
	}
	before := made
	if get(999); made != before {
		t.Error("an answer in use was given up")
	}
}

func TestCacheKeepsOnlyPages(t *testing.T) {
	c := newCache(100_000)
	for _, status := range []int{http.StatusMovedPermanently, http.StatusBadRequest, http.StatusNotFound, http.StatusInternalServerError} {
		c.get(fmt.Sprint(status), func() *answer { return &answer{status: status, body: []byte("x")} })
	}
	c.get("large", func() *answer { return page(50_000) })
	if len(c.by) != 0 || c.held != 0 || len(c.doing) != 0 {
		t.Errorf("%d answers of %d bytes are held, %d being made", len(c.by), c.held, len(c.doing))
	}
}

// An address that many ask for at once is made once.
func TestCacheHasOneMaker(t *testing.T) {
	c := newCache(1 << 20)
	const callers, keys = 32, 8
	var made [keys]atomic.Int32
	var all sync.WaitGroup
	wait := make(chan struct{})
	for i := range callers * keys {
		all.Go(func() {
			k := i % keys
			a := c.get(fmt.Sprint(k), func() *answer {
				<-wait
				made[k].Add(1)
				return page(100 + k)
			})
			if len(a.body) != 100+k {
				t.Errorf("key %d got the answer of another", k)
			}
		})
	}
	close(wait)
	all.Wait()
	for k := range made {
		if n := made[k].Load(); n != 1 {
			t.Errorf("key %d was made %d times", k, n)
		}
	}
}

// A maker that panics leaves nobody waiting.
func TestCacheOutlivesAPanic(t *testing.T) {
	c := newCache(1 << 20)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		c.get("x", func() *answer { panic("x") })
	}()
	if a := c.get("x", func() *answer { return page(1) }); a.status != http.StatusOK {
		t.Error("the address cannot be made again")
	}
}

// However many dates are asked for, few readers are held, and the one of now
// among them.
func TestReadersAreBounded(t *testing.T) {
	m, err := ledger.NewMemory("test", 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newReaders(Config{Store: m, Today: func() sightline.Day { return 0 }})
	now, err := r.of(View{})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			d, err := sightline.ParseDate(fmt.Sprintf("20%02d-%02d", i%20, i%12+1))
			if err != nil {
				t.Error(err)
				return
			}
			doc, err := r.of(View{Published: d})
			if err != nil || doc.doc.Options().AsPublished != d {
				t.Errorf("asked for %v: %v", d, err)
			}
			doc, err = r.of(View{Known: d, at: endOf(d)})
			if err != nil || doc.doc.Options().AsRecorded != endOf(d) {
				t.Errorf("asked for %v: %v", d, err)
			}
		})
	}
	all.Wait()
	if len(r.held) > heldReaders {
		t.Errorf("%d readers are held", len(r.held))
	}
	if again, err := r.of(View{}); err != nil || again != now {
		t.Error("the reader of now was given up")
	}
}

func TestUnpacks(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "deflate, gzip;q=1.0, *;q=0.5": true, "br": false, "identity": false, "*": true, "gzip;q=0": false,
		"gzip; q=0.0, *": false, "*;q=0": false, "gzip;q=0.001": true, "xgzip": false, "x-gzip": true, ",,;q=": false,
	} {
		if unpacks(header) != want {
			t.Errorf("Accept-Encoding %q: %v", header, !want)
		}
	}
}

func TestInertCell(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "Kenya": "Kenya", "-2.5": "-2.5", "+7": "+7", "1e5": "1e5", "=1+1": "'=1+1", " =1+1": "' =1+1", "-2+3": "'-2+3", "@SUM(A1)": "'@SUM(A1)",
		"|calc": "'|calc", "＝1": "'＝1", "\t=1": "<U+0009>=1", "a\r\n=1": "a<U+000D><U+000A>=1", "\u202Etxt": "<U+202E>txt",
	} {
		if got := sightline.InertCell(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
