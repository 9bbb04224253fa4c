package chart

import (
	"math"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
)

// Unit is the unit of the numbers of a figure, by which they are formatted.
type Unit uint8

// The units.
const (
	Count   Unit = iota // 12,345
	Percent             // a fraction, shown as 99.95 %
	Times               // a factor, shown as 14.4×
	Seconds             // shown as 45 s, 12 min, 3 h
)

// digits returns the number of decimals of a step, at most 6. The tolerance is for steps
// such as 0.1, which binary fractions only approximate. Ticks with these decimals are
// distinct.
func digits(step float64) int {
	d := 0
	for d < 6 && step > 0 && math.Abs(step*math.Pow10(d)-math.Round(step*math.Pow10(d))) > 1e-6 {
		d++
	}
	return d
}

// format returns the label of a tick; step is the distance of ticks.
func (u Unit) format(v, step float64) string {
	switch u {
	case Percent:
		return humanize.Percent(v, digits(step*100))
	case Times:
		return humanize.Decimal(v, digits(step)) + "×"
	case Seconds:
		return humanize.Seconds(v)
	}
	return humanize.Decimal(v, digits(step))
}

// Exact returns a value as the tables of figures have it. NaN is "no data", in the
// language of texts. Infinite values are written as such.
func (u Unit) Exact(texts *messages.Printer, v float64) string {
	switch {
	case math.IsNaN(v):
		return texts.Text("chart.no_value")
	case math.IsInf(v, 0):
		return humanize.Decimal(v, 0)
	}
	switch u {
	case Percent:
		// An SLI near its target differs in the third decimal; a budget that is
		// exhausted twenty times does not.
		decimals := 3
		if math.Abs(v) > 1 {
			decimals = 1
		}
		return trimZeros(humanize.Decimal(v*100, decimals)) + " %"
	case Times:
		return trimZeros(humanize.Decimal(v, 2)) + "×"
	case Seconds:
		return humanize.Seconds(v)
	}
	return trimZeros(humanize.Decimal(v, 2))
}

// trimZeros removes zeros at the end of the decimals. Numbers in scientific notation are
// returned unchanged: their zeros are in the exponent.
func trimZeros(s string) string {
	if !strings.Contains(s, ".") || strings.Contains(s, "e") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}
