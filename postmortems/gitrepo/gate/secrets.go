package gate

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/postmortems"
)

// maxSecrets is how many findings of one file are told; more say nothing new.
const maxSecrets = 20

// allowMark on the line of a finding, followed by a reason, lets it through.
const allowMark = "postern:allow-secret"

// Scanner finds likely secrets in text. It may be used from several goroutines.
type Scanner struct {
	patterns    []pattern
	placeholder *regexp.Regexp
	allow       *regexp.Regexp
}

// placeholders are values that stand for a secret without being one: words for
// it, brackets and variables around it, dots and crosses instead of it, counting,
// and the key that Azure's storage emulator has printed in its manual.
const placeholders = `(?i)^(?:pass(?:word|wd|phrase)?|pwd|secret|token|key|user|root|admin|test|none|null|true|false|nil)\d*$` +
	`|passw(?:or)?d|密码|your|my[-_]?(?:pass|secret|token|key)|example|change[-_]?me|redacted|placeholder|dummy|sample` +
	`|[<>{}$%*\[\]…]|\.\.\.|x{3,}|-{3,}|_{3,}|^\(|os\.|env\(` +
	`|^12345|Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq`

// NewScanner compiles the patterns.
func NewScanner() *Scanner {
	return &Scanner{
		patterns:    patterns(),
		placeholder: regexp.MustCompile(placeholders),
		allow:       regexp.MustCompile(allowMark + `[ \t]+([^\s].*)`),
	}
}

// Secret is one finding.
type Secret struct {
	Line, Col int    // 1-based, Col in runes
	What      string // "a GitHub token"
	Text      []byte // the whole line, without its line feed
	Allowed   string // the reason stated on the line, "" when there is none
}

// Find returns the likely secrets of a text, by line. Its time is linear in the
// text: an expression runs once a line at most.
func (s *Scanner) Find(data []byte) []Secret {
	lower := asciiLower(data)
	var found []Secret
	for i := range s.patterns {
		found = s.find(&s.patterns[i], data, lower, found)
		if len(found) >= maxSecrets {
			break
		}
	}
	return found
}

func (s *Scanner) find(p *pattern, data, lower []byte, found []Secret) []Secret {
	words := newCursor(lower, p.keywords)
	for at := 0; at < len(data) && len(found) < maxSecrets; {
		hit := words.next(at)
		if hit < 0 {
			break
		}
		start := bytes.LastIndexByte(data[:hit], '\n') + 1
		end := len(data)
		if i := bytes.IndexByte(data[hit:], '\n'); i >= 0 {
			end = hit + i
		}
		at = end + 1
		if !bytes.Contains(data[start:end], []byte(p.with)) {
			continue
		}
		if col, ok := s.match(p, data[start:end]); ok {
			secret := Secret{Line: bytes.Count(data[:start], []byte{'\n'}) + 1, Col: col, What: p.what, Text: data[start:end]}
			secret.Allowed = s.reason(secret.Text)
			found = append(found, secret)
		}
	}
	return found
}

// cursor walks the places of several words in one text, each byte looked at once
// a word.
type cursor struct {
	text  []byte
	words []string
	at    []int // next place of each word; len(text) when there is none
}

func newCursor(text []byte, words []string) *cursor {
	c := &cursor{text: text, words: words, at: make([]int, len(words))}
	for i := range c.at {
		c.at[i] = -1 // not looked for yet
	}
	return c
}

// next is the first place of any word at or after from, -1 when there is none.
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

// match finds the first match of a line that is no placeholder.
func (s *Scanner) match(p *pattern, line []byte) (col int, ok bool) {
	for _, m := range p.expr.FindAllSubmatchIndex(line, -1) {
		at, value := m[0], line[m[0]:m[1]]
		if len(m) > 2 && m[2] >= 0 {
			at, value = m[2], line[m[2]:m[3]]
		}
		if len(m) > 2 && s.placeholder.Match(value) {
			continue
		}
		return utf8.RuneCount(line[:at]) + 1, true
	}
	return 0, false
}

func (s *Scanner) reason(line []byte) string {
	m := s.allow.FindSubmatch(line)
	if m == nil {
		return ""
	}
	reason := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(string(m[1])), "-->"))
	return strings.ToValidUTF8(reason, "\uFFFD")
}

// Problem tells the author of a finding. where names the commit when it is not
// the tip, "" otherwise.
func (f Secret) Problem(path, where string) postmortems.Problem {
	p := problem(path, RuleSecret, "this looks like %s%s: replace it by a placeholder and change the real one, or write \"%s REASON\" on the line if it is none", f.What, where, allowMark)
	if f.Allowed != "" {
		p = problem(path, RuleSecretAllowed, "%s%s is allowed: %s", f.What, where, f.Allowed)
		p.Weight = postmortems.Warning
	}
	p.Line, p.Col = f.Line, f.Col
	return p
}

// asciiLower lowers A to Z and keeps every offset.
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
