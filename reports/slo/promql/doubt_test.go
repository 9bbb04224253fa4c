package promql_test

import (
	"testing"

	"github.com/postern/postern/reports/slo/promql"
)

func TestDoubts(t *testing.T) {
	for query, want := range map[string][2]promql.Doubt{ // as a counter, and not
		`http_requests_total{code="200"}`:    {promql.NoDoubt, promql.BareCounter},
		`sum by (job) (http_requests_total)`: {promql.NoDoubt, promql.BareCounter},
		`http_seconds_bucket{le="0.5"}`:      {promql.NoDoubt, promql.BareCounter},
		`{"http.server_total", code="200"}`:  {promql.NoDoubt, promql.BareCounter},
		`{"http.server"}`:                    {promql.NoCounter, promql.NoDoubt},
		`{job="a"}`:                          {promql.ManySeries, promql.NoDoubt},
		`pod_count`:                          {promql.NoDoubt, promql.NoDoubt},
		`sum(a_total) - sum(b_total)`:        {promql.ManySeries, promql.NoDoubt},
		`a_total or vector(0)`:               {promql.ManySeries, promql.NoDoubt},
		`a_total offset 5m`:                  {promql.ManySeries, promql.NoDoubt},
		`sum(increase(a_total[5m]))`:         {promql.OverTime, promql.NoDoubt},
		`sum(rate(a_total[{{.window}}]))`:    {promql.OverTime, promql.NoDoubt},
		`up`:                                 {promql.NoCounter, promql.NoDoubt},
		`job:requests:rate5m`:                {promql.NoCounter, promql.NoDoubt},
		`sum(go_goroutines{job="a"})`:        {promql.NoCounter, promql.NoDoubt},
	} {
		for i, counter := range []bool{true, false} {
			if got := promql.DoubtOf(query, counter); got != want[i] {
				t.Errorf("%s, counter %v: %q, want %q", query, counter, got, want[i])
			}
		}
	}
}

func FuzzQueries(f *testing.F) {
	for _, q := range []string{`a{b="c}"}`, `sum(a) by (b)`, `sum(`, "a{`", `increase((a)[5m:])`, `sum (a{b=~"(x)"}) without (c)`, `{"a.b",c='}'}`, `{__name__="a"}`} {
		f.Add(q, true)
	}
	f.Fuzz(func(t *testing.T, query string, counter bool) {
		doubt := promql.DoubtOf(query, counter)
		selector, ok := promql.Selector(query, counter)
		_, exact := promql.Count(query, counter, 300e9)
		if ok && (!counter || !exact) {
			t.Errorf("%q is the selector %q, counter %v, exact %v", query, selector, counter, exact)
		}
		if !exact && doubt != promql.ManySeries {
			t.Errorf("%q is not counted series by series, and its author is told %q", query, doubt)
		}
		if again, same := promql.Selector(selector, true); ok && (!same || again != selector) {
			t.Errorf("%q within %q is no selector", selector, query)
		}
	})
}
