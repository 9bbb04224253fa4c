package docparts

import (
	"html"
	"html/template"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/postern/postern/portal/web/page"
)

// Bounds of what an address can make the page do.
const (
	maxMarked = 8   // words of a quote that are marked on the document's page
	maxRunes  = 40  // characters of such a word
	maxMarks  = 500 // marks on one page: more say nothing
)

// WordsToMark returns the words of the parameter mark=, which links of search results set
// so that the page of the document marks them. It returns nil without the parameter.
// Words are in lower case; single letters are left out except in scripts without spaces.
func WordsToMark(req *page.Request) (words []string) {
	if req.URL.RawQuery == "" {
		return nil
	}
	for _, w := range strings.FieldsFunc(req.QueryValue("mark"), func(r rune) bool { return !wordRune(r) }) {
		if n := utf8.RuneCountInString(w); n <= maxRunes && len(words) < maxMarked && (n > 1 || wide(w)) {
			words = append(words, strings.ToLower(w))
		}
	}
	return words
}

// marker marks words in the text of an HTML body. It never changes a tag.
type marker struct {
	whole map[string]bool // words of scripts with spaces
	parts []string        // runs of ideographs: they match anywhere
	out   strings.Builder
	left  int // marks
}

// MarkWords marks whole words in any case, and runs of ideographs. The body is the
// portal's own sanitised HTML; only text between tags is changed. words must be in lower
// case, as WordsToMark returns them. Beyond maxMarks, words are not marked.
func MarkWords(body template.HTML, words []string) template.HTML {
	m := marker{whole: map[string]bool{}, left: maxMarks}
	for _, w := range words {
		if wide(w) {
			m.parts = append(m.parts, w)
		} else {
			m.whole[w] = true
		}
	}
	for rest := string(body); rest != ""; {
		text, tag := rest, ""
		if i := strings.IndexByte(rest, '<'); i >= 0 {
			text, tag = rest[:i], rest[i:i+tagLength(rest[i:])]
		}
		m.text(text)
		m.out.WriteString(tag)
		rest = rest[len(text)+len(tag):]
	}
	return template.HTML(m.out.String())
}

// tagLength returns the length of the tag at the beginning of s. A quoted attribute may
// hold ">". It is the length of s if the tag does not end.
func tagLength(s string) int {
	quote := byte(0)
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return len(s)
}

// text writes text between tags, with marks. Character references such as &lt; are not
// words.
func (m *marker) text(s string) {
	for s != "" {
		if s[0] == '&' {
			n := strings.IndexByte(s, ';') + 1
			if n == 0 {
				n = 1
			}
			m.out.WriteString(s[:n])
			s = s[n:]
			continue
		}
		n := strings.IndexFunc(s, func(r rune) bool { return !wordRune(r) })
		switch {
		case n < 0:
			n = len(s)
		case n == 0:
			_, n = utf8.DecodeRuneInString(s)
			m.out.WriteString(s[:n])
			s = s[n:]
			continue
		}
		m.word(s[:n])
		s = s[n:]
	}
}

// word writes a run of letters and digits, with marks. Parts are sought inside the run,
// since scripts without spaces have no boundaries of words.
func (m *marker) word(s string) {
	if m.left > 0 && m.whole[strings.ToLower(s)] {
		m.mark(s)
		return
	}
	for s != "" {
		at, part := m.next(s)
		if at < 0 || m.left == 0 {
			m.out.WriteString(s)
			return
		}
		m.out.WriteString(s[:at])
		m.mark(part)
		s = s[at+len(part):]
	}
}

// next returns the first of the parts in s and its index, -1 for none.
func (m *marker) next(s string) (at int, part string) {
	at = -1
	for _, p := range m.parts {
		if i := strings.Index(s, p); i >= 0 && (at < 0 || i < at) {
			at, part = i, p
		}
	}
	return at, part
}

// mark writes a marked word.
func (m *marker) mark(s string) {
	m.left--
	m.out.WriteString("<mark>" + s + "</mark>")
}

// wordRune reports whether a character belongs to a word.
func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// wide reports whether a word is of a script without spaces.
func wide(w string) bool {
	return strings.ContainsFunc(w, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	})
}

// MarkedWords returns the words that a quote of a search result marks, each once. The
// words are separated by spaces, as the parameter mark= takes them. Words that are too
// long for WordsToMark are left out.
func MarkedWords(quote string) string {
	var words []string
	seen := map[string]bool{}
	for rest := quote; ; {
		_, after, found := strings.Cut(rest, "<mark>")
		if !found || len(words) == maxMarked {
			return strings.Join(words, " ")
		}
		word, after, found := strings.Cut(after, "</mark>")
		if word = strings.ToLower(html.UnescapeString(word)); found && !seen[word] && utf8.RuneCountInString(word) <= maxRunes {
			seen[word] = true
			words = append(words, word)
		}
		rest = after
	}
}
