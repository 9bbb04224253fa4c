package markdown

import (
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"github.com/postern/postern/postmortems"
)

// collectText collects what search, timelines and action items need: sections, rows and
// the number of words. It runs after the passes that change the tree, so that it sees
// what readers see.
func (d *document) collectText() {
	c := collector{document: d}
	c.current = postmortems.Section{Line: d.input.FirstLine}
	c.blocks(d.root)
	c.flush()
}

// collector collects text from the blocks in document order. text and code are those of
// the current section.
type collector struct {
	*document
	current postmortems.Section
	text    []string
	code    []string
}

// flush ends the current section. One without heading and content is dropped. Indexes
// in Rows refer to Body.Sections, so the order of sections must not change afterwards.
func (c *collector) flush() {
	s := c.current
	s.Text, s.Code = strings.Join(c.text, "\n"), strings.Join(c.code, "\n")
	c.body.Words += countWords(s.Heading) + countWords(s.Text)
	if s.Heading != "" || s.Text != "" || s.Code != "" || c.hasRows() {
		c.body.Sections = append(c.body.Sections, s)
	}
	c.text, c.code = nil, nil
}

// hasRows reports whether a row refers to the current section, which then must exist.
func (c *collector) hasRows() bool {
	n := len(c.body.Rows)
	return n > 0 && c.body.Rows[n-1].Section == len(c.body.Sections)
}

// blocks collects the blocks below a node.
func (c *collector) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		c.block(n)
	}
}

// block collects one block. The text of list items is added by their paragraphs, and as
// a row by item.
func (c *collector) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		c.heading(n)
	case *ast.Paragraph, *ast.TextBlock, *extast.DefinitionTerm, *rawHTML:
		text := inlineText(n, c.source)
		c.add(text)
		c.spans(n)
		c.paragraph(n, text)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		c.codeBlock(strings.TrimRight(codeText(n, c.source), "\n"), languageOf(n, c.source))
	case *ast.ListItem:
		c.item(n)
		c.blocks(n)
	case *extast.Table:
		c.table(n)
	case *callout:
		c.add(n.title)
		c.blocks(n)
	case *ast.LinkReferenceDefinition:
	default:
		c.blocks(n)
	}
}

// codeBlock adds a code block to the section. Readers see a diagram as a picture, so
// its labels are text and its notation is omitted.
func (c *collector) codeBlock(code, language string) {
	if language != "mermaid" {
		c.code = append(c.code, code)
		return
	}
	c.body.Mermaid = true
	c.add(diagramWords(code))
}

// heading begins a section. The title at the top was removed from the tree, so the text
// below it belongs to the section without a heading.
func (c *collector) heading(n *ast.Heading) {
	c.flush()
	c.current = postmortems.Section{
		Heading: plainText(n, c.source), Level: n.Level, Line: c.lines.line(n.Pos()),
	}
	if id, ok := n.AttributeString("id"); ok {
		c.current.Anchor, _ = id.(string)
	}
	c.spans(n)
}

// add adds a text to the section. Texts are joined with line feeds when the section
// ends.
func (c *collector) add(text string) {
	if text != "" {
		c.text = append(c.text, text)
	}
}

// paragraph adds the beginning of a paragraph outside lists as a row. Timelines written
// as paragraphs are read from these rows.
func (c *collector) paragraph(n ast.Node, text string) {
	if n.Kind() != ast.KindParagraph || text == "" {
		return
	}
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindListItem {
			return
		}
	}
	if len(text) > postmortems.MaxParagraph {
		text = strings.ToValidUTF8(text[:postmortems.MaxParagraph], "")
	}
	c.body.Rows = append(c.body.Rows, postmortems.Row{
		Section: len(c.body.Sections), Cells: []string{text}, Paragraph: true, Line: c.lines.line(offsetOf(n)),
	})
}

// spans adds the code spans of inline content to the section's code.
func (c *collector) spans(n ast.Node) {
	for _, span := range inlineNodes[*ast.CodeSpan](n) {
		c.code = append(c.code, plainText(span, c.source))
	}
}

// item adds a list item as a row: its own text without that of nested blocks. Nested
// items are rows of their own. An item without text is no row.
func (c *collector) item(n *ast.ListItem) {
	var words []string
	row := postmortems.Row{Section: len(c.body.Sections), Checked: taskState(n), Line: c.lines.line(offsetOf(n))}
	for b := n.FirstChild(); b != nil; b = b.NextSibling() {
		if b.Kind() == ast.KindTextBlock || b.Kind() == ast.KindParagraph {
			if text := inlineText(b, c.source); text != "" {
				words = append(words, text)
			}
			row.Links = append(row.Links, absoluteLinks(b)...)
		}
	}
	row.Cells = []string{strings.Join(words, "\n")}
	if row.Cells[0] != "" {
		c.body.Rows = append(c.body.Rows, row)
	}
}

// cellBreak separates the cells of a table row in plain text, so that a quote does not
// join two cells to one sentence.
const cellBreak = " · "

// table adds the rows of a table, and each also as one line of text. The header is not
// a row; every row refers to it.
func (c *collector) table(t *extast.Table) {
	var header []string
	for r := t.FirstChild(); r != nil; r = r.NextSibling() {
		row := postmortems.Row{Section: len(c.body.Sections), Header: header, Line: c.lines.line(offsetOf(r))}
		for cell := r.FirstChild(); cell != nil; cell = cell.NextSibling() {
			row.Cells = append(row.Cells, inlineText(cell, c.source))
			row.Links = append(row.Links, absoluteLinks(cell)...)
			c.spans(cell)
		}
		c.add(strings.Join(slices.DeleteFunc(slices.Clone(row.Cells), func(s string) bool { return s == "" }), cellBreak))
		if r.Kind() == extast.KindTableHeader {
			header = row.Cells
			continue
		}
		c.body.Rows = append(c.body.Rows, row)
	}
}

// inlineText returns the text of a block's inline content on one line. White space is
// collapsed.
func inlineText(n ast.Node, source []byte) string {
	var b strings.Builder
	if raw, ok := n.(*rawHTML); ok {
		writeRawPlain(&b, raw.tokens)
	} else {
		return squeeze(plainText(n, source))
	}
	return squeeze(b.String())
}

// inlineNodes returns all nodes of one type below n. They are in document order; a node
// of the type may be below another one.
func inlineNodes[T ast.Node](n ast.Node) []T {
	var out []T
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(T); ok {
			out = append(out, t)
		}
		out = append(out, inlineNodes[T](c)...)
	}
	return out
}

// absoluteLinks returns the addresses of other sites below n, each once.
func absoluteLinks(n ast.Node) []string {
	var out []string
	add := func(t target) {
		if t.isAbsolute() && !slices.Contains(out, string(t)) {
			out = append(out, string(t))
		}
	}
	for _, l := range inlineNodes[*link](n) {
		add(l.target)
	}
	for _, raw := range inlineNodes[*rawHTML](n) {
		for _, t := range raw.tokens {
			add(t.target)
		}
	}
	return out
}

// countWords counts words; each Han character and Kana is one. Apostrophes, hyphens,
// underscores and full stops inside a word do not end it.
func countWords(s string) int {
	n, inWord := 0, false
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			n, inWord = n+1, false
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if !inWord {
				n++
			}
			inWord = true
		case r != '\'' && r != '-' && r != '_' && r != '.' && r != '’':
			inWord = false
		}
	}
	return n
}
