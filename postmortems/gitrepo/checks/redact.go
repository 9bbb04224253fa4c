package checks

import (
	"context"
	"regexp"
)

// redacted stands in a text where a secret was; no pattern takes it for one.
const redacted = "[redacted]"

// maxRounds bounds how often a text is looked through for maxSecrets secrets more.
const maxRounds = 64

// stated is what says of itself that it is secret: a value beside such a name, what
// follows a scheme of authorization, the password of an address, a private key. It
// need not be sure, since nobody's push is refused for it.
type stated struct {
	expr *regexp.Regexp
	with string
}

func statedForms() []stated {
	const name = `(?i)((?:passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|private|auth|routing|service|integration|signing)[_-]?key|authorization|credentials?|cookie|session)[a-z0-9_-]*\\*["']?\s*[=:]\s*)`
	const value = `(\[redacted\]|\\+"[^"]*"|"(?:[^"\\]|\\.)*"?|'[^']*'?|(?:bearer|basic|token)\s+[^\s,;&"'}\]]+|[^\s,;&"'}\]]+)`
	rows := [][2]string{
		{`(?s)-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY.*?(?:-----END [A-Z0-9 ]*-----|\z)`, redacted},
		{`([A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/?#:@"']*:)[^\s/?#@"']+@`, "${1}" + redacted + "@"},
		{name + value, "${1}" + redacted},
		{`(?i)\b((?:bearer|basic)\s+)[a-z0-9+/=._~-]{8,}`, "${1}" + redacted},
	}
	out := make([]stated, len(rows))
	for i, r := range rows {
		out[i] = stated{regexp.MustCompile(r[0]), r[1]}
	}
	return out
}

// Redactor takes secrets out of text that is shown, such as what a feed sent that
// could not be used. It may be used from several goroutines.
type Redactor struct {
	scanner *Scanner
	stated  []stated
}

// NewRedactor compiles the patterns.
func NewRedactor() *Redactor { return &Redactor{NewScanner(), statedForms()} }

// Redact is the text with "[redacted]" where a secret was: every form that Scanner
// finds, and every value that says of itself that it is one.
func (r *Redactor) Redact(text string) string {
	for _, s := range r.stated {
		text = s.expr.ReplaceAllString(text, s.with)
	}
	for range maxRounds {
		hits := r.scanner.hits(context.Background(), []byte(text))
		for i := len(hits) - 1; i >= 0; i-- {
			text = text[:hits[i].start] + redacted + text[hits[i].end:]
		}
		if len(hits) < maxSecrets {
			return text
		}
	}
	return redacted // nothing else is in it
}
