package sightline

import (
	_ "embed"
	"strings"
)

//go:embed CHANGELOG.md
var changelog string

// MethodChange is a line of the changelog on a method.
type MethodChange struct {
	Release string
	Version string
	What    string
}

// MethodChanges lists what the changelog says of a method, by its name without
// version, newest release first.
func MethodChanges(name string) []MethodChange {
	var out []MethodChange
	release := ""
	for line := range strings.Lines(changelog) {
		line = strings.TrimSpace(line)
		if r, ok := strings.CutPrefix(line, "## "); ok {
			release = r
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if strings.HasPrefix(line, "|") && len(cells) == 3 && strings.TrimSpace(cells[0]) == name {
			out = append(out, MethodChange{release, strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2])})
		}
	}
	return out
}
