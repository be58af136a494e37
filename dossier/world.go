package dossier

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"sightline"
)

// WorldSchema is the schema of World.
const WorldSchema = "sightline.world/1"

// World is what is held on every country and territory, each with the numbers
// of its own dossier. Nothing is added up over countries, and no country is
// compared with another by it.
type World struct {
	Schema    string    `json:"schema"`
	Countries []Summary `json:"countries"` // by code
	Frame
}

// World composes all dossiers once.
func (r *Reader) World() (*World, error) { return r.worldWithin(context.Background()) }

// worldWithin is World, which ends between two dossiers where the context does.
func (r *Reader) worldWithin(ctx context.Context) (*World, error) {
	return r.world.get(func() (*World, error) {
		all := sightline.Countries()
		rows := make([]*Summary, len(all))
		errs := make([]error, len(all))
		var next atomic.Int64
		var wg sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			wg.Go(func() {
				for i := next.Add(1) - 1; i < int64(len(all)); i = next.Add(1) - 1 {
					if errs[i] = ctx.Err(); errs[i] == nil {
						rows[i], errs[i] = r.guardedSummary(all[i])
					}
				}
			})
		}
		wg.Wait()
		k := r.compose()
		w := &World{Schema: WorldSchema}
		for i, s := range rows {
			if errs[i] != nil {
				return nil, errs[i]
			}
			w.Countries = append(w.Countries, *s)
			k.undated += s.Undated
			k.packets = append(k.packets, s.packets...)
		}
		var err error
		w.Frame, err = r.seal(k, "world")
		return w, err
	})
}

// guardedSummary is summary with a panic as an error: nobody else would catch
// it in a goroutine of its own.
func (r *Reader) guardedSummary(c sightline.Country) (s *Summary, err error) {
	defer func() {
		if x := recover(); x != nil {
			err = sightline.Errorf(sightline.Internal, "compose dossier", c.Code(), "panic: %v\n%s", x, debug.Stack())
		}
	}()
	return r.summary(c)
}

// estimates lists the numbers of a summary.
func (s *Summary) estimates() []sightline.Estimate {
	out := []sightline.Estimate{s.Claims, s.Networks, s.Findings, s.Measured, s.Laws, s.Positions}
	for _, c := range s.Supplies {
		out = append(out, c.Estimate)
	}
	for _, v := range s.Votes {
		out = append(out, v.Estimate)
	}
	for _, f := range s.Key {
		out = append(out, f.Estimate)
	}
	for _, c := range s.Engines {
		out = append(out, c.Estimate)
	}
	return out
}
