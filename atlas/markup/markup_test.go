package markup

import (
	"html/template"
	"testing"
)

// Text escapes as the standard library does, whatever it is given.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "Kenya", `<a href="x" title='y'>&amp;</a>`, "a\x00b", "\xff\xfe<", "<<>>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w := New()
		w.Tag("<p>")
		w.Text(s)
		w.Tag("</p>")
		if got, want := w.Done(), template.HTML("<p>"+template.HTMLEscapeString(s)+"</p>"); got != want {
			t.Errorf("%q became %q, want %q", s, got, want)
		}
	})
}

func TestWriter(t *testing.T) {
	w := New()
	w.HTML("<b>x</b>")
	w.Int(-12)
	if got := w.Done(); got != "<b>x</b>-12" {
		t.Errorf("it wrote %q", got)
	}
}
