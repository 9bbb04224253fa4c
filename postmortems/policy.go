package postmortems

import (
	"strings"
	"time"
)

// Policy holds the settings of a portal for checking documents. The zero Policy has the
// default severity words and does not report dates in the future.
type Policy struct {
	// SeverityAliases maps words to SEV1..SEV5; nil is defaultSeverityAliases.
	// Case, blanks, hyphens and underscores in the words do not matter.
	SeverityAliases map[string]string
	// Now is the time of the check; if it is zero, future dates are not reported.
	Now time.Time
}

// defaultSeverityAliases returns the severity words in common use: the numbers of Morgue,
// P and S scales, and the words of PagerDuty, Atlassian and Statuspage.
func defaultSeverityAliases() map[string]string {
	return map[string]string{
		"sev0": "SEV1", "p0": "SEV1", "s0": "SEV1",
		"1": "SEV1", "p1": "SEV1", "s1": "SEV1", "critical": "SEV1", "blocker": "SEV1", "致命": "SEV1", "一级": "SEV1",
		"2": "SEV2", "p2": "SEV2", "s2": "SEV2", "major": "SEV2", "high": "SEV2", "严重": "SEV2", "二级": "SEV2",
		"3": "SEV3", "p3": "SEV3", "s3": "SEV3", "moderate": "SEV3", "medium": "SEV3", "一般": "SEV3", "三级": "SEV3",
		"4": "SEV4", "p4": "SEV4", "s4": "SEV4", "minor": "SEV4", "low": "SEV4", "轻微": "SEV4", "四级": "SEV4",
		"5": "SEV5", "p5": "SEV5", "s5": "SEV5", "trivial": "SEV5", "info": "SEV5", "informational": "SEV5", "五级": "SEV5",
	}
}

// Severity maps an author's word to SEV1..SEV5; false when it is unknown.
func (p Policy) Severity(word string) (string, bool) {
	folded := foldWord(word)
	if len(folded) == 4 && strings.HasPrefix(folded, "sev") && folded[3] >= '1' && folded[3] <= '5' {
		return strings.ToUpper(folded), true
	}
	aliases := p.SeverityAliases
	if aliases == nil {
		aliases = defaultSeverityAliases()
	}
	for alias, severity := range aliases {
		if foldWord(alias) == folded {
			return severity, true
		}
	}
	return "", false
}

// foldWord returns one form for "SEV-1", "sev 1" and "Sev_1".
func foldWord(s string) string {
	return strings.NewReplacer(" ", "", "-", "", "_", "").Replace(strings.ToLower(strings.TrimSpace(s)))
}
