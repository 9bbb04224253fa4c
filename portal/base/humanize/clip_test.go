package humanize

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClip(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, in string
		n        int
		want     string
	}{
		{"empty", "", 3, ""},
		{"short enough", "abc", 3, "abc"},
		{"one rune too many", "abcd", 3, "abc…"},
		{"runes, not bytes", "长长长", 3, "长长长"},
		{"a blank at the cut", "ab cd", 3, "ab…"},
		{"runs of blanks", "  a \t\n b  ", 9, "a b"},
		{"control characters", "a\x00\x1b[31mb", 9, "a [31mb"},
		{"direction marks", "a\u202Eb\u2066c", 9, "abc"},
		{"a line separator", "a\u2028b", 9, "a b"},
		{"invalid UTF-8", "a\xffb", 9, "a\uFFFDb"},
		{"nothing fits", "a", 0, "…"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := Clip(x.in, x.n); got != x.want {
				t.Errorf("Clip(%q, %d) = %q, want %q", x.in, x.n, got, x.want)
			}
		})
	}
}

// Clipped text is one valid line of bounded length, and clipping it again changes
// nothing unless it was cut.
func FuzzClip(f *testing.F) {
	f.Add("a\u202Eb\n c\xff", 3)
	f.Fuzz(func(t *testing.T, s string, n int) {
		n = min(max(n, 0), 1000)
		got := Clip(s, n)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > n+1 || strings.ContainsAny(got, "\n\r\x00") {
			t.Fatalf("Clip(%q, %d) = %q", s, n, got)
		}
		if again := Clip(got, n); !strings.HasSuffix(got, "…") && again != got {
			t.Fatalf("Clip(%q, %d) = %q, and again %q", s, n, got, again)
		}
	})
}
