package postmortems

import "fmt"

// Weight is the effect of a Problem on a push.
type Weight uint8

// A Warning is reported; an Error refuses the push.
const (
	Warning Weight = iota
	Error
)

// String returns the word of the push answer.
func (w Weight) String() string {
	if w == Error {
		return "error"
	}
	return "warning"
}

// Problem is one problem at one place of one file.
type Problem struct {
	Path    string
	Line    int // 1-based; 0: the file as a whole (printed as 1)
	Col     int // 1-based in runes; 0: the line as a whole (printed as 1)
	Weight  Weight
	Rule    string // identifier of a Rule, e.g. "severity-unknown"
	Message string // what is wrong and how to fix it, one line, no control characters
	Excerpt string // the source line, for YAML findings; "" otherwise
}

// String returns the line for the author: path:line:col: error: message [rule]. It is
// the form that editors and CI systems recognise.
func (p Problem) String() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s [%s]", p.Path, max(p.Line, 1), max(p.Col, 1), p.Weight, p.Message, p.Rule)
}
