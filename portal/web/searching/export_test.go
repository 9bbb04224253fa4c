package searching

import "github.com/postern/postern/search"

// What the tests of whole portals compare with.
const (
	MaxQuery     = maxQuery
	MaxAlertName = maxAlertName
)

// QueryProblem shows where a query was not understood.
type QueryProblem = queryProblem

// ProblemAt cuts a query around the word at which it was not understood.
func ProblemAt(text string, p search.QueryProblem) QueryProblem { return problemAt(text, p) }
