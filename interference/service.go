package interference

import (
	"fmt"
	"strings"
	"time"
)

// service judges tests of services by their parts. They have no control, so
// parts are each other's: the service is known to be up elsewhere, and a probe
// that reaches one part is online.
func (j *judge) service() {
	o := j.o
	all, bad := 0, 0
	for i := range o.Parts {
		p := &o.Parts[i]
		j.trust(p)
		all += p.N
		bad += p.N - p.OK
	}
	if all == 0 {
		return
	}
	if bad == all && o.Test != "psiphon" && j.offline() {
		j.note(NoteOffline)
		return
	}
	core, coreOK := 0, 0
	var fine []string
	for _, p := range o.Parts {
		if p.N == 0 {
			continue
		}
		if !p.Web && !p.Weak {
			core += p.N
			coreOK += p.OK
		}
		fail := p.N - p.OK
		mech, first := p.mechanism()
		names := p.Name == "names" || strings.HasPrefix(p.Name, "names of")
		switch share := float64(fail) / float64(p.N); {
		case fail == 0:
			if !p.Weak {
				fine = append(fine, fmt.Sprintf("%s: all %d", p.Name, p.N))
			}
		case o.Test == "psiphon":
			// A tunnel fails for many reasons; one failure alone does not
			// decide, but it counts where many are added up.
			j.add("service.tunnel", mech, "no tunnel: %s", first)
		case p.Weak:
			if share >= 0.8 && p.N >= 5 {
				j.add("service.weak.most", mech, "%s: %d of %d failed", p.Name, fail, p.N)
			}
		case names && share == 1:
			j.add("service.names.all", mech, "%s: all %d", p.Name, p.N)
		case names && share >= 0.5:
			j.add("service.names.most", mech, "%s: %d of %d", p.Name, fail, p.N)
		case p.Web:
			if p.OK == 0 || share >= 0.5 || first == Reset || first == TLSAuthority {
				j.add("service.web", mech, "%s: %d of %d failed, first by %s", p.Name, fail, p.N, first)
			}
		case share == 1:
			j.add("service.all", mech, "%s: all %d failed, first by %s", p.Name, p.N, first)
		case share >= 0.5:
			j.add("service.most", mech, "%s: %d of %d failed, first by %s", p.Name, fail, p.N, first)
		case share >= 0.2 && fail >= 2:
			j.add("service.some", mech, "%s: %d of %d failed", p.Name, fail, p.N)
		default:
			fine = append(fine, fmt.Sprintf("%s: %d of %d", p.Name, p.OK, p.N))
		}
	}
	// A part that works clears itself and not the others.
	if len(j.evidence) == 0 {
		for _, f := range fine {
			j.add("service.ok", "", "%s", f)
		}
	}
	j.failed = bad > 0
	// It came through, at least in part, if half of the core did.
	j.reached = core > 0 && coreOK*2 >= core || core == 0 && bad*2 <= all
	for _, h := range o.HTTP {
		f := Best(h.Hits, o.Country)
		if f != nil && !(h.Scheme == "https" && j.verified(&h)) && f.ExpectedIn(o.Country) {
			j.hits = append(j.hits, h.Hits...)
			j.hit("http.blockpage.country", HTTPBlockpage, f)
		}
	}
}

// signalRoot is when Signal changed its root certificate; tests before version
// 0.2.2 do not know the new one (ooni/probe issue 2344).
var signalRoot = time.Date(2022, 10, 19, 0, 0, 0, 0, time.UTC)

// trust takes failures out that an old trust store explains.
func (j *judge) trust(p *Part) {
	o := j.o
	stale := o.Test == "signal" && before(o.Version, "0.2.2") && !o.Start.Before(signalRoot)
	if !stale && (o.Test != "signal" || p.OK > 0) {
		return
	}
	kept := p.Failures[:0:0]
	for _, f := range p.Failures {
		if f == TLSAuthority && (stale || p.N >= 2) {
			p.N--
			j.note(NoteTrust)
			continue
		}
		kept = append(kept, f)
	}
	if stale && len(kept) == 0 && len(p.Failures) > 0 {
		p.OK, p.N = 0, 0 // what is left does not make a test of the service
	}
	p.Failures = kept
}

// before compares dotted versions.
func before(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(x), len(y)) {
		m, n := 0, 0
		if i < len(x) {
			m = atoi(x[i])
		}
		if i < len(y) {
			n = atoi(y[i])
		}
		if m != n {
			return m < n
		}
	}
	return false
}

func atoi(s string) int {
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' || n > 1<<20 {
			return n
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// offline reports whether nothing at all worked, and the failures are those of
// a probe without a network: no name found and nothing connected.
func (j *judge) offline() bool {
	if len(j.o.DNS) == 0 && len(j.o.TCP) == 0 {
		return false
	}
	for _, d := range j.o.DNS {
		if d.Failure == NoFailure || d.Failure == NXDomain {
			return false
		}
	}
	for _, c := range j.o.TCP {
		if c.Failure != Timeout && c.Failure != Instrument && c.Failure != Unreachable {
			return false
		}
	}
	return len(j.o.DNS) > 0 || len(j.o.TCP) > 0 && allInstrument(j.o.TCP)
}

func allInstrument(list []TCP) bool {
	for _, c := range list {
		if c.Failure != Instrument {
			return false
		}
	}
	return true
}

// mechanism is that of the most frequent failure; of equals, the first.
func (p *Part) mechanism() (Mechanism, Failure) {
	var best Failure
	count := 0
	for _, f := range p.Failures {
		n := 0
		for _, g := range p.Failures {
			if g == f {
				n++
			}
		}
		if n > count {
			best, count = f, n
		}
	}
	if best == DNSBogon {
		return DNSInjection, best
	}
	layer := LayerTCP
	if p.Web {
		layer = LayerTLS
	}
	return mechanismOf(layer, best), best
}
