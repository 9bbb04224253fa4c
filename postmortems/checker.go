package postmortems

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/postern/postern/portal/base/yamldoc"
)

// checker collects the problems of one file. It is used by one goroutine, for one call
// of Compile.
type checker struct {
	path     string
	policy   Policy
	problems []Problem
}

// place is the place of a problem; the zero place means the file as a whole.
type place struct {
	line, col int
	excerpt   string
}

// at returns the place of a front matter value.
func at(v yamldoc.Value) place { return place{v.Line(), v.Col(), v.Excerpt()} }

// report adds a problem with the weight of its rule. The message is made printable
// here, so that callers may quote any text of the author. A rule that is not in Rules
// would be a Warning.
func (c *checker) report(rule string, p place, format string, args ...any) {
	c.problems = append(c.problems, Problem{
		Path: c.path, Line: p.line, Col: p.col, Weight: ruleWeights[rule], Rule: rule,
		Message: Printable(fmt.Sprintf(format, args...)), Excerpt: p.excerpt,
	})
}

// sorted returns the problems by place, errors before warnings at one place, without
// duplicates. Problems of one rule at one place are equal only if their texts are.
func (c *checker) sorted() []Problem {
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), cmp.Compare(b.Weight, a.Weight))
	})
	return slices.Compact(c.problems)
}

// HasError reports whether any problem is an error, which refuses a push.
func HasError(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Weight == Error })
}
