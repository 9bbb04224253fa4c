package compile

import (
	"strconv"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/period"
)

// When things happened within the period: pages by hour of the week, deployments and
// incidents by day.

// clockChart draws the pages by weekday and hour, in the zone of the people on call. A
// day alone has no week to fold. ok is false for a daily report and when there were no
// pages: a grid of zeros says less than the count. The chart has one series a weekday,
// Monday first, with 24 points each.
func (c *compiler) clockChart(own []alert.Episode) (name string, ok bool) {
	if c.p.Kind == period.Daily {
		return "", false
	}
	chart := reports.Chart{Name: "clock", Title: c.Text("report_body.clock_chart"), Kind: reports.Clock, Unit: reports.Count}
	days := [7]string{
		c.Text("report_body.monday"), c.Text("report_body.tuesday"), c.Text("report_body.wednesday"), c.Text("report_body.thursday"),
		c.Text("report_body.friday"), c.Text("report_body.saturday"), c.Text("report_body.sunday"),
	}
	pages := 0
	for day, hours := range c.onCall().Clock(own) {
		s := reports.Series{Name: days[day]}
		for hour, n := range hours {
			s.Points = append(s.Points, reports.Point{Label: strconv.Itoa(hour), Value: reports.Number(float64(n))})
			pages += n
		}
		chart.Series = append(chart.Series, s)
	}
	if pages == 0 {
		return "", false
	}
	return c.chart(chart), true
}

// days returns the days of the period that have begun, in its zone. A day with a change
// of clocks is one day, of 23 or 25 hours.
func (c *compiler) days() (all []period.Period) {
	for d := period.Containing(period.Daily, c.p.From, c.p.Zone); d.From.Before(c.asOf); d = d.Next() {
		all = append(all, d)
	}
	return all
}

// dayCounts is what happened on one day.
type dayCounts struct{ fine, failed, incidents int }

// countDay counts the deployments and the incidents of one day of the period. A change
// after the end of the data is not counted; the incidents are those that began on the
// day.
func (c *compiler) countDay(d period.Period) (n dayCounts) {
	for _, l := range c.changesOf(d.From, d.To) {
		switch {
		// Rollbacks and changes of configuration are no deployments.
		case !l.Deployment() || !l.At.Before(c.asOf):
		case l.Failed():
			n.failed++
		default:
			n.fine++
		}
	}
	for _, i := range c.began(c.last()) {
		if d.Contains(i.ImpactStart()) {
			n.incidents++
		}
	}
	return n
}

// daysTable returns deployments and incidents by day, and the name of their chart. Both
// are empty for a daily report. The table has one row a day that has begun, also
// without deployments: a gap in the days would be read as missing data. Labels of the
// chart are short, because a month has 31 columns.
func (c *compiler) daysTable() (t reports.Table, chart string) {
	if c.p.Kind == period.Daily {
		return t, ""
	}
	how := c.derive(reports.Derivation{
		Key: "days", Title: c.Text("report_body.days_title"), Formula: c.Text("report_body.days_formula"),
		Source: c.Text("report_body.source_changes_incidents"),
	})
	t = reports.Table{Key: "days", Title: c.Text("report_body.days_title"), Note: c.Text("report_body.days_note"), Columns: []reports.Column{
		c.words("day", "report_body.col_day"), c.numbers("fine", "report_body.col_successful"), c.numbers("failed", "report_body.col_failed"),
		c.numbers("incidents", "report_body.col_incidents"),
	}}
	x := reports.Chart{
		Name: "days", Title: c.Text("report_body.days_chart", "Period", c.heading()), Kind: reports.Stacked, Unit: reports.Count,
		Twin: "days", MarksName: c.Text("report_body.incidents"),
		Series: []reports.Series{{Name: c.Text("report_body.successful")}, {Name: c.Text("report_body.failed"), Tone: reports.Bad}},
	}
	for _, d := range c.days() {
		n := c.countDay(d)
		label := d.From.Format("Mon 2")
		day := reports.Value{Text: d.From.Format("Mon 2 Jan"), Key: d.ID}
		t.Rows = append(t.Rows, reports.Row{Key: "day-" + d.ID, Cells: []reports.Value{
			day, withHow(count(n.fine), how), withHow(count(n.failed), how), withHow(count(n.incidents), how),
		}})
		x.Series[0].Points = append(x.Series[0].Points, reports.Point{Label: label, Value: reports.Number(float64(n.fine))})
		x.Series[1].Points = append(x.Series[1].Points, reports.Point{Label: label, Value: reports.Number(float64(n.failed))})
		x.Marks = append(x.Marks, n.incidents)
	}
	return t, c.chart(x)
}
