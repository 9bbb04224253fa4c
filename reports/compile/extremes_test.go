package compile

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/messages/messagestest"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
)

// FuzzFormatsAreTotal: every formatter of this package, over every duration and every
// number: text that is bounded, and no word of the language for what is no number.
func FuzzFormatsAreTotal(f *testing.F) {
	for _, d := range []int64{0, -1, 1, math.MinInt64, math.MaxInt64, math.MinInt64 + 1, int64(time.Hour), -int64(48 * time.Hour)} {
		for _, x := range []float64{
			0, math.Copysign(0, -1), -1, 1, math.NaN(), math.Inf(1), math.Inf(-1), 1e308, -1e308, 5e-324,
			18446744073709.55, 9223372036.854776, 1 << 63, 1 << 64, 1e24, 0.9999999999,
		} {
			f.Add(d, x)
		}
	}
	c := &compiler{Printer: messagestest.English(f)}
	f.Fuzz(func(t *testing.T, d int64, x float64) {
		for name, text := range map[string]string{
			"duration": duration(time.Duration(d)).Text, "count": count(int(d)).Text, "events": events(x).Text, "share": share(x).Text,
			"indicator": indicator(x, x).Text, "indicator of 0.99": indicator(x, 0.99).Text, "seconds": seconds(x).Text,
			"timeOf": c.timeOf(x, d, 3).Text, "executions": c.executions(x, 1, int(d)).Text, "weight": weightValue(x).Text,
		} {
			if text == "" || len(text) > 64 || strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || strings.Contains(text, "--") {
				t.Fatalf("%s of %d and %v is written %q", name, d, x, text)
			}
		}
	})
}

func TestSecondsBeyondDurations(t *testing.T) {
	for want, s := range map[string]float64{"213,503,982 d": 18446744073709.55, "106,481 d": 9.2e9, "—": math.NaN(), "1.16e+19 d": 1e24} {
		if got := seconds(s).Text; got != want {
			t.Errorf("%v s is written %q, want %q", s, got, want)
		}
	}
}

// TestAPanicLosesOneSectionOnly: the section that breaks the program says so, with
// its words; what it had begun is taken back, the others stay, and neither the verdict
// nor the data quality looks whole.
func TestAPanicLosesOneSectionOnly(t *testing.T) {
	week, err := period.Of(period.Weekly, "2026-W47", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	c := newCompiler(reports.Definition{Name: "weekly", Kind: period.Weekly, Zone: "UTC"}, week, reports.Inputs{},
		Options{Printer: messagestest.English(t)})
	c.prepare()
	var parts []string
	c.panicked = func(part string, v any) { parts = append(parts, fmt.Sprint(part, ": ", v)) }
	r := reports.Report{Verdict: reports.Verdict{Tone: reports.Good, Text: "All is well."}}
	for _, row := range []Section{
		{Key: reports.Budget, make: func(c *compiler) reports.Section {
			c.charts = append(c.charts, reports.Chart{Name: "half"})
			c.derive(reports.Derivation{Key: "half"})
			var none []int
			return reports.Section{Title: fmt.Sprint(none[len(parts)+1])}
		}},
		{Key: reports.Alerts, make: func(*compiler) reports.Section {
			panic(fault.New(fault.Internal, "x", "a stored alert cannot be read"))
		}},
		{Key: reports.Quality, make: (*compiler).quality}, {Key: reports.SlowSQL, make: (*compiler).slowSQL},
	} {
		r.Sections = append(r.Sections, c.section(row))
	}
	c.noteFailures(&r)
	budget, _ := r.Section(reports.Budget)
	alerts, _ := r.Section(reports.Alerts)
	sql, _ := r.Section(reports.SlowSQL)
	if !strings.HasPrefix(budget.Empty, "This section could not be made: the program failed in it (runtime error: index out of range") {
		t.Errorf("budget: %+v", budget)
	}
	if alerts.Empty != "This section could not be made: a stored alert cannot be read." || len(parts) != 2 {
		t.Errorf("alerts: %+v; logged %v", alerts, parts)
	}
	if len(c.charts) != 0 || len(c.derivations) != 0 || strings.Contains(sql.Empty, "could not be made") {
		t.Errorf("half a section is left: %+v %+v; %+v", c.charts, c.derivations, sql)
	}
	if r.Verdict.Tone != reports.Warn || !strings.Contains(r.Verdict.Text, "This report is incomplete: ") {
		t.Errorf("the verdict looks whole: %+v", r.Verdict)
	}
	if table, ok := r.Table("failures"); !ok || len(table.Rows) != 2 {
		t.Errorf("data quality: %+v", table)
	}
	if why := c.attempt("Verdict", func() { panic("words") }); !strings.Contains(why, "(words)") {
		t.Errorf("%q", why)
	}
}
