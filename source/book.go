package source

import (
	"bytes"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"

	"sightline"
)

// Book reads a sheet of an XLSX workbook as rows of texts, as stored and not
// as formatted. A sheet that is not there is an error that names those that
// are.
func Book(name string, file []byte, sheet string) ([][]string, error) {
	bad := func(format string, args ...any) *sightline.Error {
		return sightline.Errorf(sightline.Invalid, "read workbook", name, format, args...)
	}
	if !bytes.HasPrefix(file, []byte("PK")) {
		return nil, bad("it is no XLSX workbook").WithHint("An XLSX file is a zip archive. If a page of the publisher was saved in its place, get the file again.")
	}
	f, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{RawCellValue: true, UnzipSizeLimit: 256 << 20, UnzipXMLSizeLimit: 64 << 20})
	if err != nil {
		return nil, bad("%w", err).WithHint("The workbook is damaged, cut short, or unpacks to more than 256 MB: get it again.")
	}
	defer f.Close()
	if i, err := f.GetSheetIndex(sheet); err != nil || i < 0 {
		return nil, bad("it has no sheet %q; it has %s", sheet, strings.Join(f.GetSheetList(), ", ")).WithHint("Check that this is the right workbook.")
	}
	rows, err := f.Rows(sheet)
	if err != nil {
		return nil, bad("%w", err)
	}
	defer rows.Close()
	var out [][]string
	cells := 0
	for rows.Next() {
		row, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, bad("row %d: %w", len(out)+1, err)
		}
		if cells += len(row) + 1; cells > MaxCells {
			return nil, bad("sheet %q has too many cells", sheet)
		}
		out = append(out, row)
	}
	if err := rows.Error(); err != nil {
		return nil, bad("%w", err)
	}
	return out, nil
}

// Sheets lists the sheets of an XLSX workbook, in its order.
func Sheets(name string, file []byte) ([]string, error) {
	if !bytes.HasPrefix(file, []byte("PK")) {
		return nil, sightline.Errorf(sightline.Invalid, "read workbook", name, "it is no XLSX workbook").
			WithHint("An XLSX file is a zip archive. If a page of the publisher was saved in its place, get the file again.")
	}
	f, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{UnzipSizeLimit: 256 << 20, UnzipXMLSizeLimit: 64 << 20})
	if err != nil {
		return nil, sightline.Errorf(sightline.Invalid, "read workbook", name, "%w", err).
			WithHint("The workbook is damaged, cut short, or unpacks to more than 256 MB: get it again.")
	}
	defer f.Close()
	return f.GetSheetList(), nil
}

// Grid makes a table of rows of texts under a header. First is the line of
// the first row in its file. Rows that are short are filled up; rows that are
// longer than the header are an error, and rows without any text are passed
// over.
func Grid(name string, header []string, rows [][]string, first int) (*Table, error) {
	t, err := newTable(name, header)
	if err != nil {
		return nil, err
	}
	for i, cells := range rows {
		for len(cells) > len(header) && strings.TrimSpace(cells[len(cells)-1]) == "" {
			cells = cells[:len(cells)-1]
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		if len(cells) > len(header) {
			return nil, sightline.Errorf(sightline.Invalid, "read table", name, "line %d has %d values under %d columns", first+i, len(cells), len(header))
		}
		copy(t.add(first+i).cells(), cells)
	}
	return t, nil
}

// Parquet reads a flat Parquet file. A null is the empty text; a nested column
// is an error.
func Parquet(name string, file []byte) (table *Table, err error) {
	bad := func(format string, args ...any) *sightline.Error {
		return sightline.Errorf(sightline.Invalid, "read Parquet", name, format, args...).WithHint("The file is damaged, cut short, or no Parquet file: get it again.")
	}
	// The library checks much of a damaged file, and panics on the rest.
	defer func() {
		if p := recover(); p != nil {
			table, err = nil, bad("%v", p)
		}
	}()
	f, e := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
	if e != nil {
		return nil, bad("%w", e)
	}
	var columns []string
	for _, path := range f.Schema().Columns() {
		if len(path) != 1 {
			return nil, bad("the column %s is nested", strings.Join(path, "."))
		}
		columns = append(columns, path[0])
	}
	if f.NumRows()*int64(max(len(columns), 1)) > MaxCells {
		return nil, bad("it has %d rows of %d columns: too many", f.NumRows(), len(columns))
	}
	t, e := newTable(name, columns)
	if e != nil {
		return nil, e
	}
	line := 0
	size := 0
	for _, group := range f.RowGroups() {
		rows := group.Rows()
		defer rows.Close()
		block := make([]parquet.Row, 256)
		for {
			n, e := rows.ReadRows(block)
			for _, values := range block[:n] {
				line++
				cells := t.add(line).cells()
				for _, v := range values {
					if !v.IsNull() {
						cells[v.Column()] = strings.Clone(v.String())
						if size += len(cells[v.Column()]); size > MaxFile {
							return nil, bad("it unpacks to more than %d bytes", MaxFile)
						}
					}
				}
			}
			if e != nil || n == 0 {
				if e != nil && e != io.EOF {
					return nil, bad("row %d: %w", line+1, e)
				}
				break
			}
		}
	}
	if int64(line) != f.NumRows() {
		return nil, bad("it says that it has %d rows, and %d were read", f.NumRows(), line)
	}
	return t, nil
}
