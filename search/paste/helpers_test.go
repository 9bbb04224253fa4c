package paste

import (
	"fmt"
	"testing"
)

// predicate checks a test of words: it accepts all of yes and none of no.
func predicate(t *testing.T, accepts func(string) bool, yes, no []string) {
	t.Helper()
	for want, words := range map[bool][]string{true: yes, false: no} {
		for _, w := range words {
			t.Run(fmt.Sprintf("%v %.40q", want, w), func(t *testing.T) {
				if got := accepts(w); got != want {
					t.Errorf("got %v", got)
				}
			})
		}
	}
}

// reading returns a Reading of no kind, to compare what a method of reader adds.
func reading(read func(r *reader)) Reading {
	var r reader
	read(&r)
	return r.out
}
