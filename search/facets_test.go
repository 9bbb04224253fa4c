package search

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A facet counts a document once for a value, though the document names it twice.
func TestFacetsCountDocuments(t *testing.T) {
	x := indexOf(t,
		Document{
			ID: "a", Kind: "runbook", Title: "pool", Services: []string{"pay", "pay", "web"}, Tags: []string{"dns", "dns"},
			Factors: []string{"config", "config"},
		},
		Document{ID: "b", Kind: "runbook", Title: "pool", Services: []string{"web", "web"}},
	)
	want := map[string][]FacetValue{
		"kind": {{"runbook", 2}}, "service": {{"web", 2}, {"pay", 1}}, "tag": {{"dns", 1}}, "factor": {{"config", 1}}, "severity": {}, "year": {},
	}
	if diff := cmp.Diff(want, find(t, x, "pool").Facets); diff != "" {
		t.Error(diff)
	}
}

// An answer has at most maxFacetValues of a facet, the most frequent first, and
// values with equal counts in the order of their names.
func TestFacetValuesAreBounded(t *testing.T) {
	var docs []Document
	for i := range maxFacetValues + 5 {
		docs = append(docs, Document{ID: fmt.Sprintf("d%02d", i), Title: "pool", Tags: []string{fmt.Sprintf("t%02d", 99-i)}})
	}
	docs = append(docs, Document{ID: "z", Title: "pool", Tags: []string{"t99"}})
	got := find(t, indexOf(t, docs...), "pool").Facets["tag"]
	if len(got) != maxFacetValues || got[0] != (FacetValue{"t99", 2}) || got[1] != (FacetValue{"t45", 1}) || got[2] != (FacetValue{"t46", 1}) {
		t.Errorf("%d values, first %v", len(got), got[:3])
	}
}
