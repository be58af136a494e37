package sightline

import (
	"regexp"
	"strings"
)

// Identifier is a strong identifier of an organisation, as "scheme:value". Two
// records with one identifier are of one organisation, so it is what an
// automatic merge may rest on. The schemes are a closed vocabulary:
//
//	lei:529900T8BM49AURSDO55       Legal Entity Identifier (ISO 17442)
//	isin:US0378331005              a security of the organisation (ISO 6166)
//	registration:GB:01234567       number in the company register of a country
//	asn:AS15169                    autonomous system registered to it
//	wikidata:Q160120               item of Wikidata
type Identifier string

// IdentifierSchemes lists the schemes.
var IdentifierSchemes = []string{"lei", "isin", "registration", "asn", "wikidata"}

var (
	leiForm          = regexp.MustCompile(`^[0-9A-Z]{18}[0-9]{2}$`)
	isinForm         = regexp.MustCompile(`^[A-Z]{2}[0-9A-Z]{9}[0-9]$`)
	registrationForm = regexp.MustCompile(`^[0-9A-Z](?:[0-9A-Z./-]{0,38}[0-9A-Z])?$`)
	wikidataForm     = regexp.MustCompile(`^Q[1-9][0-9]{0,11}$`)
)

// ParseIdentifier reads an identifier as people write it, in any case and with
// blanks, and checks it: the check digits of an LEI (ISO 7064 mod 97-10) and of
// an ISIN (Luhn), the country of a registration.
func ParseIdentifier(s string) (Identifier, error) {
	bad := func(format string, args ...any) (Identifier, error) {
		return "", Errorf(Invalid, "parse identifier", s, format, args...).
			WithHint("Write scheme:value with one of the schemes %s, for example registration:GB:01234567; see docs/CLAIMS.md.", strings.Join(IdentifierSchemes, ", "))
	}
	scheme, value, ok := strings.Cut(strings.TrimSpace(s), ":")
	if !ok {
		return bad("no scheme stands before it")
	}
	scheme, value = strings.ToLower(scheme), strings.ToUpper(strings.ReplaceAll(value, " ", ""))
	switch scheme {
	case "lei":
		if !leiForm.MatchString(value) {
			return bad("an LEI has 18 letters or digits and two check digits")
		}
		if mod97(value) != 1 {
			return bad("the check digits of the LEI do not fit")
		}
	case "isin":
		if !isinForm.MatchString(value) {
			return bad("an ISIN has two letters, nine letters or digits and a check digit")
		}
		if !luhn(value) {
			return bad("the check digit of the ISIN does not fit")
		}
	case "registration":
		code, n, _ := strings.Cut(value, ":")
		if _, ok := countryByCode(code); !ok {
			return bad("a registration needs the country whose register it is")
		}
		if !registrationForm.MatchString(n) {
			return bad("a registration number has 1 to 40 letters and digits, with . / - between them")
		}
	case "asn":
		a, err := ParseASN(value)
		if err != nil {
			return bad("not an AS number")
		}
		value = a.String()
	case "wikidata":
		if !wikidataForm.MatchString(value) {
			return bad("an item of Wikidata is Q and a number")
		}
	default:
		return bad("%q is no scheme", scheme)
	}
	return Identifier(scheme + ":" + value), nil
}

// Scheme is the part in front of the first colon.
func (i Identifier) Scheme() string {
	scheme, _, _ := strings.Cut(string(i), ":")
	return scheme
}

// Value is the part after the scheme.
func (i Identifier) Value() string {
	_, value, _ := strings.Cut(string(i), ":")
	return value
}

// Single reports whether an organisation has one identifier of the scheme at
// most, so that two different ones tell organisations apart.
func (i Identifier) Single() bool { return i.Scheme() == "lei" || i.Scheme() == "wikidata" }

// eachDigit passes the digits of an identifier, with A as 10 and Z as 35.
func eachDigit(s string, f func(d int)) {
	for _, c := range []byte(s) {
		if c <= '9' {
			f(int(c - '0'))
			continue
		}
		f(int(c-'A'+10) / 10)
		f(int(c-'A'+10) % 10)
	}
}

func mod97(s string) (rest int) {
	eachDigit(s, func(d int) { rest = (rest*10 + d) % 97 })
	return rest
}

func luhn(s string) bool {
	var digits []int
	eachDigit(s, func(d int) { digits = append(digits, d) })
	sum := 0
	for i := range digits {
		d := digits[len(digits)-1-i]
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
