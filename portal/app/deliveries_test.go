package app

import (
	"strings"
	"testing"
)

// A recipient that cannot be reached is named with what to do about it.
func TestRecipientThatIsNotConfigured(t *testing.T) {
	for to, want := range map[string]string{
		"mail":             "states mail.host and mail.from",
		"ops":              `the channel "ops" is not configured`,
		"lead@example.org": "write an address of mail as mail:lead@example.org",
		"a@b":              "write an address of mail as mail:a@b",
	} {
		if got := notConfigured(to).Error(); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q in it", to, got, want)
		}
	}
}
