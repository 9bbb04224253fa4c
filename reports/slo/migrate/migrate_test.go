package migrate_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/realdata"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/convert"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slo/migrate"
	"github.com/postern/postern/reports/slo/openslo"
)

const slothSpec = `version: "prometheus/v1"
service: "My Service"
labels: {owner: myteam, tier: "2"}
slos:
  - name: requests-availability
    objective: 99.9
    description: Requests are answered.
    labels: {owner: other}
    sli:
      events:
        error_query: sum(rate(http_total{code=~"5.."}[{{.window}}]))
        total_query: sum(rate(http_total[{{.window}}]))
    alerting: {name: High}
  - name: ratio
    objective: 99
    sli: {raw: {error_ratio_query: 'a / b'}}
  - name: plugin
    objective: 99
    sli: {plugin: {id: x}}
`

const pyrraSpec = `apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata:
  name: api-errors
  labels: {prometheus: k8s, pyrra.dev/team: ops, area: api}
spec:
  target: "99.5"
  window: 2w
  indicator:
    ratio:
      errors: {metric: 'http_total{code=~"5.."}'}
      total: {metric: http_total}
      grouping: [route]
---
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: up}
spec:
  target: 99
  window: 1d12h
  indicator: {bool_gauge: {metric: up}}
---
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: fast}
spec:
  target: 99
  window: 30d
  indicator: {latencyNative: {latency: 250ms, total: {metric: d}}}
`

// define reads converted files back as a repository.
func define(t *testing.T, files []convert.File) map[string]slo.SLO {
	t.Helper()
	var parsed []openslo.File
	for _, f := range files {
		if !openslo.IsDefinition(f.Path) {
			t.Errorf("%s is not where definitions lie", f.Path)
		}
		file, problems := openslo.Parse(f.Path, f.Data)
		if len(problems) > 0 {
			t.Errorf("%v\n%s", problems, f.Data)
		}
		parsed = append(parsed, file)
	}
	set, problems := openslo.Link(parsed)
	for _, p := range problems {
		if p.Weight == postmortems.Error || p.Rule == "slo-reference" {
			t.Error(p)
		}
	}
	out := map[string]slo.SLO{}
	for _, s := range set.SLOs {
		out[s.Name] = s
	}
	return out
}

func run(t *testing.T, format, text string) ([]convert.File, string) {
	t.Helper()
	files, findings, err := migrate.Run(format, []convert.File{{Path: "a.yml", Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, f := range findings {
		told = append(told, f.String())
	}
	return files, strings.Join(told, "\n")
}

func TestSloth(t *testing.T) {
	files, told := run(t, "sloth", slothSpec)
	slos := define(t, files)
	a := slos["my-service-requests-availability"]
	if a.Target != 0.999 || a.Indicator.Bad != `sum(increase(http_total{code=~"5.."}[{{.window}}]))` || a.Window.String() != "30d" ||
		!a.Window.Rolling || a.Service != "my-service" {
		t.Errorf("got %+v", a)
	}
	if a.Labels["owner"][0] != "other" {
		t.Errorf("labels %v", a.Labels)
	}
	if raw := slos["my-service-ratio"]; raw.Method != slo.RatioTimeslices || raw.Indicator.Raw != "a / b" || !raw.Indicator.RawFailure {
		t.Errorf("got %+v", raw)
	}
	if len(slos) != 2 || len(files) != 2 || !strings.Contains(string(files[0].Data), "postern/team: myteam") {
		t.Errorf("%d objectives, files %v", len(slos), files)
	}
	for _, want := range []string{"a.yml: Sloth shows a mean of ratios", "a.yml:13: alerting was left out",
		"a.yml:19: left out: an indicator by plug-in"} {
		if !strings.Contains(told, want) {
			t.Errorf("%q is not told in\n%s", want, told)
		}
	}
}

func TestPyrra(t *testing.T) {
	files, told := run(t, "pyrra", pyrraSpec)
	slos := define(t, files)
	a := slos["api-errors"]
	if a.Target != 0.995 || !a.Indicator.Counter || a.Indicator.Bad != `http_total{code=~"5.."}` || a.Indicator.Total != "http_total" ||
		a.Window.String() != "2w" {
		t.Errorf("got %+v", a)
	}
	if a.Labels["area"][0] != "api" || len(a.Labels) != 1 {
		t.Errorf("labels %v", a.Labels)
	}
	if up := slos["up"]; up.Window.String() != "36h" || up.Indicator.Good != "sum(sum_over_time(up[{{.window}}]))" {
		t.Errorf("got %+v", up)
	}
	if f := slos["fast"]; !strings.HasPrefix(f.Indicator.Good, "histogram_fraction(0, 0.25, sum(increase(d[{{.window}}])))") {
		t.Errorf("got %+v", f)
	}
	if !strings.Contains(told, "grouping was left out") || !strings.Contains(told, "became one of its own") {
		t.Errorf("told\n%s", told)
	}
}

func TestWhatIsNotTheFormatIsLeftOut(t *testing.T) {
	for format, text := range map[string]string{"sloth": pyrraSpec, "pyrra": slothSpec} {
		if files, told := run(t, format, text); len(files) != 0 || !strings.Contains(told, "left out") {
			t.Errorf("%s: %d files, told %s", format, len(files), told)
		}
	}
	if _, _, err := migrate.Run("nobl9", nil); fault.KindOf(err) != fault.Unsupported {
		t.Error(err)
	}
}

func TestPublicSamples(t *testing.T) {
	for _, format := range migrate.Formats() {
		dir := realdata.Find(t, "feeds/"+format)
		names, err := filepath.Glob(filepath.Join(dir, "*.y*ml"))
		if err != nil || len(names) == 0 {
			t.Fatal(names, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files, findings, err := migrate.Run(format, []convert.File{{Path: filepath.Base(name), Data: data}})
			if err != nil || len(files) != 2 {
				t.Fatalf("%s: %d files, %v, %v", name, len(files), findings, err)
			}
			if slos := define(t, files); len(slos) == 0 {
				t.Errorf("%s: no objective", name)
			}
		}
	}
}

func FuzzRun(f *testing.F) {
	f.Add(true, []byte(slothSpec))
	f.Add(false, []byte(pyrraSpec))
	f.Fuzz(func(t *testing.T, sloth bool, data []byte) {
		format := "pyrra"
		if sloth {
			format = "sloth"
		}
		files, findings, err := migrate.Run(format, []convert.File{{Path: "f.yaml", Data: data}})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range findings {
			if strings.ContainsAny(x.String(), "\n\r") {
				t.Fatalf("a finding on two lines: %q", x.String())
			}
		}
		for _, file := range files {
			if _, problems := openslo.Parse(file.Path, file.Data); postmortems.HasError(problems) {
				t.Fatalf("written, and not read back: %v\n%s", problems, file.Data)
			}
		}
	})
}
