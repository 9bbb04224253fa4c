package suggest

import (
	"strings"
	"unicode"

	"github.com/postern/postern/search/analysis"
)

const (
	// maxKeyBytes is the maximum length of the key of an item, more than people type to
	// find a title.
	maxKeyBytes = 400
	// maxRefs is the maximum number of references to one item.
	maxRefs = 64
	// formEnd separates the two forms in a key; it sorts before every letter.
	formEnd = '\x00'
)

// keyOf returns the key of a text, and the offsets in it at which typed text may begin:
// each word, and each part of an identifier.
func keyOf(text string) (key string, starts []uint16) {
	text = analysis.Normalize(text)
	tokens := analysis.Scan(nil, text)
	var whole, parted strings.Builder
	split := false
	for i, t := range tokens {
		if whole.Len()+len(t.Text) > maxKeyBytes/2 {
			break
		}
		space(&whole, tokens, i)
		space(&parted, tokens, i)
		starts = append(starts, uint16(whole.Len()))
		parts := analysis.Parts(text[t.Start:t.End])
		starts = append(starts, partStarts(whole.Len(), t.Text, parts)...)
		whole.WriteString(t.Text)
		if len(parts) > 1 {
			split = true
			parted.WriteString(strings.Join(parts, " "))
		} else {
			parted.WriteString(t.Text)
		}
	}
	if !split {
		return whole.String(), starts[:min(len(starts), maxRefs)]
	}
	key = whole.String() + string(formEnd) + parted.String()
	starts = append(starts, wordStarts(key, whole.Len()+1)...)
	return key, starts[:min(len(starts), maxRefs)]
}

// space writes the space before token i, except before the first and between adjacent
// ideographs.
func space(b *strings.Builder, tokens []analysis.Token, i int) {
	if b.Len() == 0 {
		return
	}
	before, t := tokens[i-1], tokens[i]
	if before.Ideograph && t.Ideograph && before.End == t.Start {
		return
	}
	b.WriteByte(' ')
}

// partStarts returns the offsets of the parts of a word, except the first, which begins
// with the word. Folding may change lengths, so partStarts searches for each part.
func partStarts(base int, word string, parts []string) (out []uint16) {
	from := 0
	for i, p := range parts {
		at := strings.Index(word[from:], p)
		if at < 0 {
			return out
		}
		if i > 0 {
			out = append(out, uint16(base+from+at))
		}
		from += at + len(p)
	}
	return out
}

// wordStarts returns the offsets of the words of key at or after from.
func wordStarts(key string, from int) (out []uint16) {
	before := ' '
	for i, r := range key[from:] {
		if r != ' ' && (before == ' ' || ideograph(r)) {
			out = append(out, uint16(from+i))
		}
		before = r
	}
	return out
}

// typed returns typed text in the form of keys, "" if it is too long to match any.
func typed(text string) string {
	const longest = 200 // bytes
	if len(text) > longest {
		return ""
	}
	text = analysis.Normalize(text)
	tokens := analysis.Scan(nil, text)
	var b strings.Builder
	for i, t := range tokens {
		space(&b, tokens, i)
		b.WriteString(t.Text)
	}
	return b.String()
}

// ideograph reports whether r is a word of its own in a key.
func ideograph(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}
