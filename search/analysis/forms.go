package analysis

import (
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// Stem returns the English stem of a folded token (the snowball stemmer). Tokens that
// contain anything but a to z, or are shorter than 3 or longer than 32 bytes, are
// returned unchanged.
func Stem(word string) string {
	if len(word) < 3 || len(word) > 32 {
		return word
	}
	for i := 0; i < len(word); i++ {
		if word[i] < 'a' || word[i] > 'z' {
			return word
		}
	}
	env := snowballstem.NewEnv(word)
	english.Stem(env)
	return env.Current()
}

// maxParts is the maximum number of parts of one word; names have fewer.
const maxParts = 16

// maxDigitBorders is how often a name may change between letters and digits. A word
// that changes more often is a hash or a generated id, whose parts carry no meaning.
const maxDigitBorders = 2

// Parts splits a word, as written, where the case changes or letters meet digits, and
// returns the folded parts. It returns nil if the word has only one part. Single
// letters and digits are dropped: they carry no meaning.
func Parts(raw string) []string {
	if !mixed(raw) {
		return nil
	}
	runes := []rune(raw)
	if digitBorders(runes) > maxDigitBorders {
		return nil
	}
	var parts []string
	add := func(piece []rune) {
		if len(piece) > 1 {
			parts = append(parts, fold(string(piece)))
		}
	}
	start := 0
	for i := 1; i < len(runes) && len(parts) < maxParts; i++ {
		if border(runes, i) {
			add(runes[start:i])
			start = i
		}
	}
	if start == 0 {
		return nil
	}
	add(runes[start:])
	return parts
}

// digitBorders counts the changes between digits and other runes.
func digitBorders(runes []rune) int {
	n := 0
	for i := 1; i < len(runes); i++ {
		if unicode.IsDigit(runes[i-1]) != unicode.IsDigit(runes[i]) {
			n++
		}
	}
	return n
}

// mixed reports whether a word may have parts: it has an upper-case letter or a digit
// after its first byte, or begins with a digit. It is a cheap test before Parts.
func mixed(raw string) bool {
	for i := 1; i < len(raw); i++ {
		c := raw[i]
		if 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || '0' <= raw[0] && raw[0] <= '9' {
			return true
		}
	}
	return false
}

// border reports whether a part begins at i: aB, ABc (before B), a1, 1a.
func border(runes []rune, i int) bool {
	prev, r := runes[i-1], runes[i]
	switch {
	case unicode.IsDigit(prev) != unicode.IsDigit(r):
		return true
	case unicode.IsLower(prev) && unicode.IsUpper(r):
		return true
	case unicode.IsUpper(prev) && unicode.IsUpper(r):
		return i+1 < len(runes) && unicode.IsLower(runes[i+1]) && !pluralAcronym(runes, i)
	}
	return false
}

// pluralAcronym reports whether the upper-case letter at i ends an acronym with a
// plural s, as in "DBs" or "PRs".
func pluralAcronym(runes []rune, i int) bool {
	return i+2 == len(runes) && runes[i+1] == 's'
}

// Bigrams appends to dst the pairs of adjacent ideographs in tokens.
func Bigrams(dst []string, tokens []Token) []string {
	for i := 1; i < len(tokens); i++ {
		a, b := tokens[i-1], tokens[i]
		if a.Ideograph && b.Ideograph && a.End == b.Start {
			dst = append(dst, a.Text+b.Text)
		}
	}
	return dst
}

// IsStop reports whether a folded word is a stop word, which a query ignores if it has
// any other word: the English function words of Lucene's list, and the question words
// with which sentences begin.
func IsStop(word string) bool {
	switch word {
	case "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it",
		"no", "not", "of", "on", "or", "such", "that", "the", "their", "then", "there", "these", "they",
		"this", "to", "was", "will", "with",
		"been", "can", "did", "do", "does", "from", "had", "has", "have", "how", "i", "its", "my", "our",
		"were", "what", "when", "where", "which", "who", "why", "you", "your", "we":
		return true
	}
	return false
}
