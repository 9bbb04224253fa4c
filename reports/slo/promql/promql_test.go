package promql_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/postern/postern/reports/slo/promql"
)

// growth returns the query of a selector's growth in five minutes.
func growth(selector string) string {
	return "sum((((" + selector + " - " + selector + " offset 5m) >= 0) unless (resets(" + selector + "[5m]) > 0)) or increase(" + selector +
		"[5m]))"
}

// whole returns the query of a counter that is counted as a whole.
func whole(query string) string { return "increase((" + query + ")[5m:])" }

func TestCountOfCounters(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query, want string
		exact       bool
	}{
		"selector":                 {`http_total{code="200"}`, growth(`http_total{code="200"}`), true},
		"name":                     {` http_total `, growth(`http_total`), true},
		"empty matchers":           {`http_total{}`, growth(`http_total{}`), true},
		"name with colons":         {`job:http:total`, growth(`job:http:total`), true},
		"sum":                      {`sum(http_total{code=~"2..|(4..)"})`, growth(`http_total{code=~"2..|(4..)"}`), true},
		"braces in strings":        {`http_total{path="/a/{id}", x='}'}`, growth(`http_total{path="/a/{id}", x='}'}`), true},
		"quotes in strings":        {`http_total{a="say \"hi\"}", b='it\'s'}`, growth(`http_total{a="say \"hi\"}", b='it\'s'}`), true},
		"raw strings":              {"http_total{a=`\\d{3}`}", growth("http_total{a=`\\d{3}`}"), true},
		"comment sign in a string": {`http_total{path="/#top"}`, growth(`http_total{path="/#top"}`), true},
		"name in quotes":           {`{"http.requests_total", code=~"5.."}`, growth(`{"http.requests_total", code=~"5.."}`), true},
		"name as a label":          {`sum({__name__="a_total"})`, growth(`{__name__="a_total"}`), true},
		"name as the last label":   {`{job="b", __name__="a_total"}`, growth(`{job="b", __name__="a_total"}`), true},
		"no name":                  {`{job="a"}`, whole(`{job="a"}`), false},
		"any name":                 {`{__name__=~"a.*"}`, whole(`{__name__=~"a.*"}`), false},
		"two lists":                {`a{b="c"}{d="e"}`, whole(`a{b="c"}{d="e"}`), false},
		"sum by":                   {`sum by (job) (http_total)`, growth(`http_total`), true},
		"sum, by":                  {`sum(http_total) by (job)`, growth(`http_total`), true},
		"sum without":              {`SUM WITHOUT (pod, le) (http_total)`, growth(`http_total`), true},
		"sum of a sum":             {`sum(sum by (job) (http_total))`, growth(`http_total`), true},
		"brackets":                 {`((http_total))`, growth(`http_total`), true},
		"sum of brackets":          {`sum((http_total))`, growth(`http_total`), true},
		"two lines":                {"sum(\n  http_total{\n    code=\"200\",\n  }\n)", growth("http_total{\n    code=\"200\",\n  }"), true},
		"average":                  {`avg(http_total)`, whole(`avg(http_total)`), false},
		"topk":                     {`topk(3, http_total)`, whole(`topk(3, http_total)`), false},
		"two sums":                 {`sum(a) + sum(b)`, whole(`sum(a) + sum(b)`), false},
		"two sums in brackets":     {`(sum(a)) + (sum(b))`, whole(`(sum(a)) + (sum(b))`), false},
		"negation":                 {`-http_total`, whole(`-http_total`), false},
		"comparison":               {`http_total > 0`, whole(`http_total > 0`), false},
		"number":                   {`5`, whole(`5`), false},
		"offset":                   {`a offset 1h`, whole(`a offset 1h`), false},
		"negative offset":          {`sum(a offset -1h)`, whole(`sum(a offset -1h)`), false},
		"instant":                  {`a @ 1609746000`, whole(`a @ 1609746000`), false},
		"instant of the range":     {`sum(a @ end())`, whole(`sum(a @ end())`), false},
		"function":                 {`ceil(http_total)`, whole(`ceil(http_total)`), false},
		"nested functions":         {`sum(ceil(abs(http_total)))`, whole(`sum(ceil(abs(http_total)))`), false},
		"label_replace": {`sum(label_replace(a, "b", "rate(x)", "c", "(.*)"))`,
			whole(`sum(label_replace(a, "b", "rate(x)", "c", "(.*)"))`), false},
		"comment after a selector":  {"http_total # all requests", growth(`http_total`), true},
		"comment before a selector": {"# all requests\nhttp_total", growth(`http_total`), true},
		"comment in a sum":          {"sum( # a sum) of\n  http_total # rate(\n)", growth(`http_total`), true},
		"comment after two sums":    {"sum(a) + sum(b) # both", whole(`sum(a) + sum(b)`), false},
		"comment between sums":      {"sum(a) # one {{\n+ sum(b)", whole("sum(a) \n+ sum(b)"), false},
		"comment names a function":  {"sum(a) + sum(b) # not increase(a[5m])", whole(`sum(a) + sum(b)`), false},
		"function name in a string": {`a{b="rate(c[5m])"} + 1`, whole(`a{b="rate(c[5m])"} + 1`), false},
		"over time already":         {`sum(increase(a[5m]))`, `sum(increase(a[5m]))`, true},
		"over time, nested":         {`sum(ceil(increase ( a[5m] )))`, `sum(ceil(increase ( a[5m] )))`, true},
		"over time with a comment":  {"sum(increase(a[5m])) # ours", "sum(increase(a[5m])) # ours", true},
		"subquery":                  {`max_over_time(sum(a)[1h:5m])`, `max_over_time(sum(a)[1h:5m])`, true},
		"subquery with @":           {`max_over_time(a[1h:5m] @ start())`, `max_over_time(a[1h:5m] @ start())`, true},
		"histogram":                 {`histogram_count(a)`, `histogram_count(a)`, true},
		"window":                    {`sum(rate(a[{{ .window }}]))`, `sum(rate(a[5m]))`, true},
		"window in a subquery":      {`sum(a)[{{.window}}:]`, `sum(a)[5m:]`, true},
		"name that ends in rate":    {`sum(my_rate)`, growth(`my_rate`), true},
		"metric named rate":         {`rate`, growth(`rate`), true},
		"unclosed":                  {`sum(a`, whole(`sum(a`), false},
		"MetricsQL":                 {`sum(increase(a))`, `sum(increase(a))`, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, exact := promql.Count(c.query, true, 5*time.Minute)
			if diff := cmp.Diff(c.want, got); diff != "" || exact != c.exact {
				t.Errorf("exact %v, want %v\n%s", exact, c.exact, diff)
			}
		})
	}
}

func TestCountOfOtherQueries(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		`sum(a)`:                          `sum(a)`,
		" sum(a)\n":                       `sum(a)`,
		`sum(rate(a[{{.window}}])) * 300`: `sum(rate(a[5m])) * 300`,
		"sum(a) # {{ .window }}":          "sum(a) # 5m",
		`this is no query (`:              `this is no query (`,
	} {
		t.Run(query, func(t *testing.T) {
			got, exact := promql.Count(query, false, 5*time.Minute)
			if got != want || !exact {
				t.Errorf("Count = %q, exact %v, want %q", got, exact, want)
			}
			if s, ok := promql.Selector(query, false); ok || s != "" {
				t.Errorf("a query that is no counter has the selector %q", s)
			}
		})
	}
}

func TestOddAndSamples(t *testing.T) {
	t.Parallel()
	const want = `sum(count_over_time(a{b="c"}[5m])) and (count((count_over_time(a{b="c"}[5m]) unless a{b="c"} offset 5m) or ` +
		`(count_over_time(a{b="c"}[5m]) unless a{b="c"}) or (resets(a{b="c"}[10m]) > 0)) > 0)`
	if diff := cmp.Diff(want, promql.Odd(`a{b="c"}`, 5*time.Minute)); diff != "" {
		t.Error(diff)
	}
	if got := promql.Samples(`a{b="c"}`, 65*time.Minute); got != `a{b="c"}[65m]` {
		t.Error(got)
	}
}

func TestPresent(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		`sum(a{b="c"})`: `count(count_over_time(a{b="c"}[90s]))`, "a # note": `count(count_over_time(a[90s]))`,
		`a / b`: "", `a offset 5m`: "", `sum(`: "", "": "",
	} {
		if got := promql.Present(query, 90*time.Second); got != want {
			t.Errorf("Present(%q) = %q, want %q", query, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		time.Hour: "1h", 25 * time.Hour: "25h", 90 * time.Minute: "90m", 90 * time.Second: "90s", 1500 * time.Millisecond: "1500ms",
	} {
		if got := promql.Duration(d); got != want {
			t.Errorf("Duration(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestIncreasing(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`sum(rate(a[5m]))`:                              `sum(increase(a[5m]))`,
		`irate(a[5m])`:                                  `irate(a[5m])`,
		`rate(a[1m])+rate(b[1m])`:                       `increase(a[1m])+increase(b[1m])`,
		`rate (a[5m])`:                                  `increase (a[5m])`,
		"rate # rate(x)\n(a[5m])":                       "increase # rate(x)\n(a[5m])",
		`sum(rate(a{b="rate(c)"}[{{.window}}]))`:        `sum(increase(a{b="rate(c)"}[{{.window}}]))`,
		`ceil(sum(rate(a[{{ .window }}])))`:             `ceil(sum(increase(a[{{ .window }}])))`,
		`rate`:                                          `rate`,
		`rate(a[{{.window}}]) / rate(b[{{ .window }}])`: `increase(a[{{.window}}]) / increase(b[{{ .window }}])`,
		`my_rate(a)`:                                    `my_rate(a)`,
		`"unclosed rate(a)`:                             `"unclosed rate(a)`,
	} {
		t.Run(in, func(t *testing.T) {
			if diff := cmp.Diff(want, promql.Increasing(in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	if got := promql.Window("a[{{.window}}] + b[{{  .window  }}] + c[{{.other}}]", time.Hour); got != "a[1h] + b[1h] + c[{{.other}}]" {
		t.Error(got)
	}
}

// TestSelectorsOfAnyShape builds selectors of every form and wraps them: the selector
// that is found is the text that was written.
func TestSelectorsOfAnyShape(t *testing.T) {
	t.Parallel()
	value := rapid.SampledFrom([]string{`"a"`, `"}"`, `")"`, `"#"`, `'{'`, "`\\`", `"\""`, `"rate(x[5m])"`, `"长"`})
	space := rapid.SampledFrom([]string{"", " ", "\n", "\t ", " # sum(\n"})
	rapid.Check(t, func(t *rapid.T) {
		var matchers []string
		for i := range rapid.IntRange(0, 3).Draw(t, "matchers") {
			op := rapid.SampledFrom([]string{"=", "!=", "=~", "!~"}).Draw(t, "operator")
			if strings.HasSuffix(op, "~") {
				matchers = append(matchers, `l`+op+`"a|b{2}"`)
				continue
			}
			matchers = append(matchers, string(rune('a'+i))+op+value.Draw(t, "value"))
		}
		want := rapid.SampledFrom([]string{"m", "a:b", "sum_total"}).Draw(t, "name")
		if len(matchers) > 0 {
			want += space.Draw(t, "space") + "{" + strings.Join(matchers, ",") + "}"
		}
		query := want
		for range rapid.IntRange(0, 3).Draw(t, "depth") {
			open := rapid.SampledFrom([]string{"(", "sum(", "sum by (a) (", "sum without () ("}).Draw(t, "open")
			query = space.Draw(t, "space") + open + space.Draw(t, "space") + query + space.Draw(t, "space") + ")" + space.Draw(t, "space")
		}
		if got, ok := promql.Selector(query, true); !ok || got != want {
			t.Fatalf("Selector(%q) = %q, %v, want %q", query, got, ok, want)
		}
	})
}

// TestDeepQueriesAreRead guards against a stack that grows with the query.
func TestDeepQueriesAreRead(t *testing.T) {
	t.Parallel()
	const depth = 20_000
	query := strings.Repeat("(", depth) + "a" + strings.Repeat(")", depth)
	if got, ok := promql.Selector(query, true); !ok || got != "a" {
		t.Errorf("Selector = %q, %v", got, ok)
	}
	if _, ok := promql.Selector(strings.Repeat("(", depth), true); ok {
		t.Error("brackets alone are a selector")
	}
}
