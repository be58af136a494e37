package words

import "strings"

// accents gives each letter a foreign look that can still be read.
var accents = strings.NewReplacer(
	"a", "áá", "e", "éé", "i", "íí", "o", "óó", "u", "úú", "y", "ý",
	"b", "ƀ", "c", "ç", "d", "đ", "g", "ĝ", "h", "ĥ", "j", "ĵ", "k", "ķ", "l", "ļ", "n", "ñ", "r", "ŕ", "s", "š", "t", "ţ", "w", "ŵ", "z", "ž",
	"A", "ÁÁ", "E", "ÉÉ", "I", "ÍÍ", "O", "ÓÓ", "U", "ÚÚ", "Y", "Ý",
	"B", "Ɓ", "C", "Ç", "D", "Đ", "G", "Ĝ", "H", "Ĥ", "J", "Ĵ", "K", "Ķ", "L", "Ļ", "N", "Ñ", "R", "Ŕ", "S", "Š", "T", "Ţ", "W", "Ŵ", "Z", "Ž",
)

// pseudo derives the pseudo-language: every letter accented and every vowel
// doubled, which makes a sentence longer by about a third, as a translation
// may be, and direction from right to left. Text that is not from the
// catalogue stands out for want of accents.
func pseudo(en *Printer) *Printer {
	p := &Printer{lang: Pseudo, dir: "rtl", tag: en.tag, messages: map[string]message{}}
	for key, m := range en.messages {
		forms := map[string][]part{}
		for category, parts := range m.forms {
			out := make([]part, len(parts))
			for i, x := range parts {
				if out[i] = x; x.place == "" {
					out[i] = literal(accents.Replace(x.text))
				}
			}
			forms[category] = out
		}
		p.messages[key] = message{plural: m.plural, forms: forms, other: forms["other"]}
	}
	return p
}
