package feed

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// Bound is the range of one kind of number in feeds. A number outside is
// rejected with the reason and becomes a dead letter: it is never clamped
// and never replaced by 0. The bounds of all decoders are in this file.
type Bound struct {
	Least, Most float64
	Unit        string // "seconds"; "" for a plain number
	Why         string // why a number outside is always an error
}

// Execution bounds the time of one execution of a statement.
func Execution() Bound {
	return Bound{
		0,
		sql.MostExecution,
		"seconds",
		"no statement runs for more than 30 days; servers write numbers near 2^64 microseconds when their clock steps back",
	}
}

// Executions bounds the total time of all executions of a statement since
// its counters started.
func Executions() Bound {
	return Bound{0, sql.MostSeconds, "seconds", "three hundred sessions that run it all the time need a year for that"}
}

// Calls bounds the number of executions of a statement.
func Calls() Bound {
	return Bound{0, sql.MostCount, "", "above it a float64 no longer tells one execution from two"}
}

// Rows bounds the rows that a statement examined or sent.
func Rows() Bound {
	return Bound{0, sql.MostCount, "rows", "servers write numbers near 2^64 when a counter runs below zero"}
}

// Events bounds the events of one SLI bucket.
func Events() Bound {
	return Bound{0, slo.MostEvents, "events", "a billion events a second all day are a tenth of that"}
}

// SampleRate bounds how many queries a server counts for each that it logs:
// Percona Server allows 1 to 1,000.
func SampleRate() Bound {
	return Bound{1, 1e6, "queries for each logged", "no server leaves out more"}
}

// Coverage bounds the measured share of a bucket.
func Coverage() Bound { return Bound{0, 1, "", "it is a share"} }

// DrillTime bounds the duration of a step of a drill.
func DrillTime() Bound {
	return Bound{0, 7 * 24 * 3600, "seconds", "no drill lasts longer than a week"}
}

// Truncated bounds how many alerts a sender omitted from one message.
func Truncated() Bound {
	return Bound{0, 1e6, "alerts", "no group of alerts is so large"}
}

// Revision bounds the revision of a fact.
func Revision() Bound {
	return Bound{0, math.MaxInt64, "", "a revision counts up from 0"}
}

// Number bounds the number by which people name an incident.
func Number() Bound {
	return Bound{0, 1 << 53, "", "above it a JSON number loses digits"}
}

// Timestamp bounds a count of seconds since 1970 in a log. Whether the
// instant is plausible is checked for all facts alike.
func Timestamp() Bound {
	return Bound{1, 1e11, "seconds since 1970", "it lies after the year 5000"}
}

// Holds reports whether a number is within the bound; NaN never is.
func (b Bound) Holds(x float64) bool { return x >= b.Least && x <= b.Most }

// Check returns fault.Invalid with the reason if a number is outside the
// bound; name is the sender's name of the field.
func (b Bound) Check(name string, x float64) error {
	if b.Holds(x) {
		return nil
	}
	return b.refuse(name, strconv.FormatFloat(x, 'g', -1, 64))
}

// Read parses a number in a feed. Text that is not one decimal number is
// refused like a number outside the bound. The sign of a zero is dropped.
func (b Bound) Read(name, text string) (float64, error) {
	text = strings.TrimSpace(text)
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !b.Holds(x) || strings.Trim(text, "+-.0123456789eE") != "" {
		return 0, b.refuse(name, strconv.Quote(clip(text)))
	}
	return x + 0, nil
}

// ReadJSONNumber parses a JSON number, or a JSON string with one; there is
// false for an absent value and for null.
func (b Bound) ReadJSONNumber(name string, raw []byte) (x float64, there bool, err error) {
	text := string(raw)
	if text == "" || text == "null" {
		return 0, false, nil
	}
	x, err = b.Read(name, strings.Trim(text, `"`))
	return x, err == nil, err
}

// ReadCount is ReadJSONNumber for a whole number.
func (b Bound) ReadCount(name string, raw []byte) (n int64, there bool, err error) {
	x, there, err := b.ReadJSONNumber(name, raw)
	if err == nil && x != math.Trunc(x) {
		return 0, false, b.refuse(name, strconv.FormatFloat(x, 'g', -1, 64))
	}
	return int64(x), there, err
}

// refuse returns the error for a number outside the bound.
func (b Bound) refuse(name, given string) error {
	unit := b.Unit
	if unit != "" {
		unit = " " + unit
	}
	return fault.Newf(fault.Invalid, "feed.Bound", "%s is %s; it must be a number from %s to %s%s: %s",
		name, given, plain(b.Least), plain(b.Most), unit, b.Why)
}

// plain formats an end of a bound without an exponent.
func plain(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// clip cuts a number that a feed wrote with thousands of digits.
func clip(text string) string {
	const most = 40
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// CheckNumbers returns the reason why a number of a fact is out of bounds;
// "" if none is. Decoders check the numbers that they read, with the
// sender's field names; this checks every fact again, whatever made it.
func CheckNumbers(f *Fact) string {
	if err := checkNumbers(f); err != nil {
		return Reason(err)
	}
	return ""
}

// checkNumbers returns the error for the first number out of bounds.
func checkNumbers(f *Fact) error {
	if f.Rev < 0 {
		return Revision().Check("rev", float64(f.Rev))
	}
	switch f.Kind {
	case SLI:
		return Coverage().Check("coverage", f.Bucket.Coverage)
	case Drill:
		for _, took := range []*time.Duration{f.Drill.Detect, f.Drill.Diagnose, f.Drill.Recover} {
			if took == nil {
				continue
			}
			if err := DrillTime().Check("a time of the drill", took.Seconds()); err != nil {
				return err
			}
		}
	case Alert:
		return Truncated().Check("truncatedAlerts", float64(f.Alert.Truncated))
	case SQL:
		return checkObservation(f.SQL)
	}
	return nil
}

// checkObservation checks the numbers of an observation.
func checkObservation(o *sql.Observation) error {
	total := Execution()
	if o.Count > 1 || o.Cumulative {
		total = Executions()
	}
	if err := total.Check("the time of the statement", o.Seconds); err != nil {
		return err
	}
	for _, t := range o.Times {
		if err := Execution().Check("the time of an execution", t); err != nil {
			return err
		}
	}
	if err := Calls().Check("the count of executions", float64(o.Count)); err != nil {
		return err
	}
	if err := Rows().Check("the count of rows examined", float64(o.RowsExamined)); err != nil {
		return err
	}
	return Rows().Check("the count of rows sent", float64(o.RowsSent))
}

// CheckEvents returns the reason why the counts of a sender's bucket are
// out of bounds; "" if they are not. Counts that the portal measured itself
// are stored as measured, and make their SLO invalid.
func CheckEvents(b *slo.Bucket) string {
	for _, n := range []struct {
		name  string
		count float64
	}{{"good", b.Good}, {"total", b.Total}} {
		if err := Events().Check(n.name, n.count); err != nil {
			return Reason(err)
		}
	}
	return ""
}
