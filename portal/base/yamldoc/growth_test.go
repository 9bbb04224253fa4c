//go:build unix

package yamldoc

import (
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/growth"
)

// Shapes that are known to make YAML libraries slow: the time to refuse or to read one
// grows no faster than its length, up to the default limit.
func TestParsingIsLinear(t *testing.T) {
	for name, unit := range map[string][3]string{ // prefix, repeated part, suffix
		"one key":         {"", "a: 1\n", ""},
		"comments":        {"", "# c\n", ""},
		"comment tails":   {"a:\n", " - b # c\n", ""},
		"blank lines":     {"a: |\n", "\n", ""},
		"long plain":      {"a: ", "b ", ""},
		"quoted lines":    {"a: \"", "b\n\n ", "\""},
		"anchors":         {"", "- &a b\n", ""},
		"questions":       {"", "? a\n", ""},
		"flow":            {"a: [", "b,", "]"},
		"braces":          {"a: [", "{},", "]"},
		"colons":          {"", ":", ""},
		"one wide line":   {"a: ", "宽", ""},
		"tabs":            {"", "\t", ""},
		"open quotes":     {"", "'", ""},
		"indented dashes": {"a:\n", "  -\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			growth.Linear(t, DefaultBytes/8-16, func(size int) func() {
				in := []byte(unit[0] + strings.Repeat(unit[1], size/len(unit[1])) + unit[2])
				return func() { Parse(in, Limits{}) }
			})
		})
	}
}
