package sql

import (
	"strings"
	"unicode/utf8"
)

// tokenKind is what a token is to the normalizer.
type tokenKind uint8

const (
	word    tokenKind = iota // a keyword or a name, in lower case
	quoted                   // a name in quotes, as it was written
	literal                  // a value or a placeholder; its text is not kept
	punct                    // an operator, a bracket, a comma
)

type token struct {
	kind tokenKind
	text string
}

// maxName is the length of a name in bytes; databases allow 64 characters. A longer
// one is read as a value.
const maxName = 300

// scanner cuts one statement into tokens. It never fails: what it cannot read becomes
// a literal, because dropping too much is harmless.
type scanner struct {
	in      string
	at      int
	dialect Dialect
	out     []token
	// steps counts the bytes that were looked at. It is the work of the scanner: the
	// tests hold that it grows with the length of the statement only.
	steps int
	// suspect is the number of tokens before the first string in which a backslash
	// precedes a quote, -1 for none. Whether that quote ends the string depends on a
	// setting of the server (NO_BACKSLASH_ESCAPES, standard_conforming_strings) that
	// no log contains.
	suspect int
	// torn reports that the statement ended inside quotes, or that a backslash outside
	// of quotes or a name next to a string was found. After a suspect string this means
	// that inside and outside may have been confused since.
	torn bool
	// foreign reports that the statement is not UTF-8. In GBK and related encodings a
	// backslash can be the second half of a character, so the end of a string that has
	// one is unknown.
	foreign bool
}

// newScanner returns a scanner of the first MaxInput bytes of a statement.
func newScanner(statement string, d Dialect) scanner {
	if len(statement) > MaxInput {
		statement = statement[:MaxInput]
	}
	return scanner{in: statement, dialect: d, suspect: -1, foreign: !utf8.ValidString(statement)}
}

// scan reads the whole statement. If inside and outside of strings may have been
// confused, everything from the first suspect string becomes one literal.
func (s *scanner) scan() []token {
	for s.at < len(s.in) {
		s.next()
	}
	if s.torn && s.suspect >= 0 {
		s.out = append(s.out[:s.suspect], token{kind: literal})
	}
	return s.out
}

func (s *scanner) add(kind tokenKind, text string) {
	s.out = append(s.out, token{kind, text})
}

// has reports whether the rest of the statement begins with prefix.
func (s *scanner) has(prefix string) bool {
	s.steps++
	return strings.HasPrefix(s.in[s.at:], prefix)
}

// peek returns the byte that is ahead by so many bytes, 0 beyond the end.
func (s *scanner) peek(ahead int) byte {
	s.steps++
	if s.at+ahead < len(s.in) {
		return s.in[s.at+ahead]
	}
	return 0
}

// find moves behind the next occurrence of end and reports whether there is one;
// otherwise it moves to the end of the statement.
func (s *scanner) find(end string) bool {
	i := strings.Index(s.in[s.at:], end)
	if i < 0 {
		s.steps += len(s.in) - s.at
		s.at = len(s.in)
		return false
	}
	s.steps += i + len(end)
	s.at += i + len(end)
	return true
}

// next reads one token, one comment or one blank.
func (s *scanner) next() {
	c := s.peek(0)
	switch {
	case c <= ' ' || c == 0x7f:
		s.at++
	case s.comment() || s.value(c):
	case isName(c):
		s.name()
	case c == '\\':
		s.at++
		s.torn = true
	default:
		s.operator()
	}
}

// value reads a string, a quoted name, a number or a placeholder, and reports whether
// there was one.
func (s *scanner) value(c byte) bool {
	switch {
	case c == '\'' || c == '"' || c == '`':
		s.quote(s.dialect == MySQL)
	case c == '$' && s.dialect == PostgreSQL:
		return s.dollar()
	case c == '?':
		s.at++
		s.add(literal, "")
	case c == '.' && s.has("..."):
		s.at += len("...")
		s.add(literal, "")
	case isDigit(c) || c == '.' && isDigit(s.peek(1)) && !s.afterName():
		s.number()
	default:
		return false
	}
	return true
}

// comment skips one comment and reports whether there was one. A comment with a quote
// in it may be the inside of a string that was read as the outside.
func (s *scanner) comment() bool {
	begin := s.at
	if !s.skipComment() {
		return false
	}
	if s.suspect >= 0 && strings.ContainsAny(s.in[begin:s.at], "'\"") {
		s.torn = true
	}
	return true
}

// skipComment moves behind a comment. MySQL executes the body of /*!40101 … */, so it
// is read as code and only its delimiters are skipped.
func (s *scanner) skipComment() bool {
	switch {
	case s.dialect == MySQL && s.has("/*!"):
		for s.at += len("/*!"); isDigit(s.peek(0)); s.at++ {
		}
	case s.has("*/"):
		s.at += len("*/")
	case s.has("/*"):
		n := blockComment(s.in[s.at:], s.dialect == PostgreSQL)
		s.steps += n
		s.at += n
	case s.lineComment():
		s.find("\n")
	default:
		return false
	}
	return true
}

// lineComment reports whether a comment begins here that ends with its line. MySQL
// needs a blank after two dashes: a--1 is a subtraction.
func (s *scanner) lineComment() bool {
	if s.dialect == MySQL && s.has("#") {
		return true
	}
	return s.has("--") && (s.dialect == PostgreSQL || s.peek(2) <= ' ')
}

// blockComment returns the length of the comment that in begins with. Those of
// PostgreSQL nest.
func blockComment(in string, nested bool) int {
	depth := 1
	for i := 2; i < len(in)-1; i++ {
		switch {
		case in[i] == '*' && in[i+1] == '/':
			if depth--; depth == 0 {
				return i + 2
			}
			i++
		case nested && in[i] == '/' && in[i+1] == '*':
			depth++
			i++
		}
	}
	return len(in)
}

// number reads a number and what is next to it: 0x1F, 1e-5, 1_000, 12abc.
func (s *scanner) number() {
	begin := s.at
	for ; s.at < len(s.in); s.at++ {
		c := s.peek(0)
		exponent := (c == '+' || c == '-') && s.at > begin && s.in[s.at-1]|0x20 == 'e' &&
			isDigit(s.peek(1)) && !strings.HasPrefix(s.in[begin:], "0x")
		if !isName(c) && c != '.' && !exponent || s.has("...") {
			break
		}
	}
	s.add(literal, "")
}

// afterName reports whether the last token is a name that ends right here, so that a
// dot belongs to it.
func (s *scanner) afterName() bool {
	return s.at > 0 && len(s.out) > 0 && s.out[len(s.out)-1].kind != literal &&
		(isName(s.in[s.at-1]) || s.in[s.at-1] == '`' || s.in[s.at-1] == '"')
}

// name reads a keyword or a name, or a string that begins with one.
func (s *scanner) name() {
	begin := s.at
	for isName(s.peek(0)) {
		s.at++
	}
	text := strings.ToLower(s.in[begin:s.at]) // also replaces what is not UTF-8
	switch {
	case s.prefixed(text):
	case len(text) > maxName:
		s.add(literal, "")
	default:
		s.add(word, text)
	}
}

// prefixed reads the string after its prefix, which was read as a name, and reports
// whether it was one: N'…' and _utf8'…' in MySQL, E'…' and U&'…' in PostgreSQL, x'…'
// and b'…' in both.
func (s *scanner) prefixed(prefix string) bool {
	if prefix == "u" && s.dialect == PostgreSQL && (s.has("&'") || s.has(`&"`)) {
		s.at++
		s.quote(false)
		return true
	}
	if mark := s.peek(0); mark != '\'' && (mark != '"' || s.dialect != MySQL) {
		return false
	}
	switch {
	case prefix == "x" || prefix == "b":
		s.quote(false)
	case prefix == "n" || prefix[0] == '_':
		s.quote(s.dialect == MySQL)
	case prefix == "e" && s.dialect == PostgreSQL:
		s.quote(true)
	default:
		return false
	}
	return true
}

// operators returns the operators of more than one character, longer ones before
// their prefixes.
func operators() []string {
	return []string{"<=>", "->>", "#>>", ":=", "::", "<=", ">=", "<>", "!=", "||", "&&", "->", "#>", "@>", "<@", "<<", ">>"}
}

func (s *scanner) operator() {
	for _, op := range operators() {
		if s.has(op) {
			s.at += len(op)
			s.add(punct, op)
			return
		}
	}
	s.add(punct, s.in[s.at:s.at+1])
	s.at++
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isName reports whether a byte can be part of a name. All bytes outside ASCII can.
func isName(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c == '$' || c == '@' || c >= utf8.RuneSelf
}

// printable maps control characters to spaces, so that a name cannot forge lines.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}
