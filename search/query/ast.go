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
	Offset  int // runes from the start of the text given to Parse
	Message string
}

// Node is one of And, Or, Not, Word, Phrase and Filter.
type Node interface {
	// write appends the canonical text of the node.
	write(b *strings.Builder)
}

// And holds when all of its two or more nodes hold.
type And struct{ Nodes []Node }

// Or holds when any of its two or more nodes holds.
type Or struct{ Nodes []Node }

// Not holds when its node does not.
type Not struct{ Node Node }

// Word is a run of characters without space: the index's analyzer decides how
// many terms it is. Prefix is set by a trailing "*".
type Word struct {
	Text   string
	Prefix bool
}

// Phrase is quoted text, without the quotes.
type Phrase struct{ Text string }

// Filter is a qualifier with a valid value. Value is the canonical text; for the
// fields that compare, the typed form is beside it.
type Filter struct {
	Field   Field
	Value   string
	Time    time.Time // After, Before: UTC midnight
	Op      Op        // Detect, Diagnose, Recover
	Seconds int64     // Detect, Diagnose, Recover
	Yes     bool      // OpenActions
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

// String is the operator as written in a query.
func (o Op) String() string {
	return [...]string{"", "<", "<=", "=", ">=", ">"}[o]
}

// String is the canonical text of the query.
func (q Query) String() string {
	if q.Root == nil {
		return ""
	}
	var b strings.Builder
	if and, ok := q.Root.(And); ok { // the outermost And needs no parentheses
		and.join(&b)
	} else {
		q.Root.write(&b)
	}
	return b.String()
}

// Walk calls fn for every node below and including n, parents first; negated
// tells whether an odd number of Nots stands above it.
func Walk(n Node, fn func(n Node, negated bool)) { walk(n, false, fn) }

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

func (n And) join(b *strings.Builder) {
	for i, c := range n.Nodes {
		if i > 0 {
			b.WriteByte(' ')
		}
		c.write(b)
	}
}

func (n And) write(b *strings.Builder) {
	b.WriteByte('(')
	n.join(b)
	b.WriteByte(')')
}

func (n Or) write(b *strings.Builder) {
	for i, c := range n.Nodes {
		if i > 0 {
			b.WriteString(" OR ")
		}
		c.write(b)
	}
}

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

func (n Word) write(b *strings.Builder) {
	b.WriteString(n.Text)
	if n.Prefix {
		b.WriteByte('*')
	}
}

func (n Phrase) write(b *strings.Builder) {
	b.WriteByte('"')
	b.WriteString(n.Text)
	b.WriteByte('"')
}

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
