package markdown

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"golang.org/x/net/html"
)

// maxOpenTags bounds the nesting of raw HTML under one parent; deeper tags are removed.
const maxOpenTags = 32

// balancer filters the raw HTML under one parent, in document order. Elements opened
// under the parent are closed under it, in order, and no other element is closed.
type balancer struct {
	doc    *document
	raws   []*rawHTML
	closed map[string]bool // names with an end tag
	opened map[string]bool // names with a start tag
	open   []openTag
	out    []rawToken
}

// openTag is an element that is open.
type openTag struct {
	name string // as written
	as   string // as written to the page; "": its tags are removed, its content stays
}

// raws are all raw HTML nodes directly under one parent, in document order.
func newBalancer(d *document, raws []*rawHTML) *balancer {
	b := &balancer{doc: d, raws: raws, closed: map[string]bool{}, opened: map[string]bool{}}
	for _, raw := range raws {
		for _, t := range raw.tokens {
			switch t.kind {
			case tokenClose:
				b.closed[t.name] = true
			case tokenOpen:
				b.opened[t.name] = true
			}
		}
	}
	return b
}

// run filters all raw HTML under the parent and replaces its tokens. A node whose
// tokens are all removed is removed too. The end tags that are missing are added as one
// node at the end of the parent.
func (b *balancer) run(parent ast.Node) {
	block := false
	for _, raw := range b.raws {
		before := len(b.open)
		b.out = nil
		for _, t := range raw.tokens {
			b.token(t)
		}
		raw.tokens = b.out
		hasBlock := slices.ContainsFunc(raw.tokens, isBlockToken)
		block = block || hasBlock
		if parent.Type() != ast.TypeInline && !holdsInlines(parent) && before == 0 && len(b.open) == 0 && !hasBlock {
			raw.tokens = paragraphOf(raw.tokens)
		}
		if len(raw.tokens) == 0 {
			parent.RemoveChild(parent, raw)
		}
	}
	b.out = nil
	b.closeDownTo(0)
	if len(b.out) > 0 {
		parent.AppendChild(parent, &rawHTML{tokens: b.out})
	}
	// A <p> must not contain block elements: browsers would close it there, and its end
	// tag would make an empty paragraph.
	if block && parent.Kind() == ast.KindParagraph {
		loose := ast.NewTextBlock()
		loose.SetLines(parent.Lines())
		moveChildren(parent, loose)
		replace(parent, loose)
	}
}

// holdsInlines reports whether a block contains inlines and not blocks.
func holdsInlines(n ast.Node) bool {
	switch n.Kind() {
	case ast.KindParagraph, ast.KindTextBlock, ast.KindHeading, extast.KindTableCell, extast.KindDefinitionTerm:
		return true
	}
	return false
}

// isBlockToken reports whether a token is a tag of a block element.
func isBlockToken(t rawToken) bool { return t.kind != tokenText && tagRules[t.name].use == tagBlock }

// paragraphOf wraps text between blocks in a paragraph; nil if it is blank. Text
// directly between block elements would otherwise have no margin.
func paragraphOf(tokens []rawToken) []rawToken {
	bare := func(t rawToken) bool { return t.kind != tokenText || strings.TrimSpace(t.text) != "" }
	if !slices.ContainsFunc(tokens, bare) {
		return nil
	}
	return slices.Concat([]rawToken{{kind: tokenOpen, name: "p"}}, tokens, []rawToken{{kind: tokenClose, name: "p"}})
}

// token filters one token. The order of the cases matters: what is not HTML is text
// before anything else is decided about it.
func (b *balancer) token(t rawToken) {
	rule := tagRules[t.name]
	switch {
	case t.kind == tokenText:
		b.out = append(b.out, t)
	case rule.use == tagText:
		if !isComponent(t, b.closed) || t.kind == tokenClose && !b.opened[t.name] {
			b.out = append(b.out, rawToken{text: t.written, offset: t.offset})
		}
	case t.kind == tokenClose:
		b.close(t.name)
	case t.name == "source" && t.attr("src") == "": // of <picture>, whose <img> stays
	case rule.use == tagRemoved:
		b.doc.problemAt(ruleHTMLRemoved, t.offset,
			"raw HTML <%s> is removed from the page; write it in Markdown, or link to what it shows", t.name)
		b.embedded(t)
	default:
		b.start(t, rule)
	}
}

// embedded replaces media and frames by a link. The link is resolved by a later pass
// like any other. Elements without a src are removed without a replacement.
func (b *balancer) embedded(t rawToken) {
	src := t.attr("src")
	if src == "" || !hasWord("iframe frame video audio source embed", t.name) {
		return
	}
	href := []html.Attribute{{Key: "href", Val: src}}
	b.out = append(b.out,
		rawToken{kind: tokenOpen, name: "a", attrs: href, offset: t.offset}, rawToken{text: src}, rawToken{kind: tokenClose, name: "a"})
}

// start opens an element and closes those that its start tag ends. Elements nested
// deeper than maxOpenTags lose their tags, and so does one outside the parent that it
// needs (a <td> without a <tr>); the content stays.
func (b *balancer) start(t rawToken, rule tagRule) {
	// As in HTML, a new <li> or <td> ends the one before it without an end tag.
	for len(b.open) > 0 && hasWord(rule.ends, b.open[len(b.open)-1].name) {
		b.closeDownTo(len(b.open) - 1)
	}
	if !rule.void && len(b.open) >= maxOpenTags {
		return
	}
	open := openTag{name: t.name, as: t.name}
	t.attrs = allowedAttrs(t, rule)
	switch {
	case rule.use == tagThrough && t.attr("id") != "":
		open.as = "span" // may be the target of a link
	case rule.use == tagThrough, rule.in != "" && !b.inside(rule.in):
		open.as = ""
	}
	if t.name = open.as; t.name != "" && (!rule.void || rule.use != tagThrough) {
		b.out = append(b.out, t)
	}
	if !rule.void {
		b.open = append(b.open, open)
	}
}

// inside reports whether one of the listed elements is open. Elements whose tags are
// removed do not count.
func (b *balancer) inside(names string) bool {
	return slices.ContainsFunc(b.open, func(o openTag) bool { return hasWord(names, o.as) })
}

// close closes the innermost open element with a name and every element inside it. An
// end tag without a start tag is removed. The tags of elements inside it are written
// too, so that the result is balanced.
func (b *balancer) close(name string) {
	for i := len(b.open) - 1; i >= 0; i-- {
		if b.open[i].name == name {
			b.closeDownTo(i)
			return
		}
	}
}

// closeDownTo closes elements until depth of them are open.
func (b *balancer) closeDownTo(depth int) {
	for len(b.open) > depth {
		last := b.open[len(b.open)-1]
		b.open = b.open[:len(b.open)-1]
		if last.as != "" {
			b.out = append(b.out, rawToken{kind: tokenClose, name: last.as})
		}
	}
}

// allowedAttrs returns the attributes that the rule allows, each once; name is an old
// form of id. href and src are checked later, when they are resolved. Attributes of
// events and styles are in no rule.
func allowedAttrs(t rawToken, rule tagRule) []html.Attribute {
	var out []html.Attribute
	for _, a := range t.attrs {
		switch {
		case a.Key == "name" && t.name == "a":
			a.Key = "id"
		case a.Key == "id", a.Key == "href" && t.name == "a", a.Key == "src" && t.name == "img":
		default:
			if want := rule.attrs[a.Key]; want == nil || !want.MatchString(a.Val) {
				continue
			}
		}
		if !slices.ContainsFunc(out, func(b html.Attribute) bool { return b.Key == a.Key }) {
			out = append(out, a)
		}
	}
	return out
}

// hasWord reports whether a space-separated list contains a word.
func hasWord(list, word string) bool {
	return slices.Contains(strings.Fields(list), word)
}
