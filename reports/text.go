package reports

import "github.com/postern/postern/portal/base/humanize"

const (
	// TitleRunes bounds a title in a table: names from outside can be pages long.
	TitleRunes = 120
	// TextRunes bounds a statement or an action item.
	TextRunes = 300
)

// Number returns a pointer to x, as Value.Number wants it, or nil when x is infinite
// or not a number.
func Number(x float64) *float64 {
	if !humanize.Finite(x) {
		return nil
	}
	return &x
}

// finite returns x, or nil when it is infinite or not a number.
func finite(x *float64) *float64 {
	if x == nil {
		return nil
	}
	return Number(*x)
}
