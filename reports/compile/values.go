package compile

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// title clips a name from outside.
func title(s string) string { return humanize.Clip(s, reports.TitleRunes) }

// term is one named number of a derivation.
func term(name string, v reports.Value) reports.Term { return reports.Term{Name: name, Value: v} }

// words is a Value without a number.
func words(s string) reports.Value { return reports.Value{Text: s} }

// unknown is what stands for a figure that nobody knows.
func unknown() reports.Value { return reports.Value{Text: "unknown", Tone: reports.Gap} }

// dash stands for a figure that cannot be: a share of nothing.
func dash(unit reports.Unit) reports.Value {
	return reports.Value{Text: "—", Unit: unit, Tone: reports.Gap}
}

func count(n int) reports.Value {
	return reports.Value{Text: humanize.Number(n), Number: reports.Number(float64(n)), Unit: reports.Count}
}

// events writes a count that may have a fraction (PromQL's increase gives such).
func events(x float64) reports.Value {
	if reports.Number(x) == nil {
		return dash(reports.Count)
	}
	return reports.Value{Text: digits(math.Floor(x + 1e-9)), Number: reports.Number(x), Unit: reports.Count}
}

// digits writes a number rounded to a whole, grouped: 36,632.
func digits(x float64) string { return humanize.Decimal(x, 0) }

// percentText writes a fraction as a percentage with some decimals.
func percentText(x float64, decimals int) string { return humanize.Percent(x, decimals) }

// share is a fraction of a budget or of a whole: one decimal.
func share(x float64) reports.Value {
	if reports.Number(x) == nil {
		return dash(reports.Ratio)
	}
	return reports.Value{Text: humanize.Share(x), Number: reports.Number(x), Unit: reports.Ratio}
}

// targetText writes a target with the decimals it was given with.
func targetText(target float64) string { return humanize.Target(target) }

// indicator writes an SLI beside its target.
func indicator(x, target float64) reports.Value {
	return reports.Value{Text: humanize.SLI(x, target), Number: reports.Number(x), Unit: reports.Ratio}
}

// durationText writes a duration. It is defined for every duration.
func durationText(d time.Duration) string { return humanize.Duration(d) }

func duration(d time.Duration) reports.Value {
	return reports.Value{Text: durationText(d), Number: reports.Number(d.Seconds()), Unit: reports.Seconds}
}

// durationOf is duration, or unknown.
func durationOf(d *time.Duration) reports.Value {
	if d == nil {
		return unknown()
	}
	return duration(*d)
}

// noun is a noun in the number of n things, without the number.
func noun(n int, one string) string {
	_, s, _ := strings.Cut(humanize.Plural(n, one), " ")
	return s
}

// listed writes up to most names: "a, b and 3 more".
func listed(names []string, most int) string {
	switch n := len(names); {
	case n == 0:
		return ""
	case n == 1:
		return names[0]
	case n > most:
		return strings.Join(names[:most], ", ") + " and " + strconv.Itoa(n-most) + " more"
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

// toneOf is what a state of the data means for a reader.
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

// capital begins a text with a capital letter.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
