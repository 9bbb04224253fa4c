package slos

import (
	"fmt"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/web/sloparts"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slo/promql"
	"github.com/postern/postern/reports/slostatus"
)

// estimateRows returns how many of the counts are estimates; none if all are exact.
func estimateRows(d slostatus.Detail) []howRow {
	n := len(d.Estimated)
	if n == 0 {
		return nil
	}
	return []howRow{{"Estimated", humanize.Plural(n, "bucket"),
		"a series was reset, appeared or disappeared, and there were too many samples to read one by one: the server's increase() is " +
			"used, which extrapolates (≈ in the numbers above)"}}
}

// estimated reports whether a step of the curves has an estimated count.
func estimated(d slostatus.Detail, p slo.Point) bool {
	for _, at := range d.Estimated {
		if !at.Before(p.From) && at.Before(p.To) {
			return true
		}
	}
	return false
}

// counterNote returns how a counter's query is counted if that is not series by series;
// "" otherwise.
func counterNote(in slo.Indicator, query string) string {
	if _, exact := promql.Count(query, in.Counter, slo.BaseBucket); exact || in.Type != "prometheus" {
		return ""
	}
	return ", increase() of the whole expression: a reset of one of its series cannot be distinguished from a fall of the sum"
}

// projectionRows returns the budget of a whole calendar window, of which only a part is
// known.
func projectionRows(d slostatus.Detail) []howRow {
	p, r := d.Projected, d.Result
	if p == nil {
		return nil
	}
	note := fmt.Sprintf("%s to date, and the events of the same %s in the last four weeks", sloparts.Count(r.Total),
		humanize.Plural(p.Hours, "hour"))
	if p.Unseen > 0 {
		note += fmt.Sprintf("; %d of them have no history and count as the mean of the others", p.Unseen)
	}
	return []howRow{
		{"Total of the whole window", "≈ " + sloparts.Count(p.Total), "estimated: " + note},
		{"Permitted bad of it", "≈ " + sloparts.Count(p.Allowed), "(1 − target) × estimated total"},
		{"Budget of it consumed so far", "≈ " + sloparts.Budget(&p.Spent), "bad to date / permitted bad of the whole window"},
		{"Budget of it remaining", "≈ " + sloparts.Budget(&p.Left), "1 − consumed; the window ends " + windowEnd(d)},
	}
}

// windowEnd writes when a calendar window ends, in its own zone.
func windowEnd(d slostatus.Detail) string {
	zone := time.UTC
	if d.SLO.Window.Zone != nil {
		zone = d.SLO.Window.Zone
	}
	return d.Result.To.In(zone).Format("2006-01-02 15:04") + " " + zone.String()
}
