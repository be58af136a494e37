package sightline_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The rules of the repository, as tests.

// imports lists what each room may import of ours, beside the vocabulary and the
// sorting in internal/order: data goes one way (docs/design/001-foundation.md).
var imports = map[string][]string{
	".":                    {},
	"source":               {},
	"source/all":           nil, // the list of the importers
	"source/sourcetest":    {"source"},
	"archive":              {"internal/whole"},
	"catalog":              {},
	"catalog/compile":      {"source", "source/*", "catalog"},
	"grade":                {},
	"spelling":             {},
	"identity":             {"spelling"},
	"ledger":               {"spelling"},
	"ftm":                  {},
	"ftm/claims":           {"ftm"},
	"mrt":                  {"internal/gunzip", "mrt/internal/bzip2"},
	"mrt/internal/bzip2":   {},
	"internal/gunzip":      {},
	"internal/whole":       {},
	"ooni":                 {"internal/gunzip"},
	"censoredplanet":       {},
	"exposure":             {"exposure/paths", "mrt"},
	"exposure/paths":       {"mrt"},
	"interference":         {"ooni", "censoredplanet"},
	"interference/score":   {"interference", "ooni"},
	"observations":         {},
	"dossier":              {"grade", "ledger", "identity", "catalog", "observations", "exposure", "interference", "tables"},
	"dossier/audit":        {"dossier"},
	"export":               {"dossier", "dossier/audit", "grade"},
	"atlas":                {"api", "atlas/markdown", "atlas/markup", "atlas/words", "atlas/figure", "dossier", "dossier/audit", "docs", "export"},
	"api":                  {"dossier", "dossier/audit"},
	"atlas/markdown":       {},
	"atlas/words":          {},
	"atlas/markup":         {},
	"atlas/acceptance":     {},
	"internal/htmlcheck":   {},
	"atlas/figure":         {"atlas/words", "atlas/markup", "atlas/markdown", "spelling"},
	"docs":                 {},
	"cmd/sightline":        nil,                      // all wiring happens here
	"source/opensanctions": {"source", "ftm/claims"}, // which know nothing of data sets
	"tables":               {"archive", "internal/whole", "exposure", "exposure/paths", "mrt", "observations"},
	"internal/mrtmake":     {"mrt"},
	"internal/order":       {},
	"export/release":       {"dossier"},
}

// engines read no files.
var engines = []string{"exposure", "exposure/paths", "interference"}

// goFiles calls f with every Go file of the repository, tests aside.
func goFiles(t *testing.T, f func(path string, file *ast.File, set *token.FileSet)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "testdata" || d.Name() == "dist") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		n++
		f(path, file, set)
		return nil
	})
	if err != nil || n < 10 {
		t.Fatalf("%d files: %v", n, err)
	}
}

func TestRoomsImportToTheLeft(t *testing.T) {
	goFiles(t, func(name string, file *ast.File, _ *token.FileSet) {
		room := filepath.ToSlash(filepath.Dir(name))
		allowed, known := imports[room]
		if !known && strings.HasPrefix(room, "source/") { // an importer
			allowed, known = []string{"source"}, true
		}
		if !known {
			t.Errorf("%s: the room %s is not on the map in rules_test.go", name, room)
			return
		}
		for _, i := range file.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			ours, ok := strings.CutPrefix(imported, "sightline/")
			if ok && allowed != nil && ours != "internal/order" && !slices.Contains(allowed, ours) && !slices.Contains(allowed, path.Dir(ours)+"/*") {
				t.Errorf("%s imports %s, which is not to its left", name, imported)
			}
			if (imported == "os" || imported == "io/ioutil") && slices.Contains(engines, room) {
				t.Errorf("%s imports %s: an engine reads streams that it is given, and no files", name, imported)
			}
		}
	})
}

// sockets lists, by room, what may be used of the packages that can open a
// connection or start a program. What is not named is refused, so that a new
// way to dial is seen too. internal/fetch alone may use all of them.
var sockets = map[string]map[string]string{
	"atlas": {
		"net":      "SplitHostPort",
		"net/http": "Handler HandlerFunc Header MethodGet MethodHead MethodOptions NewServeMux Redirect Request ResponseWriter ServeMux Status*",
	},
	"exposure/paths": {"syscall": "MADV_HUGEPAGE Madvise"}, // to ask for large pages
	"internal/whole": {"syscall": "Flock LOCK_EX LOCK_NB"}, // to tell who uses a file
	"cmd/sightline": {
		"net":      "Addr Conn Listen Listener TCPAddr",
		"net/http": "ConnState ErrServerClosed Handler HandlerFunc Header Request ResponseWriter Server StateClosed StateIdle Status*",
		"os/exec":  "LookPath CommandContext", // the reader's own Chromium, to print a page (pdf.go)
		"syscall":  "SIGTERM",
	},
}

// dials matches the packages that can.
var dials = regexp.MustCompile(`^(net|net/(http|rpc|smtp)(/.*)?|crypto/tls|os/exec|syscall|log/syslog|plugin|golang.org/x/(sys|crypto/ssh|net/(proxy|websocket|http2|icmp|ipv4|ipv6|nettest|netutil|quic))(/.*)?)$`)

// Only internal/fetch may open a connection, and nothing starts a program: the
// atlas answers, the command listens, and that is all.
func TestOnlyFetchDials(t *testing.T) {
	goFiles(t, func(name string, file *ast.File, set *token.FileSet) {
		room := filepath.ToSlash(filepath.Dir(name))
		if room == "internal/fetch" {
			return
		}
		called := map[string]string{} // by the name it has in the file
		for _, i := range file.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if !dials.MatchString(imported) {
				continue
			}
			if _, ok := sockets[room][imported]; !ok {
				t.Errorf("%s imports %s: only internal/fetch may open a connection", name, imported)
				continue
			}
			as := path.Base(imported)
			if i.Name != nil {
				as = i.Name.Name
			}
			if as == "." || as == "_" {
				t.Errorf("%s imports %s as %s, which hides what it uses", name, imported, as)
			}
			called[as] = imported
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := s.X.(*ast.Ident)
			if !ok || called[x.Name] == "" || x.Obj != nil {
				return true
			}
			for may := range strings.FieldsSeq(sockets[room][called[x.Name]]) {
				if start, ok := strings.CutSuffix(may, "*"); may == s.Sel.Name || ok && strings.HasPrefix(s.Sel.Name, start) {
					return true
				}
			}
			t.Errorf("%s: %s.%s: only internal/fetch may open a connection", set.Position(s.Pos()), called[x.Name], s.Sel.Name)
			return true
		})
	})
}

// The clock is read once, where the program starts.
func TestOneClock(t *testing.T) {
	var at []string
	goFiles(t, func(path string, file *ast.File, set *token.FileSet) {
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Now" {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" {
					at = append(at, path)
				}
			}
			return true
		})
	})
	if !slices.Equal(at, []string{filepath.Join("cmd", "sightline", "main.go")}) {
		t.Errorf("time.Now in %v, want it once in cmd/sightline/main.go", at)
	}
}

func TestPackagesHaveComments(t *testing.T) {
	has := map[string]bool{}
	goFiles(t, func(path string, file *ast.File, _ *token.FileSet) {
		dir := filepath.Dir(path)
		has[dir] = has[dir] || file.Doc != nil
	})
	for dir, ok := range has {
		if !ok {
			t.Errorf("package %s has no comment that says what it is for", dir)
		}
	}
}

// Each module that go.mod requires directly has its line in
// docs/DEPENDENCIES.md, and no line outlives its module.
func TestDependenciesAreExplained(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("docs/DEPENDENCIES.md")
	if err != nil {
		t.Fatal(err)
	}
	var required, explained []string
	for _, m := range regexp.MustCompile(`(?m)^\s+([a-z0-9.-]+\.[a-z]+/\S+) v\S+$`).FindAllSubmatch(mod, -1) {
		required = append(required, string(m[1]))
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `?([a-z0-9.-]+\\.[a-z]+/[^ `|]+)`? ").FindAllSubmatch(text, -1) {
		explained = append(explained, string(m[1]))
	}
	slices.Sort(required)
	slices.Sort(explained)
	if !slices.Equal(required, explained) {
		t.Errorf("go.mod requires %v\ndocs/DEPENDENCIES.md explains %v", required, explained)
	}
}

// Every path and link in the documents exists.
func TestDocumentsPointToWhatIs(t *testing.T) {
	docs, err := exec.Command("git", "ls-files", "*.md").Output()
	if err != nil {
		t.Skip("not a git checkout: ", err)
	}
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	for name := range strings.FieldsSeq(string(docs)) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), string(m[1]))); err != nil {
				t.Errorf("%s points to %s, which is not there", name, m[1])
			}
		}
	}
}

// "Caused" is never printed, nor said by the catalogue.
func TestNobodyCaused(t *testing.T) {
	word := regexp.MustCompile(`(?i)\bcaus(ed|es|ing)\b`)
	goFiles(t, func(path string, file *ast.File, set *token.FileSet) {
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING && word.MatchString(l.Value) {
				t.Errorf("%s: %s", set.Position(l.Pos()), l.Value)
			}
			return true
		})
	})
	files, err := filepath.Glob("catalog/facts/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			if m := regexp.MustCompile(`"words":"[^"]*"`).Find(line); word.Match(m) {
				t.Errorf("%s: %s", name, m)
			}
		}
	}
}
