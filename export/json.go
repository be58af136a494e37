package export

import (
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sightline/dossier"
)

// JSON prints the dossier as indented JSON (docs/schema/dossier-1.json), with
// sorted keys where the order is ours to choose.
func JSON(w io.Writer, d *dossier.Dossier) error { return inJSON(w, d) }

func inJSON(w io.Writer, d any) error {
	if err := json.MarshalWrite(w, d, json.Deterministic(true), jsontext.WithIndent("  ")); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// ReadJSON reads what JSON prints.
func ReadJSON(r io.Reader) (*dossier.Dossier, error) {
	d := new(dossier.Dossier)
	if err := json.UnmarshalRead(r, d, json.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	return d, nil
}
