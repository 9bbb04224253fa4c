package snippet

import (
	"strconv"
	"strings"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// PlainText returns sanitised HTML as text for a terminal or a language model. Blocks
// are separated by an empty line, code is indented and otherwise unchanged, lists have
// their numbers and marks, and table cells are separated by " | ".
func PlainText(body string) string {
	nodes, err := xhtml.ParseFragment(strings.NewReader(body), &xhtml.Node{Type: xhtml.ElementNode, DataAtom: atom.Body, Data: "body"})
	// Reading from a string does not fail.
	if err != nil {
		return ""
	}
	root := &xhtml.Node{Type: xhtml.ElementNode, Data: "body"}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return strings.Join(plainBlocks(root, 0), "\n\n")
}

// maxNested is the maximum depth of blocks; deeper ones become one line.
const maxNested = 32

// plainBlocks returns the blocks below a node. Text between them is a block too.
func plainBlocks(parent *xhtml.Node, depth int) (out []string) {
	var line strings.Builder
	flush := func() {
		if text := inlineText(line.String()); text != "" {
			out = append(out, text)
		}
		line.Reset()
	}
	// Inline nodes are collected until the next block ends the line.
	for n := parent.FirstChild; n != nil; n = n.NextSibling {
		if !isBlock(n) || depth == maxNested {
			writeInline(&line, n)
			continue
		}
		flush()
		if text := plainBlock(n, depth+1); text != "" {
			out = append(out, text)
		}
	}
	flush()
	return out
}

// plainBlock returns the text of one block.
func plainBlock(n *xhtml.Node, depth int) string {
	switch n.Data {
	case "pre":
		return indent(strings.Trim(strings.ReplaceAll(rawText(n), "\t", "    "), "\n"), "    ", "    ")
	case "ul", "ol", "dl":
		return plainList(n, depth)
	case "table":
		return plainTable(n)
	case "hr":
		return ""
	case "blockquote":
		return indent(strings.Join(plainBlocks(n, depth), "\n\n"), "> ", "> ")
	}
	// The first block of a callout is its title, such as Warning.
	blocks := plainBlocks(n, depth)
	if strings.Contains(attribute(n, "class"), "callout ") && len(blocks) > 1 {
		return blocks[0] + ": " + strings.Join(blocks[1:], "\n\n")
	}
	return strings.Join(blocks, "\n\n")
}

// plainList returns the items with their marks. The contents of an item are indented to
// its first word.
func plainList(list *xhtml.Node, depth int) string {
	var items []string
	number := 1
	if n, err := strconv.Atoi(attribute(list, "start")); err == nil {
		number = n
	}
	for n := list.FirstChild; n != nil; n = n.NextSibling {
		if n.Type != xhtml.ElementNode {
			continue
		}
		mark := "- "
		switch {
		case n.Data == "dt":
			mark = ""
		case n.Data == "dd":
			mark = "    "
		case list.Data == "ol":
			mark = strconv.Itoa(number) + ". "
			number++
		case strings.Contains(attribute(n, "class"), "task-done"):
			mark = "- [x] "
		case strings.Contains(attribute(n, "class"), "task"):
			mark = "- [ ] "
		}
		text := strings.Join(plainBlocks(n, depth), "\n")
		items = append(items, indent(text, mark, strings.Repeat(" ", len(mark))))
	}
	return strings.Join(items, "\n")
}

// plainTable returns one line for each row.
func plainTable(table *xhtml.Node) string {
	var rows []string
	for n := range table.Descendants() {
		if n.Data != "tr" || n.Type != xhtml.ElementNode {
			continue
		}
		var cells []string
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Data == "td" || c.Data == "th" {
				var cell strings.Builder
				writeInline(&cell, c)
				cells = append(cells, strings.ReplaceAll(inlineText(cell.String()), "\n", " "))
			}
		}
		rows = append(rows, strings.Join(cells, " | "))
	}
	return strings.Join(rows, "\n")
}

// isBlock reports whether a node is a block element.
func isBlock(n *xhtml.Node) bool {
	if n.Type != xhtml.ElementNode {
		return false
	}
	switch n.Data {
	case "p", "div", "pre", "ul", "ol", "dl", "table", "blockquote", "hr", "details", "summary", "figure", "figcaption", "section",
		"h1", "h2", "h3", "h4", "h5", "h6":
		return true
	}
	return false
}

// lineBreak stands for <br>; folding of white space does not remove it.
const lineBreak = "\x00"

// writeInline writes the visible text of a node, and the address of a link unless the
// text has it.
func writeInline(out *strings.Builder, n *xhtml.Node) {
	switch {
	case n.Type == xhtml.TextNode:
		out.WriteString(n.Data)
		return
	case n.Data == "br":
		out.WriteString(lineBreak)
		return
	case n.Data == "img":
		out.WriteString(attribute(n, "alt"))
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		writeInline(out, c)
		if isBlock(c) {
			out.WriteString(" ")
		}
	}
	if href := attribute(n, "href"); n.Data == "a" && strings.Contains(href, "://") && !strings.Contains(rawText(n), href) {
		out.WriteString(" (" + href + ")")
	}
}

// inlineText folds white space and replaces lineBreak by line ends.
func inlineText(s string) string {
	lines := strings.Split(s, lineBreak)
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// rawText returns the text of a node with its white space.
func rawText(n *xhtml.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == xhtml.TextNode {
			out.WriteString(d.Data)
		}
	}
	return out.String()
}

// attribute returns the value of an attribute, "" if there is none.
func attribute(n *xhtml.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// indent prefixes the first line with first, and the other lines that are not empty
// with next.
func indent(text, first, next string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		switch {
		case i == 0:
			lines[i] = first + line
		case line != "":
			lines[i] = next + line
		}
	}
	return strings.Join(lines, "\n")
}
