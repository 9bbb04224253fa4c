package compile

import (
	"fmt"
	"strings"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/period"
)

// Trends: the same counts for every span that the report looks back on. They are
// tables and not arrows, because months of a handful of incidents have no trend.

// leastForTrend is the n below which a count is called few and gets no trend.
const leastForTrend = 10

// trendNote stands under every trend.
func (c *compiler) trendNote() string {
	name := strings.ToLower(c.spanHead())
	return fmt.Sprintf("Each row counts what began in that %s, as it is known now, from the first %s that anything is known of. Fewer than ten are too few for a trend.", name, name)
}

// trends tells whether the report looks back further than one period: a day's
// counts are too small for it.
func (c *compiler) trends() bool { return c.p.Kind != period.Daily }

// withTrend adds a trend to a section. One without anything in this period still
// shows how earlier ones went.
func (c *compiler) withTrend(s reports.Section, trend func() (reports.Table, string)) reports.Section {
	if !c.trends() {
		return s
	}
	t, chart := trend()
	if len(t.Rows) < 2 { // one row is the section itself
		return s
	}
	if s.Empty != "" {
		s.Note, s.Empty = s.Empty, ""
	}
	s.Tables = append(s.Tables, t)
	s.Charts = append(s.Charts, chart)
	return s
}

// began are the counted incidents whose impact began in the nth span, in order.
func (c *compiler) began(n int) (all []reports.Incident) {
	span := c.spans[n]
	for _, i := range c.in.Incidents {
		at := i.ImpactStart()
		if i.Counted() && !at.IsZero() && span.Contains(at) && at.Before(c.asOf) {
			all = append(all, i)
		}
	}
	return all
}

// responseTrend is 1-5-10 by span, each with its n.
func (c *compiler) responseTrend() (reports.Table, string) {
	t := reports.Table{Key: "response-trend", Title: "Response over time", Note: c.trendNote(), Columns: []reports.Column{
		{Key: "span", Title: c.spanHead()}, {Key: "n", Title: "Incidents (n)", Numeric: true}, {Key: "detect", Title: "Detected in time", Numeric: true},
		{Key: "diagnose", Title: c.middle() + " in time", Numeric: true}, {Key: "recover", Title: "Recovered in time", Numeric: true}, {Key: "all", Title: "All three", Numeric: true},
		{Key: "unknown", Title: "Unknown", Numeric: true}, {Key: "median", Title: "Median to recover", Numeric: true}, {Key: "known", Title: "n", Numeric: true},
	}}
	layers := []reports.Series{{Name: "met", Tone: reports.Good}, {Name: "missed", Tone: reports.Bad}, {Name: "unknown", Tone: reports.Gap}}
	how := ""
	for n, span := range c.spans {
		all := c.began(n)
		if len(all) == 0 && len(t.Rows) == 0 {
			continue
		}
		if how == "" {
			how = c.derive(reports.Derivation{
				Key: "response-trend", Title: "Response over time", Formula: "as the response of the period, over the incidents whose impact began in each span; in time = met / (met + missed); what is not known is in neither",
				Terms: []reports.Term{term("spans from", words(spanTitle(span)))}, Source: "incidents", Link: "/incidents", From: span.From, To: c.asOf,
			})
		}
		s, _ := c.attain(n)
		row := reports.Row{Key: "response-" + span.ID, Cells: []reports.Value{words(spanTitle(span)), withHow(count(len(all)), how)}}
		for _, a := range []attainment{s.detect, s.diagnose, s.recover, s.all} {
			row.Cells = append(row.Cells, withHow(c.kept(a), how))
		}
		row.Cells = append(row.Cells, count(s.all.Unknown))
		row.Cells = append(row.Cells, c.medianCells(all, how)...)
		t.Rows = append(t.Rows, row)
		for k, v := range []int{s.all.Met, s.all.Missed, s.all.Unknown} {
			layers[k].Points = append(layers[k].Points, reports.Point{Label: fmt.Sprintf("%s, n = %d", spanTitle(span), s.all.Met+s.all.Missed+s.all.Unknown), Value: reports.Number(float64(v))})
		}
	}
	if len(t.Rows) < 2 {
		return reports.Table{}, ""
	}
	c.charts = append(c.charts, reports.Chart{Name: "response-trend", Title: "Incidents that kept all three targets, by " + strings.ToLower(c.spanHead()), Kind: reports.Stacked, Unit: reports.Count, Series: layers, Twin: "response-trend"})
	return t, "response-trend"
}

// kept is an attainment of a trend: without tone, a dash where nothing happened.
func (c *compiler) kept(a attainment) reports.Value {
	if a.Met+a.Missed+a.Unknown == 0 {
		return dash(reports.Ratio)
	}
	v := a.value()
	if v.Number != nil {
		v.Tone = reports.Plain
	}
	return v
}

// medianCells are the median time to recover and how many it is of.
func (c *compiler) medianCells(all []reports.Incident, how string) []reports.Value {
	known := recoveries(all)
	if len(all) == 0 {
		return []reports.Value{dash(reports.Seconds), count(0)}
	}
	return []reports.Value{withHow(durationOf(known.Median), how), count(known.N)}
}

// pagesOf are the pages that began in the nth span.
func (c *compiler) pagesOf(n int) (all []alert.Episode) {
	to := c.spans[n].To
	if to.After(c.asOf) {
		to = c.asOf
	}
	for _, e := range c.episodes(c.spans[n].From, to) {
		if e.Paging {
			all = append(all, e)
		}
	}
	return all
}

// alertTrend is the quality of paging by span.
func (c *compiler) alertTrend() (reports.Table, string) {
	t := reports.Table{Key: "alert-trend", Title: "Paging over time", Note: c.trendNote(), Columns: []reports.Column{
		{Key: "span", Title: c.spanHead()}, {Key: "pages", Title: "Pages (n)", Numeric: true}, {Key: "night", Title: "At night", Numeric: true},
		{Key: "precision", Title: "Precision", Numeric: true}, {Key: "actionable", Title: "Actionable", Numeric: true}, {Key: "recall", Title: "Recall", Numeric: true},
		{Key: "shifts", Title: fmt.Sprintf("Shifts over %d incidents", alert.MaxPerShift), Numeric: true},
	}}
	layers := []reports.Series{{Name: "with an incident", Tone: reports.Good}, {Name: "without one"}}
	on, how := c.onCall(), ""
	for n, span := range c.spans {
		pages := c.pagesOf(n)
		if len(pages) == 0 && len(t.Rows) == 0 {
			continue
		}
		if how == "" {
			how = c.derive(reports.Derivation{
				Key: "alert-trend", Title: "Paging over time", Formula: "as the paging of the period, over the pages and incidents that began in each span",
				Terms: []reports.Term{term("spans from", words(spanTitle(span)))}, Source: "alerts, incidents", Link: "/alerts", From: span.From, To: c.asOf,
			})
		}
		q := alert.Judge(pages, forAlerts(c.began(n)), on)
		over, shifts := c.shiftsOver(pages, span)
		t.Rows = append(t.Rows, reports.Row{Key: "alerts-" + span.ID, Cells: []reports.Value{
			words(spanTitle(span)), withHow(count(q.Paging), how), withHow(count(q.Night), how), withHow(shareOf(q.Precision), how),
			withHow(shareOf(q.Actionable), how), withHow(shareOf(q.Recall), how), withHow(partOf(over, shifts), how),
		}})
		for k, v := range []int{q.Precision.Part, q.Paging - q.Precision.Part} {
			layers[k].Points = append(layers[k].Points, reports.Point{Label: spanTitle(span), Value: reports.Number(float64(v))})
		}
	}
	if len(t.Rows) < 2 {
		return reports.Table{}, ""
	}
	c.charts = append(c.charts, reports.Chart{Name: "alert-trend", Title: "Pages with and without an incident, by " + strings.ToLower(c.spanHead()), Kind: reports.Stacked, Unit: reports.Count, Series: layers, Twin: "alert-trend"})
	return t, "alert-trend"
}

// shiftsOver counts the shifts of a span that had more incidents than one can
// handle with care, of how many.
func (c *compiler) shiftsOver(episodes []alert.Episode, span period.Period) (over, of int) {
	to := span.To
	if to.After(c.asOf) {
		to = c.asOf
	}
	on := c.onCall()
	shifts := on.Shifts(episodes, on.Of(""), span.From, to)
	for _, s := range shifts {
		if s.Incidents > alert.MaxPerShift {
			over++
		}
	}
	return over, len(shifts)
}
