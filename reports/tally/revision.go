// Package tally owns the counting that the subjects of a report share: which
// revision of a fact counts (revision.go), and quantiles and shares
// (quantile.go). It is pure and stores nothing: facts are the values of their own
// packages, and a Mark is what it has to know of one.
//
// A value that cannot be known is nil, never 0: no deployments is not a rate of
// 0 %. A source may send the same change or drill several times, each time with
// a higher revision; a report counts it once, in its newest revision.
package tally

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Mark identifies the object of a record, with its revision and time.
type Mark struct {
	Source, ID string
	Rev        int64 // a higher one replaces a lower one
	At         time.Time
}

// BareNumber reports whether a name is a number, as 17 or #17: every tracker and
// every CI system has the same, so it names a thing of its source only.
func BareNumber(name string) bool {
	return strings.IndexFunc(strings.TrimLeft(name, "#!"), func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// Newest keeps the record with the highest revision of each thing, newest thing
// first. Its answer does not depend on the order of the records: of two with the
// same revision the same one stays.
func Newest[T any](all []T, mark func(T) Mark) []T {
	type thing struct{ source, id string }
	newest := map[thing]T{}
	for _, record := range all {
		m := mark(record)
		old, ok := newest[thing{m.Source, m.ID}]
		if rev := mark(old).Rev; !ok || m.Rev > rev || m.Rev == rev && content(record) < content(old) {
			newest[thing{m.Source, m.ID}] = record
		}
	}
	out := make([]T, 0, len(newest))
	for _, record := range newest {
		out = append(out, record)
	}
	slices.SortFunc(out, func(a, b T) int {
		x, y := mark(a), mark(b)
		return cmp.Or(y.At.Compare(x.At), cmp.Compare(x.Source, y.Source), cmp.Compare(x.ID, y.ID))
	})
	return out
}

// content orders two records of the same revision by what they say. JSON follows
// pointers, where fmt would write their addresses.
func content(record any) string {
	b, err := json.Marshal(record)
	if err != nil { // a number that JSON cannot hold
		return fmt.Sprintf("%+v", record)
	}
	return string(b)
}
