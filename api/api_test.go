package api_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sightline"
	"sightline/api"
)

var update = flag.Bool("update", false, "write openapi.json anew")

// comments reads what the source says of the types that documents are made of.
func comments(t *testing.T) api.Comments {
	t.Helper()
	said := map[string]string{}
	for name, dir := range map[string]string{"api": ".", "dossier": "../dossier", "audit": "../dossier/audit", "sightline": ".."} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(dir, err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			for _, decl := range file.Decls {
				g, ok := decl.(*ast.GenDecl)
				if !ok || g.Tok != token.TYPE {
					continue
				}
				for _, s := range g.Specs {
					x := s.(*ast.TypeSpec)
					of := name + "." + x.Name.Name
					said[of] = oneLine(g.Doc.Text() + x.Doc.Text())
					if fields, ok := x.Type.(*ast.StructType); ok {
						for _, f := range fields.Fields.List {
							for _, n := range f.Names {
								said[of+"#"+n.Name] = oneLine(f.Doc.Text() + " " + f.Comment.Text())
							}
						}
					}
				}
			}
		}
	}
	return func(of, field string) string {
		if field != "" {
			of += "#" + field
		}
		return said[of]
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// The description that is served is the one that table, types and comments
// make.
func TestDescriptionIsCurrent(t *testing.T) {
	want, err := api.Describe(comments(t))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("openapi.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(want, api.Description()) {
		t.Error("openapi.json is not what the code says: go test ./api -update")
	}
}

// Every type and member that a program meets is described by its comment or by
// its name alone; the types always by a comment.
func TestTypesAreDescribed(t *testing.T) {
	c := comments(t)
	for _, of := range []string{"dossier.Change", "dossier.Frame", "sightline.Estimate", "sightline.Packet", "audit.Finding", "api.Envelope", "api.Problem"} {
		if c(of, "") == "" {
			t.Errorf("nothing is said of %s", of)
		}
	}
	if got := c("dossier.Change", "Of"); got != "the claim that it corrects or withdraws" {
		t.Errorf("the member Of of a change is said to be %q", got)
	}
}

func TestFind(t *testing.T) {
	for _, tt := range []struct{ path, id, suffix, value string }{
		{"/v1/country/KE", "country", "", "KE"},
		{"/v1/country/KE/changes", "countryChanges", "", "KE"},
		{"/v1/suppliers.csv", "suppliers", ".csv", ""},
		{"/v1/country/KE/changes.csv", "countryChanges", ".csv", "KE"},
		{"/v1/audit/1.csv", "finding", ".csv", "1"},
		{"/v1/method/count.claims/1", "method", "", "count.claims"},
	} {
		c, err := api.Find(tt.path)
		if err != nil || c.Operation.ID != tt.id || c.Suffix != tt.suffix {
			t.Errorf("%s: %s%s, %v", tt.path, c.Operation.ID, c.Suffix, err)
			continue
		}
		for _, name := range []string{"code", "id", "name"} {
			if v, ok := c.Values[name]; ok && v != tt.value {
				t.Errorf("%s: %s is %q", tt.path, name, v)
			}
		}
	}
	for path, hint := range map[string]string{
		"/v1/country":        "/v1/country/{code}",
		"/v1/country/":       "/v1/country/{code}",
		"/v1/country/KE.csv": "/v1/country/{code}",
		"/v1/nonsense":       api.OpenAPI,
		"/v1/Suppliers":      "/v1/suppliers",
	} {
		_, err := api.Find(path)
		if sightline.ErrorCode(err) != sightline.NotFound || !strings.Contains(sightline.ErrorHint(err), hint) {
			t.Errorf("%s: %v; %s", path, err, sightline.ErrorHint(err))
		}
	}
}

func TestCheck(t *testing.T) {
	c, err := api.Find("/v1/claims")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Check(map[string][]string{"country": {"KE"}, "limit": {"500"}, "published": {"2018-07"}}); err != nil {
		t.Error(err)
	}
	for _, q := range []map[string][]string{
		{"limit": {"0"}}, {"limit": {"501"}}, {"limit": {"+5"}}, {"limit": {"x"}}, {"nonsense": {"1"}}, {"country": {"KE", "UG"}},
		{"published": {"2018-13"}}, {"country": {strings.Repeat("a", 201)}}, {"country": {"\xff"}}, {"lang": {"en"}},
	} {
		if _, err := c.Check(q); sightline.ErrorCode(err) != sightline.Invalid || sightline.ErrorHint(err) == "" {
			t.Errorf("%v: %v", q, err)
		}
	}
	c, _ = api.Find("/v1/search")
	if _, err := c.Check(nil); sightline.ErrorCode(err) != sightline.Invalid {
		t.Error("a search for nothing: ", err)
	}
}
