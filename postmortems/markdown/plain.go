package markdown

import (
	"bufio"
	"bytes"
	stdhtml "html"
	"strings"
	"unicode"
	"unicode/utf8"

	emojiast "github.com/yuin/goldmark-emoji/ast"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer/html"
)

// textWriter writes Markdown text as HTML, with escapes and references resolved.
var textWriter = html.NewWriter(html.WithEscapedSpace())

// decode resolves backslash escapes and character references of Markdown text. The
// result is text and not HTML.
func decode(b []byte) string {
	if bytes.IndexByte(b, '\\') < 0 && bytes.IndexByte(b, '&') < 0 {
		return string(b)
	}
	var out bytes.Buffer
	w := bufio.NewWriterSize(&out, len(b))
	textWriter.Write(w, b)
	_ = w.Flush()
	return stdhtml.UnescapeString(out.String())
}

// plainText returns the text of inline content, as a reader sees it. Emphasis and links
// are their text, images their alternative text, and a line break is a space.
func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		writePlain(&b, c, source)
	}
	return strings.TrimSpace(b.String())
}

// writePlain writes the text of one inline node.
func writePlain(b *strings.Builder, n ast.Node, source []byte) {
	switch n := n.(type) {
	case *ast.Text:
		value := n.Segment.Value(source)
		if n.IsRaw() {
			b.Write(value)
		} else {
			b.WriteString(decode(value))
		}
		if n.HardLineBreak() || n.SoftLineBreak() && !joinsLines(n, source) {
			b.WriteByte(' ')
		}
	case *ast.String:
		b.Write(n.Value)
	case *ast.AutoLink:
		b.Write(n.Label(source))
	case *emojiast.Emoji:
		b.WriteString(string(n.Value.Unicode))
	case *template:
		b.WriteString(n.text)
	case *wikiLink:
		b.WriteString(n.label)
	case *image:
		b.WriteString(n.alt)
	case *rawHTML:
		writeRawPlain(b, n.tokens)
	default:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			writePlain(b, c, source)
		}
	}
}

// writeRawPlain writes the text of raw HTML. Block elements separate words, and cells
// of a row are separated as in a Markdown table. Attributes other than alt are not part
// of the text.
func writeRawPlain(b *strings.Builder, tokens []rawToken) {
	inRow := false
	for _, t := range tokens {
		switch {
		case (t.name == "td" || t.name == "th") && t.kind == tokenOpen:
			if inRow {
				b.WriteString(cellBreak)
			}
			inRow = true
		case t.name == "tr":
			inRow = false
			b.WriteByte(' ')
		case t.kind == tokenText:
			b.WriteString(t.text)
		case t.name == "img":
			b.WriteString(t.attr("alt"))
		case t.name == "br" || tagRules[t.name].use == tagBlock:
			b.WriteByte(' ')
		}
	}
}

// joinsLines reports whether a line break after t is between two characters of a script
// without spaces, so that it must be removed. It looks at the last character before the
// break and at the first one after it, also inside emphasis or a link.
func joinsLines(t *ast.Text, source []byte) bool {
	last, _ := utf8.DecodeLastRune(t.Segment.Value(source))
	next := t.NextSibling()
	for next != nil && next.FirstChild() != nil {
		next = next.FirstChild()
	}
	following, ok := next.(*ast.Text)
	if !ok {
		return false
	}
	first, _ := utf8.DecodeRune(following.Segment.Value(source))
	return isSpaceless(last) && isSpaceless(first)
}

// isSpaceless reports whether r is Han, Kana or full-width punctuation. Hangul has
// spaces.
func isSpaceless(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) ||
		r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef
}

// squeeze collapses white space.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
