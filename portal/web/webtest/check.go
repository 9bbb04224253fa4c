package webtest

import (
	"regexp"
	"strings"
	"testing"
)

// Holds reports an error for each text that the page lacks, and for each that it must not
// have. The page is logged without its indentation if the test has failed, once for all
// texts. An unescaped text of a fixture among hides is how injection of markup is found.
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
