package catalog

import (
	"strconv"
	"strings"
	"sync"

	"sightline"
)

// Point is one value of a series.
type Point struct {
	Year  int
	Value float64
}

// Series is a yearly indicator by country, read when it is first asked for.
type Series struct {
	id, unit string
	table    func() (seriesTable, error)
}

type seriesTable struct {
	source sightline.SourceID
	points map[string][]Point // by alpha-2 code, and "WLD" for the world
}

var series = []*Series{
	newSeries("population", "people"),
	newSeries("internet_users", "% of population"),
}

// AllSeries lists the series.
func AllSeries() []*Series { return series }

// SeriesByID finds a series.
func SeriesByID(id string) (*Series, error) {
	for _, s := range series {
		if s.id == id {
			return s, nil
		}
	}
	return nil, sightline.Errorf(sightline.NotFound, "find series", id, "no such series").WithHint("The series are population and internet_users.")
}

func newSeries(id, unit string) *Series {
	return &Series{id, unit, sync.OnceValues(func() (seriesTable, error) { return readSeries(id) })}
}

// ID is the id of the series.
func (s *Series) ID() string { return s.id }

// Unit is what its values count.
func (s *Series) Unit() string { return s.unit }

// Source is who publishes it. Each row of the file names it.
func (s *Series) Source() sightline.SourceID {
	t, _ := s.table() // a fault shows when points are asked for
	return t.source
}

// Points are the values of a country by year, ascending. There are none for a
// territory that the publisher does not list.
func (s *Series) Points(c sightline.Country) ([]Point, error) {
	t, err := s.table()
	return t.points[c.Code()], err
}

// World is the value for the world in a year, as the publisher gives it.
func (s *Series) World(year int) (sightline.Number, error) {
	t, err := s.table()
	for _, p := range t.points["WLD"] {
		if p.Year == year {
			return sightline.Num(p.Value), nil
		}
	}
	return sightline.Number{}, err
}

// At is the value of a country in a year, if there is one.
func (s *Series) At(c sightline.Country, year int) (sightline.Number, error) {
	points, err := s.Points(c)
	for _, p := range points {
		if p.Year == year {
			return sightline.Num(p.Value), nil
		}
	}
	return sightline.Number{}, err
}

// readSeries reads data/<id>.csv: alpha2, year, value, source; sorted, without
// quotes.
func readSeries(id string) (seriesTable, error) {
	name := "data/" + id + ".csv"
	t := seriesTable{points: make(map[string][]Point, 256)}
	text := string(read(name))
	header := true
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if header {
			header = false
			if line != "alpha2,year,value,source" {
				return seriesTable{}, sightline.Errorf(sightline.Corrupt, "read series", name, "its header is %q", line)
			}
			continue
		}
		code, rest, _ := strings.Cut(line, ",")
		y, rest, _ := strings.Cut(rest, ",")
		v, source, ok := strings.Cut(rest, ",")
		year, err := strconv.Atoi(y)
		value, err2 := strconv.ParseFloat(v, 64)
		if !ok || err != nil || err2 != nil {
			return seriesTable{}, sightline.Errorf(sightline.Corrupt, "read series", name, "not a row: %q", line)
		}
		t.source = sightline.SourceID(source)
		t.points[code] = append(t.points[code], Point{year, value})
	}
	return t, nil
}
