package analysis

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// Only plain words of 3 to 32 letters are stemmed.
func TestWhatIsStemmed(t *testing.T) {
	long := strings.Repeat("ba", 15) + "b" // 31 letters
	for word, want := range map[string]string{
		"": "", "as": "as", "its": "it", "timeouts": "timeout", "pools2": "pools2", "Pools": "Pools", "cafés": "cafés", "time's": "time's",
		long + "s": long, long + "as": long + "as",
	} {
		if got := Stem(word); got != want {
			t.Errorf("Stem(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestPartsOfNames(t *testing.T) {
	for word, want := range map[string][]string{
		"": nil, "pool": nil, "Pool": nil, "POOL": nil, "12": nil,
		"kubePod": {"kube", "pod"}, "KubePodCrash": {"kube", "pod", "crash"}, "HTTPServer": {"http", "server"}, "ABc": {"bc"},
		"DBs": nil, "PRs": nil, "DBsX": {"bs"}, "utf8mb4": nil, "ERROR1062": {"error", "1062"}, "1062a": {"1062"}, "x1": {},
		"a1b2c3": nil, // more borders than a name has
		"aB":     {}, "KubernetesAPIServer": {"kubernetes", "api", "server"},
	} {
		t.Run(word, func(t *testing.T) {
			got := Parts(word)
			if len(got) != len(want) || len(want) > 0 && !cmp.Equal(want, got) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	many := strings.Repeat("Ab", 40)
	if got := Parts(many); len(got) != maxParts+1 {
		t.Errorf("%d parts of a word of 40", len(got))
	}
}

func TestBigrams(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, "连": nil, "连接": {"连接"}, "连接池": {"连接", "接池"}, "连 接": nil, "连a接": nil, "ab 连接": {"连接"}, "ﾌﾟｰ": nil,
	} {
		got := Bigrams(nil, Scan(nil, Normalize(text)))
		if text == "ﾌﾟｰ" {
			continue // half-width marks have more than one reading
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	if got := Bigrams([]string{"x"}, Scan(nil, "连接")); !cmp.Equal(got, []string{"x", "连接"}) {
		t.Errorf("appended: %q", got)
	}
}

// Normalize is NFC, whichever way it takes.
func TestNormalizeIsNFC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"a", "e\u0301", "é", "\u0301", "连", "，", "가", "\u1100\u1161", "→", "│", "Ａ", "ﬁ", "\u212b",
			"\xff", "abcdefgh", "—"})
		text := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "text"), "")
		if got := Normalize(text); got != norm.NFC.String(text) {
			t.Fatalf("Normalize(%q) = %q", text, got)
		}
	})
}

// Tokens are in order, do not overlap, and hold what their range has, folded.
func TestTokensOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"pool", "Pool", "'s", "’", "'", " ", "_", ".", "连", "池", "é", "1", "Ａ", "\n", "🙂", "-", "\xff"})
		text := Normalize(strings.Join(rapid.SliceOfN(piece, 0, 16).Draw(t, "text"), ""))
		end := 0
		for _, token := range Scan(nil, text) {
			if token.Start < end || token.End <= token.Start || token.End > len(text) || token.Text == "" {
				t.Fatalf("%q has the token %+v after byte %d", text, token, end)
			}
			if token.Text != strings.ToLower(token.Text) || strings.ContainsAny(token.Text, " '’_.-") {
				t.Fatalf("%q has the token %q", text, token.Text)
			}
			if token.Glued && strings.ContainsAny(text[end:token.Start], " \n🙂") {
				t.Fatalf("%q: %q is glued over %q", text, token.Text, text[end:token.Start])
			}
			end = token.End
		}
	})
}

func TestIsIdeograph(t *testing.T) {
	for r, want := range map[rune]bool{'a': false, 'é': false, '—': false, '连': true, 'あ': true, 'ア': true, '한': true, 'ｱ': true, '，': false,
		'🙂': false, 0x3400: true, 0x10FF: false} {
		if got := IsIdeograph(r); got != want {
			t.Errorf("IsIdeograph(%q) = %v", r, got)
		}
	}
}
