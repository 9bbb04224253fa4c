package export

import (
	"math"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/chart"
)

// twin is a chart as a table, for the forms that cannot draw: the one that stands
// under the chart on the page.
func twin(r reports.Report, c reports.Chart) chart.Table { return Figure(r, c).Table() }

// bandTime is how the ends of a band are written.
const bandTime = "2006-01-02 15:04 -07:00"

// span says when a band lasted, in the report's zone.
func span(r reports.Report, b reports.Band) string {
	zone := reports.Definition{Zone: r.Zone}.Location()
	return b.From.In(zone).Format(bandTime) + " to " + b.To.In(zone).Format(bandTime)
}

// where names the place of a point: its instant in the report's zone, its label,
// or both.
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

// says is a value of a chart as its tables print it.
func says(c reports.Chart, v *float64) string {
	if v == nil {
		return Unit(c.Unit).Exact(math.NaN())
	}
	return Unit(c.Unit).Exact(*v)
}

// stamp is an instant of a derivation, in UTC as in the API; "" when there is none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
