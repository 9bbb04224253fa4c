package app

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/postern/postern/postmortems"
)

var update = flag.Bool("update", false, "write docs/rules anew")

// TestRulePages holds docs/rules against the rules: one page a rule, made from it,
// and none of a rule that is gone.
func TestRulePages(t *testing.T) {
	folder := filepath.Join("..", "..", "docs", "rules")
	known := map[string]bool{}
	for _, r := range rules() {
		name := r.ID + ".md"
		known[name] = true
		page := postmortems.RuleDoc(r)
		if *update {
			if err := os.WriteFile(filepath.Join(folder, name), page, 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || string(got) != string(page) {
			t.Errorf("docs/rules/%s is not the rule's page (%v); run: go test ./portal/app -run RulePages -update", name, err)
		}
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[f.Name()] {
			t.Errorf("docs/rules/%s is the page of no rule", f.Name())
		}
	}
}
