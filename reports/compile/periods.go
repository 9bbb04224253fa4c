package compile

import (
	"strconv"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
)

// before is the index among the spans of the period that this one is compared with.
// There are always at least two spans: the period itself is the last.
func (c *compiler) before() int { return len(c.spans) - 2 }

// last is the index of the report's own period among the spans.
func (c *compiler) last() int { return len(c.spans) - 1 }

// spanTitle names a span in the title of a column. Weeks are without the year, which is
// four digits, and the hyphen: "W47".
func spanTitle(p period.Period) string {
	switch p.Kind {
	case period.Weekly:
		return p.ID[len("2026-"):]
	case period.Monthly:
		return p.From.Format("Jan 06")
	}
	return p.From.Format("Mon 2 Jan")
}

// heading returns a period in words: "Week 47, 16 to 22 November 2026". The end is the
// last day of the period and not the first of the next one. The year of the first day,
// and its month, are left out where they are those of the last.
func (c *compiler) heading() string {
	p := c.p
	last := p.To.Add(-time.Nanosecond).In(p.Zone)
	switch p.Kind {
	case period.Monthly:
		return p.From.Format("January 2006")
	case period.Weekly:
		_, week := p.From.ISOWeek()
		from := p.From.Format("2 January 2006")
		switch {
		case p.From.Month() == last.Month():
			from = p.From.Format("2")
		case p.From.Year() == last.Year():
			from = p.From.Format("2 January")
		}
		return c.Text("report_body.heading_week", "Week", strconv.Itoa(week), "From", from, "To", last.Format("2 January 2006"))
	}
	// A day on which clocks change states its length, since all counts of it differ
	// from those of other days.
	day := p.From.Format("Monday, 2 January 2006")
	if p.Length() == 24*time.Hour {
		return day
	}
	return c.Text("report_body.heading_odd_day", "Day", day, "Length", humanize.Duration(p.Length()))
}

// compareWord names the period that this one is compared with.
func (c *compiler) compareWord() string {
	switch c.p.Kind {
	case period.Weekly:
		return c.Text("report_body.before_week")
	case period.Monthly:
		return c.Text("report_body.before_month")
	}
	return c.Text("report_body.before_day")
}

// was writes how a figure was in the period that this one is compared with.
func (c *compiler) was(text string) string {
	return c.Text("report_body.was", "Before", c.compareWord(), "Text", text)
}

// spanWord names a span of the report inside a sentence.
func (c *compiler) spanWord() string {
	switch c.p.Kind {
	case period.Daily:
		return c.Text("report_body.span_day")
	case period.Weekly:
		return c.Text("report_body.span_week")
	}
	return c.Text("report_body.span_month")
}

// spansWord names how far the report looks back.
func (c *compiler) spansWord() string {
	switch c.p.Kind {
	case period.Daily:
		return c.Count("report_body.last_days", len(c.spans))
	case period.Weekly:
		return c.Count("report_body.last_weeks", len(c.spans))
	}
	return c.Count("report_body.last_months", len(c.spans))
}

// when returns an instant in the report's zone. A daily report has the time alone for
// what is on its day. The key is in UTC, so it does not depend on the zone.
func (c *compiler) when(t time.Time) reports.Value {
	if t.IsZero() {
		return c.unknown("")
	}
	layout := "Mon 2 Jan 15:04"
	if c.p.Kind == period.Daily && c.p.Contains(t) {
		layout = "15:04"
	}
	return reports.Value{Text: t.In(c.p.Zone).Format(layout), Key: t.UTC().Format(time.RFC3339)}
}
