package paste

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLevelOf(t *testing.T) {
	for line, want := range map[string]level{
		"":                                    noLevel,
		"2026-11-24 ERROR x":                  failure,
		"[error] x":                           failure,
		"level=fatal msg=x":                   failure,
		`{"level":"error"}`:                   failure,
		"x WARN y":                            warning,
		"INFO: x":                             quiet,
		"LOG: x":                              quiet,
		"the errors are many":                 noLevel,
		"E1124 21:57:24.1 1 x.go:12] y":       failure,
		"F1124 21:57:24.1 1 x.go:12] y":       failure,
		"W1124 21:57:24.1 1 x.go:12] y":       warning,
		"I1124 21:57:24.1 1 x.go:12] error y": quiet,
		strings.Repeat("x ", 80) + "ERROR":    noLevel, // too far from the beginning
		strings.Repeat("x ", 70) + "ERROR":    failure,
		"错误 x":                                failure,
		"警告 x":                                warning,
		"info then error":                     quiet, // the first counts
	} {
		if got := levelOf(line); got != want {
			t.Errorf("levelOf(%q) = %d, want %d", line, got, want)
		}
	}
}

func TestIsKlog(t *testing.T) {
	predicate(t, isKlog, []string{"E1124 21:57:24", "I0101 x"}, []string{"", "E1124", "E1124 ", "X1124 21:57", "E112a 21:57", "E11244 21:57"})
}

func TestIsLog(t *testing.T) {
	predicate(t, isLog,
		[]string{
			"2026-11-24T03:00:00Z x", "[03:00:00] x", "Nov 24 03:00:00 web x", "E1124 21:57:24.1 x", "ERROR x", "a=b c=d", "x\nERROR y",
			`10.0.0.1 - - [24/Nov/2026] "GET / HTTP/1.1" 502`,
		},
		[]string{"", "x", "a=b", "x\ny\nERROR z", "the pool is full"})
}

func TestPairs(t *testing.T) {
	for line, want := range map[string][]pair{
		"":                       nil,
		"a=b":                    {{"a", "b", 0}},
		"x a=b, c.d-e=f":         {{"a", "b", 2}, {"c.d-e", "f", 7}},
		`msg="a \"b\" c" z=1`:    {{"msg", `a "b" c`, 0}, {"z", "1", 16}},
		`msg="open`:              {{"msg", "open", 0}},
		`msg="open\`:             {{"msg", `open\`, 0}},
		`msg="" z=1`:             {{"z", "1", 7}},
		"1a=b":                   nil,
		"=b":                     nil,
		"a==b":                   {{"a", "=b", 0}},
		"a= b=c":                 {{"b", "c", 3}},
		"x(a=b)":                 {{"a", "b)", 2}},
		"@timestamp=1 level=err": {{"level", "err", 13}},
	} {
		t.Run(line, func(t *testing.T) {
			if diff := cmp.Diff(want, pairs(line), cmp.AllowUnexported(pair{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLogLine(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		want Reading
	}{
		"logfmt": {
			`level=error service=checkout caller=pool.go:12 msg="no connection" op=take`,
			Reading{Messages: []string{"no connection"}, Details: []string{"pool.go", "take"}, Services: []string{"checkout"}},
		},
		"words before pairs": {
			"pool is full service=checkout code=502",
			Reading{Codes: []string{"502"}, Messages: []string{"pool is full"}, Services: []string{"checkout"}},
		},
		"service of words": {`service="two words" level=err`, Reading{Details: []string{"two words"}}},
		"json at the end": {
			`ERROR pool is full {"err":"PoolGone","service":"checkout"}`,
			Reading{Codes: []string{"PoolGone"}, Messages: []string{"ERROR pool is full"}, Services: []string{"checkout"}},
		},
		"sql":          {"STATEMENT:  SELECT a FROM orders", Reading{Codes: []string{"orders"}, Details: []string{"SELECT a FROM orders"}}},
		"klog":         {"E1124 21:57:24.1 1 x.go:12] pool is full", Reading{Messages: []string{"pool is full"}}},
		"syslog":       {"Nov 24 03:00:00 web-17 kernel: Out of memory", Reading{Messages: []string{"kernel: Out of memory"}}},
		"short syslog": {"Nov 24 03:00:00 web-17", Reading{Messages: []string{"web"}}},
		"error class": {
			"a.b.PoolError: no connection",
			Reading{Codes: []string{"PoolError"}, Messages: []string{"no connection"}, Details: []string{"a.b.PoolError"}},
		},
		"access": {
			`10.0.0.1 - - [24/Nov/2026] "GET /pay?id=1 HTTP/1.1" 502 12`,
			Reading{Codes: []string{"502"}, Details: []string{"GET /pay"}},
		},
		"access, all right": {`10.0.0.1 - - [24/Nov/2026] "GET /pay HTTP/1.1" 200 12`, Reading{Details: []string{"GET /pay"}}},
		"nginx": {
			`connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1, server: shop.example, request: "GET /pay?id=1 HTTP/1.1", host: "shop"`,
			Reading{
				Messages: []string{"connect() failed (*: Connection refused) while connecting to upstream"}, Details: []string{"/pay"},
				Services: []string{"shop.example", "shop"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, reading(func(r *reader) { r.logLine(c.line, true) })); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("of a lower level", func(t *testing.T) {
		want := Reading{Details: []string{"level=info msg=\"no connection\""}}
		if diff := cmp.Diff(want, reading(func(r *reader) { r.logLine(`level=info msg="no connection"`, false) })); diff != "" {
			t.Error(diff)
		}
	})
}

// The most severe lines of a log are messages, the others details.
func TestLogLevels(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Reading
	}{
		"errors": {
			"INFO start now\nERROR pool full\nWARN pool low\n",
			Reading{Messages: []string{"ERROR pool full"}, Details: []string{"WARN pool low", "INFO start now"}},
		},
		"warnings": {"INFO start now\nWARN pool low\n", Reading{Messages: []string{"WARN pool low"}, Details: []string{"INFO start now"}}},
		"notices":  {"INFO start now\n\nINFO stop now\n", Reading{Messages: []string{"INFO start now", "INFO stop now"}}},
		"no level": {
			"INFO start now\nERROR pool full\nplain line\n",
			Reading{Messages: []string{"ERROR pool full", "plain line"}, Details: []string{"INFO start now"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, reading(func(r *reader) { r.log(c.text) })); diff != "" {
				t.Error(diff)
			}
		})
	}
	var long strings.Builder
	for i := range 2 * maxLogLines {
		fmt.Fprintf(&long, "INFO step %c%c\n", 'a'+i/26, 'a'+i%26)
	}
	long.WriteString("ERROR at the end\n")
	got := reading(func(r *reader) { r.log(long.String()) })
	if len(got.Details) != maxLogLines-1 || len(got.Messages) != 1 {
		t.Errorf("%d details and messages %q of a long log", len(got.Details), got.Messages)
	}
}
