package sql

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Dialect is the SQL dialect of a statement. The end of its strings depends on it.
type Dialect uint8

// The dialects.
const (
	MySQL      Dialect = iota // also MariaDB, TiDB
	PostgreSQL                // with standard_conforming_strings on
)

const (
	// MaxInput is how much of a statement is read, in bytes. A statement that is cut
	// inside a string is as safe as a whole one.
	MaxInput = 64 << 10
	// MaxStatement is the length of a normalized statement, in bytes.
	MaxStatement = 4 << 10
)

// Normalize returns the form that all statements of one shape share: every value is
// ?, comments are removed, keywords and unquoted names are in lower case, lists of
// values are (...), and spacing is uniform. The result contains no literal of the
// input, whatever the input is, and is at most MaxStatement bytes long. An input
// without a statement gives "". Normalizing a shorter result again does not change it.
func Normalize(statement string, d Dialect) string {
	text, _ := normalize(statement, d)
	return text
}

// normalize is Normalize. It also returns the number of steps that were needed, in
// bytes and tokens looked at, so that tests can bound the work without a clock.
func normalize(statement string, d Dialect) (text string, steps int) {
	s := newScanner(statement, d)
	c := collapser{in: s.scan()}
	text = write(c.collapse())
	return text, s.steps + c.steps
}

// Digest returns the name of a normalized statement: the first 16 hexadecimal digits
// of its SHA-256. Digests are stored and are keys of facts, so neither this function
// nor Normalize may change what it returns for a statement.
func Digest(normalized string) string {
	sum := sha256.Sum256([]byte(normalized))
	return hex.EncodeToString(sum[:8])
}

// collapser rewrites tokens so that statements that differ in their values only become
// equal: adjacent strings are one, signs belong to numbers, lists of values have no
// length, and VALUES has one row.
type collapser struct {
	in, out  []token
	brackets map[int]group
	// rows are the tokens that end the row which stands for all rows of its VALUES.
	rows  map[int]bool
	signs signRun
	steps int // tokens looked at
}

func (c *collapser) collapse() []token {
	for len(c.in) > 0 && c.in[len(c.in)-1].is(";") {
		c.in = c.in[:len(c.in)-1]
	}
	c.steps += 2 * len(c.in) // pair looks at each token once, this loop as well
	c.brackets, c.rows = pair(c.in), map[int]bool{}
	c.out = make([]token, 0, len(c.in))
	for i := 0; i < len(c.in); i++ {
		i = c.skipRows(c.token(i))
	}
	return c.out
}

// token writes the token at i, or the list of values that begins there, and returns
// the index of the last token that it took.
func (c *collapser) token(i int) int {
	t, last := c.in[i], c.last()
	list, opens := c.brackets[i]
	row := opens && last.isWord("values", "value")
	if row {
		c.rows[list.end] = true
	}
	switch {
	case t.kind == literal && last.kind == literal:
	case t.is("-", "+") && beginsValue(last) && c.signsValue(i):
	case opens && list.values && (row || isList(last, t)):
		c.out = append(c.out, t, token{word, "..."}, token{punct, closing(t)})
		return list.end
	default:
		c.out = append(c.out, t)
	}
	return i
}

// skipRows returns i, or, where a row of VALUES ends at i, the end of its last row.
func (c *collapser) skipRows(i int) int {
	for c.rows[i] && i+2 < len(c.in) && c.in[i+1].is(",") && c.in[i+2].is("(") {
		i = c.brackets[i+2].end
		c.rows[i] = true
		c.steps++
	}
	return i
}

// last returns the token that was written last; the beginning of a statement is like
// the inside of a bracket.
func (c *collapser) last() token {
	if len(c.out) == 0 {
		return token{kind: punct, text: "("}
	}
	return c.out[len(c.out)-1]
}

// signRun is a row of signs.
type signRun struct {
	end   int  // the first token after it
	value bool // that token is a value
}

// signsValue reports whether the run of signs that contains i is before a value. It
// looks along each run once, since a statement may consist of signs alone.
func (c *collapser) signsValue(i int) bool {
	if i >= c.signs.end {
		end := i
		for end < len(c.in) && c.in[end].is("-", "+") {
			end++
			c.steps++
		}
		c.signs = signRun{end: end, value: end < len(c.in) && c.in[end].kind == literal}
	}
	return c.signs.value
}

// isList reports whether a bracket after the token before opens a list of values.
func isList(before, bracket token) bool {
	return before.isWord("in") && bracket.is("(") || before.isWord("array") && bracket.is("[")
}

func closing(open token) string {
	if open.is("[") {
		return "]"
	}
	return ")"
}

func (t token) is(texts ...string) bool { return t.kind == punct && slices.Contains(texts, t.text) }

func (t token) isWord(texts ...string) bool { return t.kind == word && slices.Contains(texts, t.text) }

// beginsValue reports whether a sign after this token belongs to the number after it.
func beginsValue(t token) bool {
	if t.kind == punct {
		return !t.is(")", "]", "*")
	}
	return t.isWord("and", "or", "not", "xor", "select", "distinct", "where", "between", "limit", "offset", "then", "else",
		"when", "return", "in", "like", "by", "having", "on", "case", "div", "mod", "as", "default", "is")
}

// group is a pair of brackets.
type group struct {
	end    int  // the closing bracket
	values bool // at least one value and nothing else is between them
}

// pair returns the groups by the index of their opening bracket. An unclosed one ends
// with the last token.
func pair(in []token) map[int]group {
	p := pairing{groups: map[int]group{}}
	for i, t := range in {
		switch {
		case t.is("(", "["):
			p.stack = append(p.stack, level{open: i})
		case len(p.stack) == 0:
		case t.is(")", "]"):
			p.close(i)
		default:
			p.stack[len(p.stack)-1].see(t)
		}
	}
	for len(p.stack) > 0 {
		p.close(len(in) - 1)
	}
	return p.groups
}

// pairing is the work of pair.
type pairing struct {
	stack  []level
	groups map[int]group
}

// level is a bracket that is open.
type level struct {
	open   int  // its index
	some   bool // it contains a value
	others bool // it contains something else
}

func (l *level) see(t token) {
	switch {
	case t.kind == literal || t.isWord("null", "true", "false", "default"):
		l.some = true
	case !t.is(",", "-", "+"):
		l.others = true
	}
}

// close ends the innermost bracket at index i. Its content is the content of the
// bracket around it, too.
func (p *pairing) close(i int) {
	top := p.stack[len(p.stack)-1]
	p.stack = p.stack[:len(p.stack)-1]
	p.groups[top.open] = group{i, top.some && !top.others}
	if len(p.stack) > 0 {
		around := &p.stack[len(p.stack)-1]
		around.some, around.others = around.some || top.some, around.others || top.others
	}
}

// write prints tokens with uniform spacing, up to MaxStatement.
func write(tokens []token) string {
	var b strings.Builder
	last := token{kind: punct, text: "("}
	for _, t := range tokens {
		text := t.text
		if t.kind == literal {
			text = "?"
		}
		if b.Len()+1+len(text) > MaxStatement {
			break
		}
		if b.Len() > 0 && spaced(last, t) {
			b.WriteByte(' ')
		}
		b.WriteString(text)
		last = t
	}
	return b.String()
}

// spaced reports whether a space is printed between two tokens.
func spaced(a, b token) bool {
	switch {
	case isOperator(a) && isOperator(b):
		return true
	case a.is("(", "[", ".", "::"), b.is(")", "]", "[", ",", ".", ";", "::"):
		return false
	case b.is("("):
		return !(a.kind == word || a.kind == quoted) || takesSpace(a)
	}
	return true
}

func isOperator(t token) bool {
	return t.kind == punct && !t.is("(", ")", "[", "]", ",", ";")
}

// takesSpace reports whether a keyword is one after which a bracket opens no
// arguments.
func takesSpace(t token) bool {
	return t.isWord("in", "values", "value", "and", "or", "not", "where", "on", "from", "join", "select", "union", "all", "exists",
		"as", "over", "using", "set", "by", "then", "else", "when", "having", "into", "limit", "distinct", "case", "between", "like", "is")
}
