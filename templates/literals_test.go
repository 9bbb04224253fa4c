package templates_test

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
)

// names are what templates may contain outside the catalogue: the same in every
// language, because they are names, formats, units or examples of data.
var names = []string{
	"post", "ern", // the name of the portal, in two weights
	"API", "JSON", "Markdown", "PDF", "CSV", ".md", ".json", "SLO", "SLI", "UTC",
	"1 d", "3 d", "1 h", "6 h", "24 h",
	"checkout, payments", "production eu-1", "alert, customer, staff", "deploy-4711", "INC-2291",
}

// TestTextsComeFromTheCatalogue fails for words that stand in a template: in a text or
// in an attribute that people see or hear. Code, keys and samples of files are not
// translated.
func TestTextsComeFromTheCatalogue(t *testing.T) {
	t.Parallel()
	for name, source := range sources(t) {
		for _, text := range texts(withoutActions(source)) {
			for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("·/:–…×≈▲\n", r) }) {
				part = strings.Trim(strings.TrimSpace(part), "()“”., ")
				if strings.ContainsFunc(part, unicode.IsLetter) && !slices.Contains(names, part) && !slices.Contains(names, "."+part) {
					t.Errorf("%s: %q is not in the catalogue", name, part)
				}
			}
		}
	}
}

// TestLinesAreReadable holds the width of a line, except of samples of files and
// commands: a line break in them would be shown.
func TestLinesAreReadable(t *testing.T) {
	t.Parallel()
	const most = 140
	for name, source := range sources(t) {
		for n, line := range strings.Split(source, "\n") {
			if width := len([]rune(line)); width > most && !strings.Contains(line, "<code>echo") {
				t.Errorf("%s:%d has %d columns, at most %d", name, n+1, width, most)
			}
		}
	}
}

// sources returns the templates of pages and mails by name.
func sources(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.html", "mail/*.html"} {
		files, err := fs.Glob(os.DirFS("."), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = string(text)
		}
	}
	if len(all) == 0 {
		t.Fatal("no templates")
	}
	return all
}

func withoutActions(source string) string {
	return regexp.MustCompile(`(?s)\{\{.*?\}\}`).ReplaceAllString(source, "")
}

// texts returns the words of a page: text outside code, and attributes for people.
func texts(page string) []string {
	var list []string
	silent := 0
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		kind := z.Next()
		token := z.Token()
		switch kind {
		case html.ErrorToken:
			return list
		case html.StartTagToken:
			list = append(list, attributes(token)...)
			if isCode(token.Data) {
				silent++
			}
		case html.SelfClosingTagToken:
			list = append(list, attributes(token)...)
		case html.EndTagToken:
			if isCode(token.Data) {
				silent--
			}
		case html.TextToken:
			if silent == 0 {
				list = append(list, token.Data)
			}
		}
	}
}

func isCode(tag string) bool {
	return slices.Contains([]string{"code", "pre", "kbd", "style", "script"}, tag)
}

func attributes(token html.Token) []string {
	var list []string
	for _, a := range token.Attr {
		shown := []string{"title", "aria-label", "placeholder", "alt", "data-label"}
		if slices.Contains(shown, a.Key) || a.Key == "value" && token.Data == "button" {
			list = append(list, a.Val)
		}
	}
	return list
}
