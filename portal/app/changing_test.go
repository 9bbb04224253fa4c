package app

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/feed/formats"
)

// root is the top folder of the repository.
const root = "../.."

// read gives a file of the repository as text.
func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestEveryFormatIsDocumented holds the page about feeds against the formats.
func TestEveryFormatIsDocumented(t *testing.T) {
	text := read(t, "docs/feeds.md")
	for _, format := range formats.Names(formats.All()) {
		if !regexp.MustCompile(`(^|[^\w-])` + regexp.QuoteMeta(format) + `($|[^\w-])`).MatchString(text) {
			t.Errorf("docs/feeds.md does not name the format %s", format)
		}
	}
}

// TestEveryFormatHasItsSettings: a format that is signed has settings for its secrets.
func TestEveryFormatHasItsSettings(t *testing.T) {
	text := read(t, "docs/configuration.md") // made from the settings
	for _, f := range formats.All() {
		if s := f.Signature; s != nil && (!strings.Contains(text, "`"+s.SecretsKey+"`") || !strings.Contains(text, "`"+s.OnlyKey+"`")) {
			t.Errorf("%s is signed, and docs/configuration.md lacks %s or %s", f.Name, s.SecretsKey, s.OnlyKey)
		}
	}
}

// TestEverySectionIsDocumented checks that docs/reports.md names every section, and that
// the check would miss none.
func TestEverySectionIsDocumented(t *testing.T) {
	text := read(t, "docs/reports.md")
	if missing := undocumented(text, compile.All().Keys()); len(missing) > 0 {
		t.Errorf("docs/reports.md does not name the sections %v", missing)
	}
	madeUp := append(compile.All(), compile.Section{Key: "weather"})
	if missing := undocumented(text, madeUp.Keys()); !slices.Equal(missing, []string{"weather"}) {
		t.Errorf("undocumented sections are %v, want the one that was made up", missing)
	}
}

// undocumented returns the keys that a page does not name in back-quotes.
func undocumented(page string, keys []string) (missing []string) {
	for _, key := range keys {
		if !strings.Contains(page, "`"+key+"`") {
			missing = append(missing, key)
		}
	}
	return missing
}

// pages are the texts for people: the README and docs, without the pages of the
// rules, which are made and show examples.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{"README.md": read(t, "README.md")}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "rules" {
			if err == nil {
				err = fs.SkipDir
			}
			return err
		}
		if strings.HasSuffix(name, ".md") {
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			out[rel] = read(t, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDocsNameRealFiles holds the paths and tests that the docs name against the
// tree. A path with a word in capitals stands for any.
func TestDocsNameRealFiles(t *testing.T) {
	named := regexp.MustCompile("`((?:cmd|portal|postmortems|reports|search|static|templates)/[^` ]*\\.(?:go|html|css|js))`")
	n := 0
	for page, text := range pages(t) {
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			if n++; strings.Contains(m[1], "NAME") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
				t.Errorf("%s names %s: %v", page, m[1], err)
			}
		}
	}
	if n < 30 {
		t.Errorf("only %d files are named", n)
	}
}

// TestMapsNameRealFiles holds the maps of the large packages against their files.
// That of search is complete.
func TestMapsNameRealFiles(t *testing.T) {
	folders := []string{"search"}
	for folder := range packagesBelow(t, "portal/web") {
		if folder != "portal/web/problem" && folder != "portal/web/worddiff" { // one file each
			folders = append(folders, folder)
		}
	}
	for _, folder := range folders {
		_, atlas, there := strings.Cut(read(t, folder+"/doc.go"), "# Where to look")
		if !there {
			t.Errorf("%s/doc.go has no map", folder)
		}
		for _, name := range regexp.MustCompile(`\w+\.go`).FindAllString(atlas, -1) {
			if _, err := os.Stat(filepath.Join(root, folder, name)); err != nil {
				t.Errorf("the map of %s: %v", folder, err)
			}
		}
		files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name := filepath.Base(file)
			if name != "doc.go" && !strings.HasSuffix(name, "_test.go") && !strings.Contains(atlas, name) {
				t.Errorf("the map of %s does not name %s", folder, name)
			}
		}
	}
}

// packagesBelow returns the folders at and below one that hold Go files.
func packagesBelow(t *testing.T, top string) map[string]bool {
	t.Helper()
	folders := map[string]bool{}
	err := filepath.WalkDir(filepath.Join(root, top), func(name string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".go") {
			rel, _ := filepath.Rel(root, filepath.Dir(name)) // both are below root
			folders[filepath.ToSlash(rel)] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return folders
}

// TestDocsLinksLead follows the links between the pages, to their headings too.
func TestDocsLinksLead(t *testing.T) {
	all := pages(t)
	fence := regexp.MustCompile("(?s)\n```.*?\n```|`[^`\n]*`")
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for page, text := range all {
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			to := page
			if target != "" {
				to = filepath.Join(filepath.Dir(page), target)
			}
			if _, err := os.Stat(filepath.Join(root, to)); err != nil {
				t.Errorf("%s links to %s: %v", page, m[1], err)
			}
			if anchor != "" && !headings(all[to])[anchor] {
				t.Errorf("%s links to %s, which has no such heading", page, m[1])
			}
		}
	}
}

// headings are the anchors that a page has, as forges make them.
func headings(text string) map[string]bool {
	out := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		anchor := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		out[strings.ReplaceAll(anchor, " ", "-")] = true
	}
	return out
}
