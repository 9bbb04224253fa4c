package openslo_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/realdata"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slo/openslo"
)

// judge reads one text as a whole repository.
func judge(text string) (openslo.Set, []postmortems.Problem) {
	file, problems := openslo.Parse("slos/a.yaml", []byte(text))
	if postmortems.HasError(problems) {
		return openslo.Set{}, problems
	}
	set, more := openslo.Link([]openslo.File{file})
	return set, append(problems, more...)
}

func ids(problems []postmortems.Problem) string {
	seen := map[string]bool{}
	var out []string
	for _, p := range problems {
		if !seen[p.Rule] {
			seen[p.Rule] = true
			out = append(out, p.Rule)
		}
	}
	return strings.Join(out, " ")
}

func TestRulesAndTheirExamples(t *testing.T) {
	for _, r := range openslo.Rules() {
		if r.Why == "" || r.Fix == "" || r.Title == "" {
			t.Errorf("%s has no words", r.ID)
		}
		if _, problems := judge(r.Bad); ids(problems) != r.ID {
			t.Errorf("%s: its bad example breaks %q: %v", r.ID, ids(problems), problems)
		} else if problems[0].Weight != r.Weight {
			t.Errorf("%s has the weight %s, its finding %s", r.ID, r.Weight, problems[0].Weight)
		}
		if _, problems := judge(r.Good); len(problems) > 0 {
			t.Errorf("%s: its good example breaks %q: %v", r.ID, ids(problems), problems)
		}
	}
}

const head = "apiVersion: openslo/v1\nkind: SLO\nmetadata:\n  name: a\nspec:\n  service: s\n"
const ratio = "  indicator:\n    metadata: {name: i}\n    spec:\n      ratioMetric:\n        bad: {metricSource: {type: Prometheus, " +
	"spec: {query: bad}}}\n        total: {metricSource: {type: Prometheus, spec: {query: all}}}\n"
const rolling = "  timeWindow: [{duration: 28d, isRolling: true}]\n  budgetingMethod: Occurrences\n"

func TestObjectives(t *testing.T) {
	set, problems := judge(head + ratio + rolling + "  objectives:\n    - {displayName: Ours, targetPercent: 99.9}\n    - " +
		"{displayName: The SLA, target: 0.99}\n")
	if ids(problems) != "slo-reference" || len(set.SLOs) != 2 { // the service is not defined
		t.Fatalf("%v, %d objectives", problems, len(set.SLOs))
	}
	a, b := set.SLOs[0], set.SLOs[1]
	if a.Name != "a" || b.Name != "a-the-sla" || a.SeriesName() != "a" || b.SeriesName() != "a" {
		t.Errorf("names %s (%s) and %s (%s)", a.Name, a.SeriesName(), b.Name, b.SeriesName())
	}
	if a.Target != 0.999 || b.Target != 0.99 || a.Title != "a: Ours" {
		t.Errorf("targets %v and %v, title %q", a.Target, b.Target, a.Title)
	}
	if a.Indicator.Bad != "bad" || a.Indicator.Total != "all" || a.Indicator.Type != "prometheus" {
		t.Errorf("indicator %+v", a.Indicator)
	}
	if a.Hash == b.Hash || a.Hash == "" {
		t.Errorf("hashes %s and %s", a.Hash, b.Hash)
	}
}

func TestComposite(t *testing.T) {
	set, problems := judge(head + rolling + "  objectives:\n" +
		"    - {displayName: Read, target: 0.99, compositeWeight: 3, indicatorRef: r}\n" +
		"    - {displayName: Write, target: 0.9, indicatorRef: r}\n" +
		"---\napiVersion: openslo/v1\nkind: SLI\nmetadata: {name: r}\nspec: {thresholdMetric: {metricSource: {type: ndjson}}}\n")
	for _, p := range problems {
		if p.Weight == postmortems.Error && !strings.Contains(p.Message, "op and value") { // r is a threshold
			t.Fatal(problems)
		}
	}
	var names []string
	for _, s := range set.SLOs {
		names = append(names, s.Name)
	}
	if strings.Join(names, " ") != "a a-read a-write" {
		t.Fatalf("objectives %v", names)
	}
	if p := set.SLOs[0].Parts; len(p) != 2 || p[0] != (slo.Part{SLO: "a-read", Weight: 3}) || p[1] != (slo.Part{SLO: "a-write", Weight: 1}) {
		t.Errorf("parts %+v", p)
	}
}

func TestCalendarWindowsAndSlips(t *testing.T) {
	set, problems := judge(head + ratio + `  timeWindow:
    - duration: 1m
      calendar: {startTime: 2022-01-01 12:00:00, timeZone: America/New_York}
  budgetingMethod: Timeslices
  objectives:
    - {op: gt, target: 0.995, timeSliceTarget: 0.99, timeSliceWindow: 5}
`)
	if ids(problems) != "slo-reference slo-specification-slip" && ids(problems) != "slo-specification-slip slo-reference" {
		t.Fatal(problems)
	}
	s := set.SLOs[0]
	if s.Window.String() != "1M" || s.Window.Zone.String() != "America/New_York" || s.SliceLen != 5*time.Minute {
		t.Errorf("window %s in %s, slices of %s", s.Window, s.Window.Zone, s.SliceLen)
	}
	if want := time.Date(2022, 1, 1, 17, 0, 0, 0, time.UTC); !s.Window.Start.Equal(want) {
		t.Errorf("it starts at %s", s.Window.Start)
	}
}

func TestServicesAndTheirAnnotations(t *testing.T) {
	set, problems := judge(`- apiVersion: openslo/v1
  kind: Service
  metadata:
    name: orders
    displayName: Orders
    labels: {team: [a, b]}
    annotations:
      postern/depends-on: "ledger, kafka-core"
      databases: orders orders_archive
      postern/on-call-zone: Asia/Shanghai
      elsewhere.example/depends-on: nothing
  spec: {description: What customers bought.}
- {apiVersion: openslo/v1, kind: Service, metadata: {name: ledger, annotations: {postern/owner: Ada}}, spec: {}}
- {apiVersion: openslo/v1, kind: Service, metadata: {name: kafka-core, annotations: {postern/depends_on: orders}}, spec: {}}
`)
	if ids(problems) != "service-dependency" || !strings.Contains(problems[0].Message, "kafka-core -> orders -> kafka-core") {
		t.Errorf("the ring is told as %v", problems)
	}
	o := set.Services[2]
	if o.Name != "orders" || o.Team != "a, b" || o.Owner != "a, b" || strings.Join(o.DependsOn, " ") != "ledger kafka-core" ||
		strings.Join(o.Databases, " ") != "orders orders_archive" || o.OnCallZone != "Asia/Shanghai" || o.Path != "slos/a.yaml" {
		t.Errorf("got %+v", o)
	}
	if l := set.Services[1]; l.Owner != "Ada" || l.Title != "ledger" {
		t.Errorf("got %+v", l)
	}
}

func TestProblemsHaveTheirPlace(t *testing.T) {
	_, problems := judge(head + ratio + rolling + "  objectives:\n    - target: 99.9\n")
	if len(problems) != 1 || problems[0].String() != `slos/a.yaml:16:15: error: target is a fraction from 0 to below 1, such as 0.999, not 99.9; a percentage is a targetPercent [slo-target]` {
		t.Errorf("got %v", problems)
	}
}

func TestFilesInAnyOrderGiveTheSame(t *testing.T) {
	one, _ := openslo.Parse("slos/1.yaml", []byte(head+ratio+rolling+"  objectives: [{target: 0.9}]\n"))
	two, _ := openslo.Parse("slos/2.yaml", []byte(head+ratio+rolling+"  objectives: [{target: 0.8}]\n"))
	for _, files := range [][]openslo.File{{one, two}, {two, one}} {
		set, problems := openslo.Link(files)
		if len(set.SLOs) != 1 || set.SLOs[0].Target != 0.9 || ids(problems) != "slo-reference slo-duplicate" {
			t.Errorf("%+v, %v", set.SLOs, problems)
		}
	}
}

// Every public sample is accepted, or refused with a reason.
func TestPublicSamples(t *testing.T) {
	root := realdata.Find(t, "feeds/openslo")
	refused := map[string]string{
		"data_sources.yaml": "slo-secret", "services.yaml": "slo-duplicate",
	}
	n := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		n++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set, problems := judge(string(data))
		for _, p := range problems {
			t.Logf("%s: %s", d.Name(), p)
		}
		want := refused[d.Name()]
		var errs []postmortems.Problem
		for _, p := range problems {
			if p.Weight == postmortems.Error {
				errs = append(errs, p)
			}
		}
		if got := ids(errs); got != want {
			t.Errorf("%s: refused for %q, want %q", d.Name(), got, want)
		}
		if strings.Contains(string(data), "kind: SLO\n") && want == "" && len(set.SLOs) == 0 {
			t.Errorf("%s: no objective was read", d.Name())
		}
		return nil
	})
	if err != nil || n < 10 {
		t.Fatalf("%d samples, %v", n, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, r := range openslo.Rules() {
		f.Add([]byte(r.Bad))
		f.Add([]byte(r.Good))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, problems := openslo.Parse("slos/f.yaml", data)
		set, more := openslo.Link([]openslo.File{file})
		for _, p := range append(problems, more...) {
			if p.Rule == "" || p.Message == "" || strings.ContainsAny(p.Message, "\n\r") {
				t.Fatalf("a finding without words, or on two lines: %+v", p)
			}
		}
		for _, s := range set.SLOs {
			if !postmortems.HasError(append(problems, more...)) && (s.Target < 0 || s.Target >= 1 || s.Window.Length() <= 0 && len(s.Parts) == 0) {
				t.Fatalf("accepted: %+v", s)
			}
		}
	})
}

// The type of a shared indicator comes from a DataSource. An SLO that refers to the
// indicator has it wherever the three files are in the order of paths.
func TestTypeOfASharedIndicatorInAnyOrder(t *testing.T) {
	t.Parallel()
	texts := []string{
		head + rolling + "  indicatorRef: r\n  objectives: [{target: 0.9}]\n",
		"apiVersion: openslo/v1\nkind: SLI\nmetadata: {name: r}\nspec:\n  ratioMetric:\n    counter: true\n" +
			"    good: {metricSource: {metricSourceRef: d, spec: {query: good}}}\n    total: {metricSource: {metricSourceRef: d, spec: " +
			"{query: all}}}\n",
		"apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: d}\nspec: {type: Prometheus, connectionDetails: {url: " +
			"\"http://127.0.0.1:9090\"}}\n",
	}
	for _, paths := range [][]string{
		{"slos/a.yaml", "slos/b.yaml", "slos/c.yaml"}, {"slos/c.yaml", "slos/b.yaml", "slos/a.yaml"},
		{"slos/b.yaml", "slos/c.yaml", "slos/a.yaml"},
	} {
		var files []openslo.File
		for n, text := range texts {
			f, problems := openslo.Parse(paths[n], []byte(text))
			if postmortems.HasError(problems) {
				t.Fatal(problems)
			}
			files = append(files, f)
		}
		set, problems := openslo.Link(files)
		if len(set.SLOs) != 1 || set.SLOs[0].Indicator.Type != "prometheus" {
			t.Errorf("%v: %+v, %v", paths, set.SLOs, problems)
		}
	}
}
