package markdown

import (
	stdhtml "html"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// linkRel hides the reader's page from other sites and prevents them from controlling it.
const linkRel = `noopener noreferrer nofollow`

// nodeRenderer renders the nodes of this package, and those of goldmark whose default
// output does not fit.
type nodeRenderer struct{}

// RegisterFuncs implements renderer.NodeRenderer. Nodes that a pass replaces are
// registered too: if one were left, it would be omitted and not be rendered by
// goldmark.
func (nodeRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindCallout, writeCallout)
	reg.Register(kindTemplate, leaf(writeTemplate))
	reg.Register(kindRawHTML, leaf(writeRawHTML))
	reg.Register(kindImage, leaf(writeImage))
	reg.Register(kindLink, writeLink)
	reg.Register(ast.KindText, writeText)
	reg.Register(ast.KindString, leaf(writeString))
	reg.Register(ast.KindListItem, writeListItem)
	reg.Register(ast.KindCodeBlock, leaf(writeCode))
	reg.Register(ast.KindFencedCodeBlock, leaf(writeCode))
	reg.Register(extast.KindTaskCheckBox, leaf(writeCheckBox))
	reg.Register(extast.KindTable, writeTable)
	for _, kind := range []ast.NodeKind{ast.KindRawHTML, ast.KindHTMLBlock, ast.KindLink, ast.KindImage, ast.KindAutoLink,
		kindMark, kindWikiLink} {
		reg.Register(kind, writeNothing)
	}
}

// nodeFunc renders one kind of node.
type nodeFunc = renderer.NodeRendererFunc

// leaf returns the function for a node without children to visit. Write errors are not
// returned: the buffered writer remembers the first one, and boundedBuffer whether it
// was full.
func leaf(write func(w util.BufWriter, source []byte, n ast.Node)) nodeFunc {
	return func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			write(w, source, n)
		}
		return ast.WalkSkipChildren, nil
	}
}

// writeNothing is for nodes that the passes have replaced.
func writeNothing(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) {
	return ast.WalkSkipChildren, nil
}

// writeCallout writes the box of a callout around its content. The title is text: it is
// escaped here.
func writeCallout(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, _ = w.WriteString("</div>\n")
		return ast.WalkContinue, nil
	}
	c := n.(*callout)
	_, _ = w.WriteString(`<div class="callout callout-` + c.kind + `" role="note">` + "\n" + `<p class="callout-title">`)
	_, _ = w.WriteString(stdhtml.EscapeString(c.title))
	_, _ = w.WriteString("</p>\n")
	return ast.WalkContinue, nil
}

// writeTemplate writes a template mark as code.
func writeTemplate(w util.BufWriter, _ []byte, n ast.Node) {
	if text := n.(*template).text; text != "" {
		_, _ = w.WriteString(`<code class="template">` + stdhtml.EscapeString(text) + `</code>`)
	}
}

// writeRawHTML writes the tokens that the allow-list left.
func writeRawHTML(w util.BufWriter, _ []byte, n ast.Node) {
	for _, t := range n.(*rawHTML).tokens {
		switch t.kind {
		case tokenText:
			_, _ = w.WriteString(stdhtml.EscapeString(t.text))
		case tokenClose:
			_, _ = w.WriteString("</" + t.name + ">")
		default:
			_, _ = w.WriteString("<" + t.name)
			writeTarget(w, t.name, t.target)
			for _, a := range t.attrs {
				writeAttr(w, a.Key, a.Val)
			}
			_ = w.WriteByte('>')
		}
	}
}

// writeTarget writes href or src with the attributes that belong to it. Links to other
// sites have rel; those inside the portal do not.
func writeTarget(w util.BufWriter, element string, to target) {
	switch {
	case to == "":
	case element == "img":
		_, _ = w.WriteString(` src="` + stdhtml.EscapeString(string(to)) + `" loading="lazy"`)
	default:
		_, _ = w.WriteString(` href="` + stdhtml.EscapeString(string(to)) + `"`)
		if to.isAbsolute() {
			_, _ = w.WriteString(` rel="` + linkRel + `"`)
		}
	}
}

// writeAttr writes an attribute with a text of the author. The value cannot begin like a
// placeholder, because placeholders are replaced wherever they occur.
func writeAttr(w util.BufWriter, key, value string) {
	if len(value) >= len(placeholder) && value[:len(placeholder)] == placeholder {
		value = " " + value
	}
	_, _ = w.WriteString(" " + key + `="` + stdhtml.EscapeString(value) + `"`)
}

// writeLink writes a link, or a span if it has no target. title and class are written
// only if they are not empty.
func writeLink(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	l := n.(*link)
	element := "a"
	if l.target == "" {
		element = "span"
	}
	if !entering {
		_, _ = w.WriteString("</" + element + ">")
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("<" + element)
	writeTarget(w, element, l.target)
	if l.title != "" {
		writeAttr(w, "title", l.title)
	}
	if l.class != "" {
		writeAttr(w, "class", l.class)
	}
	_ = w.WriteByte('>')
	return ast.WalkContinue, nil
}

// writeImage writes an image of the repository. alt is always written, also when it is
// empty: screen readers read the address of an image without one.
func writeImage(w util.BufWriter, _ []byte, n ast.Node) {
	i := n.(*image)
	_, _ = w.WriteString("<img")
	writeTarget(w, "img", i.target)
	writeAttr(w, "alt", i.alt)
	if i.title != "" {
		writeAttr(w, "title", i.title)
	}
	_ = w.WriteByte('>')
}

// writeText differs from goldmark in line breaks: one between two Han characters is
// removed, all others stay, even before links and emphasis.
func writeText(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	t := n.(*ast.Text)
	value := t.Segment.Value(source)
	if t.IsRaw() {
		textWriter.RawWrite(w, value)
		return ast.WalkContinue, nil
	}
	textWriter.Write(w, value)
	switch {
	case t.HardLineBreak():
		_, _ = w.WriteString("<br>\n")
	case t.SoftLineBreak() && !joinsLines(t, source):
		_ = w.WriteByte('\n')
	}
	return ast.WalkContinue, nil
}

// writeString writes literal text.
func writeString(w util.BufWriter, _ []byte, n ast.Node) {
	_, _ = w.WriteString(stdhtml.EscapeString(string(n.(*ast.String).Value)))
}

// writeListItem writes a list item; one with a check box gets a class. The checkbox
// itself is an inline node of its text.
func writeListItem(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, _ = w.WriteString("</li>\n")
		return ast.WalkContinue, nil
	}
	switch checked := taskState(n); {
	case checked == nil:
		_, _ = w.WriteString("<li>")
	case *checked:
		_, _ = w.WriteString(`<li class="task task-done">`)
	default:
		_, _ = w.WriteString(`<li class="task">`)
	}
	if fc := n.FirstChild(); fc != nil && fc.Kind() != ast.KindTextBlock {
		_ = w.WriteByte('\n')
	}
	return ast.WalkContinue, nil
}

// taskState returns whether the task of a list item is done, nil if the item is not a
// task.
func taskState(item ast.Node) *bool {
	if block := item.FirstChild(); block != nil {
		if box, ok := block.FirstChild().(*extast.TaskCheckBox); ok {
			return &box.IsChecked
		}
	}
	return nil
}

// writeCheckBox writes the check box of a task.
func writeCheckBox(w util.BufWriter, _ []byte, n ast.Node) {
	if n.(*extast.TaskCheckBox).IsChecked {
		_, _ = w.WriteString(`<input type="checkbox" aria-label="done" checked="" disabled=""> `)
		return
	}
	_, _ = w.WriteString(`<input type="checkbox" aria-label="open" disabled=""> `)
}

// writeTable writes the scrollable box of a table around its content.
func writeTable(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(`<div class="table" tabindex="0">` + "\n<table>\n")
	} else {
		_, _ = w.WriteString("</table>\n</div>\n")
	}
	return ast.WalkContinue, nil
}
