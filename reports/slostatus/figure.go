package slostatus

import (
	"cmp"
	"math"
	"time"

	"github.com/postern/postern/reports/chart"
)

// BudgetFigure returns the remaining budget over the span, with bands of the incidents
// that explain it.
func BudgetFigure(d Detail) chart.Lines {
	line := chart.Line{Name: "Budget remaining", Role: chart.Accent}
	for _, p := range d.Budget {
		line.Points = append(line.Points, chart.Point{At: p.At, Value: valueOf(p.Left)})
	}
	zero, whole := 0.0, 1.0
	return chart.Lines{
		Title: budgetTitle(d), Unit: chart.Percent, From: d.Span.From, To: end(d), Zone: d.SLO.Window.Zone,
		Lines: []chart.Line{line}, Marks: []chart.Mark{{Value: 0, Label: "exhausted"}}, Bands: bands(d), Min: &zero, Max: &whole,
		Empty: "No data in this time",
	}
}

// budgetTitle returns what the budget curve shows.
func budgetTitle(d Detail) string {
	if d.Whole && d.SLO.Window.Rolling {
		return "Budget remaining of the " + d.SLO.Window.String() + " before each moment"
	}
	return "Budget remaining since the start of the span"
}

// SLIFigure returns the SLI in steps over the span, with gaps where nothing was measured
// or there were no events.
func SLIFigure(d Detail) chart.Lines {
	line := chart.Line{Name: "SLI", Role: chart.Accent}
	step := time.Duration(0)
	low := 1 - 3*(1-d.SLO.Target) // three budgets below 100 %; lower values widen the axis
	for _, p := range d.Points {
		line.Points = append(line.Points, chart.Point{At: p.From, Value: valueOf(p.SLI)})
		step = max(step, p.To.Sub(p.From))
	}
	low, high := max(low, 0), 1.0
	return chart.Lines{
		Title: "SLI and target", Unit: chart.Percent, From: d.Span.From, To: end(d), Zone: d.SLO.Window.Zone,
		Lines: []chart.Line{line}, Marks: []chart.Mark{{Value: d.SLO.Target}}, Bands: bands(d),
		Min: &low, Max: &high, MaxGap: 2 * step, Empty: "No data in this time",
	}
}

// valueOf returns a value, NaN where it is unknown.
func valueOf(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

// end returns the end of the curves, which is now if the span is not over.
func end(d Detail) time.Time {
	if n := len(d.Points); n > 0 {
		return d.Points[n-1].To
	}
	return d.Span.To
}

// bands returns the incidents of the span.
func bands(d Detail) (out []chart.Band) {
	for _, b := range d.Bands {
		out = append(out, chart.Band{From: b.From, To: b.To, Label: cmp.Or(b.Title, b.ID)})
	}
	return out
}
