package slostatus

import (
	"cmp"
	"math"
	"time"

	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports/chart"
)

// BudgetFigure returns the remaining budget over the span, with bands of the incidents
// that explain it. The figure is empty if no point has a budget.
func BudgetFigure(texts *messages.Printer, d Detail) chart.Lines {
	line := chart.Line{Name: texts.Text("slo_figure.budget"), Role: chart.Accent}
	for _, p := range d.Budget {
		line.Points = append(line.Points, chart.Point{At: p.At, Value: valueOf(p.Left)})
	}
	zero, whole := 0.0, 1.0
	return chart.Lines{
		Title: budgetTitle(texts, d), Unit: chart.Percent, From: d.Span.From, To: end(d), Zone: d.SLO.Window.Zone,
		Lines: []chart.Line{line}, Marks: []chart.Mark{{Value: 0, Label: texts.Text("slo_figure.exhausted")}}, Bands: bands(d), Min: &zero,
		Max:   &whole,
		Empty: texts.Text("chart.no_data"),
	}
}

// budgetTitle returns what the budget curve shows. For a rolling window each point is
// relative to the window that ends there; otherwise to the whole span.
func budgetTitle(texts *messages.Printer, d Detail) string {
	if d.Whole && d.SLO.Window.Rolling {
		return texts.Text("slo_figure.budget_of_window", "Window", d.SLO.Window.String())
	}
	return texts.Text("slo_figure.budget_since_start")
}

// SLIFigure returns the SLI in steps over the span, with gaps where nothing was measured
// or there were no events.
func SLIFigure(texts *messages.Printer, d Detail) chart.Lines {
	// The gap of two steps joins neighbours and leaves measured gaps open.
	line := chart.Line{Name: texts.Text("slo_figure.sli"), Role: chart.Accent}
	step := time.Duration(0)
	low := 1 - 3*(1-d.SLO.Target) // three budgets below 100 %; lower values widen the axis
	for _, p := range d.Points {
		line.Points = append(line.Points, chart.Point{At: p.From, Value: valueOf(p.SLI)})
		step = max(step, p.To.Sub(p.From))
	}
	low, high := max(low, 0), 1.0
	return chart.Lines{
		Title: texts.Text("slo_figure.sli_and_target"), Unit: chart.Percent, From: d.Span.From, To: end(d), Zone: d.SLO.Window.Zone,
		Lines: []chart.Line{line}, Marks: []chart.Mark{{Value: d.SLO.Target}}, Bands: bands(d),
		Min: &low, Max: &high, MaxGap: 2 * step, Empty: texts.Text("chart.no_data"),
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
