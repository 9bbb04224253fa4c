package reports_test

import (
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
)

// A section that has a key is made when a definition asks for it, whatever is
// known: without data it says so in one line.
func TestEverySectionIsMade(t *testing.T) {
	week, err := period.Of(period.Weekly, "2026-W47", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range reports.SectionKeys() {
		def := reports.Definition{Name: "one", Kind: period.Weekly, Zone: "UTC", Sections: []string{key}}
		r := reports.Compile(def, week, reports.Inputs{})
		if len(r.Sections) == 0 || r.Sections[0].Key != key || r.Sections[0].Title == "" {
			t.Errorf("%s is not made: %+v", key, r.Sections)
		}
	}
}
