package atlas_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"sightline/atlas"
	"sightline/dossier"
)

// frozenServer is the catalogue as a release shows it.
func frozenServer(t *testing.T) *atlas.Server {
	t.Helper()
	return serveStore(t, catalogue(), func(c *atlas.Config) {
		c.Release = "2026.11"
		c.Restated = func() *dossier.Restatements { return &dossier.Restatements{Schema: dossier.RestatementsSchema} }
	})
}

// The forms that are made along with a page are those that are made by
// themselves, and each of them is a file that the page names.
func TestFormsOfFrozenPages(t *testing.T) {
	s := frozenServer(t)
	for address, want := range map[string][]string{
		"/":                             {"index.html", "index.json", "index.csv", "figure/world.csv", "figure/world.json", "figure/world.md", "figure/world.png", "figure/world@2x.png"},
		"/country/KE":                   {"country/KE.html", "country/KE.json", "country/KE.csv", "country/KE.md", "country/KE.bib", "country/KE.csl.json", "country/KE.txt", "country/KE.png", "country/KE/figure/peers-map.csv", "country/KE/figure/peers-map.json", "country/KE/figure/peers-map.md", "country/KE/figure/peers-map.png", "country/KE/figure/peers-map@2x.png"},
		"/country/KE/trend":             {"country/KE/trend.html", "country/KE/trend.json", "country/KE/trend.md", "country/KE/trend.txt"},
		"/supplier/company/huawei":      {"supplier/company/huawei.html", "supplier/company/huawei.md", "supplier/company/huawei.bib", "supplier/company/huawei.png", "supplier/company/huawei/figure/flow@2x.png"},
		"/network/AS12455":              {"network/AS12455.html", "network/AS12455.csv", "network/AS12455.md", "network/AS12455.png"},
		"/networks?country=KE":          {"networks,country=KE.html", "networks,country=KE.csv", "networks,country=KE.json"},
		"/claims?source=unvotes":        {"claims,source=unvotes.html", "claims,source=unvotes.json", "claims,source=unvotes.csv"},
		"/votes":                        {"votes.html", "votes.json", "votes.csv"},
		"/packet/SL-9Z8A-7G9H-J":        {"packet/SL-9Z8A-7G9H-J.html", "packet/SL-9Z8A-7G9H-J.json", "packet/SL-9Z8A-7G9H-J.csv"},
		"/claim/zw-cloudwalk-data-sent": {"claim/zw-cloudwalk-data-sent.html", "claim/zw-cloudwalk-data-sent.json"},
		"/country/KE/changes.atom":      {"country/KE/changes.atom"},
		"/restatements":                 {"restatements.html", "restatements.json", "restatements.csv"},
	} {
		files, to, err := s.FreezePage(t.Context(), address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		var names []string
		for _, f := range files {
			names = append(names, f.Name)
			if atlas.FileName(f.Address) != f.Name {
				t.Errorf("%s is the file %s", f.Address, f.Name)
			}
			alone, _, err := s.FreezePage(t.Context(), f.Address)
			if err != nil || !bytes.Equal(alone[0].Body, f.Body) || len(f.Body) == 0 {
				t.Errorf("%s made with its page is another than by itself: %v", f.Name, err)
			}
			if f.Address != address && !slices.Contains(to, f.Address) {
				t.Errorf("%s does not name %s", address, f.Address)
			}
		}
		for _, name := range want {
			if !slices.Contains(names, name) {
				t.Errorf("%s is not among the files of %s: %v", name, address, names)
			}
		}
	}
}

// Links of a frozen page that choose a part of a list lead to that part.
func TestFrozenLinksKeepWhatTheyChoose(t *testing.T) {
	s := frozenServer(t)
	for address, want := range map[string][]string{
		"/supplier/company/huawei": {"../../claims,country=KE,supplier=company~huawei.html", "../../claims,entity=company~huawei.html"},
		"/network/AS12455":         {"../networks,country=KE.html"},
		"/networks?country=KE":     {"./networks,country=KE.json"},
		"/networks?list=all":       {"./networks.json", "./networks,after=", ",list=all.html"},
		"/source/unvotes":          {"../claims,source=unvotes.html"},
	} {
		files, _, err := s.FreezePage(t.Context(), address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		for _, to := range want {
			if !strings.Contains(string(files[0].Body), to) {
				t.Errorf("%s does not lead to %s", address, to)
			}
		}
	}
	feed, to, err := s.FreezePage(t.Context(), "/country/KE/changes.atom")
	if err != nil || slices.Contains(to, "/country/KE/changes") || !strings.Contains(string(feed[0].Body), `href="../KE.html"`) {
		t.Errorf("the feed of Kenya leads to %v, not to Kenya: %v", to, err)
	}
}
