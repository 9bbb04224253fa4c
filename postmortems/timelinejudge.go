package postmortems

import (
	"fmt"
	"regexp"
	"time"

	"github.com/postern/postern/portal/base/humanize"
)

// perTimelineRule is how many findings of one rule are told for one timeline: an
// author who fixes the first sees the pattern.
const perTimelineRule = 5

// How far from the incident a row may lie.
const (
	leadUp   = 6 * time.Hour       // when the timeline does not state day and zone of the row
	farAway  = 31 * 24 * time.Hour // when it does: a mistyped month or year
	fromZero = time.Duration(0)
)

// entries are the rows as the document has them.
func (t *timelineReader) entries() []TimelineEntry {
	var out []TimelineEntry
	for _, row := range t.rows {
		out = append(out, row.entry)
	}
	return out
}

// timeline warns of what could not be placed in a timeline, or lies far outside
// the incident.
func (j *judge) timeline(t *timelineReader, times Times) {
	told := map[string]int{}
	for _, f := range t.found {
		if f.rows == 0 {
			continue
		}
		if told[f.rule]++; told[f.rule] <= perTimelineRule {
			j.find(f.rule, place{line: f.line}, "%s (%s left without a time)", f.message, humanize.Plural(f.rows, "row"))
		}
	}
	for _, rule := range []string{ruleTimelineZone, ruleTimelineDate} {
		if more := told[rule] - perTimelineRule; more > 0 {
			j.find(rule, place{}, "%d more of these in the timeline", more)
		}
	}
	if t.undated > 0 {
		j.find(ruleTimelineNoDay, place{line: t.rows[0].entry.Line}, "%d times of the timeline have no date: give times.started, or the date in the heading", t.undated)
	}
	t.outside(j, times)
}

// actionDates warns of dates of actions that are not understood: none is guessed.
func (j *judge) actionDates(actions []Action) {
	for _, a := range actions {
		if a.unread != "" {
			j.find(ruleActionDate, place{line: a.Line}, "%q is not understood as a date, or can be read in two ways: the action has none; write 2026-10-03", a.unread)
		}
	}
}

// outside warns of rows far before the start or far after the end.
func (t *timelineReader) outside(j *judge, times Times) {
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
		j.find(ruleTimelineOutside, place{line: first.Line}, "%s far outside the incident, the first at %s: state day and time zone, or correct times",
			lies(n), first.At.At.Format(time.RFC3339))
	}
}

func lies(n int) string {
	if n == 1 {
		return "this row of the timeline lies"
	}
	return fmt.Sprintf("%d rows of the timeline lie", n)
}

// span is from the start to the last milestone after which nothing of the
// incident happens; zero where it is not known to the minute.
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

// outside reports whether an instant lies further than limit before from or after
// to; a zero bound is none.
func (i Instant) outside(from, to time.Time, limit time.Duration) bool {
	return i.Precision == Exact && (!from.IsZero() && from.Sub(i.At) > limit || !to.IsZero() && i.At.Sub(to) > limit)
}

// detectedWord matches how a timeline says that the incident was noticed.
var detectedWord = regexp.MustCompile(`(?i:\bdetect(?:ed|s)\b)|发现(?:故障|问题|异常)|告警(?:触发|响起)`)

// milestone warns that the timeline says when the incident was detected and the
// front matter does not. It names a time only when the timeline states day and
// zone of the row, and the time lies within the incident.
func (t *timelineReader) milestone(j *judge, times Times) {
	from, to := times.span()
	for _, row := range t.rows {
		if !detectedWord.MatchString(row.entry.Text) {
			continue
		}
		suggestion := "give times.detected"
		if at := row.entry.At; row.stated && at.Precision == Exact && !at.outside(from, to, fromZero) {
			suggestion += ": " + at.At.Format(time.RFC3339)
		}
		j.find(ruleMilestone, place{line: row.entry.Line}, "the timeline says when it was detected, the front matter does not: %s", suggestion)
		return
	}
}
