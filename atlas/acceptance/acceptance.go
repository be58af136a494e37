// Package acceptance lists the kinds of page of the atlas, one address each,
// for the tests that drive browsers over them (check.mjs, with puppeteer-core
// and axe-core from the npm registry).
package acceptance

// Page is one address of a kind of page.
type Page struct {
	Name    string   `json:"name"`
	Path    string   `json:"path"`
	Status  int      `json:"status"`
	Printed []string `json:"printed"` // what a sheet of paper must have; none is not printed
}

// Pages has every kind of page.
var Pages = []Page{
	{"home", "/", 200, []string{"Choose a country"}},
	{"countries", "/countries", 200, nil},
	{"country", "/country/KE", 200, []string{"Who supplied the means?", "https://"}},
	{"country-back", "/country/KE?published=2018", 200, []string{"You are looking back.", "2018"}},
	{"compare", "/country/KE?with=UG,TZ", 200, []string{"Uganda", "Tanzania"}},
	{"exposure", "/country/KE/exposure", 200, []string{"35% Government of Kenya"}}, // a quotation, folded on the screen
	{"blocking", "/country/KE/blocking", 200, []string{"Telegram"}},
	{"claims-of", "/country/KE/claims", 200, []string{"Against"}},
	{"trend", "/country/KE/trend", 200, nil},
	{"changes-of", "/country/KE/changes", 200, nil},
	{"suppliers", "/suppliers", 200, []string{"Huawei"}},
	{"supplier", "/supplier/company/huawei", 200, []string{"not established"}},
	{"networks", "/networks", 200, []string{"Kenya"}},
	{"network", "/network/AS12455", 200, []string{"Kenya"}},
	{"laws", "/laws", 200, nil},
	{"votes", "/votes", 200, nil},
	{"forums", "/forums", 200, nil},
	{"training", "/training", 200, nil},
	{"claims", "/claims", 200, nil},
	{"claim", "/claim/zw-cloudwalk-data-sent", 200, []string{"Against"}},
	{"sources", "/sources", 200, nil},
	{"source", "/source/chalk-2019", 200, nil},
	{"methods", "/methods", 200, []string{"count.claims"}},
	{"method", "/method/count.claims/1", 200, nil},
	{"audit", "/audit", 200, nil},
	{"packet", "/packet/SL-9Z8A-7G9H-J", 200, []string{"SL-9Z8A-7G9H-J"}},
	{"search", "/search?q=%E5%8D%8E%E4%B8%BA", 200, []string{"Huawei"}},
	{"changes", "/changes", 200, nil},
	{"corrections", "/corrections", 200, nil},
	{"about", "/about", 200, nil},
	{"threats", "/threats", 200, nil},
	{"error", "/country/Kenia", 404, []string{"Kenya"}},
}
