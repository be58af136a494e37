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
	{"changes-of", "/country/KE/changes", nil},
	{"suppliers", "/suppliers", []string{"Huawei"}},
	{"supplier", "/supplier/company/huawei", []string{"not established"}},
	{"networks", "/networks", []string{"AS12455"}},
	{"network", "/network/AS12455", []string{"Kenya"}},
	{"laws", "/laws", nil},
	{"votes", "/votes", nil},
	{"forums", "/forums", nil},
	{"training", "/training", nil},
	{"claims", "/claims", nil},
	{"claim", "/claim/zw-cloudwalk-data-sent", []string{"Against"}},
	{"sources", "/sources", nil},
	{"source", "/source/chalk-2019", nil},
	{"methods", "/methods", []string{"count.claims/1"}},
	{"method", "/method/count.claims/1", nil},
	{"audit", "/audit", nil},
	{"packet", "/packet/SL-9Z8A-7G9H-J", []string{"sha256"}},
	{"search", "/search?q=%E5%8D%8E%E4%B8%BA", []string{"Huawei"}},
	{"changes", "/changes", nil},
	{"corrections", "/corrections", nil},
	{"about", "/about", nil},
	{"threats", "/threats", nil},
	{"error", "/country/Kenia", []string{"Kenya"}},
}
