package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// MaxTokenBytes is the maximum length of a token's folded text. Longer runs, such as
// encoded blobs, are truncated in documents and in queries, so that they still match.
const MaxTokenBytes = 96

// Token is one word or one ideograph of a text.
type Token struct {
	Text       string // folded
	Start, End int    // bytes in the scanned text
	Ideograph  bool
	// Glued reports whether only identifier punctuation separates the previous token
	// from this one.
	Glued bool
}

// Normalize returns text in Unicode NFC, the form that Scan expects. Offsets of tokens
// refer to the result.
func Normalize(text string) string {
	if isPlainNFC(text) {
		return text
	}
	return norm.NFC.String(text)
}

// isPlainNFC reports whether all runes of a text are in ranges that neither compose
// nor decompose, which is a fast test that nearly all texts pass. It returns false for
// some texts that are normalized.
func isPlainNFC(s string) bool {
	for i := 0; i < len(s); {
		if i+8 <= len(s) && (s[i]|s[i+1]|s[i+2]|s[i+3]|s[i+4]|s[i+5]|s[i+6]|s[i+7]) < utf8.RuneSelf {
			i += 8
			continue
		}
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !isStable(r) {
			return false
		}
		i += n
	}
	return true
}

// isStable reports whether a rune above ASCII is in a range whose runes neither compose
// nor decompose.
func isStable(r rune) bool {
	switch {
	case 0x80 <= r && r < 0x300: // Latin; combining marks are not in this range
	case 0x2002 <= r && r < 0x2070: // dashes, quotation marks
	case 0x2190 <= r && r <= 0x2199, 0x2500 <= r && r < 0x2600: // arrows, boxes
	case 0x3000 <= r && r < 0x302A: // CJK punctuation
	case 0x4E00 <= r && r < 0xA000: // ideographs
	case 0xFF01 <= r && r < 0xFF5F: // full-width forms
	default:
		return false
	}
	return true
}

// Scan appends the tokens of normalized text to dst.
func Scan(dst []Token, text string) []Token {
	glue := false // only identifier punctuation followed the last token
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case IsIdeograph(r):
			dst = append(dst, Token{Text: foldIdeograph(text[i:i+n], r), Start: i, End: i + n, Ideograph: true})
			i += n
			glue = false
		case isWord(r):
			t := scanWord(text, i)
			t.Glued = glue
			dst = append(dst, t)
			i = t.End
			glue = true
		default:
			glue = glue && isGlue(r)
			i += n
		}
	}
	return dst
}

// isGlue reports whether r joins the words of an identifier: host:port, a/b, x.y.
func isGlue(r rune) bool {
	switch r {
	case '_', '.', '-', ':', '/', '\\', '@':
		return true
	}
	return false
}

// isWord reports whether r is part of words: a letter, a digit or a combining mark.
func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// IsIdeograph reports whether r belongs to a script that is written without spaces,
// or, like Hangul, is best searched by pairs.
func IsIdeograph(r rune) bool {
	if r < 0x1100 || 0x2000 <= r && r < 0x2E80 {
		return false
	}
	if 0x4E00 <= r && r < 0xA000 {
		return true
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// foldIdeograph widens half-width kana; other ideographs have only one form.
func foldIdeograph(s string, r rune) string {
	if r < 0xFF00 {
		return s
	}
	return string(foldRune(r))
}

// scanWord returns the word that begins at byte i.
func scanWord(text string, i int) Token {
	end, plain := i, true
	for end < len(text) {
		c := text[end]
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			end++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[end:])
		if !isWord(r) && !apostropheInside(text, end, n) || IsIdeograph(r) {
			break
		}
		plain = false
		end += n
	}
	t := Token{Start: i, End: end, Text: text[i:end]}
	if !plain {
		t.Text = fold(t.Text)
	}
	t.Text = cut(t.Text, MaxTokenBytes)
	return t
}

// apostropheInside reports whether the rune of n bytes at i is an apostrophe with a
// letter after it.
func apostropheInside(text string, i, n int) bool {
	if r, _ := utf8.DecodeRuneInString(text[i:]); r != '\'' && r != '’' {
		return false
	}
	next, _ := utf8.DecodeRuneInString(text[i+n:])
	return unicode.IsLetter(next) && !IsIdeograph(next)
}

// fold returns s in lower case and narrow width, without apostrophes and the
// possessive ending.
func fold(s string) string {
	for _, possessive := range []string{"'s", "’s", "'S", "’S"} {
		if rest, ok := strings.CutSuffix(s, possessive); ok {
			s = rest
			break
		}
	}
	return strings.Map(foldRune, s)
}

func foldRune(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case r < utf8.RuneSelf:
		if r == '\'' {
			return -1
		}
		return r
	case r == '’':
		return -1
	}
	if folded := width.LookupRune(r).Folded(); folded != 0 {
		r = folded
	}
	return unicode.ToLower(r)
}

// cut truncates s to at most n bytes, between runes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
