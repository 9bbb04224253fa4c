package query

import (
	"strings"
	"unicode/utf8"
)

// Limits of a query. They are far above what people type, and bound the work that a
// hostile query can cause.
const (
	// The rest of a longer text is ignored, with a Problem.
	MaxBytes = 2000
	// Words, phrases and qualifiers; the rest is dropped, with a Problem.
	MaxClauses = 64
	// Of nested parentheses; deeper groups are ignored, with a Problem.
	maxDepth = 16
)

// Parse parses a query. It never fails: places that it does not understand are in
// Problems, and the rest runs.
func Parse(text string) Query {
	var q Query
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) > MaxBytes {
		cut := MaxBytes
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		q.Problems = append(q.Problems, Problem{
			Offset:  utf8.RuneCountInString(text[:cut]),
			Message: "a query has at most 2,000 bytes: the rest is left out",
		})
		text = text[:cut]
	}
	p := parser{lex: lexer{rest: text, problems: &q.Problems}}
	p.advance()
	q.Root = p.all(0)
	return q
}

// parser is a recursive-descent parser with one token of lookahead.
type parser struct {
	lex     lexer
	tok     token
	clauses int
	// The clause limit was reported.
	full bool
}

// advance reads the next token.
func (p *parser) advance() { p.tok = p.lex.next() }

// all parses clauses up to the end, or, inside parentheses, up to the closing one.
// It returns nil if there are none.
func (p *parser) all(depth int) Node {
	var nodes []Node
	for p.tok.kind != tokenEnd {
		if p.tok.kind == tokenClose {
			if depth > 0 {
				break
			}
			// Ignore a stray one: pasted text is full of them.
			p.advance()
			continue
		}
		if n := p.clause(depth); n != nil {
			nodes = appendAnd(nodes, n)
		}
	}
	switch len(nodes) {
	case 0:
		return nil
	case 1:
		return nodes[0]
	}
	return And{Nodes: nodes}
}

// appendAnd appends n, or the nodes of n if it is an And itself.
func appendAnd(nodes []Node, n Node) []Node {
	if and, ok := n.(And); ok {
		return append(nodes, and.Nodes...)
	}
	return append(nodes, n)
}

// clause parses one unary, or several joined by OR.
func (p *parser) clause(depth int) Node {
	var nodes []Node
	for {
		n := p.unary(depth)
		if n != nil {
			nodes = appendOr(nodes, n)
		}
		if p.tok.kind != tokenOr {
			break
		}
		at := p.tok.at
		p.advance()
		if n == nil || p.tok.kind == tokenEnd || p.tok.kind == tokenClose {
			p.lex.problem(at, "OR stands between two words")
		}
	}
	switch len(nodes) {
	case 0:
		return nil
	case 1:
		return nodes[0]
	}
	return Or{Nodes: nodes}
}

// appendOr appends n, or the nodes of n if it is an Or itself.
func appendOr(nodes []Node, n Node) []Node {
	if or, ok := n.(Or); ok {
		return append(nodes, or.Nodes...)
	}
	return append(nodes, n)
}

// unary parses a primary and the "-" before it.
func (p *parser) unary(depth int) Node {
	if p.tok.kind != tokenMinus {
		return p.primary(depth)
	}
	p.advance()
	n := p.unary(depth)
	switch n := n.(type) {
	case nil:
		return nil
	case Not:
		// A double negation cancels out.
		return n.Node
	}
	return Not{Node: n}
}

// primary parses a word, a phrase, a qualifier or a group. It returns nil for an
// empty phrase or group, and once the query has MaxClauses.
func (p *parser) primary(depth int) Node {
	t := p.tok
	switch t.kind {
	case tokenEnd, tokenClose, tokenOr:
		return nil
	case tokenOpen:
		return p.group(depth)
	}
	p.advance()
	if t.kind == tokenPhrase && t.text == "" {
		return nil
	}
	// Groups do not count: only words, phrases and qualifiers are looked up.
	if p.clauses++; p.clauses > MaxClauses {
		if !p.full {
			p.full = true
			p.lex.problem(t.at, "a query has at most 64 parts: the rest is left out")
		}
		return nil
	}
	switch t.kind {
	case tokenPhrase:
		return Phrase{Text: t.text}
	case tokenFilter:
		return t.filter
	}
	return Word{Text: t.text, Prefix: t.prefix}
}

// group parses a query in parentheses.
func (p *parser) group(depth int) Node {
	at := p.tok.at
	p.advance()
	if depth == maxDepth {
		p.lex.problem(at, "parentheses are nested too deeply: this one is ignored")
		return nil
	}
	n := p.all(depth + 1)
	if p.tok.kind == tokenClose {
		p.advance()
	} else if n != nil {
		p.lex.problem(at, "this parenthesis is not closed")
	}
	return n
}
