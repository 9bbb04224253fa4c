package app_test

import (
	"os"
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
