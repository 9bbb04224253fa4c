package humanize_test

import (
	"testing"

	"github.com/postern/postern/portal/base/humanize"
)

func TestPlural(t *testing.T) {
	for want, c := range map[string]struct {
		n    int
		noun string
	}{
		"1 incident": {1, "incident"}, "0 incidents": {0, "incident"}, "1,234 open actions": {1234, "open action"}, "−2 days": {-2, "day"},
		"3 entries": {3, "entry"}, "4 searches": {4, "search"}, "5 days": {5, "day"}, "2 keys": {2, "key"}, "2 toys": {2, "toy"},
	} {
		if got := humanize.Plural(c.n, c.noun); got != want {
			t.Errorf("Plural(%d, %q) = %q, want %q", c.n, c.noun, got, want)
		}
	}
}
