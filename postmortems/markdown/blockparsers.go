package markdown

import (
	"bytes"
	"cmp"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// admonitionParser parses MkDocs admonitions:
//
//	!!! warning "Title"
//	    Indented text.
//
// "???" and "???+" are collapsible ones and become the same callout.
type admonitionParser struct{}

var admonitionLine = regexp.MustCompile(`^(?:!!!|\?\?\?\+?)[ \t]*([A-Za-z]+)[a-z \t-]*(?:"([^"]*)")?[ \t]*\n?$`)

// Trigger implements parser.BlockParser.
func (admonitionParser) Trigger() []byte { return []byte{'!', '?'} }

// Open implements parser.BlockParser.
func (admonitionParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	m := admonitionLine.FindSubmatch(line[max(pc.BlockOffset(), 0):])
	if m == nil || calloutKinds[strings.ToLower(string(m[1]))] == "" {
		return nil, parser.NoChildren
	}
	reader.AdvanceToEOL()
	return newCallout(string(m[1]), string(m[2])), parser.HasChildren
}

// Continue implements parser.BlockParser; it continues while lines are indented.
func (admonitionParser) Continue(_ ast.Node, reader text.Reader, _ parser.Context) parser.State {
	line, _ := reader.PeekLine()
	if util.IsBlank(line) {
		return parser.Continue | parser.HasChildren
	}
	pos, padding := util.IndentPosition(line, reader.LineOffset(), 4)
	if pos < 0 {
		return parser.Close
	}
	reader.AdvanceAndSetPadding(pos, padding)
	return parser.Continue | parser.HasChildren
}

// Close implements parser.BlockParser.
func (admonitionParser) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph implements parser.BlockParser.
func (admonitionParser) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (admonitionParser) CanAcceptIndentedLine() bool { return false }

// markParser parses lines that consist of one Hugo shortcode or a Docusaurus fence.
// Opening and closing lines are separate nodes: foldBlocks pairs them after parsing,
// because a block in between may end in any way.
type markParser struct{}

var (
	shortcodeLine = regexp.MustCompile(`^\{\{[<%]\s*(/?)\s*([A-Za-z][\w./-]*)([^{}]*?)/?\s*[>%]\}\}\s*$`)
	fenceLine     = regexp.MustCompile(`^:{3,}[ \t]*([A-Za-z]*)[ \t]*(?:\[([^\]]*)\]|([^\n]*?))\s*$`)
	shortcodeArg  = regexp.MustCompile(`(?:([a-z]+)=)?(?:"([^"]*)"|([^\s"=]+))`)
)

// Trigger implements parser.BlockParser.
func (markParser) Trigger() []byte { return []byte{'{', ':'} }

// Open implements parser.BlockParser.
func (markParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	line = line[max(pc.BlockOffset(), 0):]
	var n *mark
	if bytes.HasPrefix(line, []byte("{{")) {
		n = newShortcode(shortcodeLine.FindSubmatch(line))
	} else if m := fenceLine.FindSubmatch(line); m != nil {
		n = newFence(string(m[1]), string(m[2])+string(m[3]))
	}
	if n == nil {
		return nil, parser.NoChildren
	}
	reader.AdvanceToEOL()
	return n, parser.NoChildren
}

// newShortcode parses {{< name "word" title="Title" color="warning" >}}. m are the
// groups of shortcodeLine; nil returns nil. A word that is a kind of callout is its
// type; the last other positional argument is args[""].
func newShortcode(m [][]byte) *mark {
	if m == nil {
		return nil
	}
	n := &mark{closing: len(m[1]) > 0, name: strings.ToLower(string(m[2]))}
	args := map[string]string{}
	for _, a := range shortcodeArg.FindAllSubmatch(m[3], -1) {
		value := string(a[2]) + string(a[3])
		if key := string(a[1]); key != "" || calloutKinds[strings.ToLower(value)] == "" {
			args[key] = value
		} else {
			args["type"] = value
		}
	}
	n.title = args["title"]
	switch n.name {
	case "figure", "img", "image":
		n.image = args["src"]
		n.title = cmp.Or(args["alt"], args["caption"], args["title"])
	case "alert", "hint", "callout", "admonition", "notice":
		n.kind = "note"
		for _, word := range []string{args["color"], args["type"]} {
			if calloutKinds[strings.ToLower(word)] != "" {
				n.kind = strings.ToLower(word)
			}
		}
	case "details", "expand":
		n.kind = "note"
		n.title = cmp.Or(n.title, args[""])
	default:
		if calloutKinds[n.name] != "" {
			n.kind = n.name
		}
	}
	return n
}

// newFence parses ":::note Title" and its closing ":::". It returns nil for a word that
// is no callout, which stays text.
func newFence(word, title string) *mark {
	if word == "" {
		if title != "" {
			return nil
		}
		return &mark{name: ":::", closing: true}
	}
	kind := strings.ToLower(word)
	if calloutKinds[kind] == "" && kind != "details" {
		return nil
	}
	if kind == "details" {
		kind = "note"
	}
	return &mark{name: ":::", kind: kind, title: title}
}

// Continue implements parser.BlockParser: a mark is one line.
func (markParser) Continue(ast.Node, text.Reader, parser.Context) parser.State { return parser.Close }

// Close implements parser.BlockParser.
func (markParser) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph implements parser.BlockParser.
func (markParser) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (markParser) CanAcceptIndentedLine() bool { return false }
