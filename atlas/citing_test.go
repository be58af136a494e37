package atlas_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// A page says how to cite it, in the view that the reader sees.
func TestCitations(t *testing.T) {
	s := catalogueServer()
	for _, page := range []string{"/country/KE", "/suppliers", "/laws", "/index"} {
		for form, want := range map[string]string{".txt": "as published by 2018", ".bib": "note = {as published by 2018-07}", ".csl.json": `"note":"as published by 2018-07"`} {
			w := get(s, page+form+"?published=2018-07")
			if form == ".txt" {
				want = "published by"
			}
			if w.Code != 200 || !strings.Contains(w.Body.String(), want) || !strings.Contains(w.Body.String(), "published=2018-07") {
				t.Errorf("%s%s: status %d: %s", page, form, w.Code, w.Body)
			}
		}
	}
	var items []struct{ Title, URL string }
	if err := json.Unmarshal(get(s, "/country/KE.csl.json").Body.Bytes(), &items, json.MatchCaseInsensitiveNames(true)); err != nil || len(items) != 1 || items[0].Title != "Kenya" || items[0].URL != "/country/KE" {
		t.Error(items, err)
	}
}

// What changed about a country, organisation or claim, and at all, can be
// subscribed to; the pages link to it.
func TestFeeds(t *testing.T) {
	s := catalogueServer()
	for _, feed := range []string{"/changes.atom", "/country/KE/changes.atom", "/supplier/company/huawei/changes.atom", "/claim/zw-cloudwalk-data-sent/changes.atom"} {
		w := get(s, feed)
		var f struct {
			Entries []struct {
				ID string `xml:"id"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal(w.Body.Bytes(), &f); w.Code != 200 || err != nil || len(f.Entries) == 0 || !strings.HasPrefix(f.Entries[0].ID, "urn:sha256:") {
			t.Errorf("%s: status %d, %v: %.300s", feed, w.Code, err, w.Body)
		}
		for _, page := range []string{strings.TrimSuffix(feed, ".atom"), strings.TrimSuffix(feed, "/changes.atom")} {
			if page != "" && !strings.Contains(get(s, page).Body.String(), `href="`+feed+`"`) {
				t.Errorf("%s does not link to %s", page, feed)
			}
		}
	}
	if w := get(s, "/suppliers.atom"); w.Code != 404 {
		t.Errorf("/suppliers.atom: status %d", w.Code)
	}
}
