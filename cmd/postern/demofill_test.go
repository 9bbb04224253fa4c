package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDemoProgressPrintsEachQuarterOnce(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		total int
		steps []int
		want  string
	}{
		{"one by one", 8, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}, "demo: s: 2 of 8\ndemo: s: 4 of 8\ndemo: s: 6 of 8\ndemo: s: 8 of 8\n"},
		{"in two leaps", 100, []int{60, 99, 100}, "demo: s: 60 of 100\ndemo: s: 99 of 100\ndemo: s: 100 of 100\n"},
		{"nothing to do", 0, []int{0}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			p := demoProgress{out: &out, step: "s"}
			for _, n := range test.steps {
				p.show(n, test.total)
			}
			if diff := cmp.Diff(test.want, out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
