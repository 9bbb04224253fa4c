// Package promql owns how an indicator's query becomes one number a bucket: the
// text of PromQL that is sent, never its evaluation. It is pure.
//
// An author writes what is counted; how it is counted over a bucket is ours:
//
//	counter: true   http_requests_total{…}, or sum(…) of one
//	                -> how much it grew in the bucket, series by series
//	otherwise       the query as it is, with {{.window}} for the bucket's length
//
// The growth of a counter is its difference between the bucket's two ends, so
// that neighbouring buckets add up to exactly what the counter counted; increase()
// extrapolates and does not. That holds for a series that is there at both ends
// and was not reset. Odd asks in which buckets some series is otherwise: those are
// counted from the Samples themselves (slo.Grow), and where that is too much,
// increase() stands in for the series in question.
package promql

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// window is the placeholder that Sloth and OpenSLO's examples use.
var window = regexp.MustCompile(`\{\{\s*\.window\s*\}\}`)

var (
	overTime = regexp.MustCompile(`\b(increase|rate|irate|delta|idelta|deriv|histogram_[a-z]+|[a-z]+_over_time)\s*\(`)
	summed   = regexp.MustCompile(`(?s)^sum\s*(?:(?:by|without)\s*\([^()]*\)\s*)?\((.*?)\)(?:\s*(?:by|without)\s*\([^()]*\))?$`)
	name     = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*\s*`)
	// within is a metric's name among the matchers, where it comes first: {"a.b", …}
	// as names in UTF-8 are written, or {__name__="a", …}.
	within = regexp.MustCompile(`^\{\s*(?:__name__\s*=\s*)?(?:"([^"\\]+)"|'([^'\\]+)')\s*[,}]`)
)

// Reach is how far back a server looks for the value of a series at an instant:
// Prometheus' default lookback, which Thanos and Mimir share. VictoriaMetrics
// looks back less far at most.
const Reach = 5 * time.Minute

// Count is the query whose value at a bucket's end is the count of the bucket,
// with increase() for the series of a counter that were reset, or are not there at
// both ends. exact is false when a counter's query is more than one selector, so
// that a reset of one of its series looks like a reset of the sum.
func Count(query string, counter bool, bucket time.Duration) (text string, exact bool) {
	query = strings.TrimSpace(query)
	length := Duration(bucket)
	if s, ok := Selector(query, counter); ok {
		return fmt.Sprintf("sum((((%[1]s - %[1]s offset %[2]s) >= 0) unless (resets(%[1]s[%[2]s]) > 0)) or increase(%[1]s[%[2]s]))", s, length), true
	}
	templated := window.MatchString(query)
	query = Window(query, bucket)
	if !counter || templated || overTime.MatchString(query) {
		return query, true
	}
	return fmt.Sprintf("increase((%s)[%s:])", query, length), false
}

// Selector is the one selector that a counter's query is, or is the sum of; ok is
// false for every other query.
func Selector(query string, counter bool) (selector string, ok bool) {
	if !counter {
		return "", false
	}
	return inner(query)
}

// inner finds the selector in "selector" and "sum(selector)".
func inner(query string) (selector string, ok bool) {
	query = strings.TrimSpace(query)
	if m := summed.FindStringSubmatch(query); m != nil && balanced(m[1]) {
		query = strings.TrimSpace(m[1])
	}
	return query, isSelector(query)
}

// isSelector tells whether a text is the name of one metric with at most one list
// of matchers.
func isSelector(text string) bool {
	rest := text[len(name.FindString(text)):]
	switch {
	case rest == "":
		return text != ""
	case len(rest) == len(text) && !within.MatchString(text):
		return false
	}
	return rest[0] == '{' && closing(rest) == len(rest)-1
}

// metricOf is the name of a selector's metric.
func metricOf(selector string) string {
	if m := within.FindStringSubmatch(selector); m != nil {
		return m[1] + m[2]
	}
	return strings.TrimSpace(name.FindString(selector))
}

// quoting follows the quotation marks of a text, byte by byte.
type quoting struct {
	mark    byte // of the quotation that is open; 0 none
	escaped bool // the next byte is part of an escape
}

// outside takes the next byte and tells whether it stands in no quotation and is
// no mark of one.
func (q *quoting) outside(c byte) bool {
	switch {
	case q.escaped:
		q.escaped = false
	case q.mark != 0 && c == '\\' && q.mark != '`':
		q.escaped = true
	case q.mark != 0:
		if c == q.mark {
			q.mark = 0
		}
	case c == '"' || c == '\'' || c == '`':
		q.mark = c
	default:
		return true
	}
	return false
}

// closing is the index of the brace that closes the one at the beginning of a
// text, braces in quotes left out; -1 when none does.
func closing(text string) int {
	var quotes quoting
	for i := 1; i < len(text); i++ {
		if !quotes.outside(text[i]) {
			continue
		}
		switch text[i] {
		case '{':
			return -1
		case '}':
			return i
		}
	}
	return -1
}

// Odd is a query that has a value for those buckets alone in which the difference
// of the two ends may not be what a selector's series counted: one of them was
// reset, or was seen in the bucket and is not there at its beginning or its end.
// The value is how many samples the bucket has. The look for resets begins Reach
// before the bucket, where its first difference may begin.
func Odd(selector string, bucket time.Duration) string {
	return fmt.Sprintf("sum(count_over_time(%[1]s[%[2]s])) and (count((count_over_time(%[1]s[%[2]s]) unless %[1]s offset %[2]s) or (count_over_time(%[1]s[%[2]s]) unless %[1]s) or (resets(%[1]s[%[3]s]) > 0)) > 0)",
		selector, Duration(bucket), Duration(bucket+Reach))
}

// Samples is a query that gives, asked at an instant, the samples themselves of
// the time before it.
func Samples(selector string, length time.Duration) string {
	return selector + "[" + Duration(length) + "]"
}

// Present is a query that has a value wherever a series of the selector in query
// has a sample within the given time; "" when there is no telling.
func Present(query string, within time.Duration) string {
	s, ok := inner(query)
	if !ok {
		return ""
	}
	return fmt.Sprintf("count(count_over_time(%s[%s]))", s, Duration(within))
}

// Window puts a length in place of {{.window}}.
func Window(query string, length time.Duration) string {
	return window.ReplaceAllString(query, Duration(length))
}

// Duration writes a length as PromQL reads it.
func Duration(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d%time.Second == 0:
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return fmt.Sprintf("%dms", d/time.Millisecond)
}

// balanced tells whether every parenthesis of a text closes within it: "a) + (b"
// does not, though it may stand between two. Texts in quotes do not count.
func balanced(text string) bool {
	depth := 0
	var quotes quoting
	for i := range len(text) {
		if !quotes.outside(text[i]) {
			continue
		}
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0 && quotes.mark == 0
}

// Increasing turns rate() into increase(): the same ratio, and counts of events
// where there were events a second.
func Increasing(query string) string {
	return rate.ReplaceAllString(query, "${1}increase(")
}

var rate = regexp.MustCompile(`(^|[^a-zA-Z0-9_])rate\(`)
