package promql_test

import (
	"testing"
	"time"

	"github.com/postern/postern/reports/slo/promql"
)

func TestCount(t *testing.T) {
	diff := func(s string) string {
		return "sum((((" + s + " - " + s + " offset 5m) >= 0) unless (resets(" + s + "[5m]) > 0)) or increase(" + s + "[5m]))"
	}
	for name, c := range map[string]struct {
		query   string
		counter bool
		want    string
		exact   bool
	}{
		"a selector":            {`http_total{code="200"}`, true, diff(`http_total{code="200"}`), true},
		"a name":                {` http_total `, true, diff(`http_total`), true},
		"a sum":                 {`sum(http_total{code=~"2..|(4..)"})`, true, diff(`http_total{code=~"2..|(4..)"}`), true},
		"braces in quotes":      {`http_total{path="/a/{id}", x='}'}`, true, diff(`http_total{path="/a/{id}", x='}'}`), true},
		"a name in quotes":      {`{"http.requests_total", code=~"5.."}`, true, diff(`{"http.requests_total", code=~"5.."}`), true},
		"a name as a label":     {`sum({__name__="a_total"})`, true, diff(`{__name__="a_total"}`), true},
		"no name":               {`{job="a"}`, true, `increase(({job="a"})[5m:])`, false},
		"any name":              {`{__name__=~"a.*"}`, true, `increase(({__name__=~"a.*"})[5m:])`, false},
		"two lists":             {`a{b="c"}{d="e"}`, true, `increase((a{b="c"}{d="e"})[5m:])`, false},
		"an offset":             {`a offset 1h`, true, `increase((a offset 1h)[5m:])`, false},
		"a sum by":              {`sum by (job) (http_total)`, true, diff(`http_total`), true},
		"a sum, by":             {`sum(http_total) by (job)`, true, diff(`http_total`), true},
		"two sums":              {`sum(a) + sum(b)`, true, `increase((sum(a) + sum(b))[5m:])`, false},
		"over time already":     {`sum(increase(a[5m]))`, true, `sum(increase(a[5m]))`, true},
		"with a window":         {`sum(rate(a[{{ .window }}]))`, true, `sum(rate(a[5m]))`, true},
		"no counter":            {`sum(a)`, false, `sum(a)`, true},
		"a name that ends rate": {`sum(my_rate)`, true, diff(`my_rate`), true},
	} {
		got, exact := promql.Count(c.query, c.counter, 5*time.Minute)
		if got != c.want || exact != c.exact {
			t.Errorf("%s:\n%s (%v), want\n%s", name, got, exact, c.want)
		}
	}
}

func TestOddAndSamples(t *testing.T) {
	want := `sum(count_over_time(a{b="c"}[5m])) and (count((count_over_time(a{b="c"}[5m]) unless a{b="c"} offset 5m) or (count_over_time(a{b="c"}[5m]) unless a{b="c"}) or (resets(a{b="c"}[10m]) > 0)) > 0)`
	if got := promql.Odd(`a{b="c"}`, 5*time.Minute); got != want {
		t.Error(got)
	}
	if got := promql.Samples(`a{b="c"}`, 65*time.Minute); got != `a{b="c"}[65m]` {
		t.Error(got)
	}
	if _, ok := promql.Selector("a", false); ok {
		t.Error("a gauge has no selector to count")
	}
}

func TestPresentAndDurations(t *testing.T) {
	if got := promql.Present(`sum(a{b="c"})`, 90*time.Second); got != `count(count_over_time(a{b="c"}[90s]))` {
		t.Error(got)
	}
	if got := promql.Present(`a / b`, time.Minute); got != "" {
		t.Error(got)
	}
	for d, want := range map[time.Duration]string{time.Hour: "1h", 90 * time.Minute: "90m", 1500 * time.Millisecond: "1500ms"} {
		if got := promql.Duration(d); got != want {
			t.Errorf("%s: %s", d, got)
		}
	}
}

func TestIncreasing(t *testing.T) {
	for in, want := range map[string]string{
		`sum(rate(a[5m]))`:        `sum(increase(a[5m]))`,
		`irate(a[5m])`:            `irate(a[5m])`,
		`rate(a[1m])+rate(b[1m])`: `increase(a[1m])+increase(b[1m])`,
	} {
		if got := promql.Increasing(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
