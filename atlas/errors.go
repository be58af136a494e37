package atlas

import (
	"errors"
	html "html/template"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"sightline"
)

// errorPage says what went wrong and what to do next.
type errorPage struct {
	Head
	Code   int
	What   html.HTML
	Hint   html.HTML
	Near   []Link // pages that may be meant
	Search string // what to search for instead
}

// statusOf is the one place that links a kind of error to a status.
func statusOf(err error) int {
	if r, ok := errors.AsType[refusal](err); ok {
		return r.status
	}
	switch sightline.ErrorCode(err) {
	case sightline.Invalid:
		return http.StatusBadRequest
	case sightline.NotFound:
		return http.StatusNotFound
	case sightline.Conflict:
		return http.StatusConflict
	case sightline.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// failure makes the page of an error. A fault of ours is not told in detail:
// it may hold what a reader asked for, or where files are.
func failure(q *request, err error) *errorPage {
	p := &errorPage{Head: Head{Kind: "error", Status: statusOf(err), Bare: true}}
	p.q = q
	p.Code = p.Status
	p.Title = q.words.Text("error.title." + strconv.Itoa(p.Status))
	if p.Status >= http.StatusInternalServerError {
		p.What = q.words.HTML("error.fault")
		return p
	}
	p.What = q.words.Foreign(err.Error())
	if hint := sightline.ErrorHint(err); hint != "" {
		p.Hint = q.words.Foreign(hint)
	}
	var n *near
	if errors.As(err, &n) {
		for _, to := range n.pages {
			p.Near = append(p.Near, Link{Href: q.link(to), Text: q.words.Code(to)})
		}
		p.Search = sightline.Inert(n.search)
	}
	return p
}

// near is an error about an address, with those that may be meant.
type near struct {
	error
	pages  []string
	search string
}

func (n *near) Unwrap() error { return n.error }

// printProblem prints an error for programs.
func printProblem(w io.Writer, p *errorPage) {
	e := struct {
		Status int    `json:"status"`
		Error  string `json:"error"`
		Hint   string `json:"hint,omitzero"`
	}{p.Status, text(p.What), text(p.Hint)}
	if err := json.MarshalWrite(w, e); err != nil {
		panic("BUG: " + err.Error())
	}
	io.WriteString(w, "\n")
}

// kinds are the first words of addresses, for those who write them otherwise.
var kinds = []string{"about", "audit", "changes", "claim", "claims", "corrections", "countries", "country", "forums", "laws", "method", "methods", "names",
	"network", "networks", "packet", "restatements", "search", "source", "sources", "supplier", "suppliers", "threats", "training", "votes"}

// lost answers for every address that no page has: it sends the reader on
// where the address is written otherwise, and else says what there is.
func lost(q *request) (Page, error) {
	path := strings.Trim(q.http.URL.Path, "/")
	first, rest, _ := strings.Cut(path, "/")
	lower := strings.ToLower(first)
	if slices.Contains(kinds, lower) && "/"+lower+q.http.URL.Path[min(len(first)+1, len(q.http.URL.Path)):] != q.http.URL.Path || strings.HasSuffix(q.http.URL.Path, "/") && slices.Contains(kinds, lower) {
		to := "/" + lower
		if rest != "" {
			to += "/" + rest
		}
		return nil, redirect{q.here(to)}
	}
	if rest == "" {
		if c, err := sightline.ParseCountry(first); err == nil {
			return nil, redirect{q.here("/country/" + c.Code())}
		}
	}
	word, err := url.PathUnescape(path)
	if err != nil {
		word = path
	}
	n := &near{sightline.Errorf(sightline.NotFound, "find page", word, "there is no such page").
		WithHint("Addresses look like /country/KE, /supplier/company/huawei, /network/AS12455, /claim/ID, /source/ID or /packet/SL-XXXX-XXXX-C."),
		[]string{"/", "/countries", "/suppliers", "/claims"}, strings.ReplaceAll(word, "/", " ")}
	return nil, n
}
