package sql

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Dialect is the language of a statement: where its strings end depends on it.
type Dialect uint8

// The dialects.
const (
	MySQL      Dialect = iota // also MariaDB, TiDB
	PostgreSQL                // with standard_conforming_strings on
)

const (
	// MaxInput is how much of a statement is read, in bytes; a statement that is
	// cut inside a string is as safe as a whole one.
	MaxInput = 64 << 10
	// MaxStatement is how long a normalised statement may be, in bytes.
	MaxStatement = 4 << 10
)

// Normalize gives the form that all statements of one shape share: every value
// is ?, comments are gone, keywords and unquoted names are in lower case, lists
// of values are (...), space is even. No literal of the input is in it, whatever
// the input is; an input that holds no statement gives "". Under MaxStatement it is
// idempotent.
func Normalize(statement string, d Dialect) string {
	return write(collapse(scan(statement, d)))
}

// Digest names a normalised statement: the first 16 hexadecimal digits of its
// SHA-256.
func Digest(normalized string) string {
	sum := sha256.Sum256([]byte(normalized))
	return hex.EncodeToString(sum[:8])
}

// collapse makes statements that differ in their values only alike: adjacent
// strings are one, signs belong to numbers, lists of values have no length, and
// VALUES has one row.
func collapse(in []token) []token {
	for len(in) > 0 && in[len(in)-1].is(";") {
		in = in[:len(in)-1]
	}
	brackets := pair(in)
	firstRows := map[int]bool{} // where the first row after VALUES ends
	var signs run
	out := make([]token, 0, len(in))
	for i := 0; i < len(in); i++ {
		t, last := in[i], token{kind: punct, text: "("}
		if len(out) > 0 {
			last = out[len(out)-1]
		}
		group, opens := brackets[i]
		row := opens && last.isWord("values", "value")
		if row {
			firstRows[group.end] = true
		}
		switch {
		case t.kind == literal && last.kind == literal:
		case t.is("-", "+") && signs.at(in, i).value && beginsValue(last):
		case opens && group.values && (row || last.isWord("in") && t.is("(") || last.isWord("array") && t.is("[")):
			i = group.end
			out = append(out, t, token{word, "..."}, token{punct, closing(t)})
		default:
			out = append(out, t)
		}
		for firstRows[i] && i+2 < len(in) && in[i+1].is(",") && in[i+2].is("(") {
			i = brackets[i+2].end
			firstRows[i] = true
		}
	}
	return out
}

func closing(open token) string {
	if open.is("[") {
		return "]"
	}
	return ")"
}

func (t token) is(texts ...string) bool { return t.kind == punct && slices.Contains(texts, t.text) }

func (t token) isWord(texts ...string) bool { return t.kind == word && slices.Contains(texts, t.text) }

// run is a row of signs: where it ends, and whether a value is next.
type run struct {
	end   int
	value bool
}

// at is the run that the sign at i is part of. It looks along a run once: a
// statement may be nothing but signs.
func (r *run) at(in []token, i int) run {
	if i < r.end {
		return *r
	}
	for r.end = i; r.end < len(in) && in[r.end].is("-", "+"); {
		r.end++
	}
	r.value = r.end < len(in) && in[r.end].kind == literal
	return *r
}

// beginsValue tells that a sign after this token belongs to the number after it.
func beginsValue(t token) bool {
	if t.kind == punct {
		return !t.is(")", "]", "*")
	}
	return t.isWord("and", "or", "not", "xor", "select", "distinct", "where", "between", "limit", "offset", "then", "else",
		"when", "return", "in", "like", "by", "having", "on", "case", "div", "mod", "as", "default", "is")
}

// group is a pair of brackets: where it ends, and whether only values, and at
// least one, are between.
type group struct {
	end    int
	values bool
}

// pair finds the groups by the index of their opening bracket. An unclosed one
// runs to the last token.
func pair(in []token) map[int]group {
	type level struct {
		open   int
		some   bool // a value was met
		others bool // something else was met
	}
	var stack []level
	groups := map[int]group{}
	end := func(i int) {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		groups[top.open] = group{i, top.some && !top.others}
		if len(stack) > 0 {
			up := &stack[len(stack)-1]
			up.some, up.others = up.some || top.some, up.others || top.others
		}
	}
	for i, t := range in {
		if t.is("(", "[") {
			stack = append(stack, level{open: i})
			continue
		}
		if len(stack) == 0 {
			continue
		}
		switch top := &stack[len(stack)-1]; {
		case t.is(")", "]"):
			end(i)
		case t.kind == literal || t.isWord("null", "true", "false", "default"):
			top.some = true
		case !t.is(",", "-", "+"):
			top.others = true
		}
	}
	for len(stack) > 0 {
		end(len(in) - 1)
	}
	return groups
}

// write prints tokens with even space, up to MaxStatement.
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

// spaced tells whether a space stands between two tokens.
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

// takesSpace tells the keywords after which a bracket does not open arguments.
func takesSpace(t token) bool {
	return t.isWord("in", "values", "value", "and", "or", "not", "where", "on", "from", "join", "select", "union", "all", "exists",
		"as", "over", "using", "set", "by", "then", "else", "when", "having", "into", "limit", "distinct", "case", "between", "like", "is")
}
