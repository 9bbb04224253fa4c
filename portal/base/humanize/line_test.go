package humanize_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/humanize"
)

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		"支付网关, 99.95 %":              "支付网关, 99.95 %",
		"two\nlines\r\n\ttabs":       "two lines   tabs",
		"inno\u202ecent\u2066":       "innocent",
		"a\x00b\x1b[31mc\u0085":      "a b [31mc ",
		"broken \xff\xfe":            "broken \uFFFD",
		"\uFEFFmark\u2028next":       "mark next",
		"\U0001F469\u200D\U0001F4BB": "\U0001F469\u200D\U0001F4BB", // a joiner makes one picture of two
	} {
		if got := humanize.Line(text); got != want {
			t.Errorf("Line(%q) = %q, want %q", text, got, want)
		}
	}
	if got := humanize.Lines("a\r\nb\tc\x00\u202ed"); got != "a\nb\tc d" {
		t.Errorf("Lines: %q", got)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("a\nb\u202e")
	f.Add("\xff\xfe\x00")
	f.Fuzz(func(t *testing.T, text string) {
		got := humanize.Line(text)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl) ||
			strings.ContainsFunc(got, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }) {
			t.Fatalf("%q", got)
		}
		if humanize.Line(got) != got {
			t.Fatalf("%q is not stable", got)
		}
	})
}
