package markdown

import (
	"github.com/yuin/goldmark"
	emoji "github.com/yuin/goldmark-emoji"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// newEngine returns goldmark with its extensions and with the parsers and node
// renderers of this package. Raw HTML is disabled: after rewriteHTML no node of
// goldmark contains any. A lower number is a higher priority.
func newEngine() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Strikethrough,
			extension.Linkify,
			extension.TaskList,
			extension.NewFootnote(
				extension.WithFootnoteIDPrefix("h-"),
				extension.WithFootnoteBacklinkHTML("↩"),
			),
			extension.DefinitionList,
			extension.NewCJK(extension.WithEscapedSpace()),
			emoji.New(emoji.WithRenderingMethod(emoji.Unicode)),
		),
		goldmark.WithParserOptions(
			parser.WithBlockParsers(
				util.Prioritized(admonitionParser{}, 750),
				util.Prioritized(markParser{}, 760),
			),
			parser.WithParagraphTransformers(
				util.Prioritized(newTableParser(), 190), // before goldmark's own
			),
			parser.WithInlineParsers(
				util.Prioritized(templateParser{}, 90), // before code spans and raw HTML: <% and {{ are neither
				util.Prioritized(wikiLinkParser{}, 150),
				util.Prioritized(hugoLinkParser{}, 151),
				util.Prioritized(starParser{}, 499), // before goldmark's own
			),
		),
		goldmark.WithRendererOptions(
			renderer.WithNodeRenderers(util.Prioritized(nodeRenderer{}, 100)),
		),
	)
}
