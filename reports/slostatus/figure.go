package slostatus

import (
	"cmp"
	"math"
	"time"

	"github.com/postern/postern/reports/chart"
)

// Budget is what was left of the budget over the span, with the incidents that
// explain its bends.
func Budget(d Detail) chart.Lines {
	line := chart.Line{Name: "Budget left", Role: chart.Accent}
	for _, p := range d.Budget {
		line.Points = append(line.Points, chart.Point{At: p.At, Value: valueOf(p.Left)})
	}
	zero, whole := 0.0, 1.0
	return chart.Lines{
		Title: budgetTitle(d), Unit: chart.Percent, From: d.Span.From, To: end(d), Zone: d.SLO.Window.Zone,
		Lines: []chart.Line{line}, Marks: []chart.Mark{{Value: 0, Label: "spent"}}, Bands: bands(d), Min: &zero, Max: &whole,
		Empty: "nothing was measured in this time",
	}
}

func budgetTitle(d Detail) string {
	if d.Whole && d.SLO.Window.Rolling {
		return "Budget left of the " + d.SLO.Window.String() + " before each moment"
	}
	return "Budget left since the start of the span"
}

// SLI is the share of good, step by step, with gaps where nothing was measured or
// nothing happened.
func SLI(d Detail) chart.Lines {
	line := chart.Line{Name: "SLI", Role: chart.Accent}
	step := time.Duration(0)
	low := 1 - 3*(1-d.SLO.Target) // three budgets deep, unless a value lies lower
	for _, p := range d.Points {
		line.Points = append(line.Points, chart.Point{At: p.From, Value: valueOf(p.SLI)})
		step = max(step, p.To.Sub(p.From))
	}
	low, high := max(low, 0), 1.0
	return chart.Lines{
		Title: "Share of good, objective marked", Unit: chart.Percent, From: d.Span.From, To: end(d), Zone: d.SLO.Window.Zone,
		Lines: []chart.Line{line}, Marks: []chart.Mark{{Value: d.SLO.Target}}, Bands: bands(d),
		Min: &low, Max: &high, MaxGap: 2 * step, Empty: "nothing was measured in this time",
	}
}

func valueOf(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

// end is where the curves stop: now, when the span is not over.
func end(d Detail) time.Time {
	if n := len(d.Points); n > 0 {
		return d.Points[n-1].To
	}
	return d.Span.To
}

func bands(d Detail) (out []chart.Band) {
	for _, b := range d.Bands {
		out = append(out, chart.Band{From: b.From, To: b.To, Label: cmp.Or(b.Title, b.ID)})
	}
	return out
}
