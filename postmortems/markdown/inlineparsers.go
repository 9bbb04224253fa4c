package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// templateParser preserves marks of template languages as a whole, so that emphasis and
// links inside them are not parsed: {{ … }}, {{< … >}}, <% … %>. It removes kramdown's
// attribute lists such as {:target="_blank"}.
type templateParser struct{}

// attributeList matches an attribute list of kramdown.
var attributeList = regexp.MustCompile(`^\{:(?:\s*(?:[.#][\w-]+|[\w-]+="[^"]*"))+\s*\}`)

// Trigger implements parser.InlineParser.
func (templateParser) Trigger() []byte { return []byte{'{', '<'} }

// Parse implements parser.InlineParser.
func (templateParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	// An empty text makes the mark invisible.
	n := &template{}
	length := 0
	switch {
	case bytes.HasPrefix(line, []byte("{{")):
		length = closedBy(line, "}}")
	case bytes.HasPrefix(line, []byte("<%")):
		length = closedBy(line, "%>")
	case bytes.HasPrefix(line, []byte("{:")):
		length = len(attributeList.Find(line))
		if length > 0 {
			block.Advance(length)
			return n
		}
	}
	if length == 0 {
		return nil
	}
	n.text = string(line[:length])
	block.Advance(length)
	return n
}

// maxTemplate is how many bytes a template mark may have. A longer search for its end
// would take quadratic time on a line of "{{{{".
const maxTemplate = 1 << 10

// closedBy returns the length of a line up to and including its first mark, 0 without
// one. The mark is searched behind the two bytes that open it.
func closedBy(line []byte, mark string) int {
	i := bytes.Index(line[2:min(len(line), maxTemplate)], []byte(mark))
	if i < 0 {
		return 0
	}
	return 2 + i + len(mark)
}

// wikiLinkParser parses [[Title]], [[path#fragment]] and [[path|text]].
type wikiLinkParser struct{}

// wikiLinkText matches a wiki link. The text is short and does not begin or end with a
// space, as shell tests do, and no "(" or "[" follows: [[1]](url) is an ordinary link.
var wikiLinkText = regexp.MustCompile(
	`^\[\[([^\s\[\]|#][^\[\]|#\n]{0,200})?(#[^\[\]|\n]{1,200})?(?:\|([^\[\]\n]{1,200}))?\]\](?:[^(\[:]|$)`)

// Trigger implements parser.InlineParser.
func (wikiLinkParser) Trigger() []byte { return []byte{'['} }

// Parse implements parser.InlineParser.
func (wikiLinkParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if !bytes.HasPrefix(line, []byte("[[")) || pc.IsInLinkLabel() {
		return nil
	}
	m := wikiLinkText.FindSubmatch(line)
	if m == nil || len(m[1])+len(m[2]) == 0 || bytes.HasSuffix(m[1], []byte(" ")) {
		return nil
	}
	n := &wikiLink{target: string(m[1]), fragment: strings.TrimPrefix(string(m[2]), "#")}
	n.label = string(m[3])
	if n.label == "" {
		n.label = string(m[1]) + string(m[2])
	}
	n.SetPos(segment.Start)
	block.Advance(bytes.Index(line, []byte("]]")) + 2)
	return n
}

// hugoLinkParser parses [text]({{< ref "path.md" >}}), which is not a link in
// CommonMark because of the spaces.
type hugoLinkParser struct{}

// hugoLink matches a link with a reference shortcode.
var hugoLink = regexp.MustCompile(`^\[([^\[\]\n]+)\]\(\{\{[<%]\s*(?:rel)?ref\s+"?([^"\s{}]+)"?\s*[>%]\}\}\)`)

// Trigger implements parser.InlineParser.
func (hugoLinkParser) Trigger() []byte { return []byte{'['} }

// Parse implements parser.InlineParser.
func (hugoLinkParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if pc.IsInLinkLabel() || !bytes.Contains(line, []byte("]({{")) {
		return nil
	}
	m := hugoLink.FindSubmatch(line)
	if m == nil {
		return nil
	}
	// The destination is resolved by resolveLinks like that of any link.
	n := ast.NewLink()
	n.Destination = m[2]
	n.SetPos(segment.Start)
	n.AppendChild(n, ast.NewString(m[1]))
	block.Advance(len(m[0]))
	return n
}
