package search

import (
	"strings"

	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/segment"
)

// maxFilterTerms is the maximum number of keywords of one qualifier. A path prefix has
// one for every path below it.
const maxFilterTerms = 1 << 20

// filter returns the condition of a qualifier.
func filter(f query.Filter) node {
	switch f.Field {
	case query.Kind, query.Severity, query.Status:
		return exactly(f.Field.String(), f.Value)
	case query.Service, query.Tag, query.Factor, query.Owner, query.Author, query.DetectedBy:
		return sameText(f.Field.String(), f.Value)
	case query.Path:
		// The leading slash of an address is not part of a path in the repository.
		return pathUnder(f.Value)
	case query.Has:
		return exactly(segment.FlagField, segment.HasActionsFlag)
	case query.OpenActions:
		// "no" includes documents without action items.
		if f.Yes {
			return exactly(segment.FlagField, segment.OpenActionsFlag)
		}
		return noneOf{exactly(segment.FlagField, segment.OpenActionsFlag)}
	case query.After:
		from := segment.DayNumber(f.Time)
		return numberIs{segment.DayField, func(n int64) bool { return n >= from }}
	case query.Before:
		to := segment.DayNumber(f.Time)
		return numberIs{segment.DayField, func(n int64) bool { return n < to }}
	case query.Year:
		from, to := segment.DayNumber(f.Time), segment.DayNumber(f.Time.AddDate(1, 0, 0))
		return numberIs{segment.DayField, func(n int64) bool { return from <= n && n < to }}
	case query.Detect, query.Diagnose, query.Recover:
		return numberIs{f.Field.String(), comparison(f.Op, f.Seconds)}
	}
	return nothing{}
}

// comparison returns the test of a duration qualifier.
func comparison(op query.Op, seconds int64) func(int64) bool {
	switch op {
	case query.Less:
		return func(n int64) bool { return n < seconds }
	case query.LessOrEqual:
		return func(n int64) bool { return n <= seconds }
	case query.Greater:
		return func(n int64) bool { return n > seconds }
	case query.GreaterOrEqual:
		return func(n int64) bool { return n >= seconds }
	default:
		return func(n int64) bool { return n == seconds }
	}
}

// exactly matches one keyword.
func exactly(field, value string) node {
	return keywordIs{field, func(*segment.Reader) ([]string, error) { return []string{value}, nil }}
}

// sameText matches the keywords that equal the value in any case.
func sameText(field, value string) node {
	return keywordIs{field, func(l *segment.Reader) ([]string, error) {
		var out []string
		err := l.Terms(field, "", func(term string) bool {
			if strings.EqualFold(term, value) {
				out = append(out, term)
			}
			return true
		})
		return out, err
	}}
}

// pathUnder matches the paths that begin with the value.
func pathUnder(value string) node {
	// The dictionary is sorted, so the paths below a folder are one range of it.
	prefix := strings.TrimPrefix(value, "/")
	return keywordIs{segment.PathField, func(l *segment.Reader) ([]string, error) {
		var out []string
		err := l.Terms(segment.PathField, prefix, func(term string) bool {
			if !strings.HasPrefix(term, prefix) || len(out) == maxFilterTerms {
				return false
			}
			out = append(out, term)
			return true
		})
		return out, err
	}}
}
