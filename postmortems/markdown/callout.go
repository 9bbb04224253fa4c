package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// calloutKinds maps the words of GitHub, MkDocs, Docusaurus and Hugo themes for
// callouts to the five kinds of this package.
var calloutKinds = map[string]string{
	"note": "note", "info": "note", "abstract": "note", "summary": "note", "tldr": "note", "question": "note",
	"help": "note", "faq": "note", "example": "note", "quote": "note", "todo": "note", "seealso": "note", "notice": "note",
	"tip": "tip", "hint": "tip", "success": "tip", "check": "tip", "done": "tip",
	"important": "important", "primary": "important",
	"warning": "warning", "attention": "warning", "warn": "warning",
	"caution": "caution", "danger": "caution", "error": "caution", "failure": "caution", "fail": "caution",
	"missing": "caution", "bug": "caution",
}

// newCallout returns a callout for a known word; without a title the word is the title.
// The word must be a key of calloutKinds, or the kind is empty.
func newCallout(word, title string) *callout {
	if title == "" {
		title = strings.ToUpper(word[:1]) + strings.ToLower(word[1:])
	}
	return &callout{kind: calloutKinds[strings.ToLower(word)], title: title}
}

// maxMarkDepth bounds how many shortcodes may be open at once; deeper ones are not
// paired.
const maxMarkDepth = 32

// foldBlocks turns quotes and paired marks into callouts and removes all marks from the
// tree. It runs before the other passes, since these see the final blocks.
func (d *document) foldBlocks() { d.foldIn(d.root) }

// foldIn folds the blocks below one parent. Marks are paired among the children of one
// parent only: a callout cannot begin inside a list item and end outside of it.
func (d *document) foldIn(parent ast.Node) {
	if parent.Type() == ast.TypeInline {
		return
	}
	var open []*mark
	for _, c := range children(parent) {
		switch n := c.(type) {
		case *mark:
			open = foldMark(parent, n, open)
		case *ast.Blockquote:
			d.foldQuote(n)
		}
	}
	for _, m := range open {
		parent.RemoveChild(parent, m)
	}
	for _, c := range children(parent) {
		d.foldIn(c)
	}
}

// foldMark processes one mark in document order. open are the marks that are open
// before it; it returns those that are open after it. A closing mark closes the
// innermost open one of its name and drops those inside it. Marks without a meaning on
// the page are removed.
func foldMark(parent ast.Node, m *mark, open []*mark) []*mark {
	switch {
	case m.closing:
		for i := len(open) - 1; i >= 0; i-- {
			if open[i].name == m.name {
				for _, inner := range open[i+1:] {
					inner.Parent().RemoveChild(inner.Parent(), inner)
				}
				wrap(parent, open[i], m)
				return open[:i]
			}
		}
	case m.image != "":
		p, img := ast.NewParagraph(), ast.NewImage(ast.NewLink())
		img.Destination = []byte(m.image)
		img.SetPos(m.Pos())
		img.AppendChild(img, textNode(m.title))
		p.AppendChild(p, img)
		replace(m, p)
		return open
	case m.kind != "" && len(open) < maxMarkDepth:
		return append(open, m)
	}
	parent.RemoveChild(parent, m)
	return open
}

// wrap moves the blocks between two marks into a callout. from and to must be children
// of parent, in this order; both are replaced.
func wrap(parent ast.Node, from, to *mark) {
	box := newCallout(from.kind, from.title)
	box.SetPos(from.Pos())
	for c := from.NextSibling(); c != ast.Node(to); {
		next := c.NextSibling()
		box.AppendChild(box, c)
		c = next
	}
	parent.RemoveChild(parent, to)
	parent.ReplaceChild(parent, from, box)
}

// quoteCallout matches the first line of a quote that is a callout.
var quoteCallout = regexp.MustCompile(`(?i)^[ \t]*\[!([a-z]+)\][+-]?[ \t]*(.*?)[ \t]*$`)

// foldQuote turns a quote that begins with [!KIND] into a callout. The kind is read
// from the source, since goldmark may have parsed "[!NOTE]" as a link. Text behind it
// on the line is the title.
func (d *document) foldQuote(q *ast.Blockquote) {
	p, ok := q.FirstChild().(*ast.Paragraph)
	if !ok || p.Lines().Len() == 0 {
		return
	}
	first := p.Lines().At(0)
	m := quoteCallout.FindSubmatch(bytes.TrimRight(first.Value(d.source), "\n"))
	if m == nil || calloutKinds[strings.ToLower(string(m[1]))] == "" {
		return
	}
	title := cutFirstLine(p, d.source)
	_, title, _ = strings.Cut(title, "]")
	box := newCallout(string(m[1]), strings.TrimSpace(strings.TrimLeft(title, "+-")))
	if !p.HasChildren() {
		q.RemoveChild(q, p)
	}
	moveChildren(q, box)
	replace(q, box)
}

// cutFirstLine removes the inline nodes of the first line and returns their text.
// Without a line break all nodes are removed.
func cutFirstLine(p ast.Node, source []byte) string {
	var text strings.Builder
	for _, c := range children(p) {
		writePlain(&text, c, source)
		p.RemoveChild(p, c)
		if t, ok := c.(*ast.Text); ok && (t.SoftLineBreak() || t.HardLineBreak()) {
			break
		}
	}
	return text.String()
}
