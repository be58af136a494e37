package dossier

import (
	"testing"

	"sightline"
)

// A packet that several documents show is said to be in the same one, whichever
// of them was composed first.
func TestPlaceOfPacketIsOneInAnyOrder(t *testing.T) {
	list := []sightline.Packet{{Method: "count.select/1", Result: sightline.Estimate{Packet: "SL-0000-0000-0"}}}
	documents := []string{"network/AS2", "network/AS10", "supplier/company/x", "country/UG", "country/KE", "source/s", "networks"}
	for first := range documents {
		var p places
		for i := range documents {
			p.note(documents[(first+i)%len(documents)], list)
		}
		if where, ok := p.find("SL-0000-0000-0"); !ok || where != "country/KE" {
			t.Errorf("with %s first it is in %q", documents[first], where)
		}
	}
	var p places
	p.note("network/AS2", list)
	p.note("network/AS10", list)
	if where, _ := p.find("SL-0000-0000-0"); where != "network/AS10" {
		t.Errorf("of two networks it is in %q", where)
	}
}
