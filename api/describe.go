package api

import (
	"encoding"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"sightline"
)

// Comments finds the comment on a type, or on a member of it, by the name of
// its package's type ("dossier.Change") and of its field ("" is the type).
type Comments func(of, field string) string

// object keeps the order in which a document is read.
type object map[string]any

// Describe makes the OpenAPI document from the table of operations, the Go
// types of their documents and the comments on them.
func Describe(comments Comments) ([]byte, error) {
	d := describer{comments: comments, schemas: object{}}
	paths := object{}
	problem := object{"description": "What was wrong, and what to do.", "content": object{"application/json": object{"schema": d.of(reflect.TypeFor[Problem]())}}}
	moved := object{"description": "The record is at another address.", "headers": object{"Location": object{"schema": object{"type": "string"}}}}
	add := func(path, id, summary string, parameters []any, kind string, schema object) {
		responses := object{
			"200": object{"description": summary, "headers": object{"ETag": object{"schema": object{"type": "string"}}}, "content": object{kind: object{"schema": schema}}},
			"304": object{"description": "Nothing changed since the ETag that If-None-Match gave."},
			"301": moved, "400": problem, "404": problem, "405": problem, "414": problem, "500": problem, "503": problem,
		}
		get := object{"operationId": id, "summary": summary, "responses": responses}
		if len(parameters) > 0 {
			get["parameters"] = parameters
		}
		paths[path] = object{"get": get}
	}
	add(Root, "index", "The operations.", nil, "application/json", d.of(reflect.TypeFor[Index]()))
	add(OpenAPI, "openapi", "This document.", nil, "application/json", object{"type": "object"})
	for _, o := range Operations {
		parameters := []any{}
		for part := range strings.SplitSeq(o.Path, "/") {
			if name, ok := strings.CutPrefix(part, "{"); ok {
				p := places[strings.TrimSuffix(name, "}")]
				parameters = append(parameters, object{"name": p.Name, "in": "path", "required": true, "description": p.What, "schema": object{"type": "string"}, "example": p.Example})
			}
		}
		for _, p := range o.Parameters() {
			x := object{"name": p.Name, "in": "query", "description": p.What, "schema": p.schema()}
			if p.Required {
				x["required"] = true
			}
			if p.Example != "" {
				x["example"] = p.example()
			}
			parameters = append(parameters, x)
		}
		envelope := d.fields(reflect.TypeFor[Envelope]())
		envelope["properties"].(object)["data"] = d.of(reflect.TypeOf(o.Data))
		add(Root+o.Path, o.ID, o.Summary, parameters, "application/json", envelope)
		if o.CSV {
			add(Root+o.Path+".csv", o.ID+"CSV", o.Summary+" The rows of the page as CSV.", parameters, "text/csv; charset=utf-8", object{"type": "string"})
		}
	}
	doc := object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Sightline", "version": "1", "summary": "What is on record on who can see, cut or filter a country's internet, and who supplied the means.",
			"description": "Each operation answers with the document that a page shows, in an envelope. Every number is an estimate with its packet; its absence is a state, never zero. " + formsSentence(),
			"license":     object{"name": "Code: Apache-2.0. Data: the terms of each source.", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
		},
		"servers": []any{object{"url": "/"}},
		"paths":   paths, "components": object{"schemas": d.schemas},
	}
	b, err := json.Marshal(doc, json.Deterministic(true)) // compact: it is part of the program
	return append(b, '\n'), err
}

func (p Parameter) schema() object {
	switch p.Kind {
	case Number:
		return object{"type": "integer", "minimum": 1, "maximum": MaxLimit}
	case Date:
		return object{"type": "string", "pattern": `^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?[?~%]?$`}
	}
	return object{"type": "string", "maxLength": p.Longest}
}

func (p Parameter) example() any {
	if n, err := strconv.Atoi(p.Example); err == nil && p.Kind == Number {
		return n
	}
	return p.Example
}

// describer makes the schema of each type once.
type describer struct {
	comments Comments
	schemas  object
}

// forms are the types that print themselves as text of a form.
var forms = map[reflect.Type]object{
	reflect.TypeFor[sightline.Date]():     {"type": "string", "pattern": `^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?[?~%]?)?$`, "description": "EDTF, precision kept: 2017, 2017-04 or 2017-04-12~; empty is not stated"},
	reflect.TypeFor[sightline.Period]():   {"type": "string", "description": "EDTF: a date, or two ends with a slash between them: 2014-06/2017-06, 2014/.."},
	reflect.TypeFor[sightline.Instant]():  {"type": "string", "format": "date-time", "description": "RFC 3339 in UTC"},
	reflect.TypeFor[sightline.Number]():   {"type": []any{"number", "null"}},
	reflect.TypeFor[sightline.State]():    {"enum": words(func(i int) string { return sightline.State(i).String() })},
	reflect.TypeFor[sightline.PacketID](): {"type": "string", "pattern": `^SL-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]$`},
}

// words lists the words of an enumeration, which the vocabulary prints up to
// its last.
func words(word func(int) string) (out []any) {
	for i := range 5 {
		out = append(out, word(i))
	}
	return out
}

var marshaler = reflect.TypeFor[encoding.TextMarshaler]()

func (d *describer) of(t reflect.Type) object {
	if f, ok := forms[t]; ok {
		return f
	}
	switch t.Kind() {
	case reflect.Pointer:
		return object{"anyOf": []any{d.of(t.Elem()), object{"type": "null"}}}
	case reflect.Slice:
		return object{"type": "array", "items": d.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": d.of(t.Elem())}
	case reflect.Interface:
		return object{}
	}
	if t.Implements(marshaler) {
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer"}
	case reflect.Struct:
		name := t.String()
		if _, ok := d.schemas[name]; !ok {
			d.schemas[name] = object{} // a type may hold itself
			d.schemas[name] = d.fields(t)
		}
		return object{"$ref": "#/components/schemas/" + name}
	}
	panic("BUG: no schema of " + t.String())
}

// fields is the schema of a struct, what it embeds among its members.
func (d *describer) fields(t reflect.Type) object {
	properties, required := object{}, []any{}
	var add func(t reflect.Type)
	add = func(t reflect.Type) {
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Anonymous && f.Tag.Get("json") == "" {
				add(f.Type)
				continue
			}
			if !f.IsExported() {
				continue
			}
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			s := d.of(f.Type)
			if what := d.comments(t.String(), f.Name); what != "" {
				with := object{"description": what}
				for k, v := range s {
					if k != "description" || with[k] == "" {
						with[k] = v
					} else {
						with[k] = what + " (" + v.(string) + ")"
					}
				}
				s = with
			}
			properties[name] = s
			if !strings.Contains(options, "omitzero") && !strings.Contains(options, "omitempty") {
				required = append(required, name)
			}
		}
	}
	add(t)
	out := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	if what := d.comments(t.String(), ""); what != "" {
		out["description"] = what
	}
	return out
}
