package markdown

import (
	"github.com/yuin/goldmark/ast"
)

// The node kinds of this package. They replace all links, images and raw HTML of
// goldmark before rendering, so that a pass determines what is written and not the
// author.
var (
	kindCallout  = ast.NewNodeKind("Callout")
	kindMark     = ast.NewNodeKind("Mark")
	kindTemplate = ast.NewNodeKind("Template")
	kindWikiLink = ast.NewNodeKind("WikiLink")
	kindRawHTML  = ast.NewNodeKind("SafeHTML")
	kindLink     = ast.NewNodeKind("SafeLink")
	kindImage    = ast.NewNodeKind("SafeImage")
)

// callout is a highlighted box: "> [!NOTE]", "!!! note", ":::note". Its children are
// the blocks inside the box.
type callout struct {
	ast.BaseBlock
	kind  string // note tip important warning caution
	title string // plain text
}

// Kind implements ast.Node.
func (*callout) Kind() ast.NodeKind { return kindCallout }

// Dump implements ast.Node.
func (n *callout) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// mark is a line that consists of a Hugo shortcode or a ":::" fence. None remains after
// foldBlocks.
type mark struct {
	ast.BaseBlock
	closing bool
	name    string // "alert", ":::"
	kind    string // kind of the callout that it opens, "" for none
	title   string
	image   string // src of a figure
}

// Kind implements ast.Node.
func (*mark) Kind() ast.NodeKind { return kindMark }

// Dump implements ast.Node.
func (n *mark) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// template is a mark of a template language in a text, shown as written. An empty one
// (kramdown's {:target="_blank"}) is not shown.
type template struct {
	ast.BaseInline
	text string
}

// Kind implements ast.Node.
func (*template) Kind() ast.NodeKind { return kindTemplate }

// Dump implements ast.Node.
func (n *template) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// wikiLink is [[target#fragment|label]]. None remains after resolveLinks.
type wikiLink struct {
	ast.BaseInline
	target, fragment, label string
}

// Kind implements ast.Node.
func (*wikiLink) Kind() ast.NodeKind { return kindWikiLink }

// Dump implements ast.Node.
func (n *wikiLink) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// rawHTML is rewritten raw HTML: a balanced part of the HTML under one parent, among
// blocks or inlines.
type rawHTML struct {
	ast.BaseInline
	tokens []rawToken
}

// Kind implements ast.Node.
func (*rawHTML) Kind() ast.NodeKind { return kindRawHTML }

// Dump implements ast.Node.
func (n *rawHTML) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// link is a link with a resolved target; without a target it is a <span>.
type link struct {
	ast.BaseInline
	target target
	title  string
	class  string
}

// Kind implements ast.Node.
func (*link) Kind() ast.NodeKind { return kindLink }

// Dump implements ast.Node.
func (n *link) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// image is an image of the repository.
type image struct {
	ast.BaseInline
	target     target
	alt, title string
}

// Kind implements ast.Node.
func (*image) Kind() ast.NodeKind { return kindImage }

// Dump implements ast.Node.
func (n *image) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// children returns the children of n, so that a caller may change them during a loop.
// The slice is a snapshot.
func children(n ast.Node) []ast.Node {
	out := make([]ast.Node, 0, n.ChildCount())
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		out = append(out, c)
	}
	return out
}

// moveChildren moves all children of one node to another. They are appended in their
// order.
func moveChildren(from, to ast.Node) {
	for _, c := range children(from) {
		to.AppendChild(to, c)
	}
}

// replace puts n in the place of old. n takes the position of old in the source as
// well. old must have a parent.
func replace(old, n ast.Node) {
	n.SetPos(old.Pos())
	parent := old.Parent()
	parent.ReplaceChild(parent, old, n)
}

// textNode returns a node of literal text. It is escaped when it is written, and
// Markdown in it is not parsed.
func textNode(s string) *ast.String {
	n := ast.NewString([]byte(s))
	n.SetRaw(true)
	return n
}
