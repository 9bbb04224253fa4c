package snippet

import (
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/search/analysis"
)

// Marker finds the words of one query in texts. Most words of a text are not in the
// query, so Marker dismisses most of them by their first three bytes. It caches words
// and reuses buffers, so it is not safe for concurrent use.
type Marker struct {
	worth map[string]float32 // by term
	// Bit set of the hashed beginnings of terms, see begin.
	begins [1 << 10]uint64
	// Word as written -> its term, "" for none.
	known  map[string]string
	tokens []analysis.Token // buffer
	class  [256]uint8
	// ideographs reports whether the query has any.
	ideographs bool
}

// maxStems is the maximum number of cached words; a language has fewer.
const maxStems = 1 << 16

// mark is a range of a text that matches a term.
type mark struct {
	start, end int
	term       string
}

// New returns a Marker of the terms of a query (stems, and bigrams of ideographs; see
// package analysis) with the worth of each, which is above 0.
func New(worth map[string]float32) *Marker {
	m := &Marker{worth: worth, known: make(map[string]string), class: byteClasses()}
	for t := range worth {
		// A word may match a term only if it begins like it, before stemming.
		m.admit(t)
		r, _ := utf8.DecodeRuneInString(t)
		m.ideographs = m.ideographs || analysis.IsIdeograph(r)
		if root, ok := irregular(t); ok {
			m.admit(root)
		}
	}
	return m
}

// irregular returns the beginning of the words whose stem begins differently.
func irregular(stem string) (begin string, ok bool) {
	switch stem {
	case "die", "lie", "tie":
		// Dying, lying, tying.
		return stem[:1] + "yi", true
	}
	return "", false
}

// admit adds the beginning of a term to the bit set.
func (m *Marker) admit(term string) {
	n := min(len(term), 3)
	b := begin(term, n)
	m.begins[b>>6] |= 1 << (b & 63)
}

// begin returns a 16-bit hash of the first n bytes of a word, one to three. Of these
// bytes, stemming changes only a y to an i, which have the same hash, and may shorten
// the word to fewer than three bytes.
func begin(word string, n int) uint32 {
	h := uint32(n)
	for i := range n {
		c := word[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case c == 'y' && i > 0:
			c = 'i'
		}
		h = h<<8 ^ uint32(c)
	}
	return h * 0x9E3779B1 >> 16
}

// mayBegin reports whether some term may begin like the word. It has false positives,
// but no false negatives.
func (m *Marker) mayBegin(word string) bool {
	for n := min(len(word), 3); n > 0; n-- {
		if b := begin(word, n); m.begins[b>>6]&(1<<(b&63)) != 0 {
			return true
		}
	}
	return false
}

// The classes of bytes. A word never contains a byte of the class between.
const (
	between = iota // space and punctuation
	// The letters a to z.
	lower
	// Upper case, digits, apostrophe.
	other
	// Part of a rune that is not ASCII.
	wide
)

// byteClasses returns the class of each byte.
func byteClasses() (table [256]uint8) {
	for i := range table {
		switch c := byte(i); {
		case c >= utf8.RuneSelf:
			table[i] = wide
		case 'a' <= c && c <= 'z':
			table[i] = lower
		case 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '\'':
			table[i] = other
		}
	}
	return table
}

// marks returns the words of the query in normalized text, in order.
func (m *Marker) marks(text string) []mark {
	var out []mark
	// The start of the ideograph that ends at i, if there is one.
	last := -1
	for i := 0; i < len(text); {
		class := m.class[text[i]]
		if class == between {
			i++
			last = -1
			continue
		}
		if class == wide {
			if r, n := utf8.DecodeRuneInString(text[i:]); analysis.IsIdeograph(r) {
				out = m.ideograph(out, text, last, i, i+n)
				last = i
				i += n
				continue
			}
		}
		end, plain := m.run(text, i)
		if !plain {
			if m.mayHold(text[i:end]) {
				out = m.runMarks(out, text, i, end)
			}
		} else if word := text[i:end]; m.mayBegin(word) {
			if term := m.termOf(word); term != "" {
				out = append(out, mark{i, end, term})
			}
		}
		i, last = end, -1
	}
	return out
}

// run returns the end of the possible words that begin at i, which is the next
// punctuation or ideograph. A run is plain if it is one word without parts: small
// letters, the first of which may be a capital.
func (m *Marker) run(text string, i int) (end int, plain bool) {
	// A capital inside a word begins a part, so only the first letter may be one.
	plain = m.class[text[i]] == lower || 'A' <= text[i] && text[i] <= 'Z'
	for end = i; end < len(text); {
		switch m.class[text[end]] {
		case between:
			return end, plain
		case lower:
			end++
		case other:
			plain = plain && end == i
			end++
		default:
			r, n := utf8.DecodeRuneInString(text[end:])
			if analysis.IsIdeograph(r) {
				return end, plain
			}
			plain = false
			end += n
		}
	}
	return end, plain
}

// ideograph marks text[from:to], and the pair that it forms with the ideograph that
// begins at last, if last is not negative.
func (m *Marker) ideograph(out []mark, text string, last, from, to int) []mark {
	if !m.ideographs {
		return out
	}
	one, pair := text[from:to], ""
	if last >= 0 {
		pair = text[last:to]
	}
	if one >= halfWidth || pair >= halfWidth {
		one, pair = m.folded(one), m.folded(pair)
	}
	if m.worth[pair] > 0 {
		out = append(out, mark{last, to, pair})
	}
	if m.worth[one] > 0 {
		out = append(out, mark{from, to, one})
	}
	return out
}

// halfWidth is the first of the runes that match in another form than they are written.
const halfWidth = "\uFF00"

// folded returns ideographs in the form in which they match.
func (m *Marker) folded(text string) string {
	var b strings.Builder
	m.tokens = analysis.Scan(m.tokens[:0], text)
	for _, t := range m.tokens {
		b.WriteString(t.Text)
	}
	return b.String()
}

// termOf returns the term that a plain word matches, or "". It caches the words of the
// texts, which repeat.
func (m *Marker) termOf(word string) string {
	term, ok := m.known[word]
	if !ok {
		if term, _ = m.term(strings.ToLower(word), word); len(m.known) < maxStems {
			m.known[strings.Clone(word)] = term
		}
	}
	return term
}

// mayHold reports whether a run may contain a word of the query, whole or as a part.
// Parts begin at capitals and at the borders of digits. It has no false negatives.
func (m *Marker) mayHold(run string) bool {
	// Only the beginning of a part can match, so the others need no test.
	for i := 0; i < len(run); i++ {
		c := run[i]
		if c == '\'' || c >= utf8.RuneSelf {
			// Only folding shows it.
			return true
		}
		if i > 0 && ('A' > c || c > 'Z') && isDigit(c) == isDigit(run[i-1]) {
			continue
		}
		if m.mayBegin(run[i:]) {
			return true
		}
	}
	return false
}

// isDigit reports whether a byte is a decimal digit.
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// runMarks appends the words of the query in a run that is not plain.
func (m *Marker) runMarks(out []mark, text string, from, to int) []mark {
	m.tokens = analysis.Scan(m.tokens[:0], text[from:to])
	for _, t := range m.tokens {
		start, end := from+t.Start, from+t.End
		if term, ok := m.term(t.Text, text[start:end]); ok {
			out = append(out, mark{start, end, term})
		}
	}
	return out
}

// term returns the term of the query that a token matches, whole or by a part. raw is
// the token as written.
func (m *Marker) term(token, raw string) (string, bool) {
	if m.mayBegin(token) {
		if s := analysis.Stem(token); m.worth[s] > 0 {
			return s, true
		}
	}
	for _, part := range analysis.Parts(raw) {
		if !m.mayBegin(part) {
			continue
		}
		if s := analysis.Stem(part); m.worth[s] > 0 {
			return s, true
		}
	}
	return "", false
}

// total returns the sum of the worth of the distinct terms.
func (m *Marker) total(marks []mark) float32 {
	var sum float32
	// A passage has few marks: comparing all pairs is faster than a map.
	for i, a := range marks {
		again := false
		for _, b := range marks[:i] {
			again = again || a.term == b.term
		}
		if !again {
			sum += m.worth[a.term]
		}
	}
	return sum
}
