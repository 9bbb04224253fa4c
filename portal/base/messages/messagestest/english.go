// Package messagestest has what tests need of the message catalogue.
package messagestest

import (
	"testing"

	"github.com/postern/postern/portal/base/messages"
)

// English returns the printer of English texts. A catalogue that cannot be read ends
// the test.
func English(t testing.TB) *messages.Printer {
	t.Helper()
	c, err := messages.New()
	if err != nil {
		t.Fatal(err)
	}
	return c.Printer("en")
}
