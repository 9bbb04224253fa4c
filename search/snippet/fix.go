package snippet

import (
	"strings"

	"github.com/postern/postern/search/analysis"
)

// Fix finds the section that says what to do (in a runbook) or what was done (in
// a write-up): nil when no heading says so. When only headings stand under it, it
// is the first section of them.
func Fix(sections []Section) *Section {
	best, worth := -1, 0
	for i, s := range sections {
		if w := fixWorth(s.Heading); w > worth && textBelow(sections, i) >= 0 {
			best, worth = i, w
		}
	}
	if best < 0 {
		return nil
	}
	s := sections[best]
	if below := textBelow(sections, best); below != best {
		s.Text, s.Code = sections[below].Text, sections[below].Code
	}
	return &s
}

// textBelow is the first section from i on that has text: -1 when the next ones
// have none.
func textBelow(sections []Section, i int) int {
	const near = 3 // further down it is another subject
	for j := i; j < min(i+near, len(sections)); j++ {
		if strings.TrimSpace(sections[j].Text) != "" || strings.TrimSpace(sections[j].Code) != "" {
			return j
		}
	}
	return -1
}

// fixWorth ranks headings: what stopped the trouble before what was done about it
// later. 0 is another subject.
func fixWorth(heading string) int {
	heading = analysis.Normalize(heading)
	for _, w := range []struct {
		worth int
		words []string
	}{
		{3, []string{"缓解", "止损", "恢复", "修复", "应急", "处理", "解决", "处置"}},
	} {
		for _, word := range w.words {
			if strings.Contains(heading, word) && !strings.Contains(heading, "时间") {
				return w.worth
			}
		}
	}
	tokens := analysis.Scan(nil, heading)
	worth := 0
	for _, t := range tokens {
		switch analysis.Stem(t.Text) {
		case "time", "timelin", "metric", "lesson":
			return 0
		case "mitig", "resolut", "resolv", "remedi", "remediat", "workaround", "fix", "recoveri", "recov", "restor":
			worth = max(worth, 3)
		case "step", "procedur", "troubleshoot", "instruct":
			worth = max(worth, 2)
		case "respons":
			worth = max(worth, 1)
		}
	}
	return worth
}
