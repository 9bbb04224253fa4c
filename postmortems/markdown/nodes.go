package markdown

import (
	"github.com/yuin/goldmark/ast"
)

// The node kinds of this package. Links, images and raw HTML of goldmark are all
// replaced by them before rendering, so that what is written has been decided by
// a pass and not by the author.
var (
	kindCallout  = ast.NewNodeKind("Callout")
	kindMark     = ast.NewNodeKind("Mark")
	kindTemplate = ast.NewNodeKind("Template")
	kindWikiLink = ast.NewNodeKind("WikiLink")
	kindRawHTML  = ast.NewNodeKind("SafeHTML")
	kindLink     = ast.NewNodeKind("SafeLink")
	kindImage    = ast.NewNodeKind("SafeImage")
)

// callout is a box that stands out: "> [!NOTE]", "!!! note", ":::note".
type callout struct {
	ast.BaseBlock
	kind  string // note tip important warning caution
	title string // plain text
}

func (*callout) Kind() ast.NodeKind           { return kindCallout }
func (n *callout) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// mark is a line that holds nothing but a Hugo short-code or a ":::" fence. None
// is left after foldBlocks.
type mark struct {
	ast.BaseBlock
	closing bool
	name    string // "alert", ":::"
	kind    string // kind of callout that it opens, "" for none
	title   string
	image   string // src of a figure
}

func (*mark) Kind() ast.NodeKind           { return kindMark }
func (n *mark) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// template is a mark of a templating language amid text, kept as written; an
// empty one (kramdown's {:target="_blank"}) is not shown.
type template struct {
	ast.BaseInline
	text string
}

func (*template) Kind() ast.NodeKind           { return kindTemplate }
func (n *template) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// wikiLink is [[target#fragment|label]]. None is left after resolveLinks.
type wikiLink struct {
	ast.BaseInline
	target, fragment, label string
}

func (*wikiLink) Kind() ast.NodeKind           { return kindWikiLink }
func (n *wikiLink) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// rawHTML is raw HTML after its rewriting: a balanced part of what stands under
// one parent. It may stand among blocks or inlines.
type rawHTML struct {
	ast.BaseInline
	tokens []rawToken
}

func (*rawHTML) Kind() ast.NodeKind           { return kindRawHTML }
func (n *rawHTML) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// link is a link whose target has been decided; without one it is a <span>.
type link struct {
	ast.BaseInline
	target target
	title  string
	class  string
}

func (*link) Kind() ast.NodeKind           { return kindLink }
func (n *link) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// image is an image of the repository.
type image struct {
	ast.BaseInline
	target     target
	alt, title string
}

func (*image) Kind() ast.NodeKind           { return kindImage }
func (n *image) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// children lists the children of n, so that a caller may change them on the way.
func children(n ast.Node) []ast.Node {
	out := make([]ast.Node, 0, n.ChildCount())
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		out = append(out, c)
	}
	return out
}

// moveChildren gives all children of from to to.
func moveChildren(from, to ast.Node) {
	for _, c := range children(from) {
		to.AppendChild(to, c)
	}
}

// replace puts n in the place of old.
func replace(old, n ast.Node) {
	n.SetPos(old.Pos())
	parent := old.Parent()
	parent.ReplaceChild(parent, old, n)
}

// textNode is a piece of literal text.
func textNode(s string) *ast.String {
	n := ast.NewString([]byte(s))
	n.SetRaw(true)
	return n
}
