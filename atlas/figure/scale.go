package figure

import (
	"fmt"
	"html/template"

	"sightline"
	"sightline/atlas/words"
)

// Scale sorts values into classes with fixed cut points, which are the same
// across years and pages. The key and the cells come from it.
type Scale struct {
	Cuts      []float64 // ascending; one to four, which makes two to five classes
	Unit      string    // of the estimates
	Diverging bool      // only where there is a real middle: five classes, or three
}

// spread chooses among five colours for so many classes.
var spread = map[int][]int{2: {1, 5}, 3: {1, 3, 5}, 4: {1, 2, 4, 5}, 5: {1, 2, 3, 4, 5}}

func (s Scale) check() {
	if len(s.Cuts) < 1 || len(s.Cuts) > 4 || s.Diverging && len(s.Cuts)%2 != 0 {
		panic(fmt.Sprintf("BUG: a scale with %d cut points", len(s.Cuts)))
	}
	for i := range s.Cuts {
		if i > 0 && s.Cuts[i] <= s.Cuts[i-1] {
			panic("BUG: cut points that do not ascend")
		}
	}
}

// class is the class of a value, from 1. A value on a cut point belongs to the
// class above it.
func (s Scale) class(v float64) int {
	n := 1
	for _, c := range s.Cuts {
		if v >= c {
			n++
		}
	}
	return n
}

// of is the class of an estimate, 0 where it has no value, and whether its
// interval reaches into another class.
func (s Scale) of(e sightline.Estimate) (class int, unsure bool) {
	v, ok := e.Value.Get()
	if !ok {
		return 0, false
	}
	class = s.class(v)
	if low, ok := e.Low.Get(); ok {
		high, _ := e.High.Get()
		unsure = s.class(low) != class || s.class(high) != class
	}
	return class, unsure
}

// css is the class name of a class's colour.
func (s Scale) css(class int) string {
	kind := "q"
	if s.Diverging {
		kind = "v"
	}
	return fmt.Sprintf("%s%d", kind, spread[len(s.Cuts)+1][class-1])
}

// key explains the classes.
func (s Scale) key(p *words.Printer) (out []keyItem) {
	n := len(s.Cuts) + 1
	for class := 1; class <= n; class++ {
		var word template.HTML
		switch {
		case class == 1:
			word = p.HTML("figure.class.first", "to", p.Value(s.Cuts[0], s.Unit))
		case class == n:
			word = p.HTML("figure.class.last", "from", p.Value(s.Cuts[n-2], s.Unit))
		default:
			word = p.HTML("figure.class.range", "from", p.Value(s.Cuts[class-2], s.Unit), "to", p.Value(s.Cuts[class-1], s.Unit))
		}
		out = append(out, keyItem{"st " + s.css(class), fmt.Sprint(class), word})
	}
	return out
}
