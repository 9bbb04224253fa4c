package checks

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/postern/postern/postmortems"
)

// maxSecrets is how many secrets are found in one file at most. It bounds the answer to
// the author and, with overlaps, the time of a search: a file of nothing but secrets
// would otherwise take quadratic time.
const maxSecrets = 20

// allowMark and a reason on the line of a secret allow it.
const allowMark = "postern:allow-secret"

// maxReason bounds, in bytes, how much of a reason is printed and logged.
const maxReason = 300

// Scanner finds likely secrets in text. It may be used from several goroutines.
type Scanner struct{ patterns []pattern }

// NewScanner compiles the patterns.
func NewScanner() *Scanner { return &Scanner{patterns: patterns()} }

// Secret is one likely secret.
type Secret struct {
	Line, Col int    // 1-based, Col in runes
	What      string // "a GitHub token"
	Text      []byte // the whole line, without its line feed
	Allowed   string // the reason stated on the line, "" when there is none
}

// span is a range of bytes, from start up to end.
type span struct{ start, end int }

// hit is a secret and the range of its bytes.
type hit struct {
	Secret
	span
}

// Find returns the first twenty likely secrets of a text, in order. Its time is linear
// in the text: each expression runs at most once per line. It ends with ctx, whose
// cause is the error; ctx is checked between lines and between patterns.
func (s *Scanner) Find(ctx context.Context, data []byte) ([]Secret, error) {
	var found []Secret
	for _, h := range s.hits(ctx, data) {
		found = append(found, h.Secret)
	}
	return found, context.Cause(ctx)
}

// hits returns the secrets with their ranges, in order and without overlaps; when ctx
// ends, those of a part of the text. The patterns run one after another over the whole
// text, so the twenty hits need not be the first twenty of the text.
func (s *Scanner) hits(ctx context.Context, data []byte) []hit {
	lower := asciiLower(data)
	var hits []hit
	for i := range s.patterns {
		if hits = s.find(ctx, &s.patterns[i], data, lower, hits); len(hits) >= maxSecrets || ctx.Err() != nil {
			break
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(a.start, b.start) })
	return hits
}

// find adds what one pattern finds, except where an earlier pattern has found
// something. Most lines contain no keyword and are never given to the expression, which
// is far slower than bytes.Index.
func (s *Scanner) find(ctx context.Context, p *pattern, data, lower []byte, hits []hit) []hit {
	words := newCursor(lower, p.keywords)
	line, counted := 1, 0 // line feeds are counted up to here
	for at := 0; at < len(data) && len(hits) < maxSecrets && ctx.Err() == nil; {
		word := words.next(at)
		if word < 0 {
			break
		}
		start := bytes.LastIndexByte(data[:word], '\n') + 1
		end := len(data)
		if i := bytes.IndexByte(data[word:], '\n'); i >= 0 {
			end = word + i
		}
		at = end + 1
		for _, m := range p.expr.FindAllSubmatchIndex(data[start:end], -1) {
			secret := span{start + m[len(m)-2], start + m[len(m)-1]}
			if overlaps(hits, secret) || !p.accept(data, secret) {
				continue
			}
			// Lines are numbered only up to a hit, each byte once.
			line, counted = line+bytes.Count(data[counted:start], []byte{'\n'}), start
			text := data[start:end]
			hits = append(hits, hit{Secret{
				Line: line, Col: utf8.RuneCount(data[start:secret.start]) + 1,
				What: p.what, Text: text, Allowed: reason(text),
			}, secret})
			if len(hits) >= maxSecrets {
				break
			}
		}
	}
	return hits
}

// overlaps reports whether a range has a byte in common with a hit.
func overlaps(hits []hit, s span) bool {
	for _, h := range hits {
		if s.start < h.end && h.start < s.end {
			return true
		}
	}
	return false
}

// cursor finds the places of several words in one text, reading each byte at most once
// per word.
type cursor struct {
	text  []byte
	words []string
	at    []int // next place of each word; len(text) when there is none
}

func newCursor(text []byte, words []string) *cursor {
	c := &cursor{text: text, words: words, at: make([]int, len(words))}
	for i := range c.at {
		c.at[i] = -1 // not searched yet
	}
	return c
}

// next returns the first place of any word at or after from, -1 when there is none.
func (c *cursor) next(from int) int {
	first := len(c.text)
	for i, word := range c.words {
		if c.at[i] < from {
			c.at[i] = len(c.text)
			if n := bytes.Index(c.text[from:], []byte(word)); n >= 0 {
				c.at[i] = from + n
			}
		}
		first = min(first, c.at[i])
	}
	if first == len(c.text) {
		return -1
	}
	return first
}

// reason returns the text behind the mark on a line, at most maxReason bytes of it. It
// is "" when there is no mark or no letter behind it. The mark needs a blank behind it,
// and "-->" ends the reason when the mark is in an HTML comment. The reason is
// untrusted text: Problem makes it printable.
func reason(line []byte) string {
	_, after, marked := bytes.Cut(line, []byte(allowMark))
	if !marked || len(after) == 0 || after[0] != ' ' && after[0] != '\t' {
		return ""
	}
	text := strings.ToValidUTF8(string(after[:min(len(after), maxReason)]), "\uFFFD")
	text, _, _ = strings.Cut(text, "-->")
	if strings.IndexFunc(text, unicode.IsLetter) < 0 {
		return ""
	}
	return strings.TrimSpace(text)
}

// Problem returns the problem for the author. where names the commit when it is not the
// tip, "" otherwise. A secret with a reason is a warning of RuleSecretAllowed; any
// other is an error of RuleSecret. The secret itself is never part of the message: the
// answer to a push may be logged.
func (f Secret) Problem(path, where string) postmortems.Problem {
	p := problem(path, RuleSecret,
		"this looks like %s%s: replace it by a placeholder and change the real one, or write \"%s REASON\" on the line if it is not a secret",
		f.What, where, allowMark)
	if f.Allowed != "" {
		p = problem(path, RuleSecretAllowed, "%s%s is allowed: %s", f.What, where, f.Allowed)
		p.Weight = postmortems.Warning
	}
	p.Line, p.Col = f.Line, f.Col
	return p
}

// asciiLower returns data with A to Z in lower case; every offset stays the same.
// bytes.ToLower would not do: some letters change their length in UTF-8.
func asciiLower(data []byte) []byte {
	lower := make([]byte, len(data))
	for i, c := range data {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return lower
}
