package compile_test

import (
	"testing"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
)

// Two weeks are compared by what both speak of: never by a column that looks back,
// and never by an incident that only one of them had.
func TestCompare(t *testing.T) {
	q := newQuarter(t, 7)
	compile := func(id string) reports.Report {
		p := q.period(t, id)
		return compile.Report(builtIn(p.Kind), p, q.inputs(p), english())
	}
	a, b := compile("2026-W46"), compile("2026-W47")
	all, left := reports.Compare(a, b)
	if len(all) == 0 || left > 0 {
		t.Fatalf("%d differences, %d left", len(all), left)
	}
	verdict, met := false, 0
	for _, d := range all {
		if d.Before == d.After {
			t.Errorf("%s, %s, %s is no difference: %q", d.Section, d.Item, d.Column, d.After)
		}
		if d.Before == "" && d.Column != "" || d.Column == "W45" || d.Column == "W46" || d.Column == "W47" {
			t.Errorf("%s, %s, %s: only one of the two speaks of it", d.Section, d.Item, d.Column)
		}
		if d.Section == "Verdict" {
			verdict = d.Before == a.Verdict.Text && d.After == b.Verdict.Text
		}
		if d.Column == "SLOs met" {
			met++
		}
	}
	if !verdict || met == 0 {
		t.Errorf("the verdict is compared: %v; services whose objectives went otherwise: %d", verdict, met)
	}
	if same, _ := reports.Compare(b, b); len(same) > 0 {
		t.Errorf("a week differs from itself in %v", same[0])
	}
	if back, _ := reports.Compare(b, a); len(back) != len(all) {
		t.Errorf("%d differences there, %d back", len(all), len(back))
	}
}
