package search

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

// quoter finds and marks the words of one query in texts.
type quoter struct {
	worth  map[string]float32 // term -> idf
	begins [1 << 10]uint64    // bit set of the first two bytes of the terms
	tokens []analysis.Token   // buffer
}

func newQuoter(p plan) *quoter {
	q := &quoter{worth: make(map[string]float32)}
	for _, u := range p.units {
		for _, t := range u.terms {
			q.worth[t] = max(q.worth[t], u.worth())
			b := firstTwo(t)
			q.begins[b>>6] |= 1 << (b & 63)
		}
	}
	return q
}

// firstTwo is the first two bytes of a word; stemming does not change them.
func firstTwo(s string) uint16 {
	var b uint16
	if len(s) > 0 {
		b = uint16(s[0]) << 8
	}
	if len(s) > 1 {
		b |= uint16(s[1])
	}
	return b
}

// mark is a stretch of text that matched a term.
type mark struct {
	start, end int
	term       string
}

// marks finds the words of the query in normalized text, in order. Most words
// are dismissed by their first two bytes, without being cut out and folded.
func (q *quoter) marks(text string) []mark {
	var out []mark
	for i := 0; i < len(text); {
		if !inRun(text[i]) {
			i++
			continue
		}
		end, plain := i, true
		for end < len(text) && inRun(text[end]) {
			c := text[end]
			plain = plain && 'a' <= c && c <= 'z' || end == i && c < utf8.RuneSelf
			end++
		}
		if !plain || q.mayBegin(text[i:end]) {
			out = q.runMarks(out, text, i, end)
		}
		i = end
	}
	return out
}

// inRun tells whether a byte can be inside a word or an ideograph: words never
// cross any other byte.
func inRun(c byte) bool {
	return c >= utf8.RuneSelf || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '\''
}

// mayBegin tells whether some term begins like the word.
func (q *quoter) mayBegin(word string) bool {
	b := firstTwo(word)
	if 'A' <= word[0] && word[0] <= 'Z' {
		b += ('a' - 'A') << 8
	}
	return q.begins[b>>6]&(1<<(b&63)) != 0
}

// runMarks finds the words of the query in text[from:to], which no word crosses.
func (q *quoter) runMarks(out []mark, text string, from, to int) []mark {
	q.tokens = analysis.Scan(q.tokens[:0], text[from:to])
	for i, t := range q.tokens {
		start, end := from+t.Start, from+t.End
		if !t.Ideograph {
			if term, ok := q.term(t.Text, text[start:end]); ok {
				out = append(out, mark{start, end, term})
			}
			continue
		}
		if i > 0 && q.tokens[i-1].Ideograph && q.tokens[i-1].End == t.Start {
			first := q.tokens[i-1]
			if bigram := first.Text + t.Text; q.worth[bigram] > 0 {
				out = append(out, mark{from + first.Start, end, bigram})
			}
		}
		if q.worth[t.Text] > 0 {
			out = append(out, mark{start, end, t.Text})
		}
	}
	return out
}

// term gives the term of the query that a token matches.
func (q *quoter) term(token, raw string) (string, bool) {
	if b := firstTwo(token); q.begins[b>>6]&(1<<(b&63)) != 0 {
		if s := analysis.Stem(token); q.worth[s] > 0 {
			return s, true
		}
	}
	for _, part := range analysis.Parts(raw) {
		if s := analysis.Stem(part); q.worth[s] > 0 {
			return s, true
		}
	}
	return "", false
}

// candidate is a fragment that may be shown.
type candidate struct {
	Fragment
	worth float32
}

// fragments are the title, when it has a word of the query, and the best quotes.
func (q *quoter) fragments(d *Document) []Fragment {
	var out []Fragment
	title := analysis.Normalize(d.Title)
	if marks := q.marks(title); len(marks) > 0 {
		out = append(out, Fragment{Field: "title", HTML: markUp(title, marks, 0, len(title))})
	}
	var found []candidate
	summary := analysis.Normalize(d.Summary)
	if c, ok := q.quote(summary); ok {
		c.Field = "summary"
		found = append(found, c)
	}
	looked := 0
	for _, s := range d.Sections {
		if looked += len(s.Text) + len(s.Code); looked > maxQuotedText {
			break
		}
		found = append(found, q.section(s)...)
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
func (q *quoter) section(s Section) []candidate {
	heading := q.total(q.marks(analysis.Normalize(s.Heading)))
	var out []candidate
	for _, part := range []struct{ field, text string }{{"body", s.Text}, {"code", s.Code}} {
		c, ok := q.quote(analysis.Normalize(part.text))
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

// total is the worth of the distinct terms.
func (q *quoter) total(marks []mark) float32 {
	var sum float32
	for i, m := range marks {
		if !slices.ContainsFunc(marks[:i], func(o mark) bool { return o.term == m.term }) {
			sum += q.worth[m.term]
		}
	}
	return sum
}

// quote cuts the stretch of text that has most of the query.
func (q *quoter) quote(text string) (candidate, bool) {
	marks := q.marks(text)
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
		if w := q.total(marks[i:end]); w > best.worth {
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
