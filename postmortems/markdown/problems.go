package markdown

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/postern/postern/postmortems"
)

// maxPerRule is how many problems of one rule are reported for one document: an author
// who fixes the first ones sees the pattern.
const maxPerRule = 20

// maxQuoted is how many runes of the document a message quotes.
const maxQuoted = 80

// problems collects the problems of one document.
type problems struct {
	path   string
	found  []postmortems.Problem
	counts map[string]int
}

// problem adds a problem at a line and column (0: the line as a whole) with the weight
// of its rule. Problems of a rule beyond maxPerRule are only counted.
func (d *document) problem(rule string, line, col int, format string, args ...any) {
	p := &d.problems
	if p.counts == nil {
		p.counts = map[string]int{}
	}
	p.counts[rule]++
	if p.counts[rule] > maxPerRule {
		return
	}
	p.found = append(p.found, postmortems.Problem{
		Path: p.path, Line: line, Col: col, Weight: weightOf(rule), Rule: rule,
		Message: fmt.Sprintf(format, args...),
	})
}

// problemAt is problem at a byte offset of the body.
func (d *document) problemAt(rule string, offset int, format string, args ...any) {
	line, col := d.lines.at(offset)
	d.problem(rule, line, col, format, args...)
}

// list returns the problems in document order, and a count for each rule with too many
// of them. The counts come last, in the order of Rules. p is not changed.
func (p *problems) list() []postmortems.Problem {
	out := slices.Clone(p.found)
	slices.SortStableFunc(out, func(a, b postmortems.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	for _, rule := range Rules() {
		if n := p.counts[rule.ID]; n > maxPerRule {
			out = append(out, postmortems.Problem{
				Path: p.path, Weight: rule.Weight, Rule: rule.ID,
				Message: fmt.Sprintf("%d more of these in this document", n-maxPerRule),
			})
		}
	}
	return out
}

// quoted returns a part of the document for a message: one line, no control characters,
// not too long.
func quoted(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > maxQuoted {
		s = string(runes[:maxQuoted-1]) + "…"
	}
	return `"` + strings.TrimSpace(s) + `"`
}
