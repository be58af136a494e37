package export

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"io"
	"strconv"

	"sightline"
	"sightline/dossier"
)

// feed and what follows are Atom (RFC 4287), as far as we print it.
type feed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Author  string   `xml:"author>name"`
	Links   []link   `xml:"link"`
	Entries []entry  `xml:"entry"`
}

type link struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type entry struct {
	ID      string `xml:"id"`
	Title   string `xml:"title"`
	Updated string `xml:"updated"`
	Links   []link `xml:"link"`
	Summary string `xml:"summary"`
}

// Atom prints changes as a feed. The ids are hashes of what changed, so they are
// the same wherever it is served; the time is that of the list's clock. link
// makes the address of a page ("/claim/ID") as the feed should name it; no host
// is needed.
func Atom(w io.Writer, d *dossier.ChangeList, title, self string, to func(path string) string) error {
	f := feed{Title: Inert(title), Author: "Sightline", Updated: moment(0), Links: []link{{"alternate", to(self)}}}
	f.ID = urn("feed", d.Of.Country, string(d.Of.Entity), string(d.Of.Claim), d.AsPublished.String(), d.AsRecorded.String())
	for _, x := range d.Changes {
		e := entry{ID: urn("change", x.Kind, x.ID, strconv.Itoa(x.Version), x.What), Title: Inert(x.Sentence), Updated: moment(x.Recorded), Summary: x.Kind + " " + x.What + "."}
		if d.Clock == "published" && !x.Published.IsZero() {
			e.Updated = x.Published.First().String() + "T00:00:00Z"
		}
		if x.Reason != "" {
			e.Summary += " " + Inert(x.Reason)
		}
		if x.Where != "" {
			e.Links = []link{{"alternate", to("/" + x.Where)}}
		}
		e.Title = cmp.Or(e.Title, x.ID)
		f.Updated = max(f.Updated, e.Updated)
		f.Entries = append(f.Entries, e)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	x := xml.NewEncoder(&b)
	x.Indent("", " ")
	if err := x.Encode(f); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}

func moment(i sightline.Instant) string { return i.Time().Format("2006-01-02T15:04:05Z") }

// urn names something by the hash of its parts.
func urn(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		io.WriteString(h, strconv.Quote(p))
	}
	return "urn:sha256:" + hex.EncodeToString(h.Sum(nil))
}
