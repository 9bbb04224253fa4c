package webtest

import (
	"regexp"
	"strings"
	"testing"
)

// holds checks what a page says and does not say.
func Holds(t *testing.T, page string, says, hides []string) {
	t.Helper()
	for _, s := range says {
		if !strings.Contains(page, s) {
			t.Errorf("the page does not say %q", s)
		}
	}
	for _, s := range hides {
		if strings.Contains(page, s) {
			t.Errorf("the page says %q", s)
		}
	}
	if t.Failed() {
		t.Log(regexp.MustCompile(`\n\s*`).ReplaceAllString(page, "\n"))
	}
}
