package humanize_test

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/humanize"
)

func TestPlural(t *testing.T) {
	for want, c := range map[string]struct {
		n    int
		noun string
	}{
		"1 incident": {1, "incident"}, "0 incidents": {0, "incident"}, "1,234 open actions": {1234, "open action"},
		"3 entries": {3, "entry"}, "4 searches": {4, "search"}, "5 days": {5, "day"}, "2 keys": {2, "key"},
	} {
		if got := humanize.Plural(c.n, c.noun); got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
}

func TestGroup(t *testing.T) {
	for in, want := range map[string]string{"": "", "7": "7", "999": "999", "1000": "1,000", "-1000": "-1,000", "-999": "-999", "1234567.8901": "1,234,567.8901"} {
		if got := humanize.Group(in); got != want {
			t.Errorf("%s is written %s instead of %s", in, got, want)
		}
	}
}

// Grouping changes no digit, and no group but the first is shorter than three.
func TestNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int().Draw(t, "n")
		text := humanize.Number(n)
		if strings.ReplaceAll(text, ",", "") != strconv.Itoa(n) {
			t.Fatalf("%d is written %s", n, text)
		}
		groups := strings.Split(strings.TrimPrefix(text, "-"), ",")
		for i, g := range groups {
			if len(g) > 3 || len(g) == 0 || i > 0 && len(g) != 3 {
				t.Fatalf("%d is written %s", n, text)
			}
		}
	})
}
