// Package acceptance lists the kinds of page of the atlas, one address each,
// for the tests that drive browsers over them (check.mjs, with puppeteer-core
// and axe-core from the npm registry).
package acceptance

// Page is one address of a kind of page.
type Page struct {
	Name    string   `json:"name"`
	Path    string   `json:"path"`
	Printed []string `json:"-"` // what a sheet of paper must have
}

// Pages has every kind of page.
var Pages = []Page{
	{"home", "/", []string{"Choose a country"}},
	{"countries", "/countries", []string{"Côte d'Ivoire"}},
	{"country", "/country/KE", []string{"Who supplied the means?", "https://"}},
	{"country-back", "/country/KE?published=2018", []string{"You are looking back.", "2018"}},
	{"compare", "/country/KE?with=UG,TZ", []string{"Uganda", "Tanzania"}},
	{"exposure", "/country/KE/exposure", []string{"35% Government of Kenya"}}, // a quotation, folded on the screen
	{"blocking", "/country/KE/blocking", []string{"Telegram"}},
	{"claims-of", "/country/KE/claims", []string{"Against"}},
	{"trend", "/country/KE/trend", nil},
	{"about", "/about", nil},
}
