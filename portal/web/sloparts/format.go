package sloparts

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// verdictOf returns the verdict of an SLO as a word, with its class. Without a verdict,
// the word is the state of the data. class is the tone: "ok", "bad", "warn" for data that
// is invalid, otherwise "none".
func verdictOf(texts *messages.Printer, r slo.Result) (word, class string) {
	switch {
	case r.Met == nil && r.State == slo.Invalid:
		return r.State.Words(), "warn"
	case r.Met == nil:
		return r.State.Words(), "none"
	case !*r.Met:
		return texts.Text("slo.verdict_missed"), "bad"
	case r.State == slo.Partial:
		return texts.Text("slo.verdict_partial"), "ok"
	}
	return texts.Text("slo.verdict_met"), "ok"
}

// SLI writes a share with the decimals that its target needs, rounded down: it is never
// shown as a whole that it is not. An unknown share, NaN and infinities are "–".
func SLI(sli *float64, target float64) string {
	if sli == nil || !humanize.Finite(*sli) {
		return "–"
	}
	return humanize.SLI(*sli, target)
}

// Target writes a target as its author wrote it.
func Target(target float64) string {
	return humanize.Target(target)
}

// Budget writes a share of an error budget. A budget of 0 that was exceeded is infinitely
// consumed, which is written in words.
func Budget(share *float64) string {
	switch {
	case share == nil || math.IsNaN(*share):
		return "–"
	case math.IsInf(*share, 0):
		return "all of none"
	}
	return humanize.Share(*share)
}

// Count writes a number of events. Slices may be good or bad by a fraction, so that
// counts need not be whole.
func Count(x float64) string { return humanize.Count(x) }

// Rate writes a burn rate, "–" if it is unknown.
func Rate(rate *float64) string {
	if rate == nil || math.IsNaN(*rate) {
		return "–"
	}
	return humanize.Times(*rate)
}

// Duration writes a length of time in its largest two units.
func Duration(d time.Duration) string { return humanize.Duration(d) }

// lastsText writes how long a budget lasts at the present rate. It is "–" if the
// remaining budget is unknown. A year is the limit, since a rate does not hold longer.
func lastsText(texts *messages.Printer, lasts *time.Duration, left *float64) string {
	const far = 365 * 24 * time.Hour
	switch {
	case left == nil:
		return "–"
	case lasts == nil:
		return texts.Text("slo.not_burning")
	case *lasts <= 0:
		return texts.Text("slo.exhausted")
	case *lasts > far:
		return texts.Text("slo.over_a_year")
	}
	return Duration(*lasts)
}

// Sizes of a sparkline, in its own units: a bar a week, whole height twice a
// week's budget.
const (
	sparkBar, sparkGap, sparkHeight = 7, 2, 20
	sparkMost                       = 2.0
)

// spark draws the last weeks as bars: how much of a week's budget each consumed. Its
// label has the same values. Its middle line is one week's budget. A week without a
// number has a low grey bar and its state in the label. The result is HTML of numbers and
// fixed words only.
func spark(row slostatus.Row) template.HTML {
	var bars strings.Builder
	var words []string
	for i, w := range row.Weeks {
		x := i * (sparkBar + sparkGap)
		if w.Spent == nil {
			words = append(words, w.State.Words())
			fmt.Fprintf(&bars, `<rect class="f-none" x="%d" y="%d" width="%d" height="2"/>`, x, sparkHeight-2, sparkBar)
			continue
		}
		words = append(words, Budget(w.Spent))
		class := "f-ok"
		// More than one budget is bad.
		if *w.Spent > 1 {
			class = "f-bad"
		}
		// At least one unit, so that a week that consumed little is visible; at most
		// sparkMost.
		h := max(int(math.Round(min(*w.Spent, sparkMost)/sparkMost*sparkHeight)), 1)
		fmt.Fprintf(&bars, `<rect class="%s" x="%d" y="%d" width="%d" height="%d"/>`, class, x, sparkHeight-h, sparkBar, h)
	}
	width := len(row.Weeks)*(sparkBar+sparkGap) - sparkGap
	return template.HTML(fmt.Sprintf(`<svg class="chart spark" role="img" aria-label="Budget consumed by week: %s" viewBox="0 0 %d %d" width="%d" height="%d"><path class="k-rule" d="M0 %dH%d"/>%s</svg>`,
		strings.Join(words, ", "), width, sparkHeight, width, sparkHeight, sparkHeight/2, width, bars.String()))
}

// WindowWords writes the length of a window in words: "28 days". A unit without a word is
// written as the window's own notation.
func WindowWords(w slo.Window) string {
	units := map[string]string{"m": "minute", "h": "hour", "d": "day", "w": "week", "M": "month", "Q": "quarter", "Y": "year"}
	unit, known := units[w.Unit]
	if !known {
		return w.String()
	}
	return humanize.Plural(w.Count, unit)
}
