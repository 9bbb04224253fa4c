package chart

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
)

// Unit is what the numbers of a figure are, and so how they are written.
type Unit uint8

// The units.
const (
	Count   Unit = iota // 12,345
	Percent             // a fraction, shown as 99.95 %
	Times               // a factor, shown as 14.4×
	Seconds             // shown as 45 s, 12 min, 3 h
)

// digits are the decimals that steps of this size need.
func digits(step float64) int {
	d := 0
	for d < 6 && step > 0 && math.Abs(step*math.Pow10(d)-math.Round(step*math.Pow10(d))) > 1e-6 {
		d++
	}
	return d
}

// format writes a value whose neighbours are a step apart.
func (u Unit) format(v, step float64) string {
	switch u {
	case Percent:
		return humanize.Decimal(v*100, digits(step*100)) + " %"
	case Times:
		return humanize.Decimal(v, digits(step)) + "×"
	case Seconds:
		return FormatSeconds(v)
	}
	return humanize.Group(humanize.Decimal(v, digits(step)))
}

// Exact writes a value as the tables of figures do: NaN is "no data".
func (u Unit) Exact(v float64) string {
	switch {
	case math.IsNaN(v):
		return "no data"
	case math.IsInf(v, 0):
		return "infinite"
	}
	switch u {
	case Percent:
		// A ratio near its objective differs in the third decimal; a budget spent
		// twenty times over does not.
		decimals := 3
		if math.Abs(v) > 1 {
			decimals = 1
		}
		return trimZeros(humanize.Decimal(v*100, decimals)) + " %"
	case Times:
		return trimZeros(humanize.Decimal(v, 2)) + "×"
	case Seconds:
		return FormatSeconds(v)
	}
	return humanize.Group(trimZeros(humanize.Decimal(v, 2)))
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") || strings.Contains(s, "e") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// FormatSeconds writes a number of seconds as people say it, to two units; from some
// thirty years on in days alone. It is defined for every number.
func FormatSeconds(v float64) string {
	const most = 1e9
	switch {
	case math.IsNaN(v):
		return "no data"
	case v < 0:
		return "-" + FormatSeconds(-v)
	case math.IsInf(v, 0):
		return "infinite"
	case v >= most:
		return humanize.Group(humanize.Decimal(v/86400, 0)) + " d"
	}
	d := time.Duration(math.Round(v)) * time.Second
	const day = 24 * time.Hour
	pair := func(big, small time.Duration, bigName, smallName string) string {
		s := strconv.Itoa(int(d/big)) + " " + bigName
		if rest := d % big / small; rest > 0 {
			s += " " + strconv.Itoa(int(rest)) + " " + smallName
		}
		return s
	}
	switch {
	case v > 0 && v < 1:
		return trimZeros(strconv.FormatFloat(v, 'f', 2, 64)) + " s"
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + " s"
	case d < time.Hour:
		return pair(time.Minute, time.Second, "min", "s")
	case d < 2*day:
		return pair(time.Hour, time.Minute, "h", "min")
	}
	return pair(day, time.Hour, "d", "h")
}
