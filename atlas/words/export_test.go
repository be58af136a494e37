package words

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"golang.org/x/text/language"
)

// What tests look at.

func Keys(lang string) []string { return slices.Sorted(maps.Keys(printers()[lang].messages)) }

// Places lists the places that any form of a message has. The number of a
// plural message is left out, since a form may do without.
func Places(lang, key string) []string {
	m := printers()[lang].messages[key]
	set := map[string]bool{}
	for _, form := range m.forms {
		for _, x := range form {
			if x.place != "" && !(m.plural && x.place == "n") {
				set[x.place] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func Raw(lang, key string) (s string) {
	for _, x := range printers()[lang].messages[key].forms["other"] {
		s += x.text
	}
	return s
}

func Category(lang string, n int) string {
	return (&Printer{tag: language.MustParse(lang)}).category(n)
}

func Parse(lang, text string) error {
	var raw map[string]form
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return err
	}
	_, err := parse(lang, raw)
	return err
}
