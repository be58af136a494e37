package vdem_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/sourcetest"
	"sightline/source/vdem"
)

func byID(r *source.Report) map[string]*sightline.Claim {
	out := map[string]*sightline.Claim{}
	for _, c := range sourcetest.Claims(r) {
		out[string(c.ID)] = c
	}
	return out
}

// derived reads a table that was made of the same raw file by other means.
func derived(t *testing.T, path string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(sourcetest.Shared(t, "", path).Bytes)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, c := range rows[0] {
			m[c] = r[i]
		}
		out = append(out, m)
	}
	return out
}

func same(t *testing.T, claims map[string]*sightline.Claim, id, text string) {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	if c := claims[id]; c == nil || c.Object.Number != v {
		t.Errorf("%s: %+v, derived %s", id, c, text)
	}
}

// 179 units, of which three have no code, and 15 judgements each, as in the
// derived table.
func TestSociety(t *testing.T) {
	r := sourcetest.Import(t, vdem.Society, sourcetest.Shared(t, "table", "evidence/raw/vdem_dsp_2021.csv"))
	claims := byID(r)
	if len(claims) != 176*15 || r.Rows["rows of Somaliland, which has no country code"] != 1 {
		t.Errorf("%d claims, want %d; %v", len(claims), 176*15, r.Rows)
	}
	checked := 0
	for _, row := range derived(t, "evidence/derived/vdem_dsp_2021.csv") {
		c, err := sightline.ParseCountry(row["iso3"])
		if err != nil {
			continue
		}
		for column, v := range row {
			if strings.HasPrefix(column, "v2") && column != "v2x_regime" {
				same(t, claims, source.Slug("vdem-dsp", c.Code(), column, "2021"), v)
				checked++
			}
		}
	}
	if checked != 176*15 {
		t.Errorf("%d checked", checked)
	}
	// China filters more in practice than Estonia, and can more: the two signs
	// differ.
	at := func(country, column string) float64 {
		return claims["vdem-dsp-"+country+"-"+column+"-2021"].Object.Number
	}
	if at("cn", "v2smgovfilprc") > at("ee", "v2smgovfilprc") || at("cn", "v2smgovfilcap") < at("ee", "v2smgovfilcap") {
		t.Error("a sign is turned round")
	}
	if c := claims["vdem-dsp-ps-v2smgovshut-2021"]; c.Qualifiers["place"] != "West Bank" || !strings.Contains(c.Words, "West Bank") {
		t.Errorf("%+v", c)
	}
}

// 19,678 rows, of which 4,457 from 2000 on, as in the derived table; three units
// without a code have 75 of them (Zanzibar, Somaliland, Gaza: 25 each).
func TestRegime(t *testing.T) {
	r := sourcetest.Import(t, vdem.Regime, sourcetest.Shared(t, "table", "evidence/raw/ert_v15.csv"))
	claims := byID(r)
	left := 0
	for what, n := range r.Rows {
		if strings.Contains(what, "no country code") {
			left += n
		}
	}
	if len(claims) != 2*(4457-left) || r.Rows["rows of years before 2000, which are not read"] != 19678-4457 {
		t.Errorf("%d claims; %v", len(claims), r.Rows)
	}
	checked := 0
	for _, row := range derived(t, "evidence/derived/vdem_regime_2000_2024.csv") {
		c, err := sightline.ParseCountry(row["country_text_id"])
		if err != nil {
			continue
		}
		checked++
		same(t, claims, "vdem-regime-"+strings.ToLower(c.Code())+"-v2x-polyarchy-"+row["year"], row["v2x_polyarchy"])
		same(t, claims, "vdem-regime-"+strings.ToLower(c.Code())+"-v2x-regime-"+row["year"], row["v2x_regime"])
	}
	if checked != 4457-left {
		t.Errorf("%d checked, want %d", checked, 4457-left)
	}
	if c := claims["vdem-regime-na-v2x-polyarchy-2024"]; c == nil || c.Qualifiers["low"] == "" || c.Qualifiers["level"] != "0.68" {
		t.Errorf("Namibia: %+v", c)
	}
}

const episodes = "reg_start_year,reg_end_year,reg_id,reg_type,reg_trans,dem_founding_elec,aut_founding_elec,row_regch_event,row_regch_censored,dem_ep,dem_ep_id,dem_ep_start_year,dem_ep_end_year,dem_pre_ep_year,dem_ep_termination,dem_ep_prch,dem_ep_ptr,dem_ep_subdep,dem_ep_outcome,dem_ep_outcome_agg,dem_ep_censored,aut_ep,aut_ep_id,aut_ep_start_year,aut_ep_end_year,aut_pre_ep_year,aut_ep_termination,aut_ep_prch,aut_ep_pbr,aut_ep_subreg,aut_ep_outcome,aut_ep_outcome_agg,aut_ep_censored"

// regime is a table of our own making, of the size of the real one.
func regime() []byte {
	var b bytes.Buffer
	b.WriteString(`"",country_id,country_text_id,country_name,year,v2x_regime,v2x_polyarchy,v2x_polyarchy_codelow,v2x_polyarchy_codehigh,` + episodes + "\n")
	tail := strings.Repeat(",NA", strings.Count(episodes, ",")+1)
	n := 0
	row := func(code, name string, year int, values string) {
		n++
		fmt.Fprintf(&b, `"%d",1,"%s","%s",%d,%s%s`+"\n", n, code, name, year, values, tail)
	}
	row("SML", "Somaliland", 2020, "1,.4,.3,.5")
	row("NAM", "Namibia", 2020, "2,0.7,0.65,0.75")
	row("NAM", "Namibia", 2021, "NA,NA,NA,NA")
	row("KEN", "Kenya", 2020, "1,0.5,NA,NA")
	row("PSE", "Palestine/West Bank", 2020, "1,0.3,0.2,0.4")
	for n < 19678 {
		row("YMD", "South Yemen", 1950, "0,0.1,0.1,0.1")
	}
	return b.Bytes()
}

func table(b []byte) source.Input { return sourcetest.Input("table", "ert.csv", b) }

func TestRegimeFixture(t *testing.T) {
	r := sourcetest.Import(t, vdem.Regime, table(regime()))
	claims := byID(r)
	if len(claims) != 6 || r.Rows["rows without an index"] != 1 || r.Rows["rows without a regime type"] != 1 || len(r.Notes) != 1 {
		t.Errorf("%d claims, %v, %q", len(claims), r.Rows, r.Notes)
	}
	if c := claims["vdem-regime-na-v2x-polyarchy-2020"]; c.Subject != "country/NA" || c.Qualifiers["low"] != "0.65" || c.Qualifiers["high"] != "0.75" {
		t.Errorf("%+v", c)
	}
	if c := claims["vdem-regime-ke-v2x-polyarchy-2020"]; c.Qualifiers["low"] != "" {
		t.Errorf("%+v", c)
	}
	for name, c := range map[string]struct{ old, now, want string }{
		"outside its interval": {"0.7,0.65,0.75", "0.8,0.65,0.75", "not a number from 0.8 to 1"},
		"another unit":         {`"SML","Somaliland"`, `"SML","Somalia"`, "its name is"},
		"code and name":        {`"KEN","Kenya"`, `"KEN","Uganda"`, "the code beside it"},
		"no such regime":       {"2,0.7", "4,0.7", "no type from 0 to 3"},
	} {
		_, err := vdem.Regime.Import([]source.Input{table(bytes.Replace(regime(), []byte(c.old), []byte(c.now), 1))})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	sourcetest.Damage(t, vdem.Regime, "table", table(regime()))
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, vdem.Society, "table", sourcetest.Shared(t, "table", "evidence/raw/vdem_dsp_2021.csv"))
	sourcetest.Damage(t, vdem.Regime, "table", sourcetest.Shared(t, "table", "evidence/raw/ert_v15.csv"))
}

// society is a table of our own making, with a row for each of 179 units.
func society() []byte {
	columns := strings.Split("country_name,country_text_id,country_id,year,v2x_regime,v2x_libdem,v2x_freexp_altinf,v2clkill,v2cldiscm,v2cldiscw,v2cseeorgs,v2csreprss,v2csantimv,v2mecenefi,v2meharjrn,v2smgovdom,v2smgovfilcap,v2smgovfilprc,v2smgovshutcap,v2smgovshut,v2smgovsm,v2smgovsmmon,v2smgovsmcenprc,v2smonex,v2smorgavgact,v2smorgelitact,v2smarrest", ",")
	for i := range 13 {
		columns = append(columns, fmt.Sprintf("v2csanmvch_%d", i))
	}
	for i := range 10 {
		columns = append(columns, fmt.Sprintf("v2smorgtypes_%d", i))
	}
	var b bytes.Buffer
	fmt.Fprintln(&b, strings.Join(columns, ","))
	row := func(name, code string, i int) {
		fmt.Fprintf(&b, "%s,%s,%d,2021,a regime,0.%03d,NA%s\n", name, code, i, i, strings.Repeat(fmt.Sprintf(",%.2f", float64(i)/50-2), len(columns)-7))
	}
	row("Palestine/Gaza", "PSG", 0)
	n := 1
	for _, c := range sightline.Countries() {
		if n < 179 && !strings.Contains(c.Name(), ",") && c.Code() != "PS" {
			row(c.Name(), c.Alpha3(), n)
			n++
		}
	}
	return b.Bytes()
}

func TestSocietyFixture(t *testing.T) {
	in := sourcetest.Input("table", "new_vdem.csv", society())
	r := sourcetest.Import(t, vdem.Society, in)
	if n := len(sourcetest.Claims(r)); n != 178*14 || r.Rows["values that are missing"] != 178 {
		t.Errorf("%d claims, %v", n, r.Rows)
	}
	sourcetest.Damage(t, vdem.Society, "table", in)
}
