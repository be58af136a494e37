package claims

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"sightline"
)

// docs/FTM.md says of every kind and predicate what the code does with it.
func TestDocsAgree(t *testing.T) {
	text, err := os.ReadFile("../../docs/FTM.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	for _, s := range []string{"`" + Column + "`", "`" + Member + "`", "data set `" + ourDataset + "`", "`" + ofSource + "`", "`" + ofClaim + "`", "`" + ofRole + "`", "`" + ofJudgement + "`"} {
		if !strings.Contains(doc, s) {
			t.Errorf("docs/FTM.md does not mention %s", s)
		}
	}
	kinds := 0
	for k := sightline.EntityKind(1); k.String() != ""; k++ {
		kinds++
		if row := "| `" + k.String() + "` | `" + schemaOf(k) + "` |"; !strings.Contains(doc, row) {
			t.Errorf("docs/FTM.md has no row %s", row)
		}
	}
	if kinds != 18 {
		t.Errorf("%d kinds", kinds)
	}
	rows := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| `([A-Za-z]+)` \\| `([a-z]+)`, (?:`([a-z]+)`|none) \\|").FindAllStringSubmatch(doc, -1)
	if len(rows) != len(edges) {
		t.Errorf("%d rows of predicates, %d in the code", len(rows), len(edges))
	}
	for _, r := range rows {
		if e := edges[predicateOf(r[1])]; (e != edge{r[2], r[3], r[4]}) {
			t.Errorf("docs/FTM.md says %v, the code %v", r[1:], e)
		}
	}
	for _, q := range roles {
		if !strings.Contains(doc, "`"+q+"`") {
			t.Errorf("docs/FTM.md does not say that %s makes a role", q)
		}
	}
}

// Every kind of record has its place: a new one must be given one.
func TestEveryKindOfRecord(t *testing.T) {
	n := 0
	for k := sightline.RecordKind(1); k.String() != ""; k++ {
		n++
	}
	if n != 5 {
		t.Errorf("%d kinds of record, and the exporter knows 5", n)
	}
}

// Ids of ours are ids that FollowTheMoney takes, and come back.
func TestIDs(t *testing.T) {
	valid := regexp.MustCompile(`^[0-9a-zA-Z]([0-9a-zA-Z.\-]*[0-9a-zA-Z])?$`) // followthemoney/types/entity.py
	for _, id := range []sightline.EntityID{"company/huawei", "country/KE", "network/AS15169", "act/a.b-c"} {
		s := entityID(id)
		if back, ok := ourEntity(s); back != id || !ok || !valid.MatchString(s) {
			t.Errorf("%s is %s is %s", id, s, back)
		}
	}
	for _, s := range []string{"company.huawei", "entity.person.x", "entity.", ""} {
		if id, ok := ourEntity(s); ok {
			t.Errorf("%q is %s", s, id)
		}
	}
	ours := regexp.MustCompile(`^[a-z0-9.\-]{1,70}$`)
	seen := map[string]string{}
	for _, s := range []string{"NK-Aa1", "NK-aA1", "nk-aa1", "Q42", "q42", "", "华为", "华威", strings.Repeat("x", 70), strings.Repeat("x", 71), strings.Repeat("华", 100), "a/b", "a_b", "\xff"} {
		x := slug(s)
		if !ours.MatchString(x) || seen[x] != "" || slug(s) != x {
			t.Errorf("slug of %q is %q, as of %q", s, x, seen[x])
		}
		seen[x] = "-" + s
	}
}
