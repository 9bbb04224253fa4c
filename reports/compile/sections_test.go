package compile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/definition"
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
	for _, key := range compile.All().Keys() {
		def := reports.Definition{Name: "one", Kind: period.Weekly, Zone: "UTC", Sections: []string{key}}
		r := compile.Report(def, week, reports.Inputs{}, english())
		if len(r.Sections) == 0 || r.Sections[0].Key != key || r.Sections[0].Title == "" {
			t.Errorf("%s is not made: %+v", key, r.Sections)
		}
	}
}

// A section added to the table is in the reports of its kinds, can be chosen by a
// definition of any kind, and is named where the choice is wrong.
func TestMadeUpSection(t *testing.T) {
	t.Parallel()
	weather := compile.NewSection("weather", []period.Kind{period.Weekly}, func() reports.Section {
		return reports.Section{Title: "Weather", Empty: "It did not rain."}
	})
	table := append(compile.All(), weather)
	for kind, id := range map[period.Kind]string{period.Daily: "2026-11-21", period.Weekly: "2026-W47"} {
		p, err := period.Of(kind, id, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		got, there := table.Report(reports.Definition{Name: "x", Kind: kind}, p, reports.Inputs{}, english()).Section("weather")
		if there != (kind == period.Weekly) || there && got.Title != "Weather" {
			t.Errorf("%s: the section is in the report: %v, %+v", kind, there, got)
		}
		def, problems := definition.ParseFor(table, "reports/x.yaml", []byte("kind: "+string(kind)+"\nzone: UTC\nsections: [weather]\n"))
		if len(problems) > 0 {
			t.Fatalf("%s: a definition that chooses it has problems: %v", kind, problems)
		}
		r := table.Report(def, p, reports.Inputs{}, english())
		if len(r.Sections) != 3 || r.Sections[0].Key != "weather" {
			t.Errorf("%s: chosen, the report has the sections %v", kind, r.Sections)
		}
	}
	_, problems := definition.ParseFor(table, "reports/x.yaml", []byte("kind: weekly\nzone: UTC\nsections: [whether]\n"))
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "weather") {
		t.Errorf("a wrong choice does not name the section: %v", problems)
	}
	if _, problems := definition.Parse("reports/x.yaml", []byte("kind: weekly\nzone: UTC\nsections: [weather]\n")); len(problems) != 1 {
		t.Errorf("without it in the table: %v", problems)
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
