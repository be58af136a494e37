package api

import "strings"

// Form is a form that pages of the atlas and their figures have, by what follows
// their address: /country/KE.csv, /country/KE/figure/peers-map.png.
type Form struct {
	Suffix   string `json:"suffix"`
	Type     string `json:"type"` // content type
	What     string `json:"what"`
	OfPage   bool   `json:"of_page"`
	OfFigure bool   `json:"of_figure"`
}

// Forms lists the forms. A test of the atlas asks for each of every kind of
// page.
var Forms = []Form{
	{".json", "application/json", "the document with its values", true, true},
	{".csv", "text/csv; charset=utf-8", "the values as a table", true, true},
	{".md", "text/markdown; charset=utf-8", "what the page says, as Markdown", true, true},
	{".png", "image/png", "what it shows, as a picture", true, true},
	{"@2x.png", "image/png", "the picture at twice the size", false, true},
}

// formsSentence says the same in the description.
func formsSentence() string {
	var of []string
	for _, f := range Forms {
		s := f.Suffix + " " + f.What
		if !f.OfPage {
			s += " (figures)"
		}
		of = append(of, s)
	}
	return "The pages of the atlas and their figures have forms of their own, by what follows their address (/country/KE.csv, /country/KE/figure/peers-map.png), in the same view: " + strings.Join(of, "; ") + "."
}
