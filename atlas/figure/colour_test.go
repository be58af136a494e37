package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func hex(t *testing.T, s string) [3]float64 {
	t.Helper()
	c := paint(s)
	return [3]float64{linear(c.R), linear(c.G), linear(c.B)}
}

// linear undoes the transfer function of sRGB (IEC 61966-2-1).
func linear(b uint8) float64 {
	v := float64(b) / 255
	if v <= .04045 {
		return v / 12.92
	}
	return math.Pow((v+.055)/1.055, 2.4)
}

// contrast is the contrast ratio of WCAG 2.2.
func contrast(a, b [3]float64) float64 {
	y := func(c [3]float64) float64 { return .2126*c[0] + .7152*c[1] + .0722*c[2] + .05 }
	return max(y(a), y(b)) / min(y(a), y(b))
}

// lab turns linear sRGB into CIELAB under D65.
func lab(c [3]float64) [3]float64 {
	x := (.4124564*c[0] + .3575761*c[1] + .1804375*c[2]) / .95047
	y := .2126729*c[0] + .7151522*c[1] + .0721750*c[2]
	z := (.0193339*c[0] + .1191920*c[1] + .9503041*c[2]) / 1.08883
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	return [3]float64{116*f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))}
}

// ciede2000 is the colour difference of Sharma, Wu and Dalal (2005), equations
// 2 to 22.
func ciede2000(p, q [3]float64) float64 {
	rad := math.Pi / 180
	mean := (math.Hypot(p[1], p[2]) + math.Hypot(q[1], q[2])) / 2
	seventh := func(c float64) float64 { return math.Sqrt(math.Pow(c, 7) / (math.Pow(c, 7) + math.Pow(25, 7))) }
	g := .5 * (1 - seventh(mean))
	a1, a2 := (1+g)*p[1], (1+g)*q[1]
	c1, c2 := math.Hypot(a1, p[2]), math.Hypot(a2, q[2])
	hue := func(b, a float64) float64 {
		if a == 0 && b == 0 {
			return 0
		}
		h := math.Atan2(b, a) / rad
		if h < 0 {
			h += 360
		}
		return h
	}
	h1, h2 := hue(p[2], a1), hue(q[2], a2)
	dl, dc := q[0]-p[0], c2-c1
	var dh float64
	if c1*c2 != 0 {
		dh = h2 - h1
		if dh > 180 {
			dh -= 360
		} else if dh < -180 {
			dh += 360
		}
	}
	dH := 2 * math.Sqrt(c1*c2) * math.Sin(dh/2*rad)
	l, c, h := (p[0]+q[0])/2, (c1+c2)/2, h1+h2
	if c1*c2 != 0 {
		switch {
		case math.Abs(h1-h2) <= 180:
			h /= 2
		case h < 360:
			h = (h + 360) / 2
		default:
			h = (h - 360) / 2
		}
	}
	t := 1 - .17*math.Cos((h-30)*rad) + .24*math.Cos(2*h*rad) + .32*math.Cos((3*h+6)*rad) - .20*math.Cos((4*h-63)*rad)
	theta := 30 * math.Exp(-math.Pow((h-275)/25, 2))
	sl := 1 + .015*math.Pow(l-50, 2)/math.Sqrt(20+math.Pow(l-50, 2))
	sc, sh := 1+.045*c, 1+.015*c*t
	rt := -math.Sin(2*theta*rad) * 2 * seventh(c)
	return math.Sqrt(math.Pow(dl/sl, 2) + math.Pow(dc/sc, 2) + math.Pow(dH/sh, 2) + rt*dc/sc*dH/sh)
}

// The test data of Sharma, Wu and Dalal (2005), table 1: those that reach each
// branch of the formula.
func TestCIEDE2000(t *testing.T) {
	for i, c := range []struct {
		p, q [3]float64
		want float64
	}{
		{[3]float64{50, 2.6772, -79.7751}, [3]float64{50, 0, -82.7485}, 2.0425},
		{[3]float64{50, 3.1571, -77.2803}, [3]float64{50, 0, -82.7485}, 2.8615},
		{[3]float64{50, 2.8361, -74.0200}, [3]float64{50, 0, -82.7485}, 3.4412},
		{[3]float64{50, -1.3802, -84.2814}, [3]float64{50, 0, -82.7485}, 1.0000},
		{[3]float64{50, -1.1848, -84.8006}, [3]float64{50, 0, -82.7485}, 1.0000},
		{[3]float64{50, -.9009, -85.5211}, [3]float64{50, 0, -82.7485}, 1.0000},
		{[3]float64{50, 0, 0}, [3]float64{50, -1, 2}, 2.3669},
		{[3]float64{50, -1, 2}, [3]float64{50, 0, 0}, 2.3669},
		{[3]float64{50, 2.49, -.001}, [3]float64{50, -2.49, .0009}, 7.1792},
		{[3]float64{50, 2.49, -.001}, [3]float64{50, -2.49, .0010}, 7.1792},
		{[3]float64{50, 2.49, -.001}, [3]float64{50, -2.49, .0011}, 7.2195},
		{[3]float64{50, 2.49, -.001}, [3]float64{50, -2.49, .0012}, 7.2195},
		{[3]float64{50, -.001, 2.49}, [3]float64{50, .0009, -2.49}, 4.8045},
		{[3]float64{50, -.001, 2.49}, [3]float64{50, .0011, -2.49}, 4.7461},
		{[3]float64{50, 2.5, 0}, [3]float64{50, 0, -2.5}, 4.3065},
		{[3]float64{50, 2.5, 0}, [3]float64{73, 25, -18}, 27.1492},
		{[3]float64{50, 2.5, 0}, [3]float64{61, -5, 29}, 22.8977},
		{[3]float64{50, 2.5, 0}, [3]float64{56, -27, -3}, 31.9030},
		{[3]float64{50, 2.5, 0}, [3]float64{58, 24, 15}, 19.4535},
		{[3]float64{60.2574, -34.0099, 36.2677}, [3]float64{60.4626, -34.1751, 39.4387}, 1.2644},
		{[3]float64{63.0109, -31.0961, -5.8663}, [3]float64{62.8187, -29.7946, -4.0864}, 1.2630},
		{[3]float64{61.2901, 3.7196, -5.3901}, [3]float64{61.4292, 2.2480, -4.9620}, 1.8731},
		{[3]float64{35.0831, -44.1164, 3.7933}, [3]float64{35.0232, -40.0716, 1.5901}, 1.8645},
		{[3]float64{22.7233, 20.0904, -46.6940}, [3]float64{23.0331, 14.9730, -42.5619}, 2.0373},
		{[3]float64{36.4612, 47.8580, 18.3852}, [3]float64{36.2715, 50.5065, 21.2231}, 1.4146},
		{[3]float64{90.8027, -2.0831, 1.4410}, [3]float64{91.1528, -1.6435, .0447}, 1.4441},
		{[3]float64{90.9257, -.5406, -.9208}, [3]float64{88.6381, -.8985, -.7239}, 1.5381},
		{[3]float64{6.7747, -.2908, -2.4247}, [3]float64{5.8714, -.0985, -2.2286}, .6377},
		{[3]float64{2.0776, .0795, -1.1350}, [3]float64{.9033, -.0636, -.5514}, .9082},
	} {
		if got := ciede2000(c.p, c.q); math.Abs(got-c.want) > 5e-5 {
			t.Errorf("pair %d: %.4f, want %.4f", i+1, got, c.want)
		}
	}
}

// sights are the matrices of Machado, Oliveira and Fernandes (2009), table 1,
// at severity 1.0, on linear sRGB.
var sights = map[string][3][3]float64{
	"normal": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protan": {{.152286, 1.052583, -.204868}, {.114503, .786281, .099216}, {-.003882, -.048116, 1.051998}},
	"deutan": {{.367322, .860646, -.227968}, {.280085, .672501, .047413}, {-.011820, .042940, .968881}},
	"tritan": {{1.255528, -.076749, -.178779}, {-.078411, .930809, .147602}, {.004733, .691367, .303900}},
}

func seen(c [3]float64, m [3][3]float64) (out [3]float64) {
	for i := range 3 {
		v := m[i][0]*c[0] + m[i][1]*c[1] + m[i][2]*c[2]
		out[i] = min(max(v, 0), 1)
	}
	return out
}

// least is the least difference between any two of the colours, or, of
// neighbours, between any two that follow each other.
func least(t *testing.T, names []string, m [3][3]float64, neighbours bool) (float64, string) {
	low, at := math.Inf(1), ""
	for i, a := range names {
		for j, b := range names[:i] {
			if neighbours && j != i-1 {
				continue
			}
			d := ciede2000(lab(seen(hex(t, tokenLight(a)), m)), lab(seen(hex(t, tokenLight(b)), m)))
			if d < low {
				low, at = d, a+" and "+b
			}
		}
	}
	return low, at
}

var stateFills = []string{"blocked", "likely", "down", "impaired", "reachable"}

func TestStatesDiffer(t *testing.T) {
	for name, m := range sights {
		if d, at := least(t, stateFills, m, false); d < 26 {
			t.Errorf("%s sight: %s differ by %.1f, want 26", name, at, d)
		}
	}
}

// In grey, lightness alone tells the states apart.
func TestStatesPrintInGrey(t *testing.T) {
	var l []float64
	for _, name := range stateFills {
		l = append(l, lab(hex(t, tokenLight(name)))[0])
	}
	slices.Sort(l)
	for i := 1; i < len(l); i++ {
		if l[i]-l[i-1] < 14 {
			t.Errorf("two states of lightness %.1f and %.1f, want a step of 14", l[i-1], l[i])
		}
	}
}

func TestClassesDiffer(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  float64
	}{{[]string{"q1", "q2", "q3", "q4", "q5"}, 13}, {[]string{"v1", "v2", "v3", "v4", "v5"}, 15}} {
		for name, m := range sights {
			if d, at := least(t, c.names, m, true); d < c.want-.05 {
				t.Errorf("%s sight: %s differ by %.1f, want %.0f", name, at, d, c.want)
			}
		}
	}
}

// Every pair of colours that a sheet puts on each other: text at 4.5, parts
// that carry a meaning at 3.
func TestContrast(t *testing.T) {
	text := [][2]string{
		{"ink", "page"}, {"ink", "panel"}, {"muted", "page"}, {"muted", "panel"}, {"link", "page"}, {"link", "panel"}, {"visited", "page"}, {"visited", "panel"},
		{"light-text", "blocked"}, {"light-text", "likely"}, {"dark-text", "impaired"}, {"dark-text", "down"}, {"dark-text", "reachable"}, {"dark-text", "plate"}, {"dark-text", "na"},
		{"dark-text", "q1"}, {"dark-text", "q2"}, {"dark-text", "q3"}, {"light-text", "q4"}, {"light-text", "q5"},
		{"dark-text", "v1"}, {"dark-text", "v2"}, {"dark-text", "v3"}, {"dark-text", "v4"}, {"light-text", "v5"},
	}
	parts := [][2]string{{"line", "page"}, {"line", "panel"}, {"hatch", "plate"}, {"ink", "page"}, {"ink", "band"}, {"ink", "page"}, {"ink", "panel"}}
	check := func(scheme string, colour func(token) string, pairs [][2]string, want float64) {
		find := func(name string) [3]float64 {
			for _, k := range tokens {
				if k.name == name {
					return hex(t, colour(k))
				}
			}
			t.Fatal("no colour ", name)
			return [3]float64{}
		}
		for _, p := range pairs {
			if c := contrast(find(p[0]), find(p[1])); c < want {
				t.Errorf("%s: %s on %s has a contrast of %.2f, want %.1f", scheme, p[0], p[1], c, want)
			}
		}
	}
	for scheme, colour := range map[string]func(token) string{"light": func(k token) string { return k.light }, "dark": func(k token) string { return k.dark }} {
		check(scheme, colour, text, 4.5)
		check(scheme, colour, parts, 3)
	}
	// Pictures are light in both.
	light := func(k token) string { return k.light }
	check("picture", light, [][2]string{{"muted", "page"}}, 4.5)
	check("picture", light, [][2]string{{"ink", "outer"}, {"ink", "inner"}, {"line", "page"}}, 3)
}

// No token goes unused, and the known contrasts of WCAG come out.
func TestTokens(t *testing.T) {
	if c := contrast(hex(t, "#000000"), hex(t, "#ffffff")); math.Abs(c-21) > 1e-9 {
		t.Errorf("black on white: %f", c)
	}
	if c := contrast(hex(t, "#767676"), hex(t, "#ffffff")); fmt.Sprintf("%.2f", c) != "4.54" {
		t.Errorf("#767676 on white: %f", c)
	}
	seen := map[string]bool{}
	for _, k := range tokens {
		if seen[k.name] {
			t.Errorf("two colours %s", k.name)
		}
		seen[k.name] = true
		if !strings.Contains(kitCSS, "var(--"+k.name+")") && k.name != "outer" && k.name != "inner" { // those are of pictures
			t.Errorf("the colour %s is not used", k.name)
		}
	}
}
