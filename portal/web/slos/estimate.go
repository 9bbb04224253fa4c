package slos

import (
	"time"

	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/sloparts"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slo/promql"
	"github.com/postern/postern/reports/slostatus"
)

// estimateRows returns how many of the counts are estimates; none if all are exact. The
// counts of a bucket are estimated if a source could not count it exactly.
func estimateRows(texts *messages.Printer, d slostatus.Detail) []howRow {
	n := len(d.Estimated)
	if n == 0 {
		return nil
	}
	return []howRow{{texts.Text("slo.estimated"), texts.Count("slo.buckets", n), texts.Text("slo.estimated_note")}}
}

// estimated reports whether a step of the curves has an estimated count. A step includes
// its beginning and excludes its end.
func estimated(d slostatus.Detail, p slo.Point) bool {
	for _, at := range d.Estimated {
		if !at.Before(p.From) && at.Before(p.To) {
			return true
		}
	}
	return false
}

// counterNote returns how a counter's query is counted if that is not series by series;
// "" otherwise. The difference matters: a query that promql.Count cannot take apart is
// evaluated as a whole, so a restart of one process may look like fewer events.
func counterNote(in slo.Indicator, query string) string {
	if _, exact := promql.Count(query, in.Counter, slo.BaseBucket); exact || in.Type != "prometheus" {
		return ""
	}
	return ", increase() of the whole expression: a reset of one of its series cannot be distinguished from a fall of the sum"
}

// projectionRows returns the budget of a whole calendar window, of which only a part is
// known. It returns nil unless the result has a projection. Values are marked as
// approximate; the note has the hours ahead, which are projected from the last four
// weeks.
func projectionRows(texts *messages.Printer, d slostatus.Detail) []howRow {
	p, r := d.Projected, d.Result
	if p == nil {
		return nil
	}
	note := texts.Count("slo.projection", p.Hours, "Total", sloparts.Count(r.Total))
	if p.Unseen > 0 {
		note += " " + texts.Count("slo.projection_unseen", p.Unseen)
	}
	return []howRow{
		{texts.Text("slo.window_total"), "≈ " + sloparts.Count(p.Total), note},
		{texts.Text("slo.window_allowed"), "≈ " + sloparts.Count(p.Allowed), texts.Text("slo.window_allowed_formula")},
		{texts.Text("slo.window_consumed"), "≈ " + sloparts.Budget(&p.Spent), texts.Text("slo.window_consumed_formula")},
		{texts.Text("slo.window_remaining"), "≈ " + sloparts.Budget(&p.Left), texts.Text("slo.window_remaining_note", "Time", windowEnd(d))},
	}
}

// windowEnd writes when a calendar window ends, in its own zone. The word after the time
// is the name of the zone, "UTC" if the definition has none.
func windowEnd(d slostatus.Detail) string {
	zone := time.UTC
	if d.SLO.Window.Zone != nil {
		zone = d.SLO.Window.Zone
	}
	return d.Result.To.In(zone).Format("2006-01-02 15:04") + " " + zone.String()
}
