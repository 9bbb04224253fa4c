package compile

import (
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/tally"
)

// Trends: the same counts for every span that the report looks back on. They are tables and
// not arrows, because months of a handful of incidents have no trend.

// leastForTrend is the n below which a count is called few and gets no trend.
const leastForTrend = 10

// trendNote is the note of every trend.
func (c *compiler) trendNote() string {
	return c.Text("report_body.trend_note", "Period", c.spanWord())
}

// withTrend adds a trend to a section. One without anything in this period still shows
// earlier ones. Daily reports have no trends: the counts of a day are too small. trend
// returns its table and the name of its chart. It is only called when the trend is
// shown, because it adds a chart to the report.
func (c *compiler) withTrend(s reports.Section, trend func() (reports.Table, string)) reports.Section {
	if c.p.Kind == period.Daily {
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

// began returns the counted incidents whose impact started in the nth span, in order.
// Those that are not counted (maintenance, contradictory times) are left out, as in
// sortIncidents.
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

// spanValue names a span in a row.
func spanValue(p period.Period) reports.Value { return reports.Value{Text: spanTitle(p), Key: p.ID} }

// spanColumn is the column of spanValue.
func (c *compiler) spanColumn() reports.Column {
	return reports.Column{Key: "span", Title: capital(c.spanWord())}
}

// responseTrend is the response by span, each with its n. It begins with the first span
// that has an incident, so that spans of before the portal are not shown as good ones;
// later ones without an incident have a row of dashes. It returns nothing when fewer
// than two rows are left.
func (c *compiler) responseTrend() (reports.Table, string) {
	t := reports.Table{Key: "response-trend", Title: c.Text("report_body.response_trend"), Note: c.trendNote(), Columns: []reports.Column{
		c.spanColumn(), c.numbers("n", "report_body.col_incidents_n"), c.numbers("detect", "report_body.col_detected_in_time"),
		{Key: "diagnose", Title: c.Text("report_body.col_in_time", "Step", c.middle()), Numeric: true},
		c.numbers("recover", "report_body.col_recovered_in_time"), c.numbers("all", "report_body.all_three"),
		c.numbers("unknown", "report_body.col_unknown"),
		c.numbers("median", "report_body.col_median_recover"), c.numbers("known", "report_body.col_n"),
	}}
	layers := c.layers()
	how := ""
	for n, span := range c.spans {
		all := c.began(n)
		if len(all) == 0 && len(t.Rows) == 0 {
			continue
		}
		if how == "" {
			how = c.derive(reports.Derivation{
				Key: "response-trend", Title: c.Text("report_body.response_trend"), Formula: c.Text("report_body.response_trend_formula"),
				Terms:  []reports.Term{term(c.Text("report_body.spans_from"), spanValue(span))},
				Source: c.Text("report_body.incidents"), Link: "/incidents", From: span.From, To: c.asOf,
			})
		}
		s, _ := c.attain(n)
		row := reports.Row{Key: "response-" + span.ID, Cells: []reports.Value{spanValue(span), withHow(count(len(all)), how)}}
		// The order is that of the columns.
		for _, a := range []attainment{s.detect, s.diagnose, s.recover, s.all} {
			row.Cells = append(row.Cells, withHow(c.attainedBefore(a), how))
		}
		row.Cells = append(row.Cells, count(s.all.Unknown))
		row.Cells = append(row.Cells, c.medianCells(all, how)...)
		t.Rows = append(t.Rows, row)
		label := c.Text("report_body.span_n", "Span", spanTitle(span), "N", s.all.known()+s.all.Unknown)
		for k, v := range []int{s.all.Met, s.all.Missed, s.all.Unknown} {
			layers[k].Points = append(layers[k].Points, reports.Point{Label: label, Value: reports.Number(float64(v))})
		}
	}
	if len(t.Rows) < 2 {
		return reports.Table{}, ""
	}
	return t, c.chart(reports.Chart{
		Name: "response-trend", Title: c.Text("report_body.response_trend_chart", "Period", c.spanWord()), Kind: reports.Stacked,
		Unit:   reports.Count,
		Series: layers, Twin: "response-trend",
	})
}

// attainedBefore is attained in a trend: without tone, a dash where nothing happened.
// Old spans have no tone, because nothing can be done about them.
func (c *compiler) attainedBefore(a attainment) reports.Value {
	if a.known()+a.Unknown == 0 {
		return dash(reports.Ratio)
	}
	v := c.attained(a)
	if v.Number != nil {
		v.Tone = reports.Plain
	}
	return v
}

// medianCells are the median time to recover and its n.
func (c *compiler) medianCells(all []reports.Incident, how string) []reports.Value {
	known := recoveries(all)
	if len(all) == 0 {
		return []reports.Value{dash(reports.Seconds), count(0)}
	}
	return []reports.Value{withHow(c.durationOf(known.Median), how), count(known.N)}
}

// pagesOf returns the pages that began in the nth span. The inputs of earlier spans
// have pages only, so trends of all episodes are not possible.
func (c *compiler) pagesOf(n int) (all []alert.Episode) {
	for _, e := range c.episodes(c.spans[n].From, tally.Earlier(c.spans[n].To, c.asOf)) {
		if e.Paging {
			all = append(all, e)
		}
	}
	return all
}

// alertTrend is the quality of paging by span. It begins with the first span that has a
// page. Quality is judged from pages and the counted incidents of each span.
func (c *compiler) alertTrend() (reports.Table, string) {
	t := reports.Table{Key: "alert-trend", Title: c.Text("report_body.alert_trend"), Note: c.trendNote(), Columns: []reports.Column{
		c.spanColumn(), c.numbers("pages", "report_body.col_pages_n"), c.numbers("night", "report_body.col_at_night"),
		c.numbers("precision", "report_body.col_precision"),
		c.numbers("actionable", "report_body.col_actionable"), c.numbers("recall", "report_body.col_recall"),
		{Key: "shifts", Title: c.Count("report_body.col_shifts_over", alert.MaxPerShift), Numeric: true},
	}}
	layers := []reports.Series{{Name: c.Text("report_body.with_incident"), Tone: reports.Good}, {Name: c.Text("report_body.without_incident")}}
	on, how := c.onCall(), ""
	for n, span := range c.spans {
		pages := c.pagesOf(n)
		if len(pages) == 0 && len(t.Rows) == 0 {
			continue
		}
		if how == "" {
			how = c.derive(reports.Derivation{
				Key: "alert-trend", Title: c.Text("report_body.alert_trend"), Formula: c.Text("report_body.alert_trend_formula"),
				Terms:  []reports.Term{term(c.Text("report_body.spans_from"), spanValue(span))},
				Source: c.Text("report_body.source_alerts_incidents"), Link: "/alerts", From: span.From, To: c.asOf,
			})
		}
		q := alert.Judge(pages, forAlerts(c.began(n)), on)
		over, shifts := c.shiftsOver(pages, span)
		t.Rows = append(t.Rows, reports.Row{Key: "alerts-" + span.ID, Cells: []reports.Value{
			spanValue(span), withHow(count(q.Paging), how), withHow(count(q.Night), how), withHow(c.shareOf(q.Precision), how),
			withHow(c.shareOf(q.Actionable), how), withHow(c.shareOf(q.Recall), how), withHow(c.fraction(over, shifts), how),
		}})
		for k, v := range []int{q.Precision.Part, q.Paging - q.Precision.Part} {
			layers[k].Points = append(layers[k].Points, reports.Point{Label: spanTitle(span), Value: reports.Number(float64(v))})
		}
	}
	if len(t.Rows) < 2 {
		return reports.Table{}, ""
	}
	return t, c.chart(reports.Chart{
		Name: "alert-trend", Title: c.Text("report_body.alert_trend_chart", "Period", c.spanWord()), Kind: reports.Stacked, Unit: reports.Count,
		Series: layers, Twin: "alert-trend",
	})
}

// shiftsOver counts the shifts of a span that had more incidents than one person can
// handle with care; of is how many shifts there were. Shifts are those of the portal's
// zone and not of each service. A span in progress has the shifts up to the end of the
// data.
func (c *compiler) shiftsOver(episodes []alert.Episode, span period.Period) (over, of int) {
	on := c.onCall()
	shifts := on.Shifts(episodes, on.Of(""), span.From, tally.Earlier(span.To, c.asOf))
	for _, s := range shifts {
		if s.Incidents > alert.MaxPerShift {
			over++
		}
	}
	return over, len(shifts)
}
