package snippet

import (
	"html"
	"strings"

	xhtml "golang.org/x/net/html"
)

// hardFactor is how many times its limit an excerpt may have, so that a sentence that
// announces a block is not separated from it.
const hardFactor = 4

// Excerpt returns the section under the heading with the anchor from a document's
// sanitised HTML, up to the next heading of its level. Paragraphs, code, lists, tables
// and callouts are unchanged; subheadings become bold paragraphs. If the section is
// empty, Excerpt returns the next one that is not, of at most nearHeadings. An excerpt
// ends after the block that exceeds most bytes, never with a sentence that announces
// the next block; more reports whether something was left out. Excerpt returns "" if
// there is no such heading.
func Excerpt(body, anchor string, most int) (excerpt string, more bool) {
	// The sanitiser writes attributes in this form, so a search for the text finds the
	// heading.
	before, rest, found := strings.Cut(body, ` id="`+html.EscapeString(anchor)+`"`)
	if anchor == "" || !found {
		return "", false
	}
	level := headingLevel(before[strings.LastIndexByte(before, '<')+1:])
	for range nearHeadings {
		end := strings.Index(rest, "</h")
		if end < 0 {
			return "", false
		}
		_, rest, _ = strings.Cut(rest[end:], ">")
		c := cutter{level: level, most: most}
		c.read(rest)
		if excerpt = strings.TrimSpace(c.kept()); excerpt != "" || c.more {
			return excerpt, c.more
		}
		level = c.stop
	}
	return "", false
}

// nearHeadings is how many sections are tried until one is not empty. Sections further
// down have another subject.
const nearHeadings = 3

// headingLevel returns the level of a heading's tag name, 0 for any other.
func headingLevel(tag string) int {
	if len(tag) == 2 && tag[0] == 'h' && '1' <= tag[1] && tag[1] <= '6' {
		return int(tag[1] - '0')
	}
	return 0
}

// block is one block at the top level of an excerpt.
type block struct {
	html    string
	heading bool
	// Ends with a colon: the next block belongs to it.
	opens bool
}

// cutter takes whole blocks from the beginning of HTML.
type cutter struct {
	level, most int
	blocks      []block
	size        int
	// Something was left out.
	more bool
	// Level of the heading that ended the section, 0 for none.
	stop int
}

// read takes blocks up to a heading of the level or above, the end of the enclosing
// element, or the limit.
func (c *cutter) read(s string) {
	z := xhtml.NewTokenizer(strings.NewReader(s))
	// at is the offset after the current token, start that of the current block, and
	// depth the number of open elements.
	depth, at, start := 0, 0, 0
	for {
		kind := z.Next()
		if kind == xhtml.ErrorToken {
			return
		}
		raw := len(z.Raw())
		name, _ := z.TagName()
		level := headingLevel(string(name))
		switch kind {
		case xhtml.StartTagToken:
			if depth == 0 && level > 0 && level <= c.level {
				c.stop = level
				return
			}
			if depth == 0 && c.full() {
				c.more = true
				return
			}
			if !isVoid(string(name)) {
				depth++
			}
		case xhtml.EndTagToken:
			if depth--; depth < 0 {
				return
			}
		}
		// At depth 0 a block, or the text between two, is complete.
		if at += raw; depth == 0 {
			c.add(s[start:at], kind == xhtml.EndTagToken && level > 0)
			start = at
		}
	}
}

// add appends a block. White space joins the block before it.
func (c *cutter) add(raw string, heading bool) {
	if strings.TrimSpace(raw) == "" {
		if n := len(c.blocks); n > 0 {
			c.blocks[n-1].html += raw
		}
		return
	}
	b := block{html: raw, heading: heading}
	if heading {
		b.html = bold(raw)
	}
	text := strings.TrimSpace(strings.TrimRight(PlainText(raw), "*_ \n"))
	b.opens = strings.HasSuffix(text, ":") || strings.HasSuffix(text, "：")
	c.blocks = append(c.blocks, b)
	c.size += len(b.html)
}

// bold returns a heading as a paragraph, without its anchor: the page has that already.
func bold(heading string) string {
	_, inside, _ := strings.Cut(heading, ">")
	inside = inside[:max(strings.LastIndex(inside, "</"), 0)]
	return "<p><strong>" + inside + "</strong></p>\n"
}

// full reports whether the excerpt may end before the next block.
func (c *cutter) full() bool {
	n := len(c.blocks)
	return c.size > hardFactor*c.most || c.size > c.most && !c.blocks[n-1].opens && !c.blocks[n-1].heading
}

// kept returns the excerpt. If the limit separates a block from the text that announces
// it, kept leaves out both, unless there is no other block.
func (c *cutter) kept() string {
	// The last block is too long if the size exceeds the hard limit.
	blocks, before := c.blocks, c.more
	if c.size > hardFactor*c.most && len(blocks) > 1 {
		c.more = true
		blocks = blocks[:len(blocks)-1]
	}
	for n := len(blocks); c.more && n > 0 && (blocks[n-1].opens || blocks[n-1].heading); n = len(blocks) {
		blocks = blocks[:n-1]
	}
	if last := len(c.blocks) - 1; len(blocks) == 0 && last >= 0 && !c.blocks[last].opens && !c.blocks[last].heading {
		blocks, c.more = c.blocks, before
	}
	var out strings.Builder
	for _, b := range blocks {
		out.WriteString(b.html)
	}
	return out.String()
}

// isVoid reports whether an element has no end tag, for the elements that the
// sanitiser lets through.
func isVoid(name string) bool {
	switch name {
	case "br", "hr", "img", "input", "wbr", "source", "col":
		return true
	}
	return false
}
