package markdown

import (
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// starParser parses emphasis with "*" as CommonMark does, with one exception: beside a
// Han or Kana character, punctuation does not prevent it from opening or closing. By
// CommonMark the second ** of "**概述：**影响" closes nothing, because Chinese has no space
// there, and the page would show the asterisks.
type starParser struct{}

// starDelimiter pairs the delimiters that starParser finds.
type starDelimiter struct{}

// IsDelimiter implements parser.DelimiterProcessor.
func (starDelimiter) IsDelimiter(b byte) bool { return b == '*' }

// CanOpenCloser implements parser.DelimiterProcessor.
func (starDelimiter) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

// OnMatch implements parser.DelimiterProcessor.
func (starDelimiter) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }

// Trigger implements parser.InlineParser.
func (starParser) Trigger() []byte { return []byte{'*'} }

// Parse implements parser.InlineParser.
func (starParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	n := parser.ScanDelimiter(line, before, 1, starDelimiter{})
	if n == nil {
		return nil
	}
	// RuneError at the end of the line means no character: nothing can be opened there.
	after, _ := utf8.DecodeRune(line[n.OriginalLength:])
	n.CanOpen = n.CanOpen || isSpaceless(before) && after != utf8.RuneError && !util.IsSpaceRune(after)
	n.CanClose = n.CanClose || isSpaceless(after) && !util.IsSpaceRune(before)
	n.Segment = segment.WithStop(segment.Start + n.OriginalLength)
	block.Advance(n.OriginalLength)
	pc.PushDelimiter(n)
	return n
}
