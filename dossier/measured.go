package dossier

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sightline"
	"sightline/interference"
	"sightline/internal/order"
	"sightline/observations"
)

// Counted is what a store may be as well: one that holds counts of measured
// interference.
type Counted interface {
	// Observations gives the counts of a country as they were held then (0 is
	// now), as observations.Store does.
	Observations(c sightline.Country, at sightline.Instant) ([]observations.Held, error)
}

// The methods of measured interference.
const (
	measuredProbes  sightline.MethodID = "measured.probes/1"
	measuredTargets sightline.MethodID = "measured.targets/1"
	measuredProduct sightline.MethodID = "measured.product/1"
)

// counting is a count with the batch that it came from.
type counting struct {
	observations.Count
	batch    string
	rules    string
	source   sightline.SourceID
	recorded sightline.Instant
}

// measured lists the counts of the newest month that the view can know of, by
// test, target and network. Where two batches hold the same, the one of more
// probes counts, of equals the later: they are not added, since nobody can tell
// whether their probes are the same.
// withheld is how many counts stayed under the floor, in all batches.
func (v *view) measured() (out []counting, withheld int64, err error) {
	store, ok := v.store.(Counted)
	if !ok || v.options.Country.IsZero() {
		return nil, 0, nil
	}
	held, err := store.Observations(v.options.Country, v.options.AsRecorded)
	if err != nil {
		return nil, 0, err
	}
	for _, h := range held {
		withheld += h.Withheld
		for _, c := range h.Counts {
			// Measurements are published as they are made.
			if v.published(c.Month) {
				out = append(out, counting{c, h.Batch, h.About.Rules, sightline.SourceID(h.About.Source), h.About.Recorded})
			}
		}
	}
	var newest sightline.Day
	for _, c := range out {
		newest = max(newest, c.Month.First())
	}
	out = slices.DeleteFunc(out, func(c counting) bool { return c.Month.First() != newest })
	order.By(out, func(a, b counting) int {
		return cmp.Or(a.Count.Compare(&b.Count), cmp.Compare(b.Probes, a.Probes), cmp.Compare(b.recorded, a.recorded), cmp.Compare(a.batch, b.batch))
	})
	return slices.CompactFunc(out, func(a, b counting) bool { return a.Count.Compare(&b.Count) == 0 }), withheld, nil
}

// meeting is a count of a product's page with the batch that it came from.
type meeting struct {
	observations.Product
	of counting // its batch
}

// met lists the products whose pages probes met in the newest month of any, by
// vendor and product; of two batches the one of more probes counts, as in
// measured.
func (v *view) met() (out []meeting, err error) {
	store, ok := v.store.(Counted)
	if !ok || v.options.Country.IsZero() {
		return nil, nil
	}
	held, err := store.Observations(v.options.Country, v.options.AsRecorded)
	if err != nil {
		return nil, err
	}
	var newest sightline.Day
	for _, h := range held {
		for _, p := range h.Products {
			if v.published(p.Month) {
				out = append(out, meeting{p, counting{batch: h.Batch, rules: h.About.Rules, source: sightline.SourceID(h.About.Source), recorded: h.About.Recorded}})
				newest = max(newest, p.Month.First())
			}
		}
	}
	out = slices.DeleteFunc(out, func(m meeting) bool { return m.Month.First() != newest })
	order.By(out, func(a, b meeting) int {
		return cmp.Or(a.Product.Compare(&b.Product), cmp.Compare(b.Probes, a.Probes), cmp.Compare(b.of.recorded, a.of.recorded), cmp.Compare(a.of.batch, b.of.batch))
	})
	return slices.CompactFunc(out, func(a, b meeting) bool { return a.Product.Compare(&b.Product) == 0 }), nil
}

// runMeasuredProduct: vendor and product, as fingerprints name them.
func runMeasuredProduct(v *view, p params) (result, error) {
	all, err := v.met()
	if err != nil {
		return result{}, err
	}
	i := slices.IndexFunc(all, func(m meeting) bool { return m.Vendor == p["vendor"] && m.Product.Product == p["product"] })
	if i < 0 {
		return result{estimate: none(sightline.TooLittleData, "share of probes", fmt.Sprintf("fewer than %d distinct probes met its page in the newest month held", observations.Floor))}, nil
	}
	m := all[i]
	low, high := wilson(m.Saw, m.Probes)
	share := float64(m.Saw) / float64(m.Probes)
	in, known := inputs([]counting{m.of})
	return result{estimate: sightline.Estimate{Value: sightline.Num(share), Low: sightline.Num(min(low, share)), High: sightline.Num(max(high, share)), Level: 0.9,
		N: int64(m.Saw), Denominator: int64(m.Probes), Unit: "share of probes, " + m.Month.String()}, inputs: in, known: known}, nil
}

// productFigures adds a figure for each product whose page was met, with the
// ladder of what is documented of its maker here.
func (k *composer) productFigures(a *Answer) {
	all, err := k.met()
	if err != nil {
		k.fail(err)
	}
	if len(all) == 0 || k.err != nil {
		return
	}
	suppliers := k.suppliers()
	for _, m := range all {
		name := m.Vendor
		if p := m.Product.Product; p != "" && p != name {
			name += " " + p
		}
		f := k.figure("Page of "+name+" met by probes", measuredProduct, params{"vendor": m.Vendor, "product": m.Product.Product})
		v := interference.Verdict{State: interference.LikelyBlocked, Country: k.options.Country, Vendor: m.Vendor, Product: m.Product.Product,
			Fingerprint: &interference.Fingerprint{Name: name}}
		v.Start, _ = time.Parse("2006-01", m.Month.String()) // a month, as every store sees to
		var steps []string
		for _, r := range interference.Ladder(&v, suppliers...)[4:] {
			s := r.Name + ": " + r.What
			for _, id := range r.Claims {
				e, err := k.claim(id)
				if err != nil {
					continue
				}
				for _, n := range k.cite(e.Record.Claim()) {
					if !slices.Contains(f.Notes, n) {
						f.Notes = append(f.Notes, n)
					}
				}
			}
			if len(r.Against) > 0 {
				s += " (disputed)"
			}
			steps = append(steps, s)
		}
		slices.Sort(f.Notes)
		f.Sentence = "The page names the product and its maker, not who runs it. " + capital(strings.Join(steps, "; ")) + "."
		a.Figures = append(a.Figures, f)
	}
}

// inputs names the batches behind counts, and the newest moment of recording.
func inputs(of []counting) (in []sightline.Input, known sightline.Instant) {
	for _, c := range of {
		x := sightline.Input{Name: "observations", SHA256: c.batch}
		if !slices.Contains(in, x) {
			in = append(in, x)
		}
		known = max(known, c.recorded)
	}
	order.By(in, func(a, b sightline.Input) int { return cmp.Compare(a.SHA256, b.SHA256) })
	return in, known
}

// runMeasuredProbes: test, target, and network (AS number) or none for all
// networks together.
func runMeasuredProbes(v *view, p params) (result, error) {
	all, _, err := v.measured()
	if err != nil {
		return result{}, err
	}
	i := slices.IndexFunc(all, func(c counting) bool {
		return c.Test == p["test"] && c.Target == p["target"] && networkParam(c.Network) == p["network"]
	})
	if i < 0 {
		return result{estimate: none(sightline.TooLittleData, "share of probes", fmt.Sprintf("fewer than %d distinct probes measured it in the newest month held", observations.Floor))}, nil
	}
	c := all[i]
	low, high := wilson(c.Saw, c.Probes)
	share := float64(c.Saw) / float64(c.Probes)
	in, known := inputs(all[i : i+1])
	return result{estimate: sightline.Estimate{Value: sightline.Num(share), Low: sightline.Num(min(low, share)), High: sightline.Num(max(high, share)), Level: 0.9,
		N: int64(c.Saw), Denominator: int64(c.Probes), Unit: "share of probes, " + c.Month.String()}, inputs: in, known: known}, nil
}

func networkParam(a sightline.ASN) string {
	if a == 0 {
		return ""
	}
	return a.String()
}

// runMeasuredTargets: saw=most counts only the targets of which most probes
// saw interference.
func runMeasuredTargets(v *view, p params) (result, error) {
	all, withheld, err := v.measured()
	if err != nil {
		return result{}, err
	}
	all = slices.DeleteFunc(all, func(c counting) bool { return c.Network != 0 })
	if len(all) == 0 {
		why := "no measurement is loaded"
		if withheld > 0 {
			why = underFloor(withheld)
		}
		return result{estimate: none(sightline.TooLittleData, "targets", why)}, nil
	}
	n := 0
	for _, c := range all {
		if p["saw"] != "most" || 2*c.Saw > c.Probes {
			n++
		}
	}
	e := counted(n, 0, "targets, "+all[0].Month.String())
	if p["saw"] == "most" {
		e.Denominator = int64(len(all))
	}
	e.Reason = fmt.Sprintf("a count of targets has no sampling interval; volunteers and test lists chose them, and those of fewer than %d probes are left out", observations.Floor)
	in, known := inputs(all)
	return result{estimate: e, inputs: in, known: known}, nil
}

// The most targets, and networks of each, that a dossier lists; of our
// choosing. The counts above them cover all.
const (
	listedTargets  = 20
	listedNetworks = 5
)

var measuredHeading = fmt.Sprintf("Targets measured by at least %d probes", observations.Floor)

// underFloor says why nothing is shown of what was measured.
func underFloor(withheld int64) string {
	return fmt.Sprintf("measurements are loaded, and %s of fewer than %d distinct probes stayed under the floor", plural(int(withheld), "count", "counts"), observations.Floor)
}

// nothingMeasured is the clause where no measurement is held.
const nothingMeasured = "nothing is measured here"

// measuredFigures adds the figures of measured interference to an answer and
// returns its first sentence; ok is false where that is only a clause on why
// nothing can be shown.
func (k *composer) measuredFigures(a *Answer) (sentence string, ok bool) {
	all, withheld, err := k.measured()
	if err != nil {
		k.fail(err)
	}
	if len(all) == 0 && withheld > 0 {
		a.Figures = append(a.Figures, k.figure(measuredHeading, measuredTargets, params{}))
		k.productFigures(a)
		return "what was measured here comes from too few probes to be shown", false
	}
	if len(all) == 0 || k.err != nil {
		return nothingMeasured, false
	}
	month := all[0].Month.String()
	total := k.figure(measuredHeading, measuredTargets, params{})
	most := k.figure("Targets of which most probes saw interference", measuredTargets, params{"saw": "most"})
	a.Figures = append(a.Figures, total, most)

	countrywide := slices.DeleteFunc(slices.Clone(all), func(c counting) bool { return c.Network != 0 || c.Saw == 0 })
	lowEnd := func(c counting) float64 { l, _ := wilson(c.Saw, c.Probes); return l }
	order.By(countrywide, func(x, y counting) int { return cmp.Compare(lowEnd(y), lowEnd(x)) })
	var names []string
	for i, c := range countrywide {
		if 2*c.Saw > c.Probes && len(names) < 3 {
			names = append(names, c.Target)
		}
		if i >= listedTargets {
			continue
		}
		p := params{"test": c.Test, "target": c.Target}
		f := k.figure(c.Target+" ("+c.Test+"), all networks", measuredProbes, p)
		f.Sentence = seen(c)
		a.Figures = append(a.Figures, f)
		n := 0
		for _, x := range all {
			if x.Test != c.Test || x.Target != c.Target || x.Network == 0 || n == listedNetworks {
				continue
			}
			n++
			p := params{"test": x.Test, "target": x.Target, "network": networkParam(x.Network)}
			f := k.figure(x.Target+" ("+x.Test+"), "+x.Network.String(), measuredProbes, p)
			f.Sentence = seen(x)
			a.Figures = append(a.Figures, f)
		}
	}
	k.productFigures(a)
	for _, c := range all {
		if _, err := k.source(c.source); err == nil {
			if n := k.note(c.source); !slices.Contains(a.Notes, n) {
				a.Notes = append(a.Notes, n)
			}
		}
	}
	n, _ := total.Estimate.Value.Get()
	m, _ := most.Estimate.Value.Get()
	s := fmt.Sprintf("In %s, of %s, most probes saw interference with %s", month, plural(int(n), "target that enough probes tested", "targets that enough probes tested"), strconv.Itoa(int(m)))
	if len(names) > 0 {
		s += ", among them " + strings.Join(names, ", ")
	}
	return s + ". Volunteers chose what to test and when.", true
}

// seen tells how, in words.
func seen(c counting) string {
	if c.Mechanism == "" {
		return fmt.Sprintf("%d of %d measurements show interference.", c.Interfered, c.N)
	}
	return fmt.Sprintf("%d of %d measurements show interference, mostly %s.", c.Interfered, c.N, c.Mechanism)
}

const interferenceEngine = "Interference"

// interferenceCoverage says which measurements are behind the counts.
func (k *composer) interferenceCoverage() Coverage {
	c := Coverage{Engine: interferenceEngine, Lacks: "Measurements of the last weeks from several networks."}
	all, withheld, err := k.measured()
	if err != nil {
		k.fail(err)
	}
	if len(all) == 0 && withheld > 0 {
		c.Holds, c.Estimate = "measurements of too few probes", k.compute(measuredTargets, params{})
		return c
	}
	if len(all) == 0 || k.err != nil {
		c.Holds, c.Estimate = "no measurements", k.compute(engineAbsent, params{"engine": "measurements", "why": "no measurement is loaded"})
		return c
	}
	c.Holds = fmt.Sprintf("counts of distinct probes by month, target and network, made by %s; the newest month is %s", all[0].rules, all[0].Month)
	c.Estimate = k.compute(measuredTargets, params{})
	c.Lacks = fmt.Sprintf("Targets of fewer than %d probes are not shown. Probes are volunteers, not a sample of users.", observations.Floor)
	return c
}
