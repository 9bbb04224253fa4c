package compile

import (
	"fmt"
	"strconv"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/period"
)

// When things happened within the period: pages by hour of the week, deployments
// and incidents by day.

// clockChart counts the pages by weekday and hour, by the wall clock of who was on
// call. A day alone has no week to fold.
func (c *compiler) clockChart(own []alert.Episode) (name string, ok bool) {
	if c.p.Kind == period.Daily {
		return "", false
	}
	chart := reports.Chart{Name: "clock", Title: "Pages by hour of the week, by the clock of who is on call", Kind: reports.Clock, Unit: reports.Count}
	days := [7]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
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
	c.charts = append(c.charts, chart)
	return "clock", true
}

// days are the days of the period that have begun, in its zone.
func (c *compiler) days() (all []period.Period) {
	for d := period.Containing(period.Daily, c.p.From, c.p.Zone); d.From.Before(c.asOf); d = d.Next() {
		all = append(all, d)
	}
	return all
}

// daysTable is deployments and incidents by day, and its chart: whether what broke
// went along with what was changed.
func (c *compiler) daysTable() (t reports.Table, chart string) {
	if c.p.Kind == period.Daily {
		return t, ""
	}
	how := c.derive(reports.Derivation{
		Key: "days", Title: "Deployments and incidents by day", Formula: "deployments to production of each day, failed ones apart; incidents whose impact began in it",
		Source: "changes, incidents",
	})
	t = reports.Table{Key: "days", Title: "Deployments and incidents by day", Note: "Side by side is not cause: the links stated and suspected are listed above.", Columns: []reports.Column{
		{Key: "day", Title: "Day"}, {Key: "fine", Title: "Deployments, not failed", Numeric: true}, {Key: "failed", Title: "Failed", Numeric: true}, {Key: "incidents", Title: "Incidents", Numeric: true},
	}}
	x := reports.Chart{
		Name: "days", Title: fmt.Sprintf("Deployments and incidents by day of %s", Heading(c.p)), Kind: reports.Stacked, Unit: reports.Count, Twin: "days", MarksName: "incidents",
		Series: []reports.Series{{Name: "deployments, not failed"}, {Name: "failed", Tone: reports.Bad}},
	}
	own := c.began(c.last())
	for _, d := range c.days() {
		fine, failed, incidents := 0, 0, 0
		for _, l := range c.changesOf(d.From, d.To) {
			switch {
			case !l.Deployment() || !l.At.Before(c.asOf):
			case l.Failed():
				failed++
			default:
				fine++
			}
		}
		for _, i := range own {
			if d.Contains(i.ImpactStart()) {
				incidents++
			}
		}
		label := d.From.Format("Mon 2")
		t.Rows = append(t.Rows, reports.Row{Key: "day-" + d.ID, Cells: []reports.Value{words(d.From.Format("Mon 2 Jan")), withHow(count(fine), how), withHow(count(failed), how), withHow(count(incidents), how)}})
		x.Series[0].Points = append(x.Series[0].Points, reports.Point{Label: label, Value: reports.Number(float64(fine))})
		x.Series[1].Points = append(x.Series[1].Points, reports.Point{Label: label, Value: reports.Number(float64(failed))})
		x.Marks = append(x.Marks, incidents)
	}
	c.charts = append(c.charts, x)
	return t, "days"
}
