package compile_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

func week47(t testing.TB) period.Period {
	t.Helper()
	week, err := period.Of(period.Weekly, "2026-W47", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return week
}

// TestWhatWasNotReadIsSaid: a section whose data could not be read never says that
// there was none.
func TestWhatWasNotReadIsSaid(t *testing.T) {
	in := reports.Inputs{Targets: targets(), Unread: []reports.Unread{{What: "slow statements", Why: "a stored fact cannot be read",
		Damaged: true}}}
	r := compile.Report(builtIn(period.Weekly), week47(t), in, english())
	s, _ := r.Section(reports.SlowSQL)
	if s.Empty != "Not known: a stored fact cannot be read." {
		t.Errorf("the section says %q", s.Empty)
	}
	if table, ok := r.Table("unread"); !ok || len(table.Rows) != 1 || len(r.Failures) != 1 || !strings.Contains(r.Verdict.Text, "incomplete") {
		t.Errorf("data quality %+v, verdict %q", table, r.Verdict.Text)
	}
	q, _ := r.Section(reports.Quality)
	if strings.Contains(q.Empty, "Everything") {
		t.Errorf("data quality says %q", q.Empty)
	}
}

// TestOneRowThatCannotBeWrittenStopsNothing: every kind of row with numbers, each with
// every number that JSON cannot write.
func TestOneRowThatCannotBeWrittenStopsNothing(t *testing.T) {
	p := week47(t)
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		good := reports.Statement{Digest: "good", Text: "select ?", Count: 1, Seconds: 2}
		for name, in := range map[string]reports.Inputs{
			"a result": {Objectives: []reports.Objective{objectiveOf(p, slo.Result{State: slo.OK, Good: x, Total: x, SLI: &x, Spent: &x})}},
			"a target": {Objectives: []reports.Objective{{SLO: slo.SLO{Name: "a", Target: x},
				Results: objectiveOf(p, slo.Result{State: slo.OK}).Results}}},
			"a curve": {Objectives: []reports.Objective{{SLO: slo.SLO{Name: "a"}, Results: objectiveOf(p, slo.Result{State: slo.OK}).Results,
				Left: []reports.Point{{Value: &x}}}}},
			"a statement": {Statements: []reports.Statement{{Digest: "bad", Text: "select a", Count: 1, Seconds: x, P95: &x}}},
			"a cost": {Incidents: []reports.Incident{{Incident: incident.Incident{ID: "i"},
				Spent: []reports.Spend{{SLO: "a", Bad: x, Share: x}}}}},
			"a time": {Edits: []reports.DefinitionEdit{{SLO: "a", At: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}}},
		} {
			in.Targets = targets()
			in.Statements = append(in.Statements, good)
			if _, err := in.Hash(builtIn(p.Kind)); err == nil {
				t.Fatalf("%s of %v can be written", name, x)
			}
			sound := in.Sanitized()
			if _, err := sound.Hash(builtIn(p.Kind)); err != nil {
				t.Errorf("%s of %v: %v", name, x, err)
			}
			r := compile.Report(builtIn(p.Kind), p, sound, english())
			if _, err := reports.Encode(r); err != nil {
				t.Errorf("%s of %v: %v", name, x, err)
			}
			if len(r.Failures) == 0 || !strings.Contains(r.Verdict.Text, "incomplete") {
				t.Errorf("%s of %v is passed over in silence: %q", name, x, r.Verdict.Text)
			}
			if !slices.ContainsFunc(sound.Statements, func(s reports.Statement) bool { return s.Digest == "good" && s.Seconds == 2 }) {
				t.Errorf("%s of %v takes a sound row along", name, x)
			}
			// Compile alone, without Sound: the report can be stored all the same.
			if _, err := reports.Encode(compile.Report(builtIn(p.Kind), p, in, english())); err != nil {
				t.Errorf("%s of %v, unrepaired: %v", name, x, err)
			}
		}
	}
}

// objectiveOf is an objective with one result for all spans.
func objectiveOf(p period.Period, r slo.Result) reports.Objective {
	o := reports.Objective{SLO: slo.SLO{Name: "a", Target: 0.99}, Window: r}
	for _, span := range reports.Spans(p) {
		r.From, r.To = span.From, span.To
		o.Results = append(o.Results, r)
	}
	return o
}

func TestSoundInputsStayAsTheyAre(t *testing.T) {
	p := week47(t)
	in := newQuarter(t, 3).inputs(p)
	before, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	after, err := json.Marshal(in.Sanitized())
	if err != nil || string(before) != string(after) {
		t.Errorf("sound inputs were changed: %v", err)
	}
}

func TestBecauseShowsNoCause(t *testing.T) {
	hidden := fault.Wrap(fault.Internal, "x", "a stored day of buckets cannot be read", errSecret{})
	if got := reports.Because(hidden); got != "a stored day of buckets cannot be read" {
		t.Errorf("%q", got)
	}
	if got := reports.Because(errSecret{}); strings.Contains(got, "/data") {
		t.Errorf("%q", got)
	}
}

type errSecret struct{}

func (errSecret) Error() string { return "open /data/postern.db: input/output error" }

// TestStatementsLeftOutAreMarked: a statement with an observation that cannot be is
// listed; its numbers are unknown or say that something is missing, never 0.
func TestStatementsLeftOutAreMarked(t *testing.T) {
	r := compile.Report(builtIn(period.Weekly), week47(t), reports.Inputs{Targets: targets(), Statements: []reports.Statement{
		{Digest: "a", Text: "select a", State: "new", Odd: 1},
		{Digest: "b", Text: "select b", State: "new", Odd: 2, Count: 3, Seconds: 12},
	}}, english())
	table, _ := r.Table("statements")
	if got := table.Rows[0].Cells[5].Text + "|" + table.Rows[1].Cells[5].Text + "|" +
		table.Rows[1].Cells[4].Text; got != "12 s, 2 excluded|unknown|unknown" {
		t.Errorf("%s", got)
	}
	sampled := compile.Report(builtIn(period.Weekly), week47(t), reports.Inputs{Targets: targets(),
		Statements: []reports.Statement{{Digest: "c", Text: "select c", Count: 3, Seconds: 20.3, OneIn: 1000}}}, english())
	for _, name := range []string{"statements", "sql-teams"} {
		table, _ := sampled.Table(name)
		if c := table.Rows[0].Cells; c[4].Text+c[5].Text != "3 (logged 1 in 1,000)20 s" && c[5].Text != "3 (logged 1 in 1,000)" {
			t.Errorf("%s of a sampled log: %+v", name, c)
		}
	}
	if odd, ok := r.Table("odd-statements"); !ok || len(odd.Rows) != 2 {
		t.Errorf("data quality does not list them: %+v", odd)
	}
}
