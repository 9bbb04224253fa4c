package sql

import (
	"strings"
	"unicode/utf8"
)

// tokenKind says what a token is to the normaliser.
type tokenKind uint8

const (
	word    tokenKind = iota // keyword or name, in lower case
	quoted                   // a name in quotes, as it was written
	literal                  // a value or a placeholder; its text is forgotten
	punct                    // an operator, bracket, comma
)

type token struct {
	kind tokenKind
	text string
}

// maxName is how long a name may be, in bytes; databases allow 64 characters. What
// is longer is taken for a value.
const maxName = 300

// scanner cuts one statement into tokens. It never fails: what it cannot read is
// taken for a literal, because forgetting too much is harmless.
type scanner struct {
	in      string
	at      int
	dialect Dialect
	out     []token
	// suspect is the number of tokens before the first string in which a backslash
	// stands before a quote, -1 for none. Whether that quote ends the string is a
	// setting of the server (NO_BACKSLASH_ESCAPES, standard_conforming_strings)
	// that no log tells.
	suspect int
	// torn says that the reading ended inside quotes, met a backslash outside of
	// them or a name glued to a string: after a suspect string it means that inside
	// and outside may have been confused since.
	torn bool
	// foreign says that the statement is not UTF-8. In GBK and its kin a backslash
	// can be the second half of a character: nobody can tell where a string with
	// one ends.
	foreign bool
}

func newScanner(statement string, d Dialect) scanner {
	if len(statement) > MaxInput {
		statement = statement[:MaxInput]
	}
	return scanner{in: statement, dialect: d, suspect: -1, foreign: !utf8.ValidString(statement)}
}

func scan(statement string, d Dialect) []token {
	s := newScanner(statement, d)
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

func (s *scanner) has(prefix string) bool { return strings.HasPrefix(s.in[s.at:], prefix) }

func (s *scanner) peek(ahead int) byte {
	if s.at+ahead < len(s.in) {
		return s.in[s.at+ahead]
	}
	return 0
}

func (s *scanner) next() {
	switch c := s.in[s.at]; {
	case c <= ' ' || c == 0x7f:
		s.at++
	case s.comment():
	case c == '\'' || c == '"' || c == '`':
		s.quote(s.dialect == MySQL)
	case c == '$' && s.dialect == PostgreSQL && s.dollar():
	case c == '?':
		s.at++
		s.add(literal, "")
	case s.has("..."):
		s.at += 3
		s.add(literal, "")
	case isDigit(c) || c == '.' && isDigit(s.peek(1)) && !s.afterName():
		s.number()
	case isName(c):
		s.name()
	case c == '\\':
		s.at++
		s.torn = true
	default:
		s.operator()
	}
}

// comment skips one comment. One with a quote in it may be the inside of a string
// that was taken for the outside.
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

// skipComment moves behind a comment. The body of MySQL's /*!40101 … */ is executed, so
// it is read as code and only its marks are skipped.
func (s *scanner) skipComment() bool {
	switch {
	case s.dialect == MySQL && s.has("/*!"):
		for s.at += len("/*!"); isDigit(s.peek(0)); s.at++ {
		}
	case s.has("*/"):
		s.at += len("*/")
	case s.has("/*"):
		s.at += blockComment(s.in[s.at:], s.dialect == PostgreSQL)
	case s.dialect == MySQL && s.has("#"), s.dialect == PostgreSQL && s.has("--"),
		s.has("--") && s.peek(2) <= ' ':
		if i := strings.IndexByte(s.in[s.at:], '\n'); i >= 0 {
			s.at += i + 1
		} else {
			s.at = len(s.in)
		}
	default:
		return false
	}
	return true
}

// blockComment is the length of the comment that in begins with; PostgreSQL's
// nest.
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

// number reads a number and whatever is glued to it: 0x1F, 1e-5, 1_000, 12abc.
func (s *scanner) number() {
	begin := s.at
	for ; s.at < len(s.in); s.at++ {
		c := s.in[s.at]
		exponent := (c == '+' || c == '-') && s.at > begin && s.in[s.at-1]|0x20 == 'e' &&
			isDigit(s.peek(1)) && !strings.HasPrefix(s.in[begin:], "0x")
		if !isName(c) && c != '.' && !exponent || s.has("...") {
			break
		}
	}
	s.add(literal, "")
}

// afterName tells that the last token is a name that ends right here, so that a
// dot belongs to it.
func (s *scanner) afterName() bool {
	return s.at > 0 && len(s.out) > 0 && s.out[len(s.out)-1].kind != literal &&
		(isName(s.in[s.at-1]) || s.in[s.at-1] == '`' || s.in[s.at-1] == '"')
}

// name reads a keyword or a name; a prefix of a string (N'…', _utf8'…', E'…',
// U&'…') belongs to the string.
func (s *scanner) name() {
	begin := s.at
	for isName(s.peek(0)) {
		s.at++
	}
	text := strings.ToLower(s.in[begin:s.at]) // makes it valid UTF-8, too
	if text == "u" && s.dialect == PostgreSQL && (s.has("&'") || s.has(`&"`)) {
		s.at++
		s.quote(false)
		return
	}
	if mark := s.peek(0); mark == '\'' || mark == '"' && s.dialect == MySQL {
		switch {
		case text == "x" || text == "b":
			s.quote(false)
			return
		case text == "n" || text[0] == '_':
			s.quote(s.dialect == MySQL)
			return
		case text == "e" && s.dialect == PostgreSQL:
			s.quote(true)
			return
		}
	}
	if len(text) > maxName {
		s.add(literal, "")
		return
	}
	s.add(word, text)
}

// operators of more than one character that are printed as one.
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

// isName tells the bytes of names; everything outside ASCII belongs to them.
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
