package figure_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"sightline"
	"sightline/atlas/figure"
	"sightline/atlas/words"
)

var (
	update = flag.Bool("update", false, "write the goldens anew; read the diff before you keep it")
	page   = flag.String("page", "", "write a sample page of every figure to this directory, to look at")
)

func printer(t testing.TB, lang string) *words.Printer {
	t.Helper()
	p, ok := words.For(lang)
	if !ok {
		t.Fatalf("no language %s", lang)
	}
	return p
}

// keep is the link function of the tests: it carries a view.
func keep(path string) string { return path + "?published=2018" }

func est(v, low, high float64, unit string) sightline.Estimate {
	return sightline.Estimate{Value: sightline.Num(v), Low: sightline.Num(low), High: sightline.Num(high), Level: .9, N: 412, Denominator: 1000, Unit: unit, Method: "sample/1", Packet: "SL-0000-0001-1"}
}

func bare(v float64, unit, reason string) sightline.Estimate {
	return sightline.Estimate{Value: sightline.Num(v), N: 1, Unit: unit, Reason: reason, Method: "sample/1"}
}

func none(s sightline.State, n int64, reason string) sightline.Estimate {
	return sightline.Estimate{State: s, N: n, Reason: reason, Unit: "share of addresses", Method: "sample/1"}
}

func country(code string) (c sightline.Country) {
	if err := c.UnmarshalText([]byte(code)); err != nil {
		panic(err)
	}
	return c
}

func day(s string) sightline.Day {
	d, err := sightline.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d.First()
}

func frame(id, heading, sentence string) figure.Frame {
	var period sightline.Period
	if err := period.UnmarshalText([]byte("2026-05/2026-08")); err != nil {
		panic(err)
	}
	return figure.Frame{ID: id, Heading: words.Quote(heading), Sentence: words.Quote(sentence), Caption: words.Quote("Invented numbers."), Unit: words.Quote("share of addresses"),
		Period: period, Denominator: words.Quote("412 measurements in 3 of 21 networks"), Doubt: figure.Collectors, Method: "sample/1", Packets: []sightline.PacketID{"SL-0000-0002-2"},
		WouldChange: words.Quote("Collector C moves it most: without it the share is 31 to 44 %."), Address: "/country/KE/figure/" + id}
}

// samples is one figure of each kind, with every kind of value and absence.
// Names can be made hostile.
func samples(name func(string) string) []figure.Figure {
	named := func(s string) words.Phrase { return words.Named(name(s)) }
	quoted := func(s string) words.Phrase { return words.Quote(name(s)) }
	percent := figure.Axis{Min: 0, Max: 1, Unit: "share of addresses"}
	points := figure.Axis{Min: 0, Max: 100, Unit: "points"}

	rows := figure.Rows{Frame: frame("exposure", name("Example Telecom carries most inbound paths"), name("Between 38 % and 51 % of addresses depend on one network; the next two rows overlap, so their order is not established.")),
		Axis: percent, Label: named("Network"), Columns: []words.Phrase{quoted("Owner (as documented)")}, Ranked: true, Rows: []figure.Row{
			{Label: named("AS64500 Example Telecom"), Href: "/network/AS64500", Cells: []words.Phrase{named("Exampleland (state, majority)")}, Estimate: est(.44, .38, .51, "share of addresses"), RankLow: 1, RankHigh: 1},
			{Label: named("AS64501 Carrier One"), Href: "/network/AS64501", Cells: []words.Phrase{named("Otherland (private)")}, Estimate: est(.26, .17, .36, "share of addresses"), RankLow: 2, RankHigh: 3},
			{Label: named("AS64502 Carrier Two"), Href: "/network/AS64502", Cells: []words.Phrase{named("Thirdland (state, minority)")}, Estimate: est(.11, .04, .23, "share of addresses"), RankLow: 2, RankHigh: 3},
			{Label: named("AS64503 Exchange"), Cells: []words.Phrase{words.Say("figure.flow.not_established")}, Estimate: bare(.05, "share of addresses", "one collector only, so no resampling"), RankLow: 4, RankHigh: 4},
			{Label: named("AS64504 if the cable lands"), Estimate: est(.62, .3, .9, "share of addresses"), Scenario: true},
			{Label: named("AS64505 Small"), Estimate: none(sightline.TooLittleData, 3, "3 routes, 20 needed")},
			{Label: named("AS64506 Abroad"), Estimate: none(sightline.NotApplicable, 0, "it carries no address of the country")},
		}}

	var weeks []sightline.Day
	for i := range 30 {
		weeks = append(weeks, day("2025-12-15")+sightline.Day(7*i))
	}
	strip := figure.Strip{Frame: frame("blocking", name("news.example was blocked for four weeks"), name("It was likely blocked for two more.")), Label: words.Quote("Site"), How: words.Quote("How"), Weeks: weeks}
	strip.Doubt, strip.Unit = figure.Undrawn, words.Phrase{}
	for r, site := range []string{"news.example", "chat.example", "forum.example"} {
		row := figure.StripRow{Label: named(site), Href: "/country/KE/blocking", How: words.Quote([]string{"DNS", "TLS", "HTTP"}[r])}
		for i := range weeks {
			c := figure.StripCell{Condition: figure.Condition([]int{5, 5, 5, 0, 5, 3, 2, 2, 1, 1, 1, 0, 1, 5, 4}[(i+4*r)%15]), N: 9}
			if i == 8 {
				c.Packet = "SL-0000-0003-3"
			}
			row.Cells = append(row.Cells, c)
		}
		strip.Rows = append(strip.Rows, row)
	}

	columns := figure.Columns{Frame: frame("trend", name("The index rose by 9 to 35 points since 2016"), name("It rose from 38 (31 to 46) in 2016 to 60 (50 to 71) in 2025.")), Axis: points}
	columns.Doubt, columns.Unit = figure.Model, words.Quote("points of 100")
	for i, v := range []float64{38, 37, 41, 43, 46, 49, 53, 0, 58, 60} {
		columns.Years = append(columns.Years, figure.Year{Year: 2016 + i, Estimate: est(v, v-7, v+8, "points")})
	}
	columns.Years[0].Estimate = bare(38, "points", "the publisher gives no interval")
	columns.Years[7].Estimate = sightline.Estimate{}
	columns.Years = append(columns.Years, figure.Year{Year: 2026, Estimate: none(sightline.NotApplicable, 0, "not asked that year")}, figure.Year{Year: 2027, Estimate: est(66, 45, 80, "points"), Scenario: true})

	band := figure.Band{Frame: frame("daily", name("Visibility fell on 3 June"), name("It fell to 41 % (33 to 52) and came back after six days.")), Axis: percent, InnerLevel: .5}
	band.Doubt = figure.Sampling
	for i := range 120 {
		if i >= 60 && i < 66 || i == 90 {
			continue
		}
		v := .85 + .08*math.Sin(float64(i)/6)
		if i >= 33 && i < 39 {
			v = .41
		}
		w := .04 + .03*math.Cos(float64(i)/9)
		d := figure.DayValue{Day: day("2026-05-01") + sightline.Day(i), Estimate: est(v, v-2*w, v+w, "share of addresses"), InnerLow: sightline.Num(v - w), InnerHigh: sightline.Num(v + w/2)}
		if i == 100 {
			d = figure.DayValue{Day: d.Day, Estimate: none(sightline.TooLittleData, 2, "2 measurements, 10 needed")}
		}
		band.Days = append(band.Days, d)
	}

	scale := figure.Scale{Cuts: []float64{.1, .25, .5, .75}, Unit: "share of addresses"}
	world := figure.Tiles{Frame: frame("world", name("In 40 of 250 countries and territories one state can cut most addresses"), name("The class is not certain in 31 of them.")), Scale: scale}
	for i, c := range sightline.Countries() {
		v := float64(i*37%100) / 100
		e := est(v, max(0, v-.03), min(1, v+.03), "share of addresses")
		e.Packet = ""
		switch i % 9 {
		case 3:
			e = sightline.Estimate{}
		case 5:
			e = none(sightline.TooLittleData, 4, "fewer than 20 routes")
		case 7:
			if i%2 == 0 {
				e = none(sightline.NotApplicable, 0, "no network is registered there")
			}
		}
		world.Tiles = append(world.Tiles, figure.Tile{Country: c, Estimate: e, Here: c.Code() == "KE"})
	}
	near := figure.Tiles{Frame: frame("near", name("Neighbours"), name("Kenya lies between its neighbours.")), Scale: scale}
	for _, t := range world.Tiles {
		if slices.Contains([]string{"KE", "UG", "TZ", "ET", "SO", "SS", "SD", "RW", "BI", "DJ", "ER"}, t.Country.Code()) {
			near.Tiles = append(near.Tiles, t)
		}
	}

	grid := figure.Grid{Frame: frame("coverage", name("What we hold, and what is lacking"), name("No routes were loaded for July.")), Label: words.Quote("Engine"), Columns: []words.Phrase{words.Quote("May"), words.Quote("June"), words.Quote("July"), words.Quote("August")}}
	grid.Doubt, grid.Unit = figure.Undrawn, words.Quote("rows")
	grid.Rows = []figure.GridRow{
		{Label: named("Routes"), Href: "/country/KE/exposure", Cells: []sightline.Estimate{bare(1234, "rows", "a count"), bare(88, "rows", "a count"), bare(0, "rows", "a count"), {}}},
		{Label: named("Measurements"), Cells: []sightline.Estimate{bare(412, "rows", "a count"), none(sightline.TooLittleData, 2, "2 measurements"), none(sightline.NotApplicable, 0, "not open yet"), bare(7, "rows", "a count")}},
	}

	flow := figure.Flow{Frame: frame("supply", name("Vendor V supplied four countries"), name("Two of the lines rest on two independent documents.")), Axis: figure.Axis{Min: 0, Max: 10, Unit: "claims"}}
	flow.Doubt, flow.Unit = figure.Undrawn, words.Quote("claims")
	flow.Groups = []figure.FlowGroup{
		{Label: named("Vendor V"), Href: "/supplier/company/vendor-v", Estimate: bare(9, "claims", "a count"), Items: []figure.FlowItem{
			{Label: named("Exampleland"), Href: "/country/KE", Estimate: bare(5, "claims", "a count"), Level: 3, Word: words.Quote("documented"), Note: words.Quote("denied by Vendor V")},
			{Label: named("Otherland"), Estimate: bare(4, "claims", "a count"), Level: 1, Word: words.Quote("stated")},
			{Label: named("Thirdland"), Estimate: bare(0, "claims", "a count")}}},
		{Label: named("Vendor W")},
	}

	dots := figure.Dots{Frame: frame("change", name("After the law, two of four shares rose"), name("The other two cannot be told from no change.")), Axis: percent, Label: words.Quote("Network"), Before: words.Quote("May"), After: words.Quote("August"), Rows: []figure.Pair{
		{Label: named("AS64500"), Href: "/network/AS64500", Before: est(.3, .25, .36, "share of addresses"), After: est(.5, .44, .58, "share of addresses"), Difference: est(.2, .1, .31, "share of addresses")},
		{Label: named("AS64501"), Before: est(.3, .2, .4, "share of addresses"), After: est(.35, .2, .52, "share of addresses"), Difference: est(.05, -.1, .2, "share of addresses")},
		{Label: named("AS64502"), Before: est(.7, .65, .78, "share of addresses"), After: est(.4, .3, .5, "share of addresses"), Difference: est(-.3, -.4, -.2, "share of addresses")},
		{Label: named("AS64503"), Before: est(.3, .2, .4, "share of addresses"), After: none(sightline.TooLittleData, 1, "1 route"), Difference: none(sightline.NotIdentified, 0, "no value after")},
		{Label: named("AS64504"), Before: none(sightline.TooLittleData, 0, "no route"), After: sightline.Estimate{}, Difference: sightline.Estimate{State: sightline.Degenerate, Reason: "no value"}},
	}}
	return []figure.Figure{rows, strip, columns, band, world, near, grid, flow, dots}
}

func plain(s string) string { return s }

var imprint = figure.Imprint{Edition: "From the <bdi>catalogue 2026.11</bdi>.", View: "As known now.", Address: "/country/KE/figure/x", Page: "Kenya"}

func htmlOf(f figure.Figure, p *words.Printer) string { return string(f.HTML(p, keep)) }

func TestGolden(t *testing.T) {
	for _, f := range samples(plain) {
		for _, lang := range []string{"en", "qps"} {
			checkGolden(t, f.Name()+"."+lang+".html", []byte(htmlOf(f, printer(t, lang))))
		}
		var b bytes.Buffer
		if err := figure.CSV(&b, f); err != nil {
			t.Fatal(err)
		}
		checkGolden(t, f.Name()+".csv", b.Bytes())
	}
	checkGolden(t, "sheet.css", []byte(figure.Sheet()))
}

func checkGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s has changed; run go test ./atlas/figure -update and read the diff", name)
	}
}

// A page of every figure, to look at: go test ./atlas/figure -run SamplePage -page DIR
func TestSamplePage(t *testing.T) {
	if *page == "" {
		t.Skip("no -page")
	}
	write := func(name string, b []byte) {
		path := filepath.Join(*page, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("kit.css", []byte(figure.Sheet()+`html{font:100%/1.5 system-ui,"Noto Sans","DejaVu Sans",sans-serif;color:var(--ink);background:var(--page)}body{margin:0 auto;max-inline-size:68rem;padding:0 1rem 3rem}`))
	for _, set := range []struct {
		name string
		make func(string) string
	}{{"sample", plain}, {"hostile", hostile[3]}} {
		for _, lang := range []string{"en", "qps"} {
			p := printer(t, lang)
			var b strings.Builder
			fmt.Fprintf(&b, `<!doctype html><html lang="%s" dir="%s"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sample</title><link rel="stylesheet" href="kit.css"></head><body><main><h1>Figures</h1><h2>Every kind</h2>`, p.Lang(), p.Dir())
			for _, f := range samples(set.make) {
				b.WriteString(string(f.HTML(p, func(s string) string { return strings.TrimPrefix(s, "/") })))
				for scale, suffix := range map[int]string{1: ".png", 2: "@2x.png"} {
					var b bytes.Buffer
					if err := figure.PNG(&b, p, f, imprint, scale); err != nil {
						t.Fatal(err)
					}
					write("country/KE/figure/"+set.name+lang+f.Name()+suffix, b.Bytes())
					b.Reset()
					if ok, err := figure.PlotPNG(&b, p, f, scale); err != nil {
						t.Fatal(err)
					} else if ok {
						write("country/KE/figure/"+f.Name()+"@plot"+suffix, b.Bytes())
					}
				}
			}
			b.WriteString("</main></body></html>")
			write(set.name+"."+lang+".html", []byte(b.String()))
		}
	}
}

// The names that an adversary would choose.
var hostile = []func(string) string{
	func(string) string { return `<script>alert(1)</script>` },
	func(string) string { return "safe\u202egnp.exe" },
	func(string) string { return `"'><img src=x onerror=alert(1)>` },
	func(string) string { return strings.Repeat("x", 300) },
	func(string) string { return "=cmd|' /C calc'!A0\x00\x1b[31m" },
}

func TestHostileNamesAreInert(t *testing.T) {
	for _, make := range hostile {
		want := elements(t, samples(plain))
		if got := elements(t, samples(make)); got != want {
			t.Errorf("%q changes the elements of the page:\n%s\nwant\n%s", make(""), got, want)
		}
		for _, f := range samples(make) {
			got := htmlOf(f, printer(t, "qps"))
			if strings.ContainsAny(got, "\u202e\x00\x1b") {
				t.Errorf("%s: %q is obeyed", f.Name(), make(""))
			}
			if alt := f.Alt(printer(t, "en")); strings.ContainsAny(alt, "\u202e\x00\x1b") {
				t.Errorf("%s: %q is obeyed in the alternative text", f.Name(), make(""))
			}
			var b bytes.Buffer
			if err := figure.CSV(&b, f); err != nil {
				t.Fatal(err)
			}
			records, err := csv.NewReader(&b).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range records {
				for _, field := range r {
					if strings.ContainsAny(field, "\u202e\x00\x1b") || strings.HasPrefix(field, "=") {
						t.Errorf("%s: %q is live in a CSV file", f.Name(), field)
					}
				}
			}
		}
	}
}

// elements lists the elements of figures with their attributes' names.
func elements(t *testing.T, figures []figure.Figure) string {
	var b strings.Builder
	for _, f := range figures {
		z := html.NewTokenizer(strings.NewReader(htmlOf(f, printer(t, "en"))))
		for z.Next() != html.ErrorToken {
			if token := z.Token(); token.Type == html.StartTagToken {
				b.WriteString(token.Data)
				for _, a := range token.Attr {
					b.WriteString(" " + a.Key)
				}
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}

// What the brief's acceptance list asks of each figure.
func TestFiguresAreComplete(t *testing.T) {
	for _, lang := range []string{"en", "qps"} {
		p := printer(t, lang)
		for _, f := range samples(plain) {
			got := htmlOf(f, p)
			for _, bad := range []string{"<svg", "<script", "style=", "<math", "@font-face", "ZgotmplZ", "http:", "https:", "<noscript", "<object"} {
				if strings.Contains(got, bad) {
					t.Errorf("%s holds %s", f.Name(), bad)
				}
			}
			for _, want := range []string{`<h3 id="` + f.Name() + `-h">`, `class="finding"`, `class="cap"`, "/packet/SL-0000-0002-2?published=2018", "/method/sample/1?published=2018", "/country/KE/figure/" + f.Name() + ".csv?published=2018", "412 measurements", "Collector C moves it most"} {
				if !strings.Contains(got, want) {
					t.Errorf("%s lacks %s", f.Name(), want)
				}
			}
			if f.Name() != "supply" && !strings.Contains(got, "<table") {
				t.Errorf("%s has no table", f.Name())
			}
			wellFormed(t, f.Name(), got)
			if f.Alt(p) == "" {
				t.Errorf("%s has no alternative text", f.Name())
			}
		}
	}
	for _, bad := range []string{"@font-face", "url(", "left", "margin-top", "margin-bottom", "padding-top", "padding-bottom", "@import"} {
		sheet := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(figure.Sheet(), "")
		if strings.Contains(strings.ReplaceAll(sheet, "to right", ""), bad) {
			t.Errorf("the sheet holds %s", bad)
		}
	}
}

// wellFormed checks that elements close in order, ids are unique, what labels
// exists, nothing hidden can take the focus, and each number is isolated.
func wellFormed(t *testing.T, name, text string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(text))
	var stack []html.Token
	ids, labels := map[string]bool{}, []string{}
	attr := func(token html.Token, key string) string {
		for _, a := range token.Attr {
			if a.Key == key {
				return a.Val
			}
		}
		return ""
	}
	for z.Next() != html.ErrorToken {
		token := z.Token()
		switch token.Type {
		case html.StartTagToken:
			if id := attr(token, "id"); id != "" {
				if ids[id] {
					t.Errorf("%s: two elements of id %s", name, id)
				}
				ids[id] = true
			}
			if l := attr(token, "aria-labelledby"); l != "" {
				labels = append(labels, l)
			}
			if token.Data == "a" || attr(token, "tabindex") != "" {
				for _, s := range stack {
					if attr(s, "aria-hidden") == "true" {
						t.Errorf("%s: %s within what is hidden", name, token)
					}
				}
			}
			if token.Data == "img" && attr(token, "alt") == "" {
				t.Errorf("%s: a picture without alternative text", name)
			}
			if !slices.Contains([]string{"img", "br"}, token.Data) {
				stack = append(stack, token)
			}
		case html.EndTagToken:
			if len(stack) == 0 || stack[len(stack)-1].Data != token.Data {
				t.Fatalf("%s: </%s> closes %v", name, token.Data, stack[len(stack)-1])
			}
			stack = stack[:len(stack)-1]
		case html.TextToken:
			digits := strings.ContainsAny(token.Data, "0123456789") && len(stack) > 0
			if !digits || slices.ContainsFunc(stack, func(s html.Token) bool {
				return s.Data == "bdi" || attr(s, "lang") == "en" || attr(s, "aria-hidden") == "true" || slices.Contains([]string{"vh", "part"}, attr(s, "class")) || strings.HasPrefix(attr(s, "class"), "st ")
			}) {
				continue
			}
			if strings.Contains(text, `lang="en"`) { // the page from right to left
				t.Errorf("%s: %q is not isolated", name, token.Data)
			}
		}
	}
	if len(stack) > 0 {
		t.Errorf("%s: not closed: %v", name, stack)
	}
	for _, l := range labels {
		for id := range strings.FieldsSeq(l) {
			if !ids[id] {
				t.Errorf("%s: labelled by %s, which is not there", name, id)
			}
		}
	}
}

// Positions stay on the axis, and the tick within its band.
func TestPositions(t *testing.T) {
	number := rand.New(rand.NewPCG(1, 2))
	cell := regexp.MustCompile(`<span class="band x(\d+) w(\d+)"></span><span class="tick x(\d+)">`)
	for range 2000 {
		axis := figure.Axis{Min: number.NormFloat64(), Unit: "points"}
		axis.Max = axis.Min + .01 + number.ExpFloat64()
		x := []float64{number.NormFloat64(), number.NormFloat64(), number.NormFloat64()}
		slices.Sort(x)
		f := figure.Rows{Frame: figure.Frame{ID: "x", Heading: words.Quote("x")}, Axis: axis, Label: words.Quote("x"), Rows: []figure.Row{{Label: words.Quote("x"), Estimate: est(x[1], x[0], x[2], "points")}}}
		m := cell.FindStringSubmatch(string(f.HTML(printer(t, "en"), nil)))
		if m == nil {
			t.Fatal("no band")
		}
		var start, size, tick int
		fmt.Sscan(m[1]+" "+m[2]+" "+m[3], &start, &size, &tick)
		if start < 0 || size < 0 || start+size > 100 || tick < start || tick > start+size {
			t.Fatalf("axis %v, interval %v: band from %d over %d, tick at %d", axis, x, start, size, tick)
		}
		if x[0] >= axis.Min && x[2] <= axis.Max {
			if want := 100 * (x[1] - axis.Min) / (axis.Max - axis.Min); math.Abs(want-float64(tick)) > .5 {
				t.Fatalf("tick at %d, want %.2f", tick, want)
			}
		}
	}
}

// Every position that can be printed has its rule.
func TestEveryPositionHasARule(t *testing.T) {
	for i := range 101 {
		for _, c := range "xwyh" {
			if !strings.Contains(figure.Sheet(), fmt.Sprintf(".%c%d{", c, i)) {
				t.Errorf("no rule for %c%d", c, i)
			}
		}
	}
	sheet := figure.Sheet()
	for _, f := range samples(plain) {
		for _, m := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(htmlOf(f, printer(t, "en")), -1) {
			for class := range strings.FieldsSeq(m[1]) {
				if !regexp.MustCompile(`\.` + regexp.QuoteMeta(class) + `\b`).MatchString(sheet) {
					t.Errorf("%s: no rule for the class %s", f.Name(), class)
				}
			}
		}
	}
}

// Each code has one tile, and no two share one.
func TestTilesCSV(t *testing.T) {
	text, err := os.ReadFile("tiles.csv")
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	at := map[string]string{}
	for _, r := range records[1:] {
		codes = append(codes, r[0])
		place := r[1] + "," + r[2]
		if at[place] != "" {
			t.Errorf("%s and %s share the tile %s", at[place], r[0], place)
		}
		at[place] = r[0]
	}
	var want []string
	for _, c := range sightline.Countries() {
		want = append(want, c.Code())
		i := slices.Index(codes, c.Code())
		if region := strings.ToLower(c.Region()); i >= 0 && region != "" && records[i+1][3] != region {
			t.Errorf("%s lies in %s, want %s", c.Code(), records[i+1][3], region)
		}
	}
	if !slices.Equal(codes, want) {
		t.Errorf("tiles for %v\nwant %v", codes, want)
	}
}

// A gap stays empty of line and band.
func TestGapsAreNotBridged(t *testing.T) {
	f := figure.Band{Frame: figure.Frame{ID: "x", Heading: words.Quote("x")}, Axis: figure.Axis{Min: 0, Max: 1}, Days: []figure.DayValue{
		{Day: 0, Estimate: est(.5, .4, .6, "x")}, {Day: 1, Estimate: est(.5, .4, .6, "x")},
		{Day: 2, Estimate: none(sightline.TooLittleData, 0, "x")},
		{Day: 9, Estimate: est(.5, .4, .6, "x")},
	}}
	var b bytes.Buffer
	if _, err := figure.PlotPNG(&b, printer(t, "en"), f, 1); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	// Ten days on 584 pixels from 46: days 2 to 8 are 163 to 572. The middle of
	// the plot, where the line would run, is at 8 + 188/2 = 102.
	ink := 0
	for x := 46; x < 630; x++ {
		r, g, bl, _ := img.At(x, 102).RGBA()
		dark := r>>8 == 0x1b && g>>8 == 0x1b && bl>>8 == 0x1b
		if dark {
			ink++
		}
		if gap := x >= 164 && x < 571; gap == dark && (x < 162 || x > 164) && (x < 570 || x > 572) {
			t.Fatalf("x %d: line %v, gap %v", x, dark, gap)
		}
	}
	if ink < 150 || ink > 180 {
		t.Errorf("%d pixels of line, want 3 days of 58", ink)
	}
}

// A class takes in its lower cut point; the key says the same.
func TestScale(t *testing.T) {
	f := figure.Tiles{Frame: figure.Frame{ID: "x", Heading: words.Quote("x")}, Scale: figure.Scale{Cuts: []float64{10, 20}, Unit: "points"}}
	for _, c := range []struct {
		code string
		v    float64
	}{{"KE", 9.99}, {"UG", 10}, {"TZ", 20}} {
		f.Tiles = append(f.Tiles, figure.Tile{Country: country(c.code), Estimate: bare(c.v, "points", "r")})
	}
	got := string(f.HTML(printer(t, "en"), nil))
	for _, want := range []string{`q1"><a href="/country/KE"><b>KE</b><span aria-hidden="true">1<`, `q3"><a href="/country/UG"><b>UG</b><span aria-hidden="true">2<`, `q5"><a href="/country/TZ"><b>TZ</b><span aria-hidden="true">3<`} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %s\n%s", want, got)
		}
	}
}
