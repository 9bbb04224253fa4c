package snippet

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/search/analysis"
)

// Sizes of fragments.
const (
	// fragmentBytes is the approximate length of a fragment: two lines of a result.
	fragmentBytes = 220
	// leadBytes is how much of a fragment may precede its first marked word.
	leadBytes = 60
	// maxPassages is how many fragments of its text a hit has, besides its title.
	maxPassages = 2
	// maxSearchedText is how much text of one document is searched for passages.
	maxSearchedText = 64 << 10
	// headingShare is the share of its worth that a word in the heading adds to the
	// passages of the section.
	headingShare = 0.5
)

// candidate is a fragment that may be shown, and the sum of the worth of its words.
type candidate struct {
	Fragment
	worth float32
}

// Fragments returns the title, if it has a word of the query, and the best passages of
// the summary and the sections, best first. If no passage has a word of the query, it
// returns the summary in their place.
func (m *Marker) Fragments(title, summary string, sections []Section) []Fragment {
	var out []Fragment
	// Marks are offsets of the normalized text, which is therefore the text that is shown.
	title = analysis.Normalize(title)
	if marks := m.marks(title); len(marks) > 0 {
		out = append(out, Fragment{Field: "title", HTML: markUp(title, marks, 0, len(title))})
	}
	var found []candidate
	summary = analysis.Normalize(summary)
	if c, ok := m.passage(summary); ok {
		c.Field = "summary"
		found = append(found, c)
	}
	looked := 0
	for _, s := range sections {
		if looked += len(s.Text) + len(s.Code); looked > maxSearchedText {
			break
		}
		found = append(found, m.section(s)...)
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.worth, a.worth) })
	for _, c := range found[:min(len(found), maxPassages)] {
		out = append(out, c.Fragment)
	}
	if len(found) == 0 && summary != "" {
		out = append(out, Fragment{Field: "summary", HTML: markUp(summary, nil, 0, len(summary))})
	}
	return out
}

// section returns the best passage of a section: of its code if that has more of the
// query than the text, otherwise of the text.
func (m *Marker) section(s Section) []candidate {
	heading := m.total(m.marks(analysis.Normalize(s.Heading)))
	var out []candidate
	for _, part := range []struct{ field, text string }{{"body", s.Text}, {"code", s.Code}} {
		c, ok := m.passage(analysis.Normalize(part.text))
		if !ok || len(out) > 0 && c.worth <= out[0].worth-heading*headingShare {
			continue
		}
		c.Field, c.Heading, c.Anchor = part.field, s.Heading, s.Anchor
		c.worth += heading * headingShare
		out = append(out, c)
	}
	// Only code with more of the query comes this far.
	if len(out) == 2 {
		out = out[1:]
	}
	return out
}

// passage returns the passage of the text with most of the query. ok is false if the
// text has no word of it.
func (m *Marker) passage(text string) (best candidate, ok bool) {
	marks := m.marks(text)
	if len(marks) == 0 {
		return candidate{}, false
	}
	from, to := 0, 0
	// A window over the marks, as long as a fragment less its lead, moves from mark to
	// mark; the best window is the first with the largest worth.
	for i, end := 0, 0; i < len(marks); i++ {
		for end < len(marks) && marks[end].end-marks[i].start <= fragmentBytes-leadBytes {
			end++
		}
		end = max(end, i+1)
		if w := m.total(marks[i:end]); w > best.worth {
			best.worth, from, to = w, marks[i].start, marks[end-1].end
		}
	}
	start, stop := widen(text, from, to)
	best.HTML = markUp(text, marks, start, stop)
	return best, true
}

// widen extends a range to the length of a fragment, between words. It starts no
// earlier than the line of the first word.
func widen(text string, from, to int) (start, stop int) {
	// A fragment begins at the line of its first mark, or at a word before it.
	start = max(0, from-leadBytes)
	if nl := strings.LastIndexByte(text[start:from], '\n'); nl >= 0 {
		start += nl + 1
	} else if start > 0 {
		start = nextBreak(text, start, from)
	}
	stop = max(to, min(len(text), start+fragmentBytes))
	if stop < len(text) {
		stop = lastBreak(text, to, stop)
	}
	return start, stop
}

// nextBreak returns the first offset from i to limit where a word begins.
func nextBreak(text string, i, limit int) int {
	for ; i < limit; i++ {
		if text[i-1] == ' ' {
			return i
		}
		if r, _ := utf8.DecodeRuneInString(text[i:]); utf8.RuneStart(text[i]) && r >= 0x2E80 {
			return i // between ideographs
		}
	}
	return limit
}

// lastBreak returns the last offset from i down to limit where a word ends.
func lastBreak(text string, limit, i int) int {
	for ; i > limit; i-- {
		if text[i] == ' ' || text[i] == '\n' {
			return i
		}
		if r, _ := utf8.DecodeRuneInString(text[i:]); utf8.RuneStart(text[i]) && r >= 0x2E80 && r != utf8.RuneError {
			return i
		}
	}
	return limit
}

// markUp returns text[start:stop] escaped for HTML, with <mark> around the marks that
// are inside. Marks that touch become one, and line ends become spaces.
func markUp(text string, marks []mark, start, stop int) string {
	var b strings.Builder
	write := func(from, to int) {
		b.WriteString(html.EscapeString(strings.ReplaceAll(text[from:to], "\n", " ")))
	}
	if start > 0 {
		b.WriteString("…")
	}
	at := start
	for i := 0; i < len(marks); {
		m := marks[i]
		for i++; i < len(marks) && marks[i].start <= m.end; i++ {
			m.end = max(m.end, marks[i].end)
		}
		if m.start < start || m.end > stop {
			continue
		}
		write(at, m.start)
		b.WriteString("<mark>")
		write(m.start, m.end)
		b.WriteString("</mark>")
		at = m.end
	}
	write(at, stop)
	if stop < len(text) {
		b.WriteString("…")
	}
	return b.String()
}
