package compile_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// withComposites adds to the quarter's objectives a composite of two that have
// numbers, one with a part that has none, and an objective by the calendar month.
func (q *quarter) withComposites(p period.Period) reports.Inputs {
	in := q.inputs(p)
	find := func(names ...string) (parts []reports.Objective) {
		for _, o := range in.Objectives {
			for _, name := range names {
				if o.SLO.Name == name {
					parts = append(parts, o)
				}
			}
		}
		return parts
	}
	rolling := slo.Window{Rolling: true, Count: 28, Unit: "d"}
	whole := slo.SLO{Name: "journey", Title: "The whole <journey>", Service: "checkout", Window: rolling, Hash: "wholewhole",
		Method: slo.Occurrences,
		Parts:  []slo.Part{{SLO: "checkout-0", Weight: 3}, {SLO: "checkout-1", Weight: 1}}}
	holed := slo.SLO{Name: "holed", Title: "One with a hole", Service: "search", Window: rolling, Hash: "holedholed", Method: slo.Occurrences,
		Parts: []slo.Part{{SLO: "orders-2", Weight: 1}, {SLO: "search-4", Weight: 1}, {SLO: "gone", Weight: 1}}}
	month := q.slos[0]
	month.Name, month.Title, month.Hash, month.Target = "month", "By the month", "monthmonth", 0.99
	month.Window = slo.Window{Count: 1, Unit: "M", Start: time.Date(2026, 1, 1, 0, 0, 0, 0, q.zone), Zone: q.zone}
	q.buckets["month"] = q.buckets[q.slos[0].Name]
	in.Objectives = append(in.Objectives,
		reports.Compose(whole, nil, find("checkout-0", "checkout-1"), p, p.To),
		reports.Compose(holed, nil, find("orders-2", "search-4"), p, p.To),
		reports.Measure(reports.Measurement{SLO: month, Buckets: q.buckets["month"]}, p, p.To))
	return in
}

// spentOf is the share of its budget that an objective spent, straight from the buckets.
func (q *quarter) spentOf(name string, target float64, from, to time.Time) float64 {
	good, total, _, _ := q.spanSum(name, from, to)
	return (total - good) / ((1 - target) * total)
}

// A day, a week and a month against the naive calculation, and the week's tables
// as they are, looked at by eye.
func TestCompositesAndOpenWindows(t *testing.T) {
	q := newQuarter(t, 7)
	for id, open := range map[string]bool{"2026-11-20": true, "2026-W47": true, "2026-10": false} {
		p := q.period(t, id)
		r := compile.Report(builtIn(p.Kind), p, q.withComposites(p), english())
		if err := strings.Join(unled(r), "\n"); err != "" {
			t.Errorf("%s: figures that lead nowhere:\n%s", id, err)
		}
		q.checkComposites(t, r, p)
		if table, there := r.Table("projected"); there != open || open && len(table.Rows) != 1 {
			t.Errorf("%s: %v, %d windows are open", id, there, len(table.Rows))
		}
		if open {
			q.checkOpenWindow(t, r, p)
		}
		if id == "2026-W47" {
			goldenComposites(t, r)
		}
	}
}

func (q *quarter) checkComposites(t *testing.T, r reports.Report, p period.Period) {
	t.Helper()
	id := p.ID
	for column, from := range map[string]time.Time{"spent": p.From, "wspent": p.To.Add(-28 * 24 * time.Hour)} {
		a, b := q.spentOf("checkout-0", 0.999, from, p.To), q.spentOf("checkout-1", 0.99, from, p.To)
		near(t, id+" "+column, cell(t, r, "composites", "composite-journey", column).Number, (3*a+b)/4)
		adds := strings.Replace(column, "spent", "adds", 1)
		near(t, id+" first part", cell(t, r, "composites", "composite-journey-checkout-0", column).Number, a)
		near(t, id+" first part adds", cell(t, r, "composites", "composite-journey-checkout-0", adds).Number, 3*a/4)
		near(t, id+" second part adds", cell(t, r, "composites", "composite-journey-checkout-1", adds).Number, b/4)
		if column == "wspent" {
			near(t, id+" left", cell(t, r, "composites", "composite-journey", "left").Number, 1-(3*a+b)/4)
		} else if v := cell(t, r, "every", "slo-journey", "state"); v.Text != map[bool]string{true: "met", false: "missed"}[(3*a+b)/4 <= 1] {
			t.Errorf("%s: the verdict is %q", id, v.Text)
		}
	}
	for _, key := range []string{"good", "total", "allowed"} {
		if v := cell(t, r, "every", "slo-journey", key); v.Number != nil {
			t.Errorf("%s: a composite has %s of its own: %+v", id, key, v)
		}
	}
	if v := cell(t, r, "composites", "composite-holed", "spent"); v.Number != nil {
		t.Errorf("%s: with a part without data it spent %+v", id, v)
	}
	if v := cell(t, r, "composites", "composite-holed-gone", "state"); v.Text != "not defined" {
		t.Errorf("%s: the part that is no more is %+v", id, v)
	}
}

func (q *quarter) checkOpenWindow(t *testing.T, r reports.Report, p period.Period) {
	t.Helper()
	id := p.ID
	from, to := time.Date(2026, 11, 1, 0, 0, 0, 0, q.zone), time.Date(2026, 12, 1, 0, 0, 0, 0, q.zone)
	good, total, _, _ := q.spanSum("month", from, p.To)
	whole := total
	for hour := p.To; hour.Before(to); hour = hour.Add(time.Hour) {
		for weeks := 1; weeks <= 4; weeks++ { // back to the same hour of each of the last four weeks before the data's end
			then := hour
			for !then.Before(p.To) {
				then = then.Add(-7 * 24 * time.Hour)
			}
			then = then.Add(-time.Duration(weeks-1) * 7 * 24 * time.Hour)
			_, n, _, _ := q.spanSum("month", then, then.Add(time.Hour))
			whole += n / 4
		}
	}
	v := func(column string) *float64 { return cell(t, r, "projected", "projected-month", column).Number }
	near(t, id+" bad", v("bad"), total-good)
	near(t, id+" allowed to date", v("allowed"), 0.01*total)
	near(t, id+" spent to date", v("spent"), (total-good)/(0.01*total))
	near(t, id+" total", v("total"), whole)
	near(t, id+" allowed", v("wallowed"), 0.01*whole)
	near(t, id+" spent", v("wspent"), (total-good)/(0.01*whole))
	near(t, id+" left", v("wleft"), 1-(total-good)/(0.01*whole))
	if text := cell(t, r, "projected", "projected-month", "wspent").Text; !strings.HasPrefix(text, "≈ ") {
		t.Errorf("%s: an estimate says %q", id, text)
	}
}

func TestEstimatesAreTold(t *testing.T) {
	q := newQuarter(t, 7)
	p := q.period(t, "2026-11-20")
	in := q.inputs(p)
	in.Objectives[0].Estimated = 7
	r := compile.Report(builtIn(p.Kind), p, in, english())
	if v := cell(t, r, "estimated", "estimated-"+in.Objectives[0].SLO.Name, "buckets"); v.Text != "7" {
		t.Errorf("the estimates are %+v", v)
	}
	if table, _ := r.Table("estimated"); len(table.Rows) != 1 || table.Rows[0].Cells[3].Text != "288" {
		t.Errorf("the table is %+v", table)
	}
}

// Need reaches back as far as an estimate looks.
func TestAnOpenWindowNeedsFourWeeks(t *testing.T) {
	p, err := period.Of(period.Daily, "2026-11-03", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	s := slo.SLO{Window: slo.Window{Count: 1, Unit: "M", Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Zone: time.UTC}}
	if need := (reports.Measurement{SLO: s}).Need(p, p.To); !need.Equal(p.To.AddDate(0, 0, -28)) {
		t.Errorf("needs buckets from %s", need)
	}
}

// unled are the values whose derivation is not in the report.
func unled(r reports.Report) (out []string) {
	how := map[string]bool{}
	for _, d := range r.Derivations {
		how[d.Key] = true
	}
	every, _ := r.Table("every")
	for _, row := range every.Rows {
		how[row.Key] = true
	}
	values(r, func(where string, v reports.Value) {
		if v.How != "" && !how[v.How] {
			out = append(out, where+" -> "+v.How)
		}
	})
	return out
}

// goldenComposites holds both tables and their derivations against a file.
func goldenComposites(t *testing.T, r reports.Report) {
	t.Helper()
	var part reports.Report
	budget, _ := r.Section(reports.Budget)
	for _, table := range budget.Tables {
		if table.Key == "composites" || table.Key == "projected" {
			part.Sections = append(part.Sections, reports.Section{Key: table.Key, Tables: []reports.Table{table}})
		}
	}
	for _, d := range r.Derivations {
		if strings.HasPrefix(d.Key, "composite-") || strings.HasPrefix(d.Key, "projected-") {
			part.Derivations = append(part.Derivations, d)
		}
	}
	got, file := encode(t, part), filepath.Join("..", "testdata", "composites.json")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the section differs from %s (%v); run with -update and look at the difference", file, err)
	}
}
