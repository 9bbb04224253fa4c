package query

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind is the kind of a token.
type tokenKind uint8

// The kinds of tokens. tokenWord is any text that is no other token.
const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenPhrase
	tokenFilter
	tokenMinus
	tokenOr
	tokenOpen
	tokenClose
)

// token is one lexical element; at counts runes from the start of the query.
type token struct {
	kind   tokenKind
	at     int
	text   string
	prefix bool
	filter Filter
}

// lexer splits a query into tokens. It never fails: text that it does not understand
// becomes a word, with a Problem if the writer clearly meant something else.
type lexer struct {
	rest string
	// Runes before rest.
	at       int
	problems *[]Problem
}

// problem adds a Problem at a rune of the query.
func (l *lexer) problem(at int, message string) {
	*l.problems = append(*l.problems, Problem{Offset: at, Message: message})
}

// skip consumes the first n bytes of the rest.
func (l *lexer) skip(n int) {
	l.at += utf8.RuneCountInString(l.rest[:n])
	l.rest = l.rest[n:]
}

// isSpace reports whether r separates words: white space or a control character.
func isSpace(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// endsWord reports whether r cannot be inside a word.
func endsWord(r rune) bool { return isSpace(r) || strings.ContainsRune("()\"“”＂", r) }

// next consumes and returns the next token; tokenEnd at the end of the query.
func (l *lexer) next() token {
	l.skip(len(l.rest) - len(strings.TrimLeftFunc(l.rest, isSpace)))
	at := l.at
	if l.rest == "" {
		return token{kind: tokenEnd, at: at}
	}
	if n := quoteLen(l.rest); n > 0 {
		return token{kind: tokenPhrase, at: at, text: l.quoted(n)}
	}
	switch l.rest[0] {
	case '(':
		l.skip(1)
		return token{kind: tokenOpen, at: at}
	case ')':
		l.skip(1)
		return token{kind: tokenClose, at: at}
	case '-':
		if excludes(l.rest[1:]) {
			l.skip(1)
			return token{kind: tokenMinus, at: at}
		}
	}
	return l.word(at)
}

// excludes reports whether a "-" before s is an exclusion: at least two characters
// follow, or one ideograph, and the first is neither a hyphen nor a space.
func excludes(s string) bool {
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 || first == '-' || isSpace(first) {
		return false
	}
	if first == '(' || quoteLen(s) > 0 {
		return true
	}
	second, m := utf8.DecodeRuneInString(s[n:])
	return m > 0 && !endsWord(second) || unicode.Is(unicode.Han, first)
}

// quoteLen returns the length in bytes of the quotation mark that s begins with, or 0.
// Keyboards and input methods replace the straight mark by others.
func quoteLen(s string) int {
	for _, q := range []string{`"`, "“", "”", "＂"} {
		if strings.HasPrefix(s, q) {
			return len(q)
		}
	}
	return 0
}

// quoted consumes the text up to the closing mark, or up to the end with a Problem.
func (l *lexer) quoted(open int) string {
	start := l.at
	l.skip(open)
	end := strings.IndexAny(l.rest, "\"“”＂")
	if end < 0 {
		l.problem(start, `this quotation mark is not closed: the rest is taken as the phrase`)
		text := l.rest
		l.skip(len(text))
		return squeeze(text)
	}
	text := l.rest[:end]
	l.skip(end + quoteLen(l.rest[end:]))
	return squeeze(text)
}

// squeeze replaces runs of white space and control characters by one space.
func squeeze(s string) string { return strings.Join(strings.FieldsFunc(s, isSpace), " ") }

// word consumes a run without white space: OR, a qualifier or a word.
func (l *lexer) word(at int) token {
	end := strings.IndexFunc(l.rest, endsWord)
	if end < 0 {
		end = len(l.rest)
	}
	text := l.rest[:end]
	if text == "OR" {
		l.skip(end)
		return token{kind: tokenOr, at: at}
	}
	if name, _, ok := strings.Cut(text, ":"); ok {
		if f := fieldOf(name); f != NoField {
			if t, ok := l.qualifier(at, f, len(name)+1, end); ok {
				return t
			}
		}
	}
	l.skip(end)
	word := strings.TrimRight(text, "*")
	if word == "" {
		return token{kind: tokenWord, at: at, text: text}
	}
	return token{kind: tokenWord, at: at, text: word, prefix: word != text}
}

// qualifier consumes a qualifier whose value begins at byte from of the rest; an
// unquoted value stops at end. If the value is not valid, qualifier returns false
// and consumes nothing, and the word is text.
func (l *lexer) qualifier(at int, f Field, from, end int) (token, bool) {
	value, stop := l.rest[from:end], end
	if n := quoteLen(l.rest[from:]); n > 0 {
		closing := strings.IndexAny(l.rest[from+n:], "\"“”＂")
		if closing < 0 {
			return token{}, false
		}
		value = squeeze(l.rest[from+n : from+n+closing])
		stop = from + n + closing + quoteLen(l.rest[from+n+closing:])
	}
	// "status: 500" is text.
	if value == "" {
		return token{}, false
	}
	filter, wrong := newFilter(f, value)
	if wrong != "" {
		l.problem(at+utf8.RuneCountInString(l.rest[:from]), wrong+"; searched for as text")
		return token{}, false
	}
	l.skip(stop)
	return token{kind: tokenFilter, at: at, filter: filter}, true
}
