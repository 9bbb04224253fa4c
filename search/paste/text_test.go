package paste

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTidy(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "",
		" a \r\nb\rc\n":                   "a \nb\nc",
		"\x1b[31mERROR\x1b[0m x":          "ERROR x",
		"\x1b[":                           "",
		"> a\n> > b\n>\nc > d":            "a\nb\n\nc > d",
		"```sh\nx\n```":                   "sh\nx",
		"a\xffb":                          "a\uFFFDb",
		">not quoted":                     ">not quoted",
		"\x1b[1;31mx\x1b[38;5;196my\x1b[": "xy",
	} {
		if got := tidy(in); got != want {
			t.Errorf("tidy(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFoldedText(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "17": "", "* - *": "", "pool {{ $value }} full": "pool * full", "{{ a }}{{ b }} c": "c", "{{ open": "{{ open", "连接池 12": "连接池",
		" - pool full: ": "pool full", "12:30 x": "x",
	} {
		if got := foldedText(in); got != want {
			t.Errorf("foldedText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWord(t *testing.T) {
	for in, want := range map[string]string{
		"": "", ` "X", `: "X", "(a  b)": "a b", "`x`;": "x", "{x}": "x",
	} {
		if got := word(in); got != want {
			t.Errorf("word(%q) = %q, want %q", in, got, want)
		}
	}
	if got := word(strings.Repeat("é", maxWord)); len(got) != maxWord {
		t.Errorf("a word of %d bytes", len(got))
	}
}

func TestCutAt(t *testing.T) {
	for n, want := range map[int]string{0: "", 1: "a", 2: "a", 3: "aé", 4: "aéb", 9: "aéb"} {
		if got := cutAt("aéb", n); got != want {
			t.Errorf("cutAt %d: %q, want %q", n, got, want)
		}
	}
}

func TestCode(t *testing.T) {
	for in, want := range map[string][]string{
		"ab": nil, "abc": {"abc"}, "502": {"502"}, "50": nil, "10.0.0.1": nil, "known": nil, "KNOWN": nil, "1234567": nil,
	} {
		got := reading(func(r *reader) { r.name("Known"); r.code(in) }).Codes
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

// Each string is listed once in any case, and a message is no detail.
func TestStringsAreListedOnce(t *testing.T) {
	got := reading(func(r *reader) {
		r.message("pool full")
		r.message("Pool FULL")
		r.detail("pool full")
		r.detail("x")
		r.detail("take")
		r.detail("TAKE")
	})
	if diff := cmp.Diff(Reading{Messages: []string{"pool full"}, Details: []string{"take"}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestHeadline(t *testing.T) {
	full := Reading{Names: []string{"n", "o"}, Messages: []string{"m"}, Codes: []string{"c"}, Details: []string{"d"}, Services: []string{"s"}}
	for _, want := range []string{"n", "m", "c", "d", ""} {
		if got := full.Headline(); got != want {
			t.Errorf("the headline is %q, want %q", got, want)
		}
		switch want {
		case "n":
			full.Names = nil
		case "m":
			full.Messages = nil
		case "c":
			full.Codes = nil
		case "d":
			full.Details = nil
		}
	}
}

// The fingerprint depends on which list has a string, not on its case or on details.
func TestFingerprint(t *testing.T) {
	base := Reading{Names: []string{"X"}, Codes: []string{"c"}, Messages: []string{"m"}}.Fingerprint()
	if len(base) != 16 {
		t.Errorf("%q has not 16 digits", base)
	}
	same := []Reading{
		{
			Names: []string{"x"}, Codes: []string{"C"}, Messages: []string{"M"}, Details: []string{"d"}, Services: []string{"s"},
			Kind: Log, Cut: true,
		},
	}
	other := []Reading{
		{}, {Names: []string{"X"}, Codes: []string{"m"}, Messages: []string{"c"}}, {Names: []string{"X", "c"}, Messages: []string{"m"}},
		{Names: []string{"Xc"}, Messages: []string{"m"}}, {Names: []string{"X"}, Codes: []string{"c"}, Messages: []string{"m", "m2"}},
	}
	for _, r := range same {
		if r.Fingerprint() != base {
			t.Errorf("%+v has another fingerprint", r)
		}
	}
	for _, r := range other {
		if r.Fingerprint() == base {
			t.Errorf("%+v has the same fingerprint", r)
		}
	}
}

func TestReadLimits(t *testing.T) {
	if r := Read(strings.Repeat("a ", MaxBytes/2)); r.Cut {
		t.Error("a text of MaxBytes is truncated")
	}
	if r := Read(strings.Repeat("a ", MaxBytes/2) + "b"); !r.Cut {
		t.Error("a longer text is not truncated")
	}
	for in, want := range map[string]Kind{
		"": Text, "pool full": Text, "SELECT * FROM orders": SlowQuery, "panic: x": Trace, "[FIRING:1] X": Alert, "ERROR x": Log,
		"12m Warning BackOff pod/x Back-off": Events, `{"level":"error","msg":"x y"}`: Log, `{"labels":{"alertname":"X"}}`: Alert,
		`{"level":1,"alertname":"X"}`: Alert,
		`{"x":1}`:                     Text, // nothing was read
	} {
		if got := Read(in).Kind; got != want {
			t.Errorf("Read(%q) is %q, want %q", in, got, want)
		}
	}
	if got := OfAlert(" X ").Names; len(got) != 1 || got[0] != "X" {
		t.Errorf("the alert is %q", got)
	}
}

func TestLooksPastedLimits(t *testing.T) {
	predicate(t, LooksPasted,
		[]string{
			strings.Repeat("x", pastedRunes+1), "a\nb\nc", "at a.b.C(D.java:1)", "SELECT a FROM b WHERE c = 1", "[03:00:00] the pool full",
			"level=error msg=x the pool", `10.0.0.1 - - [24/Nov/2026] "GET / HTTP/1.1" 502`, "Nov 24 03:00:00 web",
		},
		[]string{
			strings.Repeat("x", pastedRunes), strings.Repeat("连", pastedRunes), "a\nb", "SELECT a FROM b", "03:00:00 the pool",
			"03:00 the pool full",
			"level=error a b c", "com.acme.Pool.take(x)", "Nov 24 x y",
		})
}
