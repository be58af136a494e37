package atlas

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/dossier"
	"sightline/export"
)

// printCitation prints how to cite a page: title, edition, address and view.
// There is no date of access: the reader has it, and the view in the address
// says what was seen.
func printCitation(w io.Writer, h *Head, form string) (kind string, err error) {
	if h.Bare {
		return "", sightline.Errorf(sightline.NotFound, "cite page", h.q.path, "this page says the same of every edition; cite its address")
	}
	v, note := h.View(), "as known now"
	switch {
	case !v.Published.IsZero():
		note = "as published by " + v.Published.String()
	case !v.Known.IsZero():
		note = "as on record by " + v.Known.String()
	}
	title := sightline.Inert(h.Title)
	sum := sha256.Sum256([]byte(h.Edition() + "\n" + h.Self()))
	key := "sightline-" + hex.EncodeToString(sum[:4])
	switch form {
	case formTXT:
		_, err = fmt.Fprintln(w, text(h.Cite()))
		return "text/plain; charset=utf-8", err
	case formBIB:
		_, err = fmt.Fprintf(w, "@misc{%s,\n  author = {{Sightline}},\n  title = {{%s}},\n  howpublished = {%s},\n  note = {%s},\n  url = {%s}\n}\n",
			key, bibtex(title), bibtex(h.Edition()), bibtex(note), bibtexAddress(h.Self()))
		return "application/x-bibtex; charset=utf-8", err
	}
	type name struct {
		Literal string `json:"literal"`
	}
	item := struct {
		ID      string `json:"id"`
		Type    string `json:"type"`
		Title   string `json:"title"`
		Author  []name `json:"author"`
		Version string `json:"version"`
		Note    string `json:"note"`
		URL     string `json:"URL"`
	}{key, "webpage", title, []name{{"Sightline"}}, h.Edition(), note, h.Self()}
	if err := json.MarshalWrite(w, []any{item}, json.Deterministic(true)); err != nil {
		return "", err
	}
	_, err = io.WriteString(w, "\n")
	return "application/vnd.citationstyles.csl+json", err
}

// bibtex escapes what TeX would read as a command.
func bibtex(s string) string {
	return strings.NewReplacer(`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "$", `\$`, "&", `\&`, "%", `\%`, "#", `\#`, "_", `\_`, "~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "\n", " ").Replace(s)
}

// bibtexAddress keeps an address as it is, but for braces, which end a field.
func bibtexAddress(s string) string { return strings.NewReplacer("{", "%7B", "}", "%7D").Replace(s) }

// printAtom prints a list of changes as a feed.
func printAtom(w io.Writer, h *Head) error {
	d, ok := h.Document.(*dossier.ChangeList)
	if !ok {
		return sightline.Errorf(sightline.NotFound, "print page", h.q.path+formAtom, "this page is no list of changes").
			WithHint("There is /changes.atom, and /changes.atom below the address of a country, organisation or claim.")
	}
	about := h.q.path
	if of, ok := strings.CutSuffix(about, "/changes"); ok && of != "" && !h.Live() { // a release keeps the feed, not the list
		about = of
	}
	return export.Atom(w, d, h.Title, about, func(path string) string { return h.q.link(path) })
}

// Feed is the address of the feed of changes about what the page shows, where
// there is one.
func (h *Head) Feed() string {
	p, _, _ := strings.Cut(strings.TrimPrefix(h.q.path, "/"), "/")
	switch {
	case h.Kind == "changes":
		return h.Form(formAtom)
	case h.Kind == "country", h.Kind == "claim", h.Kind == "supplier" && p == "supplier":
		return h.q.link(h.q.path + "/changes" + formAtom)
	}
	return ""
}
