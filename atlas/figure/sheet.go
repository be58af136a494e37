package figure

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

// token is a colour by name, in the light and the dark scheme.
type token struct{ name, light, dark string }

// tokens are the colours of the atlas. The states and classes are the same in
// both schemes. Contrast and distance are tested (colour_test.go).
var tokens = []token{
	{"page", "#ffffff", "#151515"},
	{"panel", "#f4f4f1", "#20201e"},
	{"ink", "#1b1b1b", "#e8e8e3"},
	{"muted", "#595959", "#a0a0a0"},
	{"line", "#767676", "#8a8a8a"},
	{"rule", "#cccccc", "#3d3d3b"}, // faint, decoration only
	{"link", "#0b4f8a", "#8ec5ff"},
	{"visited", "#5a2d82", "#c9a8ff"},
	{"halo", "#ffdd33", "#ffdd33"},
	{"band", "#9db6c8", "#4a6678"},
	{"outer", "#c9d8e2", "#c9d8e2"}, // of pictures, which are drawn on white
	{"inner", "#8fadc2", "#8fadc2"},

	{"blocked", "#30130f", "#30130f"},
	{"likely", "#a5470f", "#a5470f"},
	{"impaired", "#e8ae22", "#e8ae22"},
	{"down", "#5e8dab", "#5e8dab"},
	{"reachable", "#d7e5e8", "#d7e5e8"},
	{"plate", "#ffffff", "#ffffff"}, // under the hatch
	{"hatch", "#767676", "#767676"},
	{"na", "#cccccc", "#cccccc"},
	{"dark-text", "#111111", "#111111"},
	{"light-text", "#ffffff", "#ffffff"},

	// cividis in five, for ordered classes
	{"q1", "#fee838", "#fee838"},
	{"q2", "#bcae6c", "#bcae6c"},
	{"q3", "#7d7c78", "#7d7c78"},
	{"q4", "#434e6c", "#434e6c"},
	{"q5", "#00224e", "#00224e"},

	// PuOr in five, for classes around a real middle
	{"v1", "#e66101", "#e66101"},
	{"v2", "#fdb863", "#fdb863"},
	{"v3", "#f7f7f7", "#f7f7f7"},
	{"v4", "#b2abd2", "#b2abd2"},
	{"v5", "#5e3c99", "#5e3c99"},
}

func tokenLight(name string) string {
	for _, t := range tokens {
		if t.name == name {
			return t.light
		}
	}
	panic("BUG: no colour " + name)
}

// kitCSS is the style of the kit without colours and positions.
//
//go:embed kit.css
var kitCSS string

// Sheet is the style sheet of the kit: the colours of both schemes, the parts
// of the figures, and one rule for each per cent of a position.
var Sheet = sync.OnceValue(func() string {
	var b strings.Builder
	scheme := func(colour func(token) string, indent string) {
		for _, t := range tokens {
			fmt.Fprintf(&b, "%s--%s:%s;", indent, t.name, colour(t))
		}
	}
	b.WriteString(":root{color-scheme:light dark;")
	scheme(func(t token) string { return t.light }, "")
	b.WriteString("}\n@media (prefers-color-scheme:dark){:root{")
	for _, t := range tokens {
		if t.dark != t.light {
			fmt.Fprintf(&b, "--%s:%s;", t.name, t.dark)
		}
	}
	// A sheet of paper is white.
	b.WriteString("}}\n@media print{:root{color-scheme:light;")
	for _, t := range tokens {
		if t.dark != t.light {
			fmt.Fprintf(&b, "--%s:%s;", t.name, t.light)
		}
	}
	b.WriteString("}}\n")
	b.WriteString(kitCSS)
	for i := range 101 {
		fmt.Fprintf(&b, ".x%d{inset-inline-start:%d%%}.w%d{inline-size:%d%%}.y%d{inset-block-end:%d%%}.h%d{block-size:%d%%}\n", i, i, i, i, i, i, i, i)
	}
	for i := 1; i <= tileColumns; i++ {
		fmt.Fprintf(&b, ".gn%d{--n:%d}", i, i)
	}
	b.WriteString("\n")
	for i := 1; i <= tileColumns; i++ {
		fmt.Fprintf(&b, ".gc%d{grid-column:%d}", i, i)
	}
	for i := 1; i <= tileRows; i++ {
		fmt.Fprintf(&b, ".gr%d{grid-row:%d}", i, i)
	}
	b.WriteString("\n")
	return b.String()
})
