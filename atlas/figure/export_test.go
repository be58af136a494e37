package figure

import (
	"sightline/atlas/words"
)

// Drawn is a text in a picture, with its place in CSS pixels.
type Drawn struct {
	X, Y, W, H float64
	Text       string
}

// Texts lists the texts of a figure's picture, and the size of that.
func Texts(p *words.Printer, f Figure, at Imprint) (out []Drawn, width, height int) {
	d := alone(p, f, at)
	return d.drawn(), d.width, d.y
}

// PosterTexts lists those of a page's picture.
func PosterTexts(p *words.Printer, s Poster) (out []Drawn, width, height int) {
	d := s.drawing(p)
	return d.drawn(), d.width, d.y
}

func (d *drawing) drawn() (out []Drawn) {
	for _, o := range d.ops {
		if o.paint == nil {
			out = append(out, Drawn{o.x, o.y, o.w, o.h, o.text})
		}
	}
	return out
}
