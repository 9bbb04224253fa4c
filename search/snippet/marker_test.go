package snippet

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/postern/postern/search/analysis"
)

// plainMarks finds what marks finds by cutting and stemming everything.
func plainMarks(m *Marker, text string) []mark {
	var out []mark
	tokens := analysis.Scan(nil, text)
	for i, t := range tokens {
		if !t.Ideograph {
			terms := []string{analysis.Stem(t.Text)}
			for _, part := range analysis.Parts(text[t.Start:t.End]) {
				terms = append(terms, analysis.Stem(part))
			}
			if j := slices.IndexFunc(terms, func(s string) bool { return m.worth[s] > 0 }); j >= 0 {
				out = append(out, mark{t.Start, t.End, terms[j]})
			}
			continue
		}
		if i > 0 && tokens[i-1].Ideograph && tokens[i-1].End == t.Start {
			if b := tokens[i-1].Text + t.Text; m.worth[b] > 0 {
				out = append(out, mark{tokens[i-1].Start, t.End, b})
			}
		}
		if m.worth[t.Text] > 0 {
			out = append(out, mark{t.Start, t.End, t.Text})
		}
	}
	return out
}

// Dismissing words by how they begin dismisses none that matches.
func TestMarks(t *testing.T) {
	words := []string{
		"dying", "Lying", "ties", "cries", "by", "ads", "as", "gas", "skies", "early", "Timeouts", "TIMEOUT", "it's", "O'Neil",
		"KubePodCrashLooping", "tcp_tw_reuse", "10.0.0.1", "sha256sum", "连接池", "超时了", "ＯＯＭ", "café", "ﾃｽﾄ", "テスト", "한국", "x", "generously",
		"news", "ﬁle",
	}
	rapid.Check(t, func(t *rapid.T) {
		worth := map[string]float32{}
		for _, w := range rapid.SliceOfN(rapid.SampledFrom(words), 1, 4).Draw(t, "query") {
			tokens := analysis.Scan(nil, analysis.Normalize(w))
			for _, token := range tokens {
				worth[analysis.Stem(token.Text)] = 1
			}
			for _, b := range analysis.Bigrams(nil, tokens) {
				worth[b] = 1
			}
		}
		m := New(worth)
		sep := rapid.SampledFrom([]string{" ", "", "-", "\n", ", "})
		var b strings.Builder
		for _, w := range rapid.SliceOf(rapid.OneOf(rapid.SampledFrom(words), rapid.StringN(0, 6, -1))).Draw(t, "text") {
			b.WriteString(w + sep.Draw(t, "sep"))
		}
		text := analysis.Normalize(b.String())
		if got, want := m.marks(text), plainMarks(m, text); !slices.Equal(got, want) {
			t.Fatalf("%q has marks %v, want %v", text, got, want)
		}
	})
}
