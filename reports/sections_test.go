package reports_test

import (
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
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

// Data that counts more good events than there were has no number of bad ones.
func TestInvalidDataCountsNoBadEvents(t *testing.T) {
	s := calendarMonth(t, "UTC")
	buckets := steady(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 9, 0, 0, 0, 0, time.UTC), -5_000, 10_000)
	r, o := compiled(t, period.Daily, "2026-11-05", s, buckets)
	if o.Window.State != slo.Invalid {
		t.Fatalf("the window is %s", o.Window.State)
	}
	if got := cell(t, r, "every", "slo-cart", "wbad"); got.Number != nil {
		t.Errorf("bad in the window: %q (%v)", got.Text, *got.Number)
	}
}
