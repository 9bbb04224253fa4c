package export

import (
	"math"
	"time"

	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/chart"
)

// tableOf returns a chart as a table, for forms without figures. It is the table under
// the figure on the page.
func tableOf(texts *messages.Printer, r reports.Report, c reports.Chart) chart.Table {
	return Figure(texts, r, c).Table(texts)
}

// bandTime is the layout of the times of points and bands. It has the offset, since a
// period may contain a change of the clock.
const bandTime = "2006-01-02 15:04 -07:00"

// span returns the beginning and end of a band in the zone of the report.
func span(texts *messages.Printer, r reports.Report, b reports.Band) string {
	zone := reports.Definition{Zone: r.Zone}.Location()
	return texts.Text("export.span", "From", b.From.In(zone).Format(bandTime), "To", b.To.In(zone).Format(bandTime))
}

// where returns the place of a point: its time in the zone of the report, its label, or
// both. A point without a time belongs to a category, such as a week or a rule.
func where(r reports.Report, p reports.Point) string {
	if p.At.IsZero() {
		return p.Label
	}
	at := p.At.In(reports.Definition{Zone: r.Zone}.Location()).Format(bandTime)
	if p.Label != "" {
		at += " " + p.Label
	}
	return at
}

// valueText returns a value of a chart as its table has it. An unknown value is written
// as "no data" and not as 0.
func valueText(texts *messages.Printer, c reports.Chart, v *float64) string {
	if v == nil {
		return Unit(c.Unit).Exact(texts, math.NaN())
	}
	return Unit(c.Unit).Exact(texts, *v)
}

// stamp returns the time of a derivation in UTC, as in the API, "" for the zero time.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
