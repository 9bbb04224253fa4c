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
// extrapolates and does not. Where a series was reset, or is new, increase()
// stands in.
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
	selector = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*\s*(\{[^{}]*\})?$`)
	overTime = regexp.MustCompile(`\b(increase|rate|irate|delta|idelta|deriv|histogram_[a-z]+|[a-z]+_over_time)\s*\(`)
	summed   = regexp.MustCompile(`(?s)^sum\s*(?:(?:by|without)\s*\([^()]*\)\s*)?\((.*?)\)(?:\s*(?:by|without)\s*\([^()]*\))?$`)
)

// Count is the query whose value at a bucket's end is the count of the bucket.
// exact is false when a counter's query is more than one selector, so that a
// reset of one of its series looks like a reset of the sum.
func Count(query string, counter bool, bucket time.Duration) (text string, exact bool) {
	query = strings.TrimSpace(query)
	templated := window.MatchString(query)
	query = Window(query, bucket)
	if !counter || templated || overTime.MatchString(query) {
		return query, true
	}
	inner := query
	if m := summed.FindStringSubmatch(query); m != nil && balanced(m[1]) {
		inner = strings.TrimSpace(m[1])
	}
	length := Duration(bucket)
	if selector.MatchString(inner) {
		return fmt.Sprintf("sum(((%s - %s offset %s) >= 0) or increase(%s[%s]))", inner, inner, length, inner, length), true
	}
	return fmt.Sprintf("increase((%s)[%s:])", query, length), false
}

// Present is a query that has a value wherever a series of the selector in query
// has a sample within the given time; "" when there is no telling.
func Present(query string, within time.Duration) string {
	inner := strings.TrimSpace(query)
	if m := summed.FindStringSubmatch(inner); m != nil && balanced(m[1]) {
		inner = strings.TrimSpace(m[1])
	}
	if !selector.MatchString(inner) {
		return ""
	}
	return fmt.Sprintf("count(count_over_time(%s[%s]))", inner, Duration(within))
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
	var quote byte
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0:
			if c == '\\' && quote != '`' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0 && quote == 0
}

// Increasing turns rate() into increase(): the same ratio, and counts of events
// where there were events a second.
func Increasing(query string) string {
	return rate.ReplaceAllString(query, "${1}increase(")
}

var rate = regexp.MustCompile(`(^|[^a-zA-Z0-9_])rate\(`)
