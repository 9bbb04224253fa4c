package checks

import (
	"context"
	"regexp"
)

// redacted replaces a secret in a text; no pattern matches it.
const redacted = "[redacted]"

// maxRounds bounds how often a text is searched for another maxSecrets secrets.
const maxRounds = 64

// labelled is a form of text whose context declares it secret: a value beside such a
// name, what follows an authorization scheme, the password of an address, a private
// key. It may match too much, because no push is refused for it.
type labelled struct {
	expr *regexp.Regexp
	with string
}

// labelledForms compiles the forms. Each keeps the label and replaces the value. Quoted
// values come before bare ones in the alternatives, because a bare value would end at
// the first blank inside the quotes. A backslash before a quote is part of JSON inside
// a JSON string, as many feeds send it.
func labelledForms() []labelled {
	const name = `(?i)((?:passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|private|auth|routing|service|integration` +
		`|signing)[_-]?key|authorization|credentials?|cookie|session)[a-z0-9_-]*\\*["']?\s*[=:]\s*)`
	const value = `(\[redacted\]|\\+"[^"]*"|"(?:[^"\\]|\\.)*"?|'[^']*'?|(?:bearer|basic|token)\s+[^\s,;&"'}\]]+|[^\s,;&"'}\]]+)`
	rows := [][2]string{
		{`(?s)-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY.*?(?:-----END [A-Z0-9 ]*-----|\z)`, redacted},
		{`([A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/?#:@"']*:)[^\s/?#@"']+@`, "${1}" + redacted + "@"},
		{name + value, "${1}" + redacted},
		{`(?i)\b((?:bearer|basic)\s+)[a-z0-9+/=._~-]{8,}`, "${1}" + redacted},
	}
	out := make([]labelled, len(rows))
	for i, r := range rows {
		out[i] = labelled{regexp.MustCompile(r[0]), r[1]}
	}
	return out
}

// Redactor removes secrets from text that is shown, such as a rejected item of a feed.
// It may be used from several goroutines.
type Redactor struct {
	scanner *Scanner
	labels  []labelled
}

// NewRedactor compiles the patterns.
func NewRedactor() *Redactor { return &Redactor{NewScanner(), labelledForms()} }

// Redact returns the text with "[redacted]" in place of every secret: every form that
// Scanner finds, and every value whose context declares it secret. The labelled forms
// run first: they also cover values that Scanner takes for placeholders. A text that
// still has secrets after all rounds is replaced whole.
func (r *Redactor) Redact(text string) string {
	for _, s := range r.labels {
		text = s.expr.ReplaceAllString(text, s.with)
	}
	for range maxRounds {
		hits := r.scanner.hits(context.Background(), []byte(text))
		// From the end, so that the offsets of the hits before it stay valid.
		for i := len(hits) - 1; i >= 0; i-- {
			text = text[:hits[i].start] + redacted + text[hits[i].end:]
		}
		if len(hits) < maxSecrets {
			return text
		}
	}
	return redacted // the text is full of secrets
}
