package api

import _ "embed"

// openapi is made by the test of this package: go test ./api -update.
//
//go:embed openapi.json
var openapi []byte

// Description is the OpenAPI 3.1 document of all operations, in JSON.
func Description() []byte { return openapi }
