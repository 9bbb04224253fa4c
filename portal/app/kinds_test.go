package app_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/base/dockind"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/search/query"
)

// TestEveryKindIsKnownEverywhere holds that a row of dockind's table is all that a new
// kind of document needs.
func TestEveryKindIsKnownEverywhere(t *testing.T) {
	for _, k := range dockind.All() {
		kind, file := postmortems.Kind(k.Key), strings.TrimPrefix(k.Folder+"/a.md", "/")
		got, ok := postmortems.KindOf(file)
		if !kind.Valid() || kind.Folder() != k.Folder || !ok || got != kind || postmortems.Address(file) != k.Path()+"/a" {
			t.Errorf("%s: %s is a %s at %s", kind, file, got, postmortems.Address(file))
		}
		if _, err := postmortems.NewDocument(kind, "A title", "", time.Unix(0, 0)); err != nil {
			t.Errorf("%s has no template: %v", kind, err)
		}
	}
	for _, k := range dockind.Found() {
		if q := query.Parse("kind:" + k.Key); len(q.Problems) > 0 {
			t.Errorf("kind:%s: %v", k.Key, q.Problems)
		}
	}
	for _, k := range postmortems.Kinds() {
		if _, ok := dockind.ByKey(string(k)); !ok {
			t.Errorf("%s is not in the table", k)
		}
	}
	if diff := cmp.Diff(dockind.Keys(dockind.All()), kindsOfAPI(t)); diff != "" {
		t.Errorf("GET /documents?kind= differs from the table:\n%s", diff)
	}
}

// kindsOfAPI returns the kinds that the published specification allows for documents.
func kindsOfAPI(t *testing.T) []string {
	text, err := os.ReadFile(filepath.Join("..", "api", "testdata", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name   string
				Schema struct{ Enum []string }
			}
		}
	}
	if err := json.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	for _, p := range spec.Paths["/api/v1/documents"]["get"].Parameters {
		if p.Name == "kind" {
			return p.Schema.Enum
		}
	}
	t.Fatal("GET /documents has no parameter kind")
	return nil
}

// TestKindsAreListedOnce refuses a second list of kinds in the product.
func TestKindsAreListedOnce(t *testing.T) {
	words := map[string]bool{}
	for _, k := range dockind.All() {
		words[k.Key] = true
		if k.Folder != "" {
			words[k.Folder], words["/"+k.Folder] = true, true
		}
	}
	const table = "portal/base/dockind/dockind.go"
	root := filepath.Join("..", "..")
	for _, file := range textFiles(t, root) {
		rel := filepath.ToSlash(strings.TrimPrefix(file, root+string(filepath.Separator)))
		if !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") || rel == table {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if listed := kindsIn(n, words); len(listed) > 2 {
				t.Errorf("%s lists the kinds %v: read them from %s", rel, listed, table)
				return false
			}
			return true
		})
	}
}

// kindsIn returns the words of kinds that a literal, a switch or a field tag contains.
func kindsIn(n ast.Node, words map[string]bool) (listed []string) {
	switch n.(type) {
	case *ast.CompositeLit, *ast.SwitchStmt, *ast.Field: // of a field, the tag
	default:
		return nil
	}
	ast.Inspect(n, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil {
			return true
		}
		for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" ,.\":", r) }) {
			if words[word] && !slices.Contains(listed, word) {
				listed = append(listed, word)
			}
		}
		return true
	})
	return listed
}
