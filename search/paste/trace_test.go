package paste

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestErrorClass(t *testing.T) {
	for line, want := range map[string][3]string{
		"":                             {},
		"a.b.PoolError: no connection": {"PoolError", "no connection", "a.b.PoolError"},
		"PoolException":                {"PoolException", "", "PoolException"},
		"PoolException:":               {"PoolException", "", "PoolException"},
		"no card (Pay::CardError)":     {"CardError", "no card", "Pay::CardError"},
		"no card (really)":             {},
		"pool: full":                   {},
		"the PoolError: x":             {},
		"a.b.PoolGone: x":              {"PoolGone", "x", "a.b.PoolGone"}, // qualified, with a capital inside
		"PoolGone: x":                  {},
		"Errno::ECONNREFUSED: x":       {"ECONNREFUSED", "x", "Errno::ECONNREFUSED"},
		"a.b.poolError: x":             {},
		"KeyboardInterrupt":            {"KeyboardInterrupt", "", "KeyboardInterrupt"},
		"Read Timeout: x":              {},
		`App\PoolFault: x`:             {"PoolFault", "x", `App\PoolFault`},
		"Pool-Error: x":                {},
	} {
		t.Run(line, func(t *testing.T) {
			class, message, qualified := errorClass(line)
			if diff := cmp.Diff(want, [3]string{class, message, qualified}); diff != "" {
				t.Error(diff)
			}
		})
	}
	if class, _, _ := errorClass(strings.Repeat("X", maxWord) + "Error: y"); class != "" {
		t.Error("a word of any length is a class")
	}
}

func TestWithoutLead(t *testing.T) {
	for in, want := range map[string]string{
		"x":                                 "x",
		"Caused by: a.B: c":                 "a.B: c",
		`Exception in thread "main" a.B: c`: "a.B: c",
		"panic: x":                          "x",
		"| Uncaught Unhandled X: y":         "X: y",
		"Exception in thread main":          "main",
		"caused by: x":                      "caused by: x",
	} {
		if got := withoutLead(in); got != want {
			t.Errorf("withoutLead(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestIsTrace(t *testing.T) {
	const frame = "\tat a.b.C(D.java:1)\n"
	predicate(t, isTrace,
		[]string{
			frame, frame + frame, "x\n" + frame + strings.Repeat("y\n", 5), "Traceback (most recent call last):", "panic: x",
			"thread 'main' panicked at src/a.rs:1",
			strings.Repeat("y\n", 20) + frame + frame,
		},
		[]string{"", "x", frame + strings.Repeat("y\n", 8), "x\npanic: y", "the Traceback (most", "x\nthread panicked at y"})
}

func TestIsTraceNoise(t *testing.T) {
	predicate(t, isTraceNoise,
		[]string{"goroutine 1 [running]:", "... 12 more", "...3 more", "^^^^", "}", "note: run with RUST_BACKTRACE", "#0 {main}"},
		[]string{"", "pool full", "some more"}[1:])
}

func TestPanicked(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		next bool
		want Reading
	}{
		"old form":  {"thread 'main' panicked at 'pool full', src/pool.rs:12:5", false, Reading{Messages: []string{"pool full"}}},
		"open":      {"thread 'main' panicked at 'pool full", false, Reading{Messages: []string{"'pool full"}}},
		"new form":  {"thread 'main' panicked at src/pool.rs:12:5:", true, Reading{Details: []string{"pool.rs"}}},
		"its words": {"pool full", false, Reading{Messages: []string{"pool full"}}},
	} {
		t.Run(name, func(t *testing.T) {
			var r reader
			if next := r.panicked(c.line); next != c.next {
				t.Errorf("the message is on the next line: %v", next)
			}
			if diff := cmp.Diff(c.want, r.out); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The first frames of the program's own code count; without any, the first of all.
func TestFrames(t *testing.T) {
	own := func(name string) frame { return frame{function: "app." + name} }
	lib := frame{function: "java.lang.Thread"}
	for name, c := range map[string]struct {
		frames []frame
		want   []string
	}{
		"none":         {nil, nil},
		"own first":    {[]frame{lib, own("a"), lib, own("b")}, []string{"app.a", "app.b"}},
		"library only": {[]frame{lib}, []string{"lang.Thread"}},
		"at most five": {
			[]frame{own("a"), own("b"), own("c"), own("d"), own("e"), own("f")},
			[]string{"app.a", "app.b", "app.c", "app.d", "app.e"},
		},
		"each only once": {[]frame{own("a"), own("a")}, []string{"app.a"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, reading(func(r *reader) { r.frames(c.frames) }).Details); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAddFrame(t *testing.T) {
	frames := addFrame(nil, frame{function: "main.Take"})
	frames = addFrame(frames, frame{file: "/app/pool.go"}) // of the function before
	frames = addFrame(frames, frame{file: "/app/other.go"})
	want := []frame{{function: "main.Take", file: "/app/pool.go"}, {file: "/app/other.go"}}
	if diff := cmp.Diff(want, frames, cmp.AllowUnexported(frame{})); diff != "" {
		t.Error(diff)
	}
}

// A log around a trace is detail, and lines of source code are nothing.
func TestTraceInALog(t *testing.T) {
	const text = "starting the worker\nTraceback (most recent call last):\n  File \"/app/pool.py\", line 12, in take\n    raise " +
		"PoolError(\"x\")\n" +
		"acme.PoolError: no connection\n"
	want := Reading{
		Codes: []string{"PoolError"}, Messages: []string{"no connection"},
		Details: []string{"starting the worker", "acme.PoolError", "take pool.py"},
	}
	if diff := cmp.Diff(want, reading(func(r *reader) { r.trace(text) })); diff != "" {
		t.Error(diff)
	}
}
