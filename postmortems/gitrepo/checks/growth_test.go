//go:build unix

package checks

import (
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/growth"
)

func TestScanningIsLinear(t *testing.T) {
	s := NewScanner()
	for name, unit := range map[string]string{
		"many key words on one line":   "token key password secret ",
		"many lines of one key word":   "password\n",
		"addresses without a password": "a://",
		"colons":                       "a://b:",
		"jwt heads":                    "eyJeyJ.",
		"settings":                     "DB_PASSWORD=",
		"names of keys":                "key='",
		"cloud":                        "aws secret ",
	} {
		t.Run(name, func(t *testing.T) {
			growth.Linear(t, 16<<10/len(unit), func(n int) func() {
				data := []byte(strings.Repeat(unit, n))
				return func() { find(s, data) }
			})
		})
	}
}
