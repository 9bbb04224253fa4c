package promql_test

import (
	"testing"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/postern/postern/reports/slo/promql"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][2]promql.Misfit{ // as a counter, and not
		`http_requests_total{code="200"}`:        {promql.Fits, promql.BareCounter},
		`sum by (job) (http_requests_total)`:     {promql.Fits, promql.BareCounter},
		`http_seconds_bucket{le="0.5"}`:          {promql.Fits, promql.BareCounter},
		`{"http.server_total", code="200"}`:      {promql.Fits, promql.BareCounter},
		"http_total # offset 5m":                 {promql.Fits, promql.BareCounter},
		`http_total{path="increase(a[5m])"}`:     {promql.Fits, promql.BareCounter},
		`{"http.server"}`:                        {promql.NoCounter, promql.Fits},
		`{job="a"}`:                              {promql.ManySeries, promql.Fits},
		`pod_count`:                              {promql.Fits, promql.Fits},
		`pod_sum`:                                {promql.Fits, promql.Fits},
		`total`:                                  {promql.NoCounter, promql.Fits},
		`sum(a_total) - sum(b_total)`:            {promql.ManySeries, promql.Fits},
		`a_total or vector(0)`:                   {promql.ManySeries, promql.Fits},
		`a_total offset 5m`:                      {promql.ManySeries, promql.Fits},
		`a_total @ 5`:                            {promql.ManySeries, promql.Fits},
		`sum(increase(a_total[5m]))`:             {promql.OverTime, promql.Fits},
		`sum(rate(a_total[{{.window}}]))`:        {promql.OverTime, promql.Fits},
		`sum(a_total{w="{{.window}}"})`:          {promql.OverTime, promql.Fits},
		`delta(a[5m])`:                           {promql.OverTime, promql.Fits},
		`idelta(a[5m]) + irate(b[5m])`:           {promql.OverTime, promql.Fits},
		`deriv(a[5m])`:                           {promql.OverTime, promql.Fits},
		`avg_over_time(a[5m])`:                   {promql.OverTime, promql.Fits},
		`histogram_quantile(0.9, sum(a_bucket))`: {promql.OverTime, promql.Fits},
		`up`:                                     {promql.NoCounter, promql.Fits},
		`job:requests:rate5m`:                    {promql.NoCounter, promql.Fits},
		`sum(go_goroutines{job="a"})`:            {promql.NoCounter, promql.Fits},
		`sum(`:                                   {promql.ManySeries, promql.Fits},
		``:                                       {promql.ManySeries, promql.Fits},
	} {
		t.Run(query, func(t *testing.T) {
			for i, counter := range []bool{true, false} {
				if got := promql.Check(query, counter); got != want[i] {
					t.Errorf("counter %v: %q, want %q", counter, got, want[i])
				}
			}
		})
	}
}

// FuzzQueries holds what every query must keep: a selector is counted exactly and is
// the selector of itself, an author is warned of every query that is counted as a
// whole, and what is made of a valid query is valid as well.
func FuzzQueries(f *testing.F) {
	for _, q := range []string{
		`a{b="c}"}`, `sum(a) by (b)`, `sum(`, "a{`", `increase((a)[5m:])`, `sum (a{b=~"(x)"}) without (c)`, `{"a.b",c='}'}`, `{__name__="a"}`,
		"a # c\n", "a + b # c", `a @ end() offset 5m`, `max_over_time(a[1h:5m])`, `rate(a[{{.window}}])`, "\xff{", "((a", `a{b="{{.window}}"}`,
	} {
		f.Add(q, true)
		f.Add(q, false)
	}
	f.Fuzz(func(t *testing.T, query string, counter bool) {
		misfit := promql.Check(query, counter)
		selector, ok := promql.Selector(query, counter)
		text, exact := promql.Count(query, counter, 300e9)
		if ok && (!counter || !exact) {
			t.Errorf("%q is the selector %q, counter %v, exact %v", query, selector, counter, exact)
		}
		if !exact && misfit != promql.ManySeries {
			t.Errorf("%q is counted as a whole, and Check returns %q", query, misfit)
		}
		if again, same := promql.Selector(selector, true); ok && (!same || again != selector) {
			t.Errorf("the selector %q of %q is no selector", selector, query)
		}
		p := parser.NewParser(parser.Options{EnableExperimentalFunctions: true})
		if e, err := p.ParseExpr(query); err == nil && e.Type() == parser.ValueTypeVector {
			for _, made := range []string{text, promql.Increasing(query), promql.Present(query, 300e9)} {
				if _, err := p.ParseExpr(made); err != nil && made != "" {
					t.Errorf("%q becomes %q: %v", query, made, err)
				}
			}
		}
	})
}
