// Package docs carries the manuals of the methods, so that a page can show
// them where there is no repository at hand.
package docs

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed methods/*.md
var files embed.FS

// Manual is the text that describes methods in full.
type Manual struct {
	Name string // of the file in the repository
	Text string // Markdown
}

// OfMethod finds the manuals that name a method, by its name without version.
func OfMethod(name string) []Manual {
	list, err := fs.Glob(files, "methods/*.md")
	if err != nil {
		panic("BUG: " + err.Error())
	}
	var out []Manual
	for _, f := range list {
		text, err := fs.ReadFile(files, f)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		if strings.Contains(string(text), "`"+name+"`") || strings.Contains(string(text), "`"+name+"/") {
			out = append(out, Manual{"docs/" + f, string(text)})
		}
	}
	return out
}
