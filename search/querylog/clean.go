package querylog

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxRunes bounds a search that is kept: what is longer was pasted, and
	// pasted logs hold what nobody meant to publish.
	maxRunes = 160
	// secretRunes is the length from which a run of mixed letters and digits is
	// taken for a secret or a generated id; words and names of files are shorter,
	// or have separators.
	secretRunes = 20
)

// cleaner replaces what may tell of a person or open a door.
type cleaner struct {
	needs string // a text without any of these characters is left alone, quickly
	expr  *regexp.Regexp
	with  string
}

// cleaners are tried in this order: a URL before the address inside it, a stated
// secret before anything that looks like one.
func cleaners() []cleaner {
	rows := [][3]string{
		{":", `(?i)\b[a-z][a-z0-9+.-]*://\S+`, "<url>"},
		{"-", `(?i)-----begin [a-z ]*`, "<secret>"},
		{"Bb", `(?i)\b(bearer|basic)\s+[a-z0-9+/=._-]{8,}`, "<secret>"},
		{":=", `(?i)\b(password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|authorization|credential|cookie|session)(\s*[=:]\s*)("[^"]*"|\S+)`, "$1=<secret>"},
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

// Cleaner takes out of a text what must not be kept. It may be used by many
// goroutines.
type Cleaner struct {
	rows  []cleaner
	phone *regexp.Regexp // three or more groups of digits
}

// NewCleaner compiles the patterns.
func NewCleaner() *Cleaner {
	return &Cleaner{rows: cleaners(), phone: regexp.MustCompile(`[+(]*\b\d[\d().-]*(?: \(?\d[\d().-]*){2,}`)}
}

// Query is a search as it is kept: lower case, single spaces, without personal
// data and secrets. ok is false when nothing that may be kept is left: an empty
// search, one of nothing but placeholders, or a long paste. Names of people in
// plain words can not be told from other words and stay.
func (c *Cleaner) Query(text string) (clean string, ok bool) {
	text = tidy(text)
	if utf8.RuneCountInString(text) > maxRunes {
		return "", false
	}
	text = strings.ToLower(c.scrub(text))
	if utf8.RuneCountInString(text) > maxRunes || !tells(text) {
		return "", false
	}
	return text, true
}

// Words is a note's text as it is kept: at most limit runes, case kept.
func (c *Cleaner) Words(text string, limit int) string {
	text = tidy(text)
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit])
	}
	return c.scrub(text)
}

// tidy makes valid text on one line without control characters.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1 // invisible: it would make two searches of one
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	return strings.Join(strings.Fields(text), " ")
}

func (c *Cleaner) scrub(text string) string {
	for _, r := range c.rows {
		if strings.ContainsAny(text, r.needs) {
			text = r.expr.ReplaceAllString(text, r.with)
		}
	}
	const phoneDigits = 10 // fewer are a few figures side by side
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

// scrubWord replaces the parts of a word that look generated.
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

// tokenRune tells whether r may stand inside a secret. Dots, dashes and
// underscores end a piece: names of hosts, files and metrics are made of them.
func tokenRune(r rune) bool {
	return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '+' || r == '=')
}

// looksSecret: long, letters and digits mixed more than in a name.
func looksSecret(s string) bool {
	return len(s) >= secretRunes && digits(s) >= 3
}

// looksHash: eight or more hexadecimal digits of both sorts: a commit, a pod's hash.
func looksHash(s string) bool {
	if len(s) < 8 || digits(s) < 2 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) }) < 0
}

func digits(s string) (n int) {
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			n++
		}
	}
	return n
}

// tells whether a cleaned text says anything: a letter or digit outside its
// placeholders and the names of qualifiers.
func tells(text string) bool {
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
