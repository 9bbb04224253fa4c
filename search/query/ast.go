package query

import (
	"strings"
	"time"
)

// Query is a parsed query. A nil Root matches everything.
type Query struct {
	Root     Node
	Problems []Problem
}

// Problem points at the character of the query that was not understood.
type Problem struct {
	// Runes from the start of the text given to Parse.
	Offset  int
	Message string
}

// Node is one of And, Or, Not, Word, Phrase and Filter. The set is closed: write is
// not exported.
type Node interface {
	// write appends the canonical text of the node.
	write(b *strings.Builder)
}

// And matches a document that all of its two or more nodes match.
type And struct{ Nodes []Node }

// Or matches a document that at least one of its two or more nodes matches.
type Or struct{ Nodes []Node }

// Not matches a document that its node does not match.
type Not struct{ Node Node }

// Word is a run of characters without white space. The analyzer of the index
// decides how many terms it is. Prefix is set by a trailing "*".
type Word struct {
	Text   string
	Prefix bool
}

// Phrase is quoted text, without the quotes.
type Phrase struct{ Text string }

// Filter is a qualifier with a valid value. Value is its canonical text. Fields that
// compare numbers or dates also have the parsed value in one of the other members.
type Filter struct {
	Field Field
	Value string
	// After, Before: UTC midnight.
	Time time.Time
	// Detect, Diagnose, Recover.
	Op Op
	// Detect, Diagnose, Recover.
	Seconds int64
	Yes     bool // OpenActions
}

// Op is how a duration is compared.
type Op uint8

// The comparisons of durations. A document whose duration is unknown never matches.
const (
	OpNone Op = iota
	Less
	LessOrEqual
	Equal
	GreaterOrEqual
	Greater
)

// String returns the operator as written in a query, "" for OpNone.
func (o Op) String() string {
	return [...]string{"", "<", "<=", "=", ">=", ">"}[o]
}

// String returns the canonical text of the query. Parse reads it back to the same
// tree, unless it is longer than MaxBytes.
func (q Query) String() string {
	if q.Root == nil {
		return ""
	}
	var b strings.Builder
	// The outermost And needs no parentheses.
	if and, ok := q.Root.(And); ok {
		and.join(&b)
	} else {
		q.Root.write(&b)
	}
	return b.String()
}

// Walk calls fn for n and every node below it, parents first. negated reports
// whether an odd number of Nots encloses the node.
func Walk(n Node, fn func(n Node, negated bool)) { walk(n, false, fn) }

// walk is Walk for a node that is negated or not.
func walk(n Node, negated bool, fn func(Node, bool)) {
	if n == nil {
		return
	}
	fn(n, negated)
	switch n := n.(type) {
	case And:
		for _, c := range n.Nodes {
			walk(c, negated, fn)
		}
	case Or:
		for _, c := range n.Nodes {
			walk(c, negated, fn)
		}
	case Not:
		walk(n.Node, !negated, fn)
	}
}

// join appends the canonical texts of the nodes, separated by spaces.
func (n And) join(b *strings.Builder) {
	for i, c := range n.Nodes {
		if i > 0 {
			b.WriteByte(' ')
		}
		c.write(b)
	}
}

// write encloses the nodes in parentheses.
func (n And) write(b *strings.Builder) {
	b.WriteByte('(')
	n.join(b)
	b.WriteByte(')')
}

// write needs no parentheses: OR binds tighter than the space between clauses.
func (n Or) write(b *strings.Builder) {
	for i, c := range n.Nodes {
		if i > 0 {
			b.WriteString(" OR ")
		}
		c.write(b)
	}
}

// write encloses a group in parentheses, and so a word that is too short to be
// excluded by a bare "-" (see excludes).
func (n Not) write(b *strings.Builder) {
	b.WriteByte('-')
	word, short := n.Node.(Word)
	short = short && !excludes(word.Text)
	if _, group := n.Node.(Or); group || short {
		b.WriteByte('(')
		n.Node.write(b)
		b.WriteByte(')')
		return
	}
	n.Node.write(b)
}

// write appends the word as it was typed.
func (n Word) write(b *strings.Builder) {
	b.WriteString(n.Text)
	if n.Prefix {
		b.WriteByte('*')
	}
}

// write encloses the text in straight quotation marks, which it never contains.
func (n Phrase) write(b *strings.Builder) {
	b.WriteByte('"')
	b.WriteString(n.Text)
	b.WriteByte('"')
}

// write quotes a value that would end early otherwise.
func (n Filter) write(b *strings.Builder) {
	b.WriteString(n.Field.String())
	b.WriteByte(':')
	if strings.ContainsAny(n.Value, " ()\"") {
		b.WriteByte('"')
		b.WriteString(n.Value)
		b.WriteByte('"')
		return
	}
	b.WriteString(n.Value)
}
