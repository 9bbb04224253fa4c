package compile

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// Values are made here, so that each has its number, its unit and the key that reports are
// compared by.

// title clips a name from outside. Its length is at most reports.TitleRunes, and it is
// one line.
func title(s string) string { return humanize.Clip(s, reports.TitleRunes) }

// name returns a name from the data.
func name(s string) reports.Value { return reports.Value{Text: s, Key: s} }

// linked returns a name from the data that leads to its page. The link is
// path-absolute, see links.go.
func linked(s, link string) reports.Value { return reports.Value{Text: s, Key: s, Link: link} }

// sentence returns a text that follows from other values. It is never compared. It has
// no key, so other words do not make a revision.
func sentence(s string) reports.Value { return reports.Value{Text: s} }

// state returns a state by the key of its text. The key is stored in reports and compared:
// the key of a state never changes, its text may.
func (c *compiler) state(message string, tone reports.Tone) reports.Value {
	return reports.Value{Text: c.Text(message), Key: stateKey(message), Tone: tone}
}

// stateKey is the key of a state: that of its text without the section of the catalogue.
func stateKey(message string) string { return strings.TrimPrefix(message, "report_body.") }

// unknown returns the value of a figure that is not known.
func (c *compiler) unknown(unit reports.Unit) reports.Value {
	v := c.state("report_body.state_unknown", reports.Gap)
	v.Unit = unit
	return v
}

// noData returns the value of a figure of which nothing was measured.
func (c *compiler) noData(unit reports.Unit) reports.Value {
	v := c.state("report_body.state_no_data", reports.Gap)
	v.Unit = unit
	return v
}

// dash returns the value of a figure that cannot be, such as a share of nothing. It has
// no number and no key.
func dash(unit reports.Unit) reports.Value {
	return reports.Value{Text: "—", Unit: unit, Tone: reports.Gap}
}

// number returns a value with a number; it is a dash when x is infinite or not a
// number. JSON has no such numbers, and a report that has one could not be stored.
func number(x float64, unit reports.Unit, text string) reports.Value {
	n := reports.Number(x)
	if n == nil {
		return dash(unit)
	}
	return reports.Value{Text: text, Number: n, Unit: unit}
}

// count returns a whole number of things.
func count(n int) reports.Value { return number(float64(n), reports.Count, humanize.Number(n)) }

// events returns a number of events, which may have a fraction: PromQL's increase gives
// such. Part of an event is not written. The small addend keeps a sum such as
// 2.9999999999 from being written as 2.
func events(x float64) reports.Value {
	return number(x, reports.Count, humanize.Decimal(math.Floor(x+1e-9), 0))
}

// share returns a fraction of a budget or of a whole. 1 is the whole; more is possible
// for budgets.
func share(x float64) reports.Value { return number(x, reports.Ratio, humanize.Share(x)) }

// budgetShare returns a fraction of a budget, marked where it is estimated.
func budgetShare(x float64, estimated bool) reports.Value {
	if estimated {
		return estimate(share(x))
	}
	return share(x)
}

// estimate marks a value as estimated. Values without a number are not changed: an
// unknown estimate is unknown.
func estimate(v reports.Value) reports.Value {
	if v.Number != nil {
		v.Text = "≈ " + v.Text
	}
	return v
}

// indicator returns an SLI as it is written beside its target.
func indicator(x, target float64) reports.Value {
	return number(x, reports.Ratio, humanize.SLI(x, target))
}

// duration returns a duration in seconds.
func duration(d time.Duration) reports.Value {
	return number(d.Seconds(), reports.Seconds, humanize.Duration(d))
}

// seconds returns a number of seconds, which may be more than a time.Duration can hold.
func seconds(s float64) reports.Value { return number(s, reports.Seconds, humanize.Seconds(s)) }

// durationOf returns a duration, or unknown.
func (c *compiler) durationOf(d *time.Duration) reports.Value {
	if d == nil {
		return c.unknown("")
	}
	return duration(*d)
}

// fraction returns part of whole with both counts; it is a dash when whole is 0. The
// key has both counts, so 1 of 2 and 2 of 4 differ.
func (c *compiler) fraction(part, whole int) reports.Value {
	if whole == 0 {
		return dash(reports.Ratio)
	}
	x := float64(part) / float64(whole)
	v := number(x, reports.Ratio, c.Text("report_body.fraction", "Share", humanize.Percent(x, 0), "Part", part, "Whole", whole))
	v.Key = counts(part, whole)
	return v
}

// ratio returns part of whole as two counts, "4 of 5"; whole is not 0.
func (c *compiler) ratio(part, whole int) reports.Value {
	v := number(float64(part)/float64(whole), reports.Ratio, c.Text("report_body.of", "Part", part, "Whole", whole))
	v.Key = counts(part, whole)
	return v
}

// counts is the key of a ratio of two counts, which the number alone does not give.
func counts(part, whole int) string { return fmt.Sprintf("%d/%d", part, whole) }

// withHow returns a value that leads to the derivation how. how is the key of a
// derivation, or of the row of an SLO in the calculation; "" for none.
func withHow(v reports.Value, how string) reports.Value {
	v.How = how
	return v
}

// withTone returns a value with a tone.
func withTone(v reports.Value, tone reports.Tone) reports.Value {
	v.Tone = tone
	return v
}

// term returns one named number of a derivation.
func term(name string, v reports.Value) reports.Term { return reports.Term{Name: name, Value: v} }

// words returns a column of texts; message is the key of its title.
func (c *compiler) words(key, message string) reports.Column {
	return reports.Column{Key: key, Title: c.Text(message)}
}

// numbers returns a column of numbers; message is the key of its title.
func (c *compiler) numbers(key, message string) reports.Column {
	return reports.Column{Key: key, Title: c.Text(message), Numeric: true}
}

// listed writes up to most names: "a, b and 3 more". most must be at least 1. Of no
// names it is "".
func (c *compiler) listed(names []string, most int) string {
	switch n := len(names); {
	case n == 0:
		return ""
	case n == 1:
		return names[0]
	case n > most:
		return c.Text("report_body.list_more", "Names", strings.Join(names[:most], ", "), "More", n-most)
	default:
		return c.Text("report_body.list", "Names", strings.Join(names[:n-1], ", "), "Last", names[n-1])
	}
}

// names returns names from the data, of which the text has the first. The key has all
// of them, so a change of one that is not shown is a difference, too.
func (c *compiler) names(all []string, most int) reports.Value {
	return reports.Value{Text: c.listed(all, most), Key: strings.Join(all, ", ")}
}

// serviceNames returns the titles of services in alphabetical order. The text names
// three of them.
func (c *compiler) serviceNames(services []string) reports.Value {
	titles := make([]string, 0, len(services))
	for _, s := range services {
		titles = append(titles, c.serviceTitle(s))
	}
	slices.Sort(titles)
	return c.names(titles, 3)
}

// toneOf returns what the state of an SLO's data means for a reader. A partial result
// that was met has a warning.
func toneOf(r slo.Result) reports.Tone {
	switch {
	case r.Met == nil:
		return reports.Gap
	case !*r.Met:
		return reports.Bad
	case r.State == slo.Partial:
		return reports.Warn
	}
	return reports.Good
}

// capital begins a text with a capital letter. A text of a language without capital
// letters is unchanged, and so is "".
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
