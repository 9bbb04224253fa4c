package promql

import (
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// query is a query as the lexer and the parser of Prometheus read it.
type query struct {
	// text is the query with every {{.window}} replaced by a length that is as long as
	// the placeholder, so that positions in both are the same.
	text      string
	source    string
	templated bool
	functions []function
	comments  []function // name is the whole comment
}

// function is the name of a function that is called at a position, in bytes.
type function struct {
	name string
	at   int
}

// read splits a query into tokens. It does not fail: what the lexer does not
// understand ends the lists.
func read(source string) query {
	q := query{source: source, text: window.ReplaceAllStringFunc(source, placeholder)}
	q.templated = q.text != source || window.MatchString(source)
	lexer := parser.Lex(q.text)
	var last, item parser.Item
	for {
		lexer.NextItem(&item)
		switch item.Typ {
		case parser.EOF, parser.ERROR:
			return q
		case parser.COMMENT:
			q.comments = append(q.comments, function{item.Val, int(item.Pos)})
			continue
		case parser.LEFT_PAREN:
			if last.Typ == parser.IDENTIFIER {
				q.functions = append(q.functions, function{strings.ToLower(last.Val), int(last.Pos)})
			}
		}
		last = item
	}
}

// placeholder returns a length of the same number of bytes as {{.window}}.
func placeholder(s string) string { return "5m" + strings.Repeat(" ", len(s)-len("5m")) }

// overTime reports whether the query takes a length of time itself: by {{.window}} or
// by a function that returns an increase or a rate, or aggregates over time.
func (q query) overTime() bool {
	if q.templated {
		return true
	}
	for _, f := range q.functions {
		switch f.name {
		case "increase", "rate", "irate", "delta", "idelta", "deriv":
			return true
		}
		if strings.HasSuffix(f.name, "_over_time") || strings.HasPrefix(f.name, "histogram_") {
			return true
		}
	}
	return false
}

// withoutComments returns the query without its comments and the space around it.
func (q query) withoutComments() string {
	var b strings.Builder
	end := 0
	for _, c := range q.comments {
		b.WriteString(q.source[end:c.at])
		end = c.at + len(c.name)
	}
	return strings.TrimSpace(b.String() + q.source[end:])
}

// selector is one selector of series.
type selector struct {
	text   string // as its author wrote it
	metric string // the name of the metric
}

// selector returns the one selector that the query is, or is the sum of. ok is false
// for every other query: one with another function or operator, an offset, @ or a
// range, a selector that names no single metric, and what contains {{.window}}.
func (q query) selector() (s selector, ok bool) {
	// Options of the parser make no difference: a query that needs an experimental
	// feature is not a selector.
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(q.text)
	if err != nil || q.templated {
		return selector{}, false
	}
	for {
		switch e := expr.(type) {
		case *parser.ParenExpr:
			expr = e.Expr
			continue
		case *parser.AggregateExpr:
			if e.Op == parser.SUM {
				expr = e.Expr
				continue
			}
		case *parser.VectorSelector:
			if at := e.PosRange; plain(e) {
				return selector{strings.TrimSpace(q.source[at.Start:at.End]), metricOf(e)}, metricOf(e) != ""
			}
		}
		return selector{}, false
	}
}

// plain reports whether a selector has its value at the instant of the query: without
// offset, @ and the modifiers of ranges.
func plain(s *parser.VectorSelector) bool {
	return s.OriginalOffset == 0 && s.OriginalOffsetExpr == nil && s.Timestamp == nil && s.StartOrEnd == 0 && !s.Anchored && !s.Smoothed
}

// metricName is the label that holds the name of a metric.
const metricName = "__name__"

// metricOf returns the name of the one metric of a selector, "" where it may select
// several.
func metricOf(s *parser.VectorSelector) string {
	for _, m := range s.LabelMatchers {
		if m.Name == metricName && m.Type == labels.MatchEqual {
			return m.Value
		}
	}
	return ""
}
