// Package accessnow imports the shutdowns that Access Now and the #KeepItOn
// coalition list (STOP): where, from when to when, what was cut, on whose order
// by their finding, and what an authority gave as its reason. No terms are
// stated, so the claims stay in the workspace that imported them.
//
// There are two data sets. The combined sheet (2016-2025) is the one to use; the
// sheets of the single years, as they stood then, are an edition of their own
// that counts other events. They have three layouts: 2016-2018, 2019, and 2020
// on.
//
// What names or may name a person is never read: free text (the course of an
// event, quotations, who decided, who was targeted), and the addresses of news
// and posts. They are ignored by name below.
//
// Traps: a shutdown that goes on stands in the sheet of each year, and is one
// claim here; a row can name several countries; a date can be counted in
// microseconds; an event can end before it starts; a year of the sheet without
// an end has a duration of minus forty thousand days; words differ from year to
// year (words.csv); Somaliland has no country code.
package accessnow

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

//go:embed yearly.jsonl
var yearly string

//go:embed repairs.csv
var repairs string

//go:embed words.csv
var wordsCSV string

// Combined is the combined sheet.
var Combined = &source.Dataset{
	ID:      "accessnow-stop",
	Title:   "Internet shutdowns, combined sheet (Access Now STOP)",
	Persons: "free text that may name some, such as remarks and headlines",
	Covers:  "some 1,900 intentional disruptions of the internet from 2016 on: where, when, what, on whose order and on what occasion, by the coalition's finding",
	Obtain: "Open the address, follow it to the spreadsheet and save the sheet \"Combined\" as CSV. A Parquet copy of it, the same with a column iso3, and its form of 21 columns are read too. " +
		"Texts that may name persons are not taken.",
	Changes:  "The sheet grows all year and is closed each spring; a column more or less, and a word that words.csv does not have, are refused until the importer is taught.",
	Declared: declared,
	Files:    []source.File{{Role: "events", Name: "*"}},
	Editions: []source.Edition{{
		Name: "snapshot of 20 May 2026", Published: "2026-05-20", Verified: source.CopyOnly,
		SHA256: map[string]string{"events": "13974b8898bf85fd30e85402de2ffde5d2597e36e980d00d34e0d32014102d21"},
	}, {
		Name: "snapshot of 20 May 2026, as CSV", Published: "2026-05-20", Verified: source.CopyOnly,
		SHA256: map[string]string{"events": "4c1c1f6ef58ae1d806a9887a52bafe00ccee912585770f154811b44e4fe622d1"},
	}, {
		Name: "snapshot of 20 May 2026, 21 columns", Published: "2026-05-20", Verified: source.CopyOnly,
		SHA256: map[string]string{"events": "828405fbf4fe709ef6e1c9175f012e72595fecb80f601adca1dd34f9c190b516"},
	}},
	Whole: true,
	Read:  func(r *source.Reading) error { return read(r, []part{{"events", 2000, 50000, []layout{full, slim}}}) },
}

// Yearly is the sheets of the years.
var Yearly = &source.Dataset{
	ID:       "accessnow-stop-yearly",
	Title:    "Internet shutdowns, yearly sheets 2016-2022 (Access Now STOP)",
	Persons:  "free text that may name some, such as remarks and headlines",
	Covers:   "some 1,100 disruptions as the sheets of 2016-2018, 2019, 2020, 2021 and 2022 stood then; the combined sheet (accessnow-stop) is newer and counts otherwise, so use one of the two",
	Obtain:   "Save the sheets of the spreadsheet as CSV, one file each: early=2016-2018, y2019=2019, later=2020 and on.",
	Changes:  "Never again; 2023 and later are in the combined sheet only.",
	Declared: yearly,
	Repairs:  repairs,
	Files: []source.File{
		{Role: "early", Name: "*2016-2018*.csv", Optional: true},
		{Role: "y2019", Name: "*2019*.csv", Optional: true},
		{Role: "later", Name: "*202[0-9]*.csv", Optional: true, Many: true},
	},
	Editions: []source.Edition{{
		Name: "sheets of 2016 to 2022", Verified: source.CopyOnly,
		SHA256: map[string]string{
			"early":   "f32590b6b7f4016f8e15d43da4fbc7927f0374e5856b7924e8979559e8b99fd7",
			"y2019":   "587982b4341bcff5c0fbeec904bd2edc89c8e0af5030fb852088a02e1d0ae4d3",
			"later#1": "4878096a0549facfa1b9d2e10cfdc77e280bf902c9d4c56ed8d9eb60ed3101c4",
			"later#2": "6c16ae54736a9893c594cb9203e7573ca1c53a94fc41f073bda9f9294d2b75cc",
			"later#3": "8c478637da4b6f74d59000f7e6e3b0553df37bd4cd9ae2b2ceb7d8837d3bed4f",
		},
	}, {
		Name: "sheet of 2019, commit beaef9b7d8b2", Published: "2020-10-04", Verified: source.CopyOnly,
		SHA256: map[string]string{"y2019": "c6ace297235145e68f44faf334e124453c0d1404d66e73b89cd82751cf694ea8"},
	}},
	Read: func(r *source.Reading) error {
		return read(r, []part{{"early", 370, 400, []layout{early}}, {"y2019", 200, 300, []layout{y2019}}, {"later", 150, 400, []layout{later, later2020}}})
	},
}

// part is the files of a role: how many rows each has, and the layouts that
// they can have.
type part struct {
	role      string
	low, high int
	layouts   []layout
}

// layout names the columns of a form of the sheet: those that are used, by what
// they say, and those that are not.
type layout struct {
	use     map[string]string
	ignored []string
	more    []string // that may be missing
}

// Used in all forms under the names of ours.
const (
	colStart, colAbout, colEnd, colCountry, colPlace, colScope = "start", "about", "end", "country", "place", "scope"
	colType, colParts, colNetwork, colExtent, colStatus        = "type", "parts", "network", "extent", "status"
	colOrder, colTrigger, colReason, colOther, colTelcos       = "ordered_by", "trigger", "justification", "service", "telcos"
	colSMS, colCalls, colLink, colYear                         = "sms", "calls", "link", "year"
)

var apps = []struct{ name, later, y2019 string }{
	{"Facebook", "facebook_affected", "Facebook_affected"}, {"Twitter", "twitter_affected", "Twitter_affected"}, {"WhatsApp", "whatsapp_affected", "WhatsApp_affected"},
	{"Instagram", "instagram_affected", "Instagram_affected"}, {"Telegram", "telegram_affected", "Telegram_affected"},
}

var (
	later = layout{
		use: map[string]string{
			colStart: "start_date", colAbout: "start_date_type", colEnd: "end_date", colCountry: "country", colPlace: "area_name", colScope: "geo_scope",
			colType: "shutdown_type", colNetwork: "affected_network", colExtent: "shutdown_extent", colStatus: "shutdown_status",
			colOrder: "ordered_by", colTrigger: "actual_cause", colReason: "gov_justification", colOther: "other_affected", colTelcos: "telcos_involved",
			colSMS: "sms_affected", colCalls: "phonecall_affected", colLink: "an_link",
		},
		ignored: []string{
			"decision_maker", "event", "actual_cause_details", "gov_just_details", "legal_method", "gov_ack_quote", "telco_ack_quote", "users_targeted", "users_target_detail", // free text, which may name persons
			"info_source_link", "gov_ack_source", "telco_ack_source", // addresses, of posts of persons among them
			"info_source", "gov_ack", "legal_just", "telco_ack", "users_notified", // how it came to be known, and who owned to it
			"election", "violence", "hr_abuse_reported", "econ_impact", // what went with it
			"duration", // follows from the dates
		},
	}
	// The sheets of 2020 and 2021 write one name otherwise.
	later2020 = layout{use: later.use, ignored: append(slices.DeleteFunc(slices.Clone(later.ignored), func(c string) bool { return c == "duration" }), "Duration")}

	full = layout{use: with(later.use, colYear, "count_year"), ignored: append(slices.Clone(later.ignored), "region"), more: []string{"iso3"}}
	slim = layout{
		use: without(full.use, colAbout, colOther, colSMS, colCalls, colLink), ignored: []string{"iso3", "duration"},
	}
	y2019 = layout{
		use: map[string]string{
			colStart: "start_date", colEnd: "end_date", colCountry: "country", colPlace: "area_name", colScope: "geo_scope", colType: "shutdown_type_new",
			colNetwork: "affected_network", colExtent: "full or service-based", colOrder: "ordered_by", colTrigger: "actual_cause", colReason: "official_just",
			colOther: "other_service_details (specify)", colTelcos: "telcos_involved", colSMS: "SMS_and_phone_call_affected", colLink: "an_link",
		},
		ignored: []string{
			"ID",                                                                                                                           // of the row in that year's sheet
			"decision_maker", "other_just_details", "off_statement", "other_cause_details", "legal_method", "telco_ ack", "event", "notes", // free text, which may name persons
			"news_link", "Info_source", "gov_ack", "users_notified", "users_affected/targetted", "legal_justif", "telco_resp",
			"election", "violence", "hr_abuse_reported", "econ_impact", "duration", "continent", "sub-region",
		},
	}
	early = layout{
		use: map[string]string{
			colStart: "start_date", colEnd: "end_date", colCountry: "country", colPlace: "area_name", colScope: "geo_scope", colParts: "shutdown_type",
			colOrder: "ordered_by", colTrigger: "actual_cause", colReason: "official_just", colOther: "service_details", colLink: "an_link",
		},
		ignored: []string{
			"event", "notes", "news_link", // free text, and addresses
			"shutdown_type_group", "services_affected", // follow from the types
			"year", "duration_days", "duration_hours", "continent", "sub_region", "latitude", "longitude", "info_source", "econ_impact",
			"id", // of the row in that sheet
		},
	}
)

func with(m map[string]string, key, value string) map[string]string {
	out := without(m)
	out[key] = value
	return out
}

func without(m map[string]string, keys ...string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		if !slices.Contains(keys, k) {
			out[k] = v
		}
	}
	return out
}

// event is a row as it was read.
type event struct {
	countries  []sightline.Country
	start, end sightline.Date
	qualifiers map[string]string
	what       string // was cut
	how        string
	status     string
	link       string
	year       string // of the sheet that counts it
	key        string // the matter: the same in the sheet of each year
}

// reader turns the rows of the files into events.
type reader struct {
	*source.Reading
	words  map[string]string // by kind and word
	order  []string
	events map[string][]event // by matter
}

func read(r *source.Reading, parts []part) error {
	b := &reader{Reading: r, words: map[string]string{}, events: map[string][]event{}}
	own, err := source.CSV(r.Dataset.ID+"/words.csv", []byte(wordsCSV))
	if err != nil {
		return err
	}
	if err := own.Each(func(row *source.Row) error {
		b.words[row.Need("kind")+" "+row.Need("says")] = row.Pop("means")
		return nil
	}); err != nil {
		return err
	}
	n := 0
	for _, p := range parts {
		for i, in := range r.Files(p.role) {
			n++
			name := r.Dataset.ID + "/" + p.role
			if i > 0 {
				name += strconv.Itoa(i + 1)
			}
			if err := b.file(name, in, p); err != nil {
				return err
			}
		}
	}
	if n == 0 {
		return sightline.Errorf(sightline.Invalid, "import "+r.Dataset.ID, "", "no sheet was named").WithHint("See: sightline source show %s", r.Dataset.ID)
	}
	return b.claims()
}

func (b *reader) file(name string, in source.Input, p part) error {
	var t *source.Table
	var err error
	if strings.HasPrefix(string(in.Bytes[:min(4, len(in.Bytes))]), "PAR1") {
		t, err = source.Parquet(name, in.Bytes)
	} else {
		t, err = source.CSV(name, in.Bytes)
	}
	if err != nil {
		return err
	}
	// The sheet of 2019 has blanks at the ends of some names.
	real := map[string]string{}
	for _, c := range t.Columns {
		real[strings.TrimSpace(c)] = c
	}
	l, err := choose(t, p.layouts, real)
	if err != nil {
		return err
	}
	if err := b.Check(t, p.low, p.high); err != nil {
		return err
	}
	return t.Each(func(row *source.Row) error {
		for _, c := range l.ignored {
			row.Ignore(real[c])
		}
		for _, c := range l.more {
			if real[c] != "" {
				row.Ignore(real[c])
			}
		}
		pop := func(key string) string {
			if l.use[key] == "" {
				return ""
			}
			return row.Pop(real[l.use[key]])
		}
		affected := map[string]string{}
		for _, a := range apps {
			for _, c := range []string{a.later, a.y2019} {
				if real[c] != "" {
					affected[a.name] = row.Pop(real[c])
				}
			}
		}
		return b.event(pop, affected)
	})
}

// choose finds the layout whose columns the table has, by their names without
// blanks at the ends. Where none fits, the error is about the first.
func choose(t *source.Table, layouts []layout, real map[string]string) (layout, error) {
	var first error
	for _, l := range layouts {
		want := slices.Clone(l.ignored)
		for _, c := range l.use {
			want = append(want, c)
		}
		for _, a := range apps { // the early form has none
			for _, c := range []string{a.later, a.y2019} {
				if real[c] != "" && l.use[colParts] == "" {
					want = append(want, c)
				}
			}
		}
		for _, c := range l.more {
			if real[c] != "" {
				want = append(want, c)
			}
		}
		for i, c := range want {
			if real[c] != "" {
				want[i] = real[c]
			}
		}
		slices.Sort(want)
		err := t.ExpectColumns(want...)
		if err == nil {
			return l, nil
		}
		if first == nil {
			first = err
		}
	}
	return layout{}, first
}

var blanks = regexp.MustCompile(`\s+`)

// word finds what a word of the sheet means.
func (b *reader) word(kind, says string) (string, error) {
	plain := strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(blanks.ReplaceAllString(says, " "))), "/ ", "/"), " /", "/")
	if plain == "" {
		return "", nil
	}
	if kind == "scope" {
		plain = strings.ReplaceAll(plain, ",", "")
	}
	means, ok := b.words[kind+" "+plain]
	if !ok {
		return "", sightline.Errorf(sightline.Invalid, "read "+kind, sightline.Clip(says, 60), "the word is not known").
			WithHint("If the source has a new word, add it to words.csv of the importer.")
	}
	return means, nil
}

func (b *reader) event(pop func(string) string, affected map[string]string) error {
	e := event{qualifiers: map[string]string{}}
	var err error
	names := pop(colCountry)
	for name := range strings.SplitSeq(names, ";") {
		c, none, err := b.country(name)
		if err != nil {
			return err
		}
		if none {
			b.Count("rows of " + strings.TrimSpace(name) + ", which has no country code")
			continue
		}
		e.countries = append(e.countries, c)
	}
	words := map[string]string{}
	for _, kind := range []string{colScope, colType, colNetwork, colExtent, colOrder, colTrigger, colReason, colStatus} {
		if words[kind], err = b.word(kind, pop(kind)); err != nil {
			return err
		}
	}
	e.status = words[colStatus]
	if e.start, err = date(pop(colStart)); err != nil {
		return err
	}
	if e.start.IsZero() {
		return sightline.Errorf(sightline.Invalid, "read start", "", "the event has no start").WithHint("Look at the row: an event without a date cannot be kept.")
	}
	switch about := pop(colAbout); about {
	case "", "Actual":
	case "Estimated":
		if e.start, err = sightline.ParseDate(e.start.String() + "~"); err != nil {
			return err
		}
	default:
		return sightline.Errorf(sightline.Invalid, "read kind of date", about, "known are Actual and Estimated").WithHint("If the source has a new word, the importer must be taught.")
	}
	switch end := pop(colEnd); strings.ToLower(end) {
	case "ongoing":
		e.status = "ongoing"
	case "unkown", "unknown", "na":
	default:
		if e.end, err = date(end); err != nil {
			return err
		}
	}
	if !e.end.IsZero() && e.end.Last() < e.start.First() {
		b.Count("events that end before they start, by the source; the end is left out")
		e.qualifiers["note"] = "the source has it end on " + e.end.String() + ", before it starts"
		e.end = sightline.Date{}
	}
	if err := b.cut(&e, pop, words, affected); err != nil {
		return err
	}
	for kind, key := range map[string]string{colScope: "extent", colOrder: "ordered_by", colTrigger: "trigger", colReason: "justification"} {
		if words[kind] != "" {
			e.qualifiers[key] = words[kind]
		}
	}
	place := blanks.ReplaceAllString(pop(colPlace), " ")
	switch low := strings.ToLower(place); {
	case low == "nationwide" || low == "national" || low == "entire country":
		e.qualifiers["extent"] = "the whole country"
		place = low
	case utf8.RuneCountInString(place) > 160: // of our choosing: a sentence is no place
		b.Count("places in a text too long for one, left out")
	case place != "":
		e.qualifiers["place"] = place
	}
	if t := blanks.ReplaceAllString(pop(colTelcos), " "); t != "" {
		if utf8.RuneCountInString(t) <= 300 {
			e.qualifiers["implementer"] = t
		} else {
			b.Count("lists of operators in a text too long for one, left out")
		}
	}
	e.link = pop(colLink)
	e.year = pop(colYear)
	if len(e.countries) == 0 {
		return nil
	}
	e.key = strings.Join([]string{names, e.start.String(), strings.ToLower(place), e.what, e.how}, "|")
	if b.events[e.key] == nil {
		b.order = append(b.order, e.key)
	}
	b.events[e.key] = append(b.events[e.key], e)
	return nil
}

// country finds the country of a name; none says that it has no code.
func (b *reader) country(name string) (c sightline.Country, none bool, err error) {
	name = strings.TrimSpace(name)
	if code, ok := b.words["country "+strings.ToLower(name)]; ok {
		if code == "" {
			return c, true, nil
		}
		name = code
	}
	c, err = sightline.ParseCountry(name)
	return c, false, err
}

// cut says what was cut, and how.
func (b *reader) cut(e *event, pop func(string) string, words, affected map[string]string) error {
	var services, also []string
	add := func(list *[]string, s string) {
		if s != "" && !slices.Contains(*list, s) {
			*list = append(*list, s)
		}
	}
	for _, a := range apps {
		yes, err := b.word("affected", affected[a.name])
		if err != nil {
			return err
		}
		if yes == "yes" {
			add(&services, a.name)
		}
	}
	// Other services stand in free text: only names that words.csv has are taken.
	for t := range strings.SplitSeq(strings.NewReplacer(" and ", ",", ";", ",", "\n", ",").Replace(pop(colOther)), ",") {
		t = strings.Trim(strings.ToLower(blanks.ReplaceAllString(t, " ")), " .\"“”")
		if t == "" {
			continue
		}
		if name, ok := b.words["service "+t]; ok {
			add(&services, name)
		} else {
			b.Count("names or words of other services in free text, not taken")
		}
	}
	for key, what := range map[string]string{colSMS: "text messages", colCalls: "telephone calls"} {
		means, err := b.word("affected", pop(key))
		switch {
		case err != nil:
			return err
		case means == "yes":
			add(&also, what)
		default: // the form of 2019 says which
			for s := range strings.SplitSeq(means, " and ") {
				add(&also, s)
			}
		}
	}
	network, extent := words[colNetwork], words[colExtent]
	e.how = words[colType]
	if parts := pop(colParts); parts != "" { // the early form
		has := map[string]bool{}
		for p := range strings.SplitSeq(parts, ",") {
			means, err := b.word("part", p)
			if err != nil {
				return err
			}
			has[means] = true
		}
		e.how, network, extent = "cut", "", "network"
		switch {
		case has["mobile"] && has["broadband"]:
			network = "mobile and broadband internet"
		case has["mobile"]:
			network = "mobile internet"
		case has["broadband"]:
			network = "broadband internet"
		case has["services"]:
			extent = "services"
		default:
			network = "the internet"
		}
		if has["services"] && network != "" {
			extent = "both"
		}
		switch {
		case has["slow"] && (has["mobile"] || has["broadband"] || has["services"]):
			e.how = "cut and slowed down"
		case has["slow"]:
			e.how = "slowed down"
		}
		for _, s := range []string{"text messages", "telephone calls"} {
			if has[s] {
				add(&also, s)
			}
		}
	}
	slices.Sort(services)
	slices.Sort(also)
	var what []string
	if network != "" && extent != "services" {
		what = append(what, network)
	}
	switch {
	case len(services) > 0:
		what = append(what, services...)
		e.qualifiers["services"] = strings.Join(services, ", ")
	case extent == "services" || extent == "both":
		what = append(what, "some services")
	}
	what = append(what, also...)
	if len(what) == 0 {
		what = []string{"the internet"}
	}
	e.what = enumerate(what)
	if e.how != "" {
		e.qualifiers["how"] = e.how
	}
	return nil
}

// claims makes the claims. Rows of one matter in the sheets of several years
// are one event, as the newest sheet has it.
func (b *reader) claims() error {
	var published sightline.Date
	if b.Edition != nil && b.Edition.Published != "" {
		var err error
		if published, err = sightline.ParseDate(b.Edition.Published); err != nil {
			return err
		}
	}
	for _, key := range b.order {
		rows := b.events[key]
		var years []string
		for _, e := range rows {
			if e.year != "" && !slices.Contains(years, e.year) {
				years = append(years, e.year)
			}
		}
		slices.Sort(years)
		newest := ""
		if len(years) > 0 {
			newest = years[len(years)-1]
		}
		var kept []event
		for _, e := range rows {
			switch {
			case e.year != newest:
				b.Count("rows that count an event again in another year")
			case slices.ContainsFunc(kept, func(k event) bool {
				return k.end == e.end && fmt.Sprint(k.qualifiers) == fmt.Sprint(e.qualifiers) && k.status == e.status
			}):
				b.Count("rows that repeat an event")
			default:
				kept = append(kept, e)
			}
		}
		for i, e := range kept {
			if i > 0 {
				b.Count("rows that say otherwise of an event in the same year; each is a claim")
			}
			if err := b.claim(e, years, published, i); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *reader) claim(e event, years []string, published sightline.Date, nth int) error {
	valid, err := sightline.ParsePeriod(e.start.String() + "/" + e.end.String())
	if err != nil {
		return err
	}
	q := e.qualifiers
	if e.status != "" {
		q["status"] = e.status
	}
	if len(years) > 0 {
		q["edition"] = strings.Join(years, ", ")
	}
	if len(e.countries) > 1 {
		var names []string
		for _, c := range e.countries {
			names = append(names, c.Name())
		}
		q["note"] = strings.TrimPrefix(q["note"]+"; one event in "+enumerate(names), "; ")
	}
	until := "; it states no end"
	switch {
	case !e.end.IsZero():
		until = " until " + e.end.String()
	case e.status == "ongoing" && len(years) > 0:
		until = ", and in the sheet of " + years[len(years)-1] + " as going on"
	case e.status == "ongoing":
		until = ", as going on"
	}
	verb := map[string]string{"slowed down": "a slowing down of ", "cut and slowed down": "a cut and slowing down of "}[e.how]
	if verb == "" {
		verb = "a cut of "
	}
	from := "from "
	if e.start.Approximate() {
		from = "from about "
	}
	locator := "country and start"
	if strings.HasPrefix(e.link, "https://www.accessnow.org/") {
		locator = e.link
	}
	for _, c := range e.countries {
		at := ""
		if q["place"] != "" {
			at = " (" + q["place"] + ")"
		}
		sum := sha256.Sum256([]byte(e.key))
		key := []string{c.Code(), strings.TrimSuffix(e.start.String(), "~"), hex.EncodeToString(sum[:5])}
		if nth > 0 {
			key = append(key, strconv.Itoa(nth+1))
		}
		if err := b.Claim(sightline.Claim{
			Subject: c.Entity(), Predicate: sightline.ShutdownReported, Object: sightline.Object{Text: e.what}, Qualifiers: q, Valid: valid, Published: published,
			Words: fmt.Sprintf("Access Now lists %s%s in %s%s %s%s%s.", verb, e.what, c.Name(), at, from, strings.TrimSuffix(e.start.String(), "~"), until),
		}, locator, key...); err != nil {
			return err
		}
	}
	return nil
}

// date reads a day: 2019-02-12, with a time behind it, 2/12/2019, or
// microseconds since 1970.
func date(s string) (sightline.Date, error) {
	day, _, _ := strings.Cut(s, " ")
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) > 12 {
		day = time.UnixMicro(n).UTC().Format(time.DateOnly)
	} else if t, err := time.Parse("1/2/2006", day); err == nil {
		day = t.Format(time.DateOnly)
	}
	if day == "" {
		return sightline.Date{}, nil
	}
	return sightline.ParseDate(day)
}

// enumerate writes "a, b and c".
func enumerate(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
