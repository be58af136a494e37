// Package sourcetest is what the tests of the importers share: reading the
// files of ../shared where they are, damaging copies, and checking what every
// importer must keep to.
package sourcetest

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sightline"
	"sightline/source"
)

// Shared reads a file of ../shared/data, counted from the root of the
// repository, and skips the test where there is none.
func Shared(t testing.TB, role, path string) source.Input {
	t.Helper()
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			t.Fatal("no go.mod above the test")
		}
		root = filepath.Dir(root)
	}
	name := filepath.Join(root, "..", "shared", "data", filepath.FromSlash(path))
	b, err := os.ReadFile(name)
	if err != nil {
		t.Skip("the shared data are not here: ", err)
	}
	return Input(role, filepath.Base(name), b)
}

// Input is a file of bytes.
func Input(role, name string, b []byte) source.Input {
	sum := sha256.Sum256(b)
	return source.Input{Role: role, Name: name, Bytes: b, SHA256: hex.EncodeToString(sum[:])}
}

// Import imports and fails the test on an error.
func Import(t testing.TB, d *source.Dataset, files ...source.Input) *source.Report {
	t.Helper()
	r, err := d.Import(files)
	if err != nil {
		t.Fatalf("%v\n%s", err, sightline.ErrorHint(err))
	}
	return r
}

// Claims are the claims of a report.
func Claims(r *source.Report) (out []*sightline.Claim) {
	for _, x := range r.Records {
		if c := x.Claim(); c != nil {
			out = append(out, c)
		}
	}
	return out
}

// Workbook makes an XLSX file with one sheet.
func Workbook(t testing.TB, sheet string, rows [][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetRow(sheet, cell, &r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Damage imports damaged copies of the file of a role, the other files being
// good, and fails on each that is not refused with a clear error.
func Damage(t *testing.T, d *source.Dataset, role string, files ...source.Input) {
	t.Helper()
	if _, err := d.Import(files); err != nil {
		t.Fatalf("the copy without damage: %v", err)
	}
	at := -1
	for i, f := range files {
		if f.Role == role {
			at = i
			break
		}
	}
	if at < 0 {
		t.Fatalf("no file of role %s", role)
	}
	good := files[at]
	for name, b := range damaged(t, good.Bytes) {
		t.Run(role+"/"+name, func(t *testing.T) {
			bad := append([]source.Input(nil), files...)
			bad[at] = Input(role, good.Name, b)
			report, err := d.Import(bad)
			if err == nil {
				t.Fatalf("it was taken, with %d records", len(report.Records))
			}
			if sightline.ErrorCode(err) == sightline.Internal || strings.Contains(err.Error(), "BUG") {
				t.Errorf("not a clear error: %v", err)
			}
			if sightline.ErrorHint(err) == "" {
				t.Errorf("it does not say what to do: %v", err)
			}
		})
	}
}

// damaged are copies of a file with one fault each.
func damaged(t *testing.T, good []byte) map[string][]byte {
	text := !bytes.HasPrefix(good, []byte("PK")) && !bytes.HasPrefix(good, []byte("PAR1")) && !bytes.HasPrefix(good, []byte("\xD0\xCF\x11\xE0"))
	out := map[string][]byte{
		"empty":         {},
		"half":          good[:len(good)/2],
		"a page":        []byte("<!DOCTYPE html>\n<html><head><title>Not found</title></head>\n<body>Not found</body></html>\n"),
		"zip bomb":      bomb(t),
		"10^6 columns":  []byte("a0" + strings.Repeat(",a", 1e6) + "\n"),
		"noise":         bytes.Repeat([]byte{0xFF, 0x00, 0x9C, 0x41}, 4096),
		"other data":    []byte("colour,shape\nred,round\n"),
		"one byte less": good[:len(good)-1],
	}
	if text {
		delete(out, "one byte less") // a text without its last line end is the same text
		out["UTF-16"] = utf16(good)
		if i := bytes.IndexAny(good, ",;\t"); i > 1 {
			b := bytes.Clone(good)
			b[i-1] ^= 0x01
			out["renamed column"] = b
		}
		out["Latin-1"] = append(bytes.Clone(good), "caf\xE9\n"...)
		if i := bytes.LastIndexByte(good[:len(good)*3/4], '\n'); i > 0 {
			out["cut at a line end"] = good[:i+1]
		}
	}
	if bytes.HasPrefix(good, []byte("PK")) {
		out["wrong sheet"] = Workbook(t, "Another", [][]any{{"colour"}, {"red"}})
	}
	return out
}

// Packing it takes most of a second.
var theBomb []byte

// bomb is a workbook that unpacks to 300 MB.
func bomb(t *testing.T) []byte {
	if theBomb != nil {
		return theBomb
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"_rels/.rels":                `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>`,
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 300 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	theBomb = b.Bytes()
	return theBomb
}

func utf16(b []byte) []byte {
	out := []byte{0xFF, 0xFE}
	for _, r := range string(b) {
		out = append(out, byte(r), byte(r>>8))
	}
	return out
}
