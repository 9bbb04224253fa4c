package postmortems

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/postern/postern/portal/base/yamldoc"
)

// judge collects the problems of one file.
type judge struct {
	path     string
	policy   Policy
	problems []Problem
}

// place is where a problem is; the zero place is the file as a whole.
type place struct {
	line, col int
	excerpt   string
}

// at is the place of a front matter value.
func at(v yamldoc.Value) place { return place{v.Line(), v.Col(), v.Excerpt()} }

// find adds a problem. The rule's own weight counts.
func (j *judge) find(rule string, p place, format string, args ...any) {
	j.problems = append(j.problems, Problem{
		Path: j.path, Line: p.line, Col: p.col, Weight: ruleWeights[rule], Rule: rule,
		Message: Printable(fmt.Sprintf(format, args...)), Excerpt: p.excerpt,
	})
}

// sorted are the problems by place, errors first at one place, each told once.
func (j *judge) sorted() []Problem {
	slices.SortStableFunc(j.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), cmp.Compare(b.Weight, a.Weight))
	})
	return slices.Compact(j.problems)
}

// HasError tells whether any of the problems refuses a push.
func HasError(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Weight == Error })
}
