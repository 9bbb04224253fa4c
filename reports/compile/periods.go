package compile

import (
	"fmt"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports/period"
)

// before is the period that this one is compared with: the one before, and for a
// day the same weekday of the week before.
func (c *compiler) before() int { return len(c.spans) - 2 }

// last is the report's own period among the spans.
func (c *compiler) last() int { return len(c.spans) - 1 }

// span names a span in a column's head.
func spanTitle(p period.Period) string {
	switch p.Kind {
	case period.Weekly:
		return p.ID[len("2026-"):]
	case period.Monthly:
		return p.From.Format("Jan 06")
	}
	return p.From.Format("Mon 2 Jan")
}

// Heading is a period as people say it: "Week 47, 16 to 22 November 2026".
func Heading(p period.Period) string {
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
		return fmt.Sprintf("Week %d, %s to %s", week, from, last.Format("2 January 2006"))
	}
	s := p.From.Format("Monday, 2 January 2006")
	if h := p.Length(); h != 24*time.Hour {
		s += " (a day of " + hoursText(h) + ")"
	}
	return s
}

func hoursText(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%.1f hours", d.Hours())
}

// compareWord names the period that this one is compared with.
func (c *compiler) compareWord() string {
	switch c.p.Kind {
	case period.Weekly:
		return "week before"
	case period.Monthly:
		return "month before"
	}
	return "day before"
}

// spanHead names the spans in the head of a trend.
func (c *compiler) spanHead() string {
	switch c.p.Kind {
	case period.Daily:
		return "Day"
	case period.Weekly:
		return "Week"
	}
	return "Month"
}

// spansWord names how far the report looks back.
func (c *compiler) spansWord() string {
	return fmt.Sprintf("last %s", humanize.Plural(len(c.spans), strings.ToLower(c.spanHead())))
}
