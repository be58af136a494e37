package atlas_test

import (
	"net/http"
	"strings"
	"testing"

	"sightline/dossier"
)

// The index of names leads to what has a name, by its first letter in any
// script, and a part that it does not have is said to be none.
func TestNames(t *testing.T) {
	s := catalogueServer()
	index := get(s, "/names").Body.String()
	for _, want := range []string{`href="/names/k"`, `href="/names/han"`} {
		if !strings.Contains(index, want) {
			t.Errorf("the index lacks %s", want)
		}
	}
	if k := get(s, "/names/k").Body.String(); !strings.Contains(k, `href="/country/KE"`) || strings.Contains(k, `href="/country/UG"`) {
		t.Error("K has not Kenya, or has Uganda")
	}
	if han := get(s, "/names/han.csv").Body.String(); !strings.Contains(han, "supplier/company/huawei") {
		t.Errorf("no Huawei under Chinese characters: %.300s", han)
	}
	if code := get(s, "/names/klingon").Code; code != http.StatusNotFound {
		t.Errorf("a part that is not there: status %d", code)
	}
	for name, want := range map[string]string{"Épée": "e", "3M": "0", "华为": "han", "Ростех": "cyrillic", "هواوي": "arabic", "!!": "other", "ประเทศ": "other"} {
		if got := dossier.NameGroup(name); got != want {
			t.Errorf("%s is under %s, not %s", name, got, want)
		}
	}
}
