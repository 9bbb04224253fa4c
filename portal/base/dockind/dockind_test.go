package dockind

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryKindIsComplete(t *testing.T) {
	key, title, sentence := regexp.MustCompile(`^[a-z]+$`), regexp.MustCompile(`^[A-Z][a-z-]+$`), regexp.MustCompile(`^[A-Z].{10,80}\.$`)
	seen := map[string]bool{}
	for _, k := range Found() {
		if !key.MatchString(k.Key) || !title.MatchString(k.Title) || !title.MatchString(k.Plural) || !sentence.MatchString(k.Purpose) {
			t.Errorf("%+v", k)
		}
		for _, text := range []string{"key " + k.Key, "title " + k.Title, "path " + k.Path(), "purpose " + k.Purpose} {
			if seen[text] {
				t.Errorf("two kinds have the %s", text)
			}
			seen[text] = true
		}
	}
}

func TestLookups(t *testing.T) {
	type row struct{ Key, Folder, Path string }
	var byKey []row
	for _, key := range []string{"postmortem", "training", "page", "report", "", "runbooks", "Guide"} {
		k, ok := ByKey(key)
		if ok != (k != Kind{}) {
			t.Errorf("%q: %+v, %v", key, k, ok)
		}
		byKey = append(byKey, row{k.Key, k.Folder, k.Path()})
	}
	want := []row{
		{"postmortem", "postmortems", "/postmortems"}, {"training", "training", "/training"}, {"page", "", "/pages"},
		{"report", "reports", "/reports"},
		{"", "", "/pages"}, {"", "", "/pages"}, {"", "", "/pages"},
	}
	if diff := cmp.Diff(want, byKey); diff != "" {
		t.Error(diff)
	}
	for folder, want := range map[string]string{"postmortems": "postmortem", "training": "training", "reports": "", "pages": "", "": "",
		"runbook": "", "Runbooks": ""} {
		if k, ok := ByFolder(folder); k.Key != want || ok != (want != "") {
			t.Errorf("folder %q has the kind %q, %v", folder, k.Key, ok)
		}
	}
}

// TestTableCannotBeChanged holds that a caller gets a copy of the table.
func TestTableCannotBeChanged(t *testing.T) {
	before := Keys(Found())
	All()[0].Key, Found()[1].Key = "changed", "changed"
	if diff := cmp.Diff(before, Keys(Found())); diff != "" {
		t.Error(diff)
	}
	if kinds := Keys(All()); slices.Contains(kinds, "report") || len(kinds)+1 != len(before) ||
		strings.Join(kinds, " ") != strings.Join(before[:len(kinds)], " ") {
		t.Errorf("documents have the kinds %v", kinds)
	}
}
