package postmortems

import (
	"strings"
	"testing"
	"time"
)

// A text full of what the parsers look for is read in a time that nobody notices,
// wherever it stands.
func TestCompileIsNotSlow(t *testing.T) {
	const size = 128 << 10 // enough for a square to show, and quick under the race detector
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for name, src := range map[string]string{
		"due words":       "## Action items\n- [ ] " + fill("by "),
		"owners":          "## Action items\n- [ ] " + fill("owner: @a "),
		"actions":         "## Action items\n" + fill("- [ ] a by 2026-10-03\n"),
		"stamps":          "## Timeline\n" + fill("- 08:04 a\n"),
		"one stamp":       "## Timeline\n- 08:04 " + fill("- "),
		"dates":           "## Timeline " + fill("2026-13-01 ") + "\n- 08:04 a\n",
		"headings":        fill("## Timeline 2026-10-03\n"),
		"heading":         "## " + fill("1. ") + "\n",
		"brackets":        "## " + fill("(") + "\n",
		"front matter":    "---\n" + fill("a: b\n") + "---\n",
		"unclosed":        "---\na: b\n" + fill("a: b\n"),
		"template":        "---\n" + strings.Repeat("{{", 16000) + "\n---\n",
		"quotes":          "---\n" + strings.Repeat("a: '\n", 6000) + "---\n",
		"carriage return": fill("\r"),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			if _, _, err := compileText(src); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > 30*time.Second {
				t.Errorf("took %v", took)
			} else {
				t.Log(took)
			}
		})
	}
}
