package snippet

import (
	"strings"
	"testing"
)

// Long fragments are cut between words, in any script, and never inside a rune.
func TestFragmentLength(t *testing.T) {
	for _, filler := range []string{"word ", "字", "é", "x"} {
		text := strings.Repeat(filler, 600) + " needle " + strings.Repeat(filler, 600)
		found := New(map[string]float32{"needl": 1}).Fragments("t", "", []Section{{Text: text}})
		if len(found) != 1 {
			t.Fatalf("%q: %+v", filler, found)
		}
		html := found[0].HTML
		if !strings.Contains(html, "<mark>needle</mark>") || len(html) > fragmentBytes+40 || strings.ContainsRune(html, '\uFFFD') {
			t.Errorf("%q: %d bytes: %s", filler, len(html), html)
		}
	}
}

// What comes from outside is escaped; marks that touch are one.
func TestFragmentsAreEscaped(t *testing.T) {
	m := New(map[string]float32{"pool": 2, "连接": 1, "接池": 1})
	for text, want := range map[string]string{
		"<b>pool</b> & more": "&lt;b&gt;<mark>pool</mark>&lt;/b&gt; &amp; more",
		"the 连接池 is full":    "the <mark>连接池</mark> is full",
	} {
		got := m.Fragments("", "", []Section{{Heading: "H", Anchor: "h", Text: text}})
		if len(got) != 1 || got[0] != (Fragment{Field: "body", Heading: "H", Anchor: "h", HTML: want}) {
			t.Errorf("%s: %+v", text, got)
		}
	}
	if got := m.Fragments("", "<i>nothing</i>", nil); len(got) != 1 || got[0] != (Fragment{
		Field: "summary", HTML: "&lt;i&gt;nothing&lt;/i&gt;",
	}) {
		t.Errorf("without words: %+v", got)
	}
}
