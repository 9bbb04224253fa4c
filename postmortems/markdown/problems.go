package markdown

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/postern/postern/postmortems"
)

// maxPerRule is how many findings of one rule are told for one document; an
// author mends the first and sees the pattern.
const maxPerRule = 20

// maxQuoted is how many runes of the document a message repeats.
const maxQuoted = 80

// problems collects findings of one document.
type problems struct {
	path   string
	found  []postmortems.Problem
	counts map[string]int
}

// problem adds a finding at a line and column (0: the line as a whole). The
// weight is that of the rule.
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

// list gives the findings in the order of the document, and one more for each
// rule that was broken too often to tell all.
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

// quoted is a piece of the document for a message: one line, no control
// characters, not long.
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

// bytesWord writes a limit as people say it.
func bytesWord(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
