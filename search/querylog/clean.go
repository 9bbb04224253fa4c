package querylog

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxRunes is the maximum length of a search that is stored. A longer one was
	// pasted, and pasted logs may contain data that is not meant for others.
	maxRunes = 160
	// secretRunes is the minimum length of a run of mixed letters and digits that is
	// taken for a secret or a generated id. Words and names of files are shorter, or
	// have separators.
	secretRunes = 20
)

// cleaner replaces one kind of personal data or secret.
type cleaner struct {
	// Skip texts with none of these characters, which is faster.
	needs string
	expr  *regexp.Regexp
	with  string
}

// cleaners returns the cleaners in the order in which they apply: URLs before the
// addresses inside them, named secrets before words that look like secrets.
func cleaners() []cleaner {
	rows := [][3]string{
		{":", `(?i)\b[a-z][a-z0-9+.-]*://\S+`, "<url>"},
		{"-", `(?i)-----begin [a-z ]*`, "<secret>"},
		{"Bb", `(?i)\b(bearer|basic)\s+[a-z0-9+/=._-]{8,}`, "<secret>"},
		{
			":=", `(?i)\b(password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|authorization|` +
				`credential|cookie|session)(\s*[=:]\s*)("[^"]*"|\S+)`, "$1=<secret>",
		},
		{":", `(?i)\b(author|owner|assignee|user|username|uid|email|login):("[^"]*"|\S+)`, "$1:<name>"},
		{`/\`, `(?i)(/home/|/users/|\\users\\)[^/\\\s]+`, "$1<name>"},
		{"@", `\S*@\S*`, "<mail>"},
		{"Aa", `(?i)\b(akia|asia)[a-z0-9]{16}\b`, "<secret>"},
		{"0123456789", `(?i)\b(ghp|gho|ghs|github_pat|glpat|xox[abprs]|sk|pk|pst|npm|hf|eyj)[_-]?[a-z0-9_.-]{16,}`, "<secret>"},
		{"-", `(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`, "<id>"},
		{".", `\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b`, "<ip>"},
		{":", `(?i)\b([0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}\b`, "<ip>"},
		{"0123456789", `\b\d{7,}\b`, "<number>"},
	}
	out := make([]cleaner, len(rows))
	for i, r := range rows {
		out[i] = cleaner{r[0], regexp.MustCompile(r[1]), r[2]}
	}
	return out
}

// Cleaner removes from a text what must not be stored. It is safe for concurrent use.
type Cleaner struct {
	rows []cleaner
	// Three or more groups of digits.
	phone *regexp.Regexp
}

// NewCleaner returns a Cleaner.
func NewCleaner() *Cleaner {
	return &Cleaner{rows: cleaners(), phone: regexp.MustCompile(`[+(]*\b\d[\d().-]*(?: \(?\d[\d().-]*){2,}`)}
}

// Query returns a search as it is stored: in lower case with single spaces, and with
// placeholders for personal data and secrets. ok is false if the search must not be
// stored: it is empty, has only placeholders, or is a long paste. Names of people in
// plain words cannot be distinguished from other words and remain.
func (c *Cleaner) Query(text string) (clean string, ok bool) {
	text = tidy(text)
	if utf8.RuneCountInString(text) > maxRunes {
		return "", false
	}
	text = strings.ToLower(c.scrub(text))
	if utf8.RuneCountInString(text) > maxRunes || !hasContent(text) {
		return "", false
	}
	return text, true
}

// Words returns the text of a note as it is stored: at most limit runes, in its case.
func (c *Cleaner) Words(text string, limit int) string {
	text = tidy(text)
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit])
	}
	return c.scrub(text)
}

// tidy returns valid UTF-8 on one line, without control characters.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			// Invisible: would turn one search into two.
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	return strings.Join(strings.Fields(text), " ")
}

// scrub replaces personal data and secrets by placeholders.
func (c *Cleaner) scrub(text string) string {
	for _, r := range c.rows {
		if strings.ContainsAny(text, r.needs) {
			text = r.expr.ReplaceAllString(text, r.with)
		}
	}
	// Fewer digits are a list of numbers.
	const phoneDigits = 10
	text = c.phone.ReplaceAllStringFunc(text, func(s string) string {
		if digits(s) < phoneDigits {
			return s
		}
		return "<number>"
	})
	words := strings.Split(text, " ")
	for i, w := range words {
		words[i] = scrubWord(w)
	}
	return strings.Join(words, " ")
}

// scrubWord replaces the parts of a word that look like secrets or generated ids.
func scrubWord(word string) string {
	var out strings.Builder
	for word != "" {
		n := strings.IndexFunc(word, func(r rune) bool { return !tokenRune(r) })
		if n < 0 {
			n = len(word)
		}
		switch piece := word[:n]; {
		case looksSecret(piece):
			out.WriteString("<secret>")
		case looksHash(piece):
			out.WriteString("<id>")
		default:
			out.WriteString(piece)
		}
		_, size := utf8.DecodeRuneInString(word[n:])
		out.WriteString(word[n : n+size])
		word = word[n+size:]
	}
	return out.String()
}

// tokenRune reports whether r may be inside a secret. Dots, dashes and underscores may
// not: names of hosts, files and metrics contain them.
func tokenRune(r rune) bool {
	return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '+' || r == '=')
}

// looksSecret reports whether s is long and has more digits than a name.
func looksSecret(s string) bool {
	return len(s) >= secretRunes && digits(s) >= 3
}

// looksHash reports whether s is eight or more hexadecimal digits, at least two of them
// decimal: a commit, a pod's hash.
func looksHash(s string) bool {
	if len(s) < 8 || digits(s) < 2 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) }) < 0
}

// digits counts the decimal digits of s.
func digits(s string) (n int) {
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			n++
		}
	}
	return n
}

// hasContent reports whether a cleaned text has a letter or digit outside of
// placeholders and names of qualifiers.
func hasContent(text string) bool {
	depth := 0
	for word := range strings.SplitSeq(text, " ") {
		if _, value, found := strings.Cut(word, ":"); found && value != "" {
			word = value
		}
		for _, r := range word {
			switch {
			case r == '<':
				depth++
			case r == '>':
				depth = max(0, depth-1)
			case depth == 0 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
				return true
			}
		}
	}
	return false
}
