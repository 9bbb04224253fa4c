package messages_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/messages"
)

const root = "../../.."

// uses are the keys that code and templates name.
type uses struct {
	calls    []call
	literals map[string]bool // every string literal of the code
	prefixes map[string]string
}

// call is a use of a key with the names of its arguments.
type call struct {
	where, key string
	names      []string
}

func TestEveryUsedKeyExists(t *testing.T) {
	t.Parallel()
	printer, found := english(t), findUses(t)
	for _, c := range found.calls {
		want, ok := printer.Arguments(c.key)
		if !ok {
			t.Errorf("%s: %s is not in en.toml", c.where, c.key)
			continue
		}
		// A text need not show the count that chooses its form.
		names := slices.DeleteFunc(c.names, func(name string) bool { return name == "Count" && !slices.Contains(want, name) })
		slices.Sort(names)
		if !slices.Equal(slices.Compact(names), want) {
			t.Errorf("%s: %s has the arguments %v, the call passes %v", c.where, c.key, want, names)
		}
	}
	for prefix, where := range found.prefixes {
		if !slices.ContainsFunc(printer.Keys(), func(key string) bool { return strings.HasPrefix(key, prefix) }) {
			t.Errorf("%s: en.toml has no key below %s", where, prefix)
		}
	}
}

func TestEveryKeyIsUsed(t *testing.T) {
	t.Parallel()
	found := findUses(t)
	for _, c := range found.calls {
		found.literals[c.key] = true
	}
	for _, key := range english(t).Keys() {
		computed := false
		for prefix := range found.prefixes {
			computed = computed || strings.HasPrefix(key, prefix)
		}
		if !computed && !found.literals[key] {
			t.Errorf("%s is not used", key)
		}
	}
}

// TestSectionsAreSorted keeps additions to one section out of the way of others.
func TestSectionsAreSorted(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("en.toml")
	if err != nil {
		t.Fatal(err)
	}
	var sections []string
	for _, m := range regexp.MustCompile(`(?m)^\[(\w+)`).FindAllStringSubmatch(string(text), -1) {
		sections = append(sections, m[1])
	}
	if !slices.IsSorted(sections) {
		t.Errorf("the sections are not in alphabetical order: %v", sections)
	}
}

func english(t *testing.T) *messages.Printer {
	t.Helper()
	c, err := messages.New()
	if err != nil {
		t.Fatal(err)
	}
	return c.Printer("en")
}

// findUses reads the production code and the templates of the repository.
func findUses(t *testing.T) *uses {
	t.Helper()
	u := &uses{literals: map[string]bool{}, prefixes: map[string]string{}}
	for _, folder := range []string{"cmd", "portal", "postmortems", "reports", "search", "static", "templates"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "testdata" || d.Name() == "vendor"):
				return fs.SkipDir
			case strings.HasSuffix(name, ".html"):
				return u.template(name)
			case strings.HasSuffix(name, ".js"):
				return u.script(name)
			case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
				return u.code(name)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return u
}

func (u *uses) template(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	for _, m := range regexp.MustCompile(`\b(t|t_html|count|count_html) "([a-z0-9_.]+)"([^}]*)`).FindAllStringSubmatch(string(text), -1) {
		c := call{where: name, key: m[2]}
		if strings.HasPrefix(m[1], "count") {
			c.names = []string{"Count"}
		}
		for _, n := range regexp.MustCompile(`\s"([A-Z][A-Za-z0-9]*)"`).FindAllStringSubmatch(m[3], -1) {
			c.names = append(c.names, n[1])
		}
		u.calls = append(u.calls, c)
	}
	for _, m := range regexp.MustCompile(`\bkey "([a-z0-9_.]+\.)"`).FindAllStringSubmatch(string(text), -1) {
		u.prefixes[m[1]] = name
	}
	return nil
}

// script reads the calls text('key') of a script: keys of the section script.
func (u *uses) script(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	for _, m := range regexp.MustCompile(`\btext\('(\w+)'(\))?`).FindAllStringSubmatch(string(text), -1) {
		if key := "script." + m[1]; m[2] == "" {
			u.prefixes[key] = name
		} else {
			u.calls = append(u.calls, call{where: name, key: key})
		}
	}
	return nil
}

func (u *uses) code(name string) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				u.literals[literal(n)] = true
			}
		case *ast.CallExpr:
			u.call(set, n)
		}
		return true
	})
	return nil
}

// call records a call of a printer's method, or of Key.
func (u *uses) call(set *token.FileSet, n *ast.CallExpr) {
	f, ok := n.Fun.(*ast.SelectorExpr)
	if !ok || len(n.Args) == 0 {
		return
	}
	key, where := literal(n.Args[0]), set.Position(n.Pos()).String()
	if x, ok := f.X.(*ast.Ident); ok && x.Name == "messages" && f.Sel.Name == "Key" && key != "" {
		u.prefixes[key] = where
		return
	}
	first := map[string]int{"Text": 1, "HTML": 1, "Count": 2, "CountHTML": 2}[f.Sel.Name]
	if first == 0 || !regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_]+)+$`).MatchString(key) {
		return
	}
	c := call{where: where, key: key}
	if first == 2 {
		c.names = []string{"Count"}
	}
	for at := first; at < len(n.Args); at += 2 {
		c.names = append(c.names, literal(n.Args[at]))
	}
	u.calls = append(u.calls, c)
}

// literal returns the text of a string literal, "" for any other expression.
func literal(x ast.Expr) string {
	lit, ok := x.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return text
}
