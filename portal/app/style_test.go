package app_test

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
)

// refused are phrases that say less than the plain word beside them. docs/terms.md
// is the glossary; it alone may name them.
func refused() map[string]*regexp.Regexp {
	plain := map[string]string{
		"tells whether": "reports whether", "anew": "again", "whoever": "any caller", "nobody": "no one, or name the subject",
		"somebody who": "a person who", "is told": "receives", "told by": "source", "by itself": "automatically",
		"for ever": "permanently", "in vain": "without a result", "put right": "corrected", "made up for": "caught up",
		"the like of": "such as", "of its own accord": "automatically", "tell of": "report",
	}
	out := map[string]*regexp.Regexp{}
	for phrase, better := range plain {
		words := strings.ReplaceAll(regexp.QuoteMeta(phrase), " ", `\s+`)
		out["“"+phrase+"”: write “"+better+"”"] = regexp.MustCompile(`(?i)\b` + words + `\b`)
	}
	return out
}

func TestStyleOfTexts(t *testing.T) {
	root := filepath.Join("..", "..")
	phrases := refused()
	for _, file := range textFiles(t, root) {
		rel := filepath.ToSlash(strings.TrimPrefix(file, root+string(filepath.Separator)))
		if slices.Contains([]string{"docs/terms.md", "portal/app/style_test.go", ".ci/measure/measures.go"}, rel) {
			continue
		}
		for _, text := range textsOf(t, file) {
			for advice, phrase := range phrases {
				if at := phrase.FindStringIndex(text.words); at != nil {
					line := text.line + strings.Count(text.words[:at[0]], "\n")
					t.Errorf("%s:%d: %s", rel, line, advice)
				}
			}
		}
	}
}

// textFiles returns the files whose words people read: code, pages, messages and docs.
func textFiles(t *testing.T, root string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (d.Name() == "testdata" || d.Name() == "vendor" || d.Name() == "bin" || d.Name() == "knowledge" ||
			d.Name() == ".git"):
			return filepath.SkipDir
		case !d.IsDir() && slices.Contains([]string{".go", ".md", ".html", ".toml", ".js", ".css"}, filepath.Ext(path)):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 100 {
		t.Fatalf("found %d files only", len(files))
	}
	return files
}

// aText is a run of words that begins in a line of a file.
type aText struct {
	words string
	line  int
}

// backQuoted is code in a text for people.
var backQuoted = regexp.MustCompile("`[^`\n]*`")

func textsOf(t *testing.T, file string) []aText {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(file) != ".go" {
		return []aText{{backQuoted.ReplaceAllString(string(source), "``"), 1}}
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var texts []aText
	for _, group := range tree.Comments {
		lines := make([]string, 0, len(group.List))
		for _, c := range group.List {
			lines = append(lines, strings.TrimPrefix(c.Text, "//"))
		}
		texts = append(texts, aText{backQuoted.ReplaceAllString(strings.Join(lines, "\n"), "``"), set.Position(group.Pos()).Line})
	}
	if strings.HasSuffix(file, "_test.go") {
		return texts
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			// One word is a value of an address or an API, which stays as it is.
			if words, err := strconv.Unquote(lit.Value); err == nil && strings.ContainsAny(words, " \n") {
				texts = append(texts, aText{backQuoted.ReplaceAllString(words, "``"), set.Position(lit.Pos()).Line})
			}
		}
		return true
	})
	return texts
}
