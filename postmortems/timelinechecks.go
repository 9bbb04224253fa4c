package postmortems

import (
	"fmt"
	"regexp"
	"time"

	"github.com/postern/postern/portal/base/humanize"
)

// perTimelineRule is how many findings of one rule are reported for one timeline: an
// author who fixes the first ones sees the pattern.
const perTimelineRule = 5

// How far outside the incident a row may be.
const (
	leadUp   = 6 * time.Hour       // when the timeline does not state both day and zone of the row
	farAway  = 31 * 24 * time.Hour // when it does; more means a mistyped month or year
	fromZero = time.Duration(0)
)

// entries returns the entries of all rows. They are in document order, with and without
// a time.
func (t *timelineReader) entries() []TimelineEntry {
	var out []TimelineEntry
	for _, row := range t.rows {
		out = append(out, row.entry)
	}
	return out
}

// timeline reports what could not be placed in a timeline, or is far outside the
// incident. Findings without affected rows are not reported: a zone that no row needs
// does no harm.
func (c *checker) timeline(t *timelineReader, times Times) {
	count := map[string]int{}
	for _, f := range t.found {
		if f.rows == 0 {
			continue
		}
		if count[f.rule]++; count[f.rule] <= perTimelineRule {
			c.report(f.rule, place{line: f.line}, "%s (%s left without a time)", f.message, humanize.Plural(f.rows, "row"))
		}
	}
	for _, rule := range []string{ruleTimelineZone, ruleTimelineDate} {
		if more := count[rule] - perTimelineRule; more > 0 {
			c.report(rule, place{}, "%d more of these in the timeline", more)
		}
	}
	if t.undated > 0 {
		c.report(ruleTimelineNoDay, place{line: t.rows[0].entry.Line},
			"%d times of the timeline have no date: set times.started, or put the date into the heading", t.undated)
	}
	t.outside(c, times)
}

// actionDates reports dates of action items that are not understood. They are not
// guessed.
func (c *checker) actionDates(actions []Action) {
	for _, a := range actions {
		if a.unparsed != "" {
			c.report(ruleActionDate, place{line: a.Line}, "%q is not understood as a date, or is ambiguous: "+
				"the action item has no due date; write 2026-10-03", a.unparsed)
		}
	}
}

// outside reports rows far before the start or far after the end. All such rows are one
// warning at the first of them: they usually have one cause.
func (t *timelineReader) outside(c *checker, times Times) {
	from, to := times.span()
	var first TimelineEntry
	n := 0
	for _, row := range t.rows {
		limit := leadUp
		if row.stated {
			limit = farAway
		}
		if row.entry.At.outside(from, to, limit) {
			if n++; n == 1 {
				first = row.entry
			}
		}
	}
	if n > 0 {
		c.report(ruleTimelineOutside, place{line: first.Line},
			"%s far outside the incident, the first at %s: state day and time zone, or correct times",
			rowsAre(n), first.At.At.Format(time.RFC3339))
	}
}

// rowsAre returns the subject of the warning with its verb.
func rowsAre(n int) string {
	if n == 1 {
		return "this row of the timeline is"
	}
	return fmt.Sprintf("%d rows of the timeline are", n)
}

// span returns the start and the last milestone of the incident; zero if it is not
// known to the second. The last milestone is resolved, otherwise recovered, otherwise
// mitigated.
func (t Times) span() (from, to time.Time) {
	if t.Started.Precision == Exact {
		from = t.Started.At
	}
	for _, end := range []Instant{t.Resolved, t.Recovered, t.Mitigated} {
		if end.Precision == Exact {
			return from, end.At
		}
	}
	return from, to
}

// outside reports whether an instant is more than limit before from or after to; a zero
// bound does not limit.
func (i Instant) outside(from, to time.Time, limit time.Duration) bool {
	return i.Precision == Exact && (!from.IsZero() && from.Sub(i.At) > limit || !to.IsZero() && i.At.Sub(to) > limit)
}

// detectedWord matches how a timeline describes detection.
var detectedWord = regexp.MustCompile(`(?i:\bdetect(?:ed|s)\b)|发现(?:故障|问题|异常)|告警(?:触发|响起)`)

// milestone reports that the timeline states when the incident was detected and the
// front matter does not. It suggests a time only when the timeline states day and zone
// of the row, and the time is within the incident. Only the first such row is reported.
func (t *timelineReader) milestone(c *checker, times Times) {
	from, to := times.span()
	for _, row := range t.rows {
		if !detectedWord.MatchString(row.entry.Text) {
			continue
		}
		suggestion := "set times.detected"
		if at := row.entry.At; row.stated && at.Precision == Exact && !at.outside(from, to, fromZero) {
			suggestion += ": " + at.At.Format(time.RFC3339)
		}
		c.report(ruleMilestone, place{line: row.entry.Line},
			"the timeline states when the incident was detected, the front matter does not: %s", suggestion)
		return
	}
}
