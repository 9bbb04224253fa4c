//go:build unix

package definition

import (
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/growth"
	"github.com/postern/postern/postmortems"
)

// Report definitions of the worst forms are read and told in linear time.
func TestDefinitionsAreReadInLinearTime(t *testing.T) {
	const head = "name: a\nkind: weekly\nzone: UTC\n"
	for name, make := range map[string]func(n int) string{
		"words in a list": func(n int) string { return "title: [" + strings.Repeat("x ", n/2) },
		"sections":        func(n int) string { return head + "sections: [" + strings.Repeat("a,", n/2) + "]" },
		"recipients":      func(n int) string { return head + "recipients: [" + strings.Repeat("a@,", n/3) + "]" },
	} {
		t.Run(name, func(t *testing.T) {
			growth.Linear(t, 7<<10, func(n int) func() {
				data := []byte(make(n))
				return func() {
					_, problems := Parse("reports/a.yaml", data)
					if len(problems) > 3*maxRecipients {
						t.Errorf("%d findings about one list", len(problems))
					}
					postmortems.FormatProblems(problems, "", 50)
				}
			})
		})
	}
}
