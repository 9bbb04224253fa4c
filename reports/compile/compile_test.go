package compile_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

var update = flag.Bool("update", false, "write the golden reports anew")

func encode(t testing.TB, r reports.Report) []byte {
	t.Helper()
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

func shuffle[T any](r *rand.Rand, s []T) []T {
	s = slices.Clone(s)
	r.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
	return s
}

// The same inputs give the same bytes, in whatever order the lists come.
func TestCompileIsDeterministic(t *testing.T) {
	q := newQuarter(t, 7)
	r := rand.New(rand.NewPCG(3, 4))
	for _, id := range []string{"2026-11-21", "2026-W47", "2026-11"} {
		p := q.period(t, id)
		in := q.inputs(p)
		want := encode(t, compile.Report(builtIn(p.Kind), p, in, english()))
		for range 5 {
			in.Services, in.Objectives, in.Incidents = shuffle(r, in.Services), shuffle(r, in.Objectives), shuffle(r, in.Incidents)
			in.Episodes, in.Changes, in.Statements = shuffle(r, in.Episodes), shuffle(r, in.Changes), shuffle(r, in.Statements)
			in.Actions, in.Gaps, in.Feeds, in.Documents = shuffle(r, in.Actions), shuffle(r, in.Gaps), shuffle(r, in.Feeds), shuffle(r, in.Documents)
			if got := encode(t, compile.Report(builtIn(p.Kind), p, in, english())); !bytes.Equal(got, want) {
				t.Fatalf("%s depends on the order of its inputs", id)
			}
		}
	}
}

// Golden reports: looked at by eye, and checked by TestBruteForce.
func TestGoldenReports(t *testing.T) {
	q := newQuarter(t, 7)
	for _, id := range []string{"2026-11-21", "2026-W47", "2026-11"} {
		p := q.period(t, id)
		got := encode(t, compile.Report(builtIn(p.Kind), p, q.inputs(p), english()))
		file := filepath.Join("..", "testdata", string(p.Kind)+".json")
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from %s; run with -update and look at the difference", id, file)
		}
	}
}

// values visits every Value of a report with where it stands.
func values(r reports.Report, visit func(where string, v reports.Value)) {
	for _, f := range r.Headline {
		visit("headline/"+f.Key, f.Value)
	}
	for _, s := range r.Sections {
		for _, f := range s.Figures {
			visit(s.Key+"/"+f.Key, f.Value)
		}
		for _, t := range s.Tables {
			for _, row := range t.Rows {
				for n, v := range row.Cells {
					visit(t.Key+"/"+row.Key+"/"+t.Columns[n].Key, v)
				}
			}
		}
	}
}

// Every figure leads to how it is made, every row is whole, every chart has a
// table that says the same, and no key is used twice.
func TestReportsAreWhole(t *testing.T) {
	q := newQuarter(t, 7)
	for _, id := range []string{"2026-11-21", "2026-W47", "2026-11"} {
		p := q.period(t, id)
		r := compile.Report(builtIn(p.Kind), p, q.inputs(p), english())
		how := map[string]bool{}
		for _, d := range r.Derivations {
			if how[d.Key] {
				t.Errorf("%s: two derivations are called %s", id, d.Key)
			}
			how[d.Key] = true
		}
		every, ok := r.Table("every")
		if !ok || len(every.Rows) != len(q.slos) {
			t.Fatalf("%s: the arithmetic has %d rows for %d objectives", id, len(every.Rows), len(q.slos))
		}
		for _, row := range every.Rows {
			how[row.Key] = true
		}
		for _, s := range r.Sections {
			checkSection(t, r, s)
		}
		for _, f := range r.Headline {
			if f.Value.How == "" {
				t.Errorf("%s: the headline figure %s does not say how it is made", id, f.Key)
			}
		}
		values(r, func(where string, v reports.Value) {
			if v.How != "" && !how[v.How] {
				t.Errorf("%s %s: how %q leads nowhere", id, where, v.How)
			}
			if v.Text == "" && v.Number != nil {
				t.Errorf("%s %s: a number without text", id, where)
			}
			if strings.Contains(v.Text, "NaN") || strings.Contains(v.Text, "Inf") || strings.Contains(v.Text, "e-") {
				t.Errorf("%s %s: %q", id, where, v.Text)
			}
		})
		for _, l := range slices.Concat(r.Changed, r.Acts) {
			if l.Text == "" || l.How != "" && !how[l.How] {
				t.Errorf("%s: line %+v", id, l)
			}
		}
	}
}

func checkSection(t *testing.T, r reports.Report, s reports.Section) {
	t.Helper()
	has := len(s.Figures)+len(s.Lines)+len(s.Tables)+len(s.Charts) > 0
	if has == (s.Empty != "") {
		t.Errorf("%s %s: empty is %q and content is %v", r.Period, s.Key, s.Empty, has)
	}
	for _, table := range s.Tables {
		keys := map[string]bool{}
		for _, row := range table.Rows {
			if len(row.Cells) != len(table.Columns) || keys[row.Key] {
				t.Errorf("%s %s: row %q has %d cells, %d columns, twice: %v", r.Period, table.Key, row.Key, len(row.Cells), len(table.Columns),
					keys[row.Key])
			}
			keys[row.Key] = true
		}
	}
	for _, name := range s.Charts {
		c, ok := r.Chart(name)
		if !ok || c.Title == "" {
			t.Errorf("%s: chart %s is not there", r.Period, name)
		}
		if _, ok := r.Table(c.Twin); !ok && c.Twin != "" {
			t.Errorf("%s: chart %s has no table %q", r.Period, name, c.Twin)
		}
	}
}

// An organisation that has connected nothing gets a report that says so in every
// section, and no figure that could be taken for zero or for good.
func TestNothingConnected(t *testing.T) {
	q := newQuarter(t, 7)
	for _, id := range []string{"2026-11-21", "2026-W47", "2026-11"} {
		p := q.period(t, id)
		r := compile.Report(builtIn(p.Kind), p, reports.Inputs{Targets: targets()}, english())
		if r.Verdict.Tone != reports.Gap || !strings.Contains(r.Verdict.Text, "No SLO is defined") {
			t.Errorf("%s: %+v", id, r.Verdict)
		}
		for _, s := range r.Sections {
			if s.Empty == "" && s.Key != reports.Glossary {
				t.Errorf("%s: section %s says nothing of being empty", id, s.Key)
			}
		}
	}
}

// Scope keeps what is asked for and nothing else.
func TestScope(t *testing.T) {
	q := newQuarter(t, 7)
	p := q.period(t, "2026-W47")
	d := builtIn(period.Weekly)
	d.Scope = reports.Scope{Teams: []string{"payments"}}
	r := compile.Report(d, p, q.inputs(p), english())
	for _, table := range []string{"matrix", "every"} {
		rows, _ := r.Table(table)
		if len(rows.Rows) == 0 {
			t.Errorf("%s is empty", table)
		}
		for _, row := range rows.Rows {
			if row.Key != "every-service" && !strings.Contains(row.Cells[0].Text, "checkout") && !strings.Contains(row.Cells[0].Text, "gateway") {
				t.Errorf("%s: %s is not of the team", table, row.Cells[0].Text)
			}
		}
	}
	if r.Scope != "team payments" {
		t.Errorf("scope is said as %q", r.Scope)
	}
}

// A scope by tier admits a service that states it as a label or as the annotation.
func TestScopeByTier(t *testing.T) {
	s := reports.Scope{Labels: map[string][]string{"tier": {"1"}}}
	for want, cases := range map[bool][]slo.Service{
		true:  {{Tier: "1"}, {Labels: map[string][]string{"tier": {"1"}}}, {Tier: "1", Labels: map[string][]string{"tier": {"2"}}}},
		false: {{}, {Tier: "2"}, {Labels: map[string][]string{"tier": {"2"}}}, {Labels: map[string][]string{"level": {"1"}}}},
	} {
		for _, x := range cases {
			if s.Admits(x) != want {
				t.Errorf("%+v: admitted %v", x, !want)
			}
		}
	}
}

// Text from outside is cut and cleaned, whatever it holds.
func TestHostileText(t *testing.T) {
	q := newQuarter(t, 7)
	p := q.period(t, "2026-W47")
	in := q.inputs(p)
	evil := "<script>alert(1)</script>]]>\u202Egnp.exe\x00\x1b[31m\n" + strings.Repeat("长", 10_000) + "\xff=cmd|'/c calc'!A0"
	for i := range in.Incidents {
		in.Incidents[i].Title, in.Incidents[i].Severity, in.Incidents[i].Uncertainties = evil, evil,
			append(in.Incidents[i].Uncertainties, evil)[:len(in.Incidents[i].Uncertainties)]
	}
	for i := range in.Objectives {
		in.Objectives[i].SLO.Title = evil
	}
	for i := range in.Services {
		in.Services[i].Title, in.Services[i].Team = evil, evil
	}
	for i := range in.Statements {
		in.Statements[i].Text, in.Statements[i].Database = evil, evil
	}
	for i := range in.Actions {
		in.Actions[i].Text, in.Actions[i].Owner = evil, evil
	}
	in.Gaps[0].Query, in.Feeds[0].Name, in.Edits[0].What, in.Edits[0].Who = evil, evil, evil, evil
	d := builtIn(period.Weekly)
	d.Title, d.Scope.Services = evil, nil
	r := compile.Report(d, p, in, english())
	const longest = 1200 // runes: a sentence of several names
	check := func(where, s string) {
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\x1b\n\u202E") || utf8.RuneCountInString(s) > longest {
			t.Errorf("%s: %.80q of %d runes", where, s, utf8.RuneCountInString(s))
		}
	}
	check("title", r.Title)
	check("verdict", r.Verdict.Text)
	values(r, func(where string, v reports.Value) { check(where, v.Text) })
	for _, l := range slices.Concat(r.Changed, r.Acts) {
		check(l.Key, l.Who+l.Text)
	}
	for _, c := range r.Charts {
		check(c.Name, c.Title)
	}
}
