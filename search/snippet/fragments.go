package snippet

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/search/analysis"
)

const (
	// quoteBytes is about how long a fragment is: two lines of a result.
	quoteBytes = 220
	// leadBytes is how much of it may stand before the first marked word.
	leadBytes = 60
	// maxQuotes is how many fragments of the text a hit has, besides its title.
	maxQuotes = 2
	// maxQuotedText bounds how much text of one document is looked through.
	maxQuotedText = 64 << 10
	// headingShare is what a word in the heading is worth for a section's quote.
	headingShare = 0.5
)

// candidate is a fragment that may be shown.
type candidate struct {
	Fragment
	worth float32
}

// Fragments are the title, when it has a word of the query, and the best quotes of
// the summary and the sections, best first. Without any it is the summary.
func (m *Marker) Fragments(title, summary string, sections []Section) []Fragment {
	var out []Fragment
	title = analysis.Normalize(title)
	if marks := m.marks(title); len(marks) > 0 {
		out = append(out, Fragment{Field: "title", HTML: markUp(title, marks, 0, len(title))})
	}
	var found []candidate
	summary = analysis.Normalize(summary)
	if c, ok := m.quote(summary); ok {
		c.Field = "summary"
		found = append(found, c)
	}
	looked := 0
	for _, s := range sections {
		if looked += len(s.Text) + len(s.Code); looked > maxQuotedText {
			break
		}
		found = append(found, m.section(s)...)
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.worth, a.worth) })
	for _, c := range found[:min(len(found), maxQuotes)] {
		out = append(out, c.Fragment)
	}
	if len(found) == 0 && summary != "" {
		out = append(out, Fragment{Field: "summary", HTML: markUp(summary, nil, 0, len(summary))})
	}
	return out
}

// section gives the best quote of a section's text, and of its code when that
// has words the text does not.
func (m *Marker) section(s Section) []candidate {
	heading := m.total(m.marks(analysis.Normalize(s.Heading)))
	var out []candidate
	for _, part := range []struct{ field, text string }{{"body", s.Text}, {"code", s.Code}} {
		c, ok := m.quote(analysis.Normalize(part.text))
		if !ok || len(out) > 0 && c.worth <= out[0].worth-heading*headingShare {
			continue
		}
		c.Field, c.Heading, c.Anchor = part.field, s.Heading, s.Anchor
		c.worth += heading * headingShare
		out = append(out, c)
	}
	if len(out) == 2 { // the code has more of the query than the text
		out = out[1:]
	}
	return out
}

// quote cuts the stretch of text that has most of the query.
func (m *Marker) quote(text string) (candidate, bool) {
	marks := m.marks(text)
	if len(marks) == 0 {
		return candidate{}, false
	}
	var best candidate
	from, to := 0, 0
	for i, end := 0, 0; i < len(marks); i++ {
		for end < len(marks) && marks[end].end-marks[i].start <= quoteBytes-leadBytes {
			end++
		}
		end = max(end, i+1)
		if w := m.total(marks[i:end]); w > best.worth {
			best.worth, from, to = w, marks[i].start, marks[end-1].end
		}
	}
	start, stop := stretch(text, from, to)
	best.HTML = markUp(text, marks, start, stop)
	return best, true
}

// stretch widens a range to the length of a fragment, between words.
func stretch(text string, from, to int) (start, stop int) {
	start = max(0, from-leadBytes)
	if nl := strings.LastIndexByte(text[start:from], '\n'); nl >= 0 {
		start += nl + 1
	} else if start > 0 {
		start = nextBreak(text, start, from)
	}
	stop = max(to, min(len(text), start+quoteBytes))
	if stop < len(text) {
		stop = lastBreak(text, to, stop)
	}
	return start, stop
}

// nextBreak is the first place after i, and at most limit, where a word begins.
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

// lastBreak is the last place before i, and at least limit, where a word ended.
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

// markUp escapes text[start:stop] for HTML and puts <mark> around the marks; those
// that touch become one. Line ends become spaces.
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
