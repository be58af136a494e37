package ledger_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"sightline"
	"sightline/ledger"
)

// What may be passed on is whole: it can be imported where nothing is held. No
// name of a closed set goes with it, neither of the set nor of what it alone
// names, in any record.
func TestPublicIsWhole(t *testing.T) {
	l := filled(t, parse(t, `{"type":"source","id":"o","title":"Open","kind":"ngo","reliability":"B"}
{"type":"source","id":"r","title":"Secret title","kind":"ngo","terms":"restricted","reliability":"B"}
{"type":"source","id":"s","title":"Secret too","kind":"ngo","terms":"noncommercial","reliability":"B"}
{"type":"source","id":"unused","title":"Secret and cited by nothing","kind":"ngo","terms":"share_alike","reliability":"B"}
{"type":"entity","id":"list/x","name":"A list"}
{"type":"entity","id":"list/alone","name":"A list that no claim names"}
{"type":"entity","id":"company/open","name":"Known to all"}
{"type":"entity","id":"company/shut","name":"Secret firm"}
{"type":"entity","id":"company/shut","version":1,"name":"Secret firm","names":["Secret Ltd"]}
{"type":"entity","id":"project/shut","name":"Secret project"}
{"type":"claim","id":"both","subject":"country/KE","predicate":"member_of","object":"list/x","references":[{"source":"o"},{"source":"r","quote":"Secret words"}]}
{"type":"claim","id":"closed","subject":"country/UG","predicate":"member_of","object":"list/x","references":[{"source":"s"}]}
{"type":"claim","id":"firm","subject":"company/shut","predicate":"supplies","object":"country/UG","qualifiers":{"class":"core","project":"project/shut"},"references":[{"source":"s"}]}
{"type":"claim","id":"firm-open","subject":"company/open","predicate":"supplies","object":"country/UG","qualifiers":{"class":"core"},"references":[{"source":"o"}]}
{"type":"claim","id":"firm-too","subject":"company/open","predicate":"supplies","object":"country/KE","qualifiers":{"class":"core"},"references":[{"source":"r"}]}
{"type":"claim","id":"hangs","subject":"country/TZ","predicate":"member_of","object":"list/x","references":[{"source":"o"}],"disputes":["closed"]}
{"type":"withdrawal","id":"w","claim":"closed","reason":"Secret reason"}
{"type":"judgement","a":"company/open","b":"company/shut","verdict":"same","author":"desk","reason":"Secret pair"}`))
	pass, left, err := ledger.Public(l, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kept bytes.Buffer
	for e, err := range l.Records(0) {
		if err != nil {
			t.Fatal(err)
		}
		if r, ok := pass(e.Record); ok {
			kept.Write(append(r.Text(), '\n'))
		}
	}
	if got, want := fmt.Sprint(left), fmt.Sprint(map[sightline.Terms]int{sightline.Open: 1, sightline.NonCommercial: 2, sightline.Restricted: 1}); got != want {
		t.Errorf("left out %s, want %s", got, want)
	}
	for _, no := range []string{"Secret", "company/shut", `"source":"r"`, `"closed"`, `"hangs"`} {
		if bytes.Contains(kept.Bytes(), []byte(no)) {
			t.Errorf("%s is passed on:\n%s", no, kept.Bytes())
		}
	}
	p, err := ledger.Import(context.Background(), filled(t, nil), &kept, ledger.ImportOptions{Now: 1})
	// The open source, two lists, a firm, and the claims both and firm-open.
	if err != nil || p.Rejected != 0 || p.Appended != 6 {
		t.Errorf("imported into an empty ledger: %+v, %v", p, err)
	}
}
