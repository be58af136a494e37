package atlas_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"

	"sightline"
)

// asked is a store that counts what it is asked for, and does something at the
// question of a number.
type asked struct {
	sightline.Store
	questions atomic.Int64
	at        int64
	then      func()
}

func (a *asked) count() {
	if a.questions.Add(1) == a.at {
		a.then()
	}
}

func (a *asked) Claims(q sightline.Query) ([]sightline.Entry, error) {
	a.count()
	return a.Store.Claims(q)
}

func (a *asked) Page(after sightline.ClaimID, limit int, at sightline.Instant) ([]sightline.Entry, error) {
	a.count()
	return a.Store.Page(after, limit, at)
}

func (a *asked) Claim(id sightline.ClaimID, at sightline.Instant) (sightline.Entry, error) {
	a.count()
	return a.Store.Claim(id, at)
}

func TestWarm(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	store := &asked{Store: catalogue(), at: 40, then: cancel}
	s := serveStore(t, store, nil)
	if err := s.Warm(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("it ended with %v", err)
	}
	early := store.questions.Load()
	if w := get(s, "/country/KE"); w.Code != http.StatusOK {
		t.Errorf("after a warm-up that was ended a page has status %d", w.Code)
	}
	if err := s.Warm(context.Background()); err != nil {
		t.Fatal(err)
	}
	whole := store.questions.Load()
	if early*4 > whole {
		t.Errorf("it asked %d questions when it was ended early, and %d in all", early, whole)
	}
	if w := get(s, "/method/count.claims/1"); w.Code != http.StatusOK {
		t.Errorf("the page of a method has status %d", w.Code)
	}
	if n := store.questions.Load() - whole; n > 0 {
		t.Errorf("the page of a method asked %d questions after the warm-up", n)
	}
}

// A document that panics is a fault, and no more.
func TestWarmOutlivesAPanic(t *testing.T) {
	for _, at := range []int64{1, 40_000} { // in a dossier, in a document after them
		store := &asked{Store: catalogue(), at: at, then: func() { panic("a fault of ours") }}
		s := serveStore(t, store, nil)
		if err := s.Warm(context.Background()); sightline.ErrorCode(err) != sightline.Internal {
			t.Errorf("a panic at question %d ended with %v", at, err)
		}
		if w := get(s, "/country/KE"); w.Code != http.StatusOK {
			t.Errorf("after it a page has status %d", w.Code)
		}
	}
}
