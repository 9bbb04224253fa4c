package postmortems

import (
	"strings"
	"time"

	"github.com/postern/postern/portal/base/severity"
)

// Policy holds the settings of a portal for checking documents. The zero Policy has the
// default severity words and does not report dates in the future.
type Policy struct {
	// SeverityAliases maps words to SEV1..SEV5; nil is severity.Aliases().
	// Case, blanks, hyphens and underscores in the words do not matter.
	SeverityAliases map[string]string
	// Now is the time of the check; if it is zero, future dates are not reported.
	Now time.Time
}

// Severity maps an author's word to SEV1..SEV5; false when it is unknown. The names
// SEV1 to SEV5 themselves always count and cannot be mapped to another one.
func (p Policy) Severity(word string) (string, bool) {
	folded := foldWord(word)
	if name := strings.ToUpper(folded); severity.Known(name) {
		return name, true
	}
	aliases := p.SeverityAliases
	if aliases == nil {
		aliases = severity.Aliases()
	}
	for alias, name := range aliases {
		if foldWord(alias) == folded {
			return name, true
		}
	}
	return "", false
}

// foldWord returns one form for "SEV-1", "sev 1" and "Sev_1".
func foldWord(s string) string {
	return strings.NewReplacer(" ", "", "-", "", "_", "").Replace(strings.ToLower(strings.TrimSpace(s)))
}
