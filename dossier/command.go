package dossier

import (
	"slices"
	"strconv"
	"strings"

	"sightline"
)

// Command is how to print the document that a packet belongs to, or to compute
// its number again.
func Command(p sightline.Packet) string {
	t := "sightline dossier " + p.Parameters["country"]
	switch {
	case p.Parameters["country"] != "":
	case p.Parameters["list"] != "":
		t = "sightline headcount " + p.Parameters["list"] + " --date " + p.Parameters["date"] + " --of " + p.Parameters["of"]
		for _, k := range []string{"group", "without"} {
			if v := p.Parameters[k]; v != "" {
				t += " --" + k + " " + strconv.Quote(v)
			}
		}
	case slices.Contains(ofPages, p.Method):
		return "sightline verify " + string(p.Result.Packet) + viewFlags(p)
	default:
		t = "sightline audit"
	}
	return t + viewFlags(p)
}

// ofPages are methods whose numbers stand on pages beside those of countries.
var ofPages = []sightline.MethodID{countSupplier, countCited, differenceOf, gradeClaim}

// viewFlags are the flags of the view that a packet was made under.
func viewFlags(p sightline.Packet) (t string) {
	for _, k := range []string{"as_published", "as_recorded"} {
		if v := p.Parameters[k]; v != "" {
			t += " --" + strings.ReplaceAll(k, "_", "-") + " " + v
		}
	}
	if p.Parameters["open_only"] != "" {
		t += " --open-only"
	}
	return t
}
