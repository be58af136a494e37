package atlas

import (
	"bytes"
	"container/list"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// answer is a response as it is kept and sent.
type answer struct {
	status   int
	kind     string // content type
	body     []byte
	packed   []byte // gzip; nil where that is no shorter
	etag     string
	location string // of a redirect
	forever  bool   // its address names its content
	loose    bool   // it goes into a file: not to be compressed, nor known by a tag
}

// seal computes what a body is known by and its compressed form.
func (a *answer) seal() *answer {
	if a.loose {
		return a
	}
	sum := sha256.Sum256(a.body)
	a.etag = `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	if len(a.body) < 600 || strings.HasPrefix(a.kind, "image/") {
		return a
	}
	packed, _ := inBuffer(func(b *bytes.Buffer) error { // memory does not fail
		w := packers.Get().(*gzip.Writer)
		defer packers.Put(w)
		w.Reset(b)
		w.Write(a.body)
		return w.Close()
	})
	if len(packed) < len(a.body) {
		a.packed = packed
	}
	return a
}

// inBuffer is what is written into a buffer that was used before, and so has
// room, without the room.
func inBuffer(write func(*bytes.Buffer) error) ([]byte, error) {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	err := write(b)
	return bytes.Clone(b.Bytes()), err
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

var packers = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, 6)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return w
}}

func (a *answer) size() int { return len(a.body) + len(a.packed) + 256 }

// cache holds answers by address, the least recently used given up first. An
// address is made by one caller at a time; the others wait for it.
type cache struct {
	mu    sync.Mutex
	limit int
	held  int
	order *list.List // of *entry, last used first
	by    map[string]*list.Element
	doing map[string]*making
}

type entry struct {
	key    string
	answer *answer
}

type making struct {
	done   chan struct{}
	answer *answer
}

func newCache(limit int) *cache {
	return &cache{limit: limit, order: list.New(), by: map[string]*list.Element{}, doing: map[string]*making{}}
}

// get returns what is held under the key, or has it made. Only pages are kept,
// so that asking for what is not there pushes nothing out.
func (c *cache) get(key string, work func() *answer) *answer {
	c.mu.Lock()
	if e, ok := c.by[key]; ok {
		c.order.MoveToFront(e)
		c.mu.Unlock()
		return e.Value.(*entry).answer
	}
	if m, ok := c.doing[key]; ok {
		c.mu.Unlock()
		<-m.done
		return m.answer
	}
	m := &making{done: make(chan struct{})}
	c.doing[key] = m
	c.mu.Unlock()

	defer func() { // where the work panics too, so that nobody waits for ever
		c.mu.Lock()
		delete(c.doing, key)
		c.keep(key, m.answer)
		c.mu.Unlock()
		close(m.done)
	}()
	m.answer = work()
	return m.answer
}

// keep holds a page, and gives up those used longest ago to make room.
func (c *cache) keep(key string, a *answer) {
	if a == nil || a.status >= http.StatusMultipleChoices || a.size() > c.limit/4 {
		return
	}
	c.by[key] = c.order.PushFront(&entry{key, a})
	c.held += a.size() + 2*len(key)
	for c.held > c.limit {
		e := c.order.Remove(c.order.Back()).(*entry)
		delete(c.by, e.key)
		c.held -= e.answer.size() + 2*len(e.key)
	}
}
