package app_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryDependencyHasItsReason holds docs/dependencies.md against go.mod.
func TestEveryDependencyHasItsReason(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	direct := map[string]bool{}
	for _, line := range strings.Split(string(mod), "\n") {
		fields := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(fields) == 2 && strings.HasPrefix(fields[1], "v") && strings.Contains(fields[0], ".") {
			direct[fields[0]] = true
		}
	}
	told := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| ([a-z0-9.]+/\S+|\S+\.\S+/\S+) \|`).FindAllStringSubmatch(string(doc), -1) {
		told[m[1]] = true
	}
	for m := range direct {
		if !told[m] {
			t.Errorf("%s has no line in docs/dependencies.md", m)
		}
	}
	for m := range told {
		if !direct[m] {
			t.Errorf("docs/dependencies.md explains %s, which is no direct dependency", m)
		}
	}
}

// TestDocsSecurityNamesRealTests holds docs/security.md against the tests and
// scripts of the repository.
func TestDocsSecurityNamesRealTests(t *testing.T) {
	doc, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	err = filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case strings.HasSuffix(name, ".txtar"):
			known[strings.TrimSuffix(d.Name(), ".txtar")] = true
			return nil
		case !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(name)
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllSubmatch(text, -1) {
			known[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`|script `(\\w+)`").FindAllStringSubmatch(string(doc), -1)
	if len(named) < 40 {
		t.Errorf("only %d tests are named", len(named))
	}
	for _, m := range named {
		if name := m[1] + m[2]; !known[name] {
			t.Errorf("docs/security.md names %s, which is no test", name)
		}
	}
}

// TestDocsArchitectureNamesEveryPackage holds docs/architecture.md against the import table:
// a package has a row of its own, or the row of a folder above names it.
func TestDocsArchitectureNamesEveryPackage(t *testing.T) {
	doc, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{} // package -> its row
	for _, row := range regexp.MustCompile(`(?m)^\| `+"`"+`.*$`).FindAllString(string(doc), -1) {
		cells := strings.Split(row, "|")
		for _, m := range regexp.MustCompile("`([a-z/0-9]+)`").FindAllStringSubmatch(cells[1], -1) {
			rows[m[1]] = row
			if _, there := rules[m[1]]; !there {
				t.Errorf("docs/architecture.md has a row for %s, which is no package", m[1])
			}
		}
	}
	for name := range rules {
		if _, there := rows[name]; there {
			continue
		}
		folder, last := path.Split(name)
		for folder = strings.TrimSuffix(folder, "/"); folder != "" && rows[folder] == ""; {
			folder, _ = path.Split(folder)
			folder = strings.TrimSuffix(folder, "/")
		}
		if !strings.Contains(rows[folder], "`"+last+"`") {
			t.Errorf("docs/architecture.md has no row for %s", name)
		}
	}
}
