package main

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"
)

// door lets a number of connections in. When all places are taken, a new one
// takes that of the connection which has been without a request for longest,
// or has been given its answer for longest: slow and silent callers make way,
// and others are answered.
type door struct {
	mu     sync.Mutex
	most   int
	inside *list.List // of *guest, the one to make way in front
	by     map[net.Conn]*list.Element
}

type guest struct {
	conn net.Conn
	busy bool // a request is being answered
}

type guestKey struct{}

func newDoor(most int) *door {
	return &door{most: most, inside: list.New(), by: map[net.Conn]*list.Element{}}
}

// enter is called with each new connection.
func (d *door) enter(ctx context.Context, c net.Conn) context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inside.Len() >= d.most {
		out := d.inside.Front()
		for e := out; e != nil; e = e.Next() {
			if !e.Value.(*guest).busy {
				out = e
				break
			}
		}
		d.remove(out)
		out.Value.(*guest).conn.Close()
	}
	d.by[c] = d.inside.PushBack(&guest{conn: c})
	return context.WithValue(ctx, guestKey{}, c)
}

// state is called when the server has sent an answer whole, and when a
// connection ends.
func (d *door) state(c net.Conn, s http.ConnState) {
	switch s {
	case http.StateIdle:
		d.set(c, false)
	case http.StateClosed:
		d.mu.Lock()
		if e, ok := d.by[c]; ok {
			d.remove(e)
		}
		d.mu.Unlock()
	}
}

// during marks a connection while a request on it is answered.
func (d *door) during(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(guestKey{}).(net.Conn); ok {
			d.set(c, true)
		}
		h.ServeHTTP(w, r)
	})
}

func (d *door) set(c net.Conn, busy bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e, ok := d.by[c]; ok {
		e.Value.(*guest).busy = busy
		d.inside.MoveToBack(e)
	}
}

func (d *door) remove(e *list.Element) {
	delete(d.by, e.Value.(*guest).conn)
	d.inside.Remove(e)
}
