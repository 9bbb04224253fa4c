package webtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Golden compares the main part of a page with testdata/golden/NAME.html. With update it
// writes the file instead. The layout is left out, because it changes with every static
// file. A page without <main panics, which fails the test.
func Golden(t *testing.T, update bool, name, page string) {
	t.Helper()
	got := page[strings.Index(page, "<main"):strings.Index(page, "</main>")] + "</main>\n"
	file := filepath.Join("testdata", "golden", name+".html")
	if update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the page differs from %s; got:\n%s", file, got)
	}
}
