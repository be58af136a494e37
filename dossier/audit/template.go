package audit

import _ "embed"

// Template is an audit file to start from.
//
//go:embed template.yaml
var Template string
