package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"
)

// tokenKind is the kind of a rawToken.
type tokenKind uint8

const (
	tokenText tokenKind = iota
	tokenOpen           // also of a void element
	tokenClose
)

// rawToken is one part of raw HTML. After rewriteHTML only allowed elements and
// attributes remain; resolveLinks sets the target.
type rawToken struct {
	kind     tokenKind
	name     string // lower case
	written  string // as typed, for tags that turn out to be text
	text     string // of tokenText, unescaped
	attrs    []html.Attribute
	selfEnds bool // "<x/>"
	target   target
	offset   int // in the source
}

// attr returns the value of an attribute, "" without one. Of several with the same name
// the first counts, as in browsers.
func (t *rawToken) attr(key string) string {
	for _, a := range t.attrs {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// rewriteHTML replaces all raw HTML of the tree by what the allow-list permits. It must
// run after foldBlocks and before anchorHeadings, which reads the ids that remain.
func (d *document) rewriteHTML() { d.rewriteIn(d.root) }

// rewriteIn rewrites the raw HTML below one parent. Children are rewritten before their
// parent's own raw HTML is balanced.
func (d *document) rewriteIn(parent ast.Node) {
	var raws []*rawHTML
	for _, c := range children(parent) {
		source, offset, ok := rawSource(c, d.source)
		if !ok {
			d.rewriteIn(c)
			if c.Kind() == ast.KindParagraph && !c.HasChildren() {
				parent.RemoveChild(parent, c) // contained only comments
			}
			continue
		}
		raw := &rawHTML{tokens: tokenize(source, offset)}
		replace(c, raw)
		raws = append(raws, raw)
	}
	if len(raws) > 0 {
		newBalancer(d, raws).run(parent)
	}
}

// rawSource returns the text of a raw HTML node of goldmark and its offset. ok is false
// for any other node. For inline HTML over several lines the offset of later tokens is
// approximate.
func rawSource(n ast.Node, source []byte) (text []byte, offset int, ok bool) {
	switch n := n.(type) {
	case *ast.RawHTML:
		for i := range n.Segments.Len() {
			s := n.Segments.At(i)
			text = append(text, s.Value(source)...)
		}
		if n.Segments.Len() > 0 {
			offset = n.Segments.At(0).Start
		}
	case *ast.HTMLBlock:
		for i := range n.Lines().Len() {
			s := n.Lines().At(i)
			text = append(text, s.Value(source)...)
		}
		if n.HasClosure() {
			text = append(text, n.ClosureLine.Value(source)...)
		}
		if n.Lines().Len() > 0 {
			offset = n.Lines().At(0).Start
		} else {
			offset = n.ClosureLine.Start
		}
	default:
		return nil, 0, false
	}
	return text, offset, true
}

// tokenize parses HTML as leniently as browsers do. It omits comments, declarations and
// the content of <script> and <style>. offset is where source begins in the body.
// Entities in text are decoded, because the renderer escapes it again.
func tokenize(source []byte, offset int) []rawToken {
	var tokens []rawToken
	z := html.NewTokenizer(bytes.NewReader(source))
	skip := false // inside <script> or <style>
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return tokens
		}
		written := string(z.Raw())
		token := rawToken{written: written, offset: offset}
		offset += len(written)
		switch kind {
		case html.TextToken:
			if token.text = html.UnescapeString(written); !skip {
				tokens = append(tokens, token)
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			t := z.Token()
			token.name, token.attrs = t.Data, t.Attr
			token.selfEnds = kind == html.SelfClosingTagToken
			token.kind = tokenOpen
			if kind == html.EndTagToken {
				token.kind = tokenClose
			}
			tokens = append(tokens, token)
			skip = kind == html.StartTagToken && (t.Data == "script" || t.Data == "style")
			// The tokenizer would otherwise take the content of <textarea>, <title> and others
			// for raw text, and tags in it would not be seen.
			if !skip {
				z.NextIsNotRawText()
			}
		}
	}
}

// isComponent reports whether a tag belongs to a documentation framework
// (<CustomContent>) and is not a placeholder (<Column>): its name is in camel case and
// it is closed. closed has the names of elements with an end tag under the same parent.
func isComponent(t rawToken, closed map[string]bool) bool {
	name := strings.TrimLeft(t.written, "</")
	if name == "" || name[0] < 'A' || name[0] > 'Z' || strings.ToUpper(name[:len(t.name)]) == name[:len(t.name)] {
		return false
	}
	return t.selfEnds || closed[t.name]
}
