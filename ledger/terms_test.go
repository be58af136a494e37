package ledger_test

import (
	"bytes"
	"context"
	"testing"

	"sightline"
	"sightline/ledger"
)

// What may be passed on is whole: it can be imported where nothing is held.
func TestPublicIsWhole(t *testing.T) {
	l := filled(t, parse(t, `{"type":"source","id":"o","title":"Open","kind":"ngo","reliability":"B"}
{"type":"source","id":"r","title":"Closed","kind":"ngo","terms":"restricted","reliability":"B"}
{"type":"source","id":"s","title":"Closed too","kind":"ngo","terms":"noncommercial","reliability":"B"}
{"type":"entity","id":"list/x","name":"A list"}
{"type":"claim","id":"both","subject":"country/KE","predicate":"member_of","object":"list/x","references":[{"source":"o"},{"source":"r"}]}
{"type":"claim","id":"closed","subject":"country/UG","predicate":"member_of","object":"list/x","references":[{"source":"s"}]}
{"type":"claim","id":"hangs","subject":"country/TZ","predicate":"member_of","object":"list/x","references":[{"source":"o"}],"disputes":["closed"]}`))
	keep, left, err := ledger.Public(l, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kept bytes.Buffer
	for e, err := range l.Records(0) {
		if err != nil {
			t.Fatal(err)
		}
		if keep(e.Record) {
			kept.Write(append(e.Record.Text(), '\n'))
		}
	}
	if left[sightline.NonCommercial] != 1 || left[sightline.Open] != 1 || bytes.Contains(kept.Bytes(), []byte(`"closed"`)) || !bytes.Contains(kept.Bytes(), []byte(`"both"`)) {
		t.Errorf("left out %v, kept\n%s", left, kept.Bytes())
	}
	p, err := ledger.Import(context.Background(), filled(t, nil), &kept, ledger.ImportOptions{Now: 1})
	if err != nil || p.Rejected != 0 || p.Appended != 4 {
		t.Errorf("imported into an empty ledger: %+v, %v", p, err)
	}
}
