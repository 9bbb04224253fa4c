package snippet

import (
	"strings"

	"github.com/postern/postern/search/analysis"
)

// Fix returns the section that describes what to do (in a runbook) or what was done
// (in a post-mortem), judged by its heading. It returns nil if no heading fits. If the
// section has no text of its own, Fix returns the text of the first of the next
// sections that has some.
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

// textBelow returns the index of the first section with text, i or one of the next
// two; -1 if these have none.
func textBelow(sections []Section, i int) int {
	// Sections further down have another subject.
	const near = 3
	for j := i; j < min(i+near, len(sections)); j++ {
		if strings.TrimSpace(sections[j].Text) != "" || strings.TrimSpace(sections[j].Code) != "" {
			return j
		}
	}
	return -1
}

// fixWorth ranks headings from 3, the mitigation, to 1, the response. Headings of
// other subjects have 0.
func fixWorth(heading string) int {
	heading = analysis.Normalize(heading)
	for _, word := range []string{"缓解", "止损", "恢复", "修复", "应急", "处理", "解决", "处置"} {
		// "时间": the time to recover.
		if strings.Contains(heading, word) && !strings.Contains(heading, "时间") {
			return 3
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
