package search

import (
	"strings"

	"github.com/postern/postern/search/query"
)

// maxFilterTerms bounds how many keywords one qualifier can stand for (a path
// prefix stands for every path below it).
const maxFilterTerms = 1 << 20

// filter makes the condition of a qualifier.
func filter(f query.Filter) node {
	switch f.Field {
	case query.Kind, query.Severity, query.Status:
		return exactly(f.Field.String(), f.Value)
	case query.Service, query.Tag, query.Factor, query.Owner, query.Author, query.DetectedBy:
		return sameText(f.Field.String(), f.Value)
	case query.Path:
		return pathUnder(f.Value)
	case query.Has:
		return exactly(flagField, hasActionsFlag)
	case query.OpenActions:
		if f.Yes {
			return exactly(flagField, openActionsFlag)
		}
		return noneOf{exactly(flagField, openActionsFlag)}
	case query.After:
		from := dayNumber(f.Time)
		return numberIs{dayField, func(n int64) bool { return n >= from }}
	case query.Before:
		to := dayNumber(f.Time)
		return numberIs{dayField, func(n int64) bool { return n < to }}
	case query.Year:
		from, to := dayNumber(f.Time), dayNumber(f.Time.AddDate(1, 0, 0))
		return numberIs{dayField, func(n int64) bool { return from <= n && n < to }}
	case query.Detect, query.Diagnose, query.Recover:
		return numberIs{f.Field.String(), comparison(f.Op, f.Seconds)}
	}
	return nothing{}
}

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

// exactly holds for one keyword.
func exactly(field, value string) node {
	return keywordIs{field, func(*leaf) ([]string, error) { return []string{value}, nil }}
}

// sameText holds for the keywords that differ from the value in case at most.
func sameText(field, value string) node {
	return keywordIs{field, func(l *leaf) ([]string, error) {
		var out []string
		err := l.terms(field, "", func(term string) bool {
			if strings.EqualFold(term, value) {
				out = append(out, term)
			}
			return true
		})
		return out, err
	}}
}

// pathUnder holds for the paths that begin with the value.
func pathUnder(value string) node {
	prefix := strings.TrimPrefix(value, "/")
	return keywordIs{pathField, func(l *leaf) ([]string, error) {
		var out []string
		err := l.terms(pathField, prefix, func(term string) bool {
			if !strings.HasPrefix(term, prefix) || len(out) == maxFilterTerms {
				return false
			}
			out = append(out, term)
			return true
		})
		return out, err
	}}
}
