package compile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
)

// partsOf lists the sections, tables, headline figures and figures of a report.
func partsOf(r reports.Report) (parts []string) {
	for _, f := range r.Headline {
		parts = append(parts, "headline "+f.Key)
	}
	for _, s := range r.Sections {
		parts = append(parts, "section "+s.Key)
		for _, f := range s.Figures {
			parts = append(parts, "figure "+s.Key+" "+f.Key)
		}
		for _, t := range s.Tables {
			parts = append(parts, "table "+s.Key+" "+t.Key)
		}
	}
	return parts
}

// TestLayoutIsNumbered holds the parts of the golden reports against the list that belongs
// to the number reports.Layout. A new version of the program must not revise what is
// published because it has another section.
func TestLayoutIsNumbered(t *testing.T) {
	q := newQuarter(t, 7)
	var parts []string
	for _, id := range []string{"2026-11-21", "2026-W47", "2026-11"} {
		p := q.period(t, id)
		parts = append(parts, partsOf(compile.Report(builtIn(p.Kind), p, q.inputs(p), english()))...)
	}
	slices.Sort(parts)
	got := fmt.Sprintf("layout %d\n%s\n", reports.Layout, strings.Join(slices.Compact(parts), "\n"))
	file := filepath.Join("testdata", "layout.txt")
	want, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	number, _, _ := strings.Cut(string(want), "\n")
	if *update && (string(want) == got || number != fmt.Sprintf("layout %d", reports.Layout)) {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the parts of reports changed: raise reports.Layout, then run with -update (-want +got):\n%s", diff)
	}
}
