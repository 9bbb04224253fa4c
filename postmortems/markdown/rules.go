package markdown

import (
	"slices"

	"github.com/postern/postern/postmortems"
)

// Ids of the rules of this package. They are part of addresses.
const (
	ruleBodySize   = "body-size"
	ruleNesting    = "nesting-depth"
	ruleBrackets   = "bracket-count"
	ruleDefinition = "link-definition-size"
	ruleFootnotes  = "footnote-count"
	ruleLinks      = "link-count"
	ruleTableWide  = "table-columns"
	ruleTableLarge = "table-cells"

	ruleHTMLRemoved   = "html-removed"
	ruleImageExternal = "image-external"
	ruleLinkScheme    = "link-scheme"
	ruleLinkMalformed = "link-malformed"
	ruleAnchor        = "anchor-missing"
	ruleTableRow      = "table-row"
)

// RuleRenderLimit is the id of the rule about the output, time and memory of one
// document.
const RuleRenderLimit = "render-limit"

// Rules returns the rules for the Markdown of a document.
func Rules() []postmortems.Rule {
	return slices.Concat(sizeRules(), shapeRules(), contentRules())
}

// weightOf returns the weight of a rule.
func weightOf(id string) postmortems.Weight {
	for _, r := range Rules() {
		if r.ID == id {
			return r.Weight
		}
	}
	return postmortems.Error
}

// sizeRules bound the size of a document and of its parts.
func sizeRules() []postmortems.Rule {
	return []postmortems.Rule{
		{
			ID: ruleBodySize, Title: "A document's text is at most 1 MiB", Weight: postmortems.Error,
			Why:  "No one reads a page of that size, and it slows down every reader's browser.",
			Fix:  "Split the text into several documents, or attach logs and data as files and link to them.",
			Good: "# One subject\n\nText.\n",
		},
		{
			ID: ruleDefinition, Title: "A link definition is at most 2 KiB", Weight: postmortems.Error,
			Why:  "A definition is repeated on the page at each use.",
			Fix:  "Shorten the address, for example by leaving out its query.",
			Good: "See [the graph].\n\n[the graph]: https://example.com/graph\n",
		},
		{
			ID: ruleFootnotes, Title: "A document has at most 1000 footnotes", Weight: postmortems.Error,
			Why:  "Each footnote is searched among all others.",
			Fix:  "Split the document, or write the notes as a list.",
			Good: "Text.[^1]\n\n[^1]: A note.\n",
		},
		{
			ID: ruleLinks, Title: "A document has at most 10000 links into the repository", Weight: postmortems.Error,
			Why:  "Each of them is looked up whenever a document is published.",
			Fix:  "Split the document, or link to folders instead of files.",
			Good: "See [the runbook](runbook.md).\n",
		},
		{
			ID: RuleRenderLimit, Title: "A document renders in 3 seconds, in little memory and to at most 16 MiB", Weight: postmortems.Error,
			Why: "One document must not block the publication of all others.",
			Fix: "Look for repetition: very long paragraphs without blank lines, thousands of footnotes or references, huge code blocks. " +
				"Split the document.",
			Good: "# One subject\n\nText.\n",
		},
	}
}

// shapeRules bound nesting, brackets and tables.
func shapeRules() []postmortems.Rule {
	return []postmortems.Rule{
		{
			ID: ruleNesting, Title: "Lists and quotes are nested sixteen deep at most", Weight: postmortems.Error,
			Why:  "Deep nesting makes rendering time grow with the square of the length, and no one can follow it.",
			Fix:  "Flatten the list, or give its inner parts headings. Put quoted mail into a code block.",
			Bad:  "> > > > > > > > > > > > > > > > > too deep\n",
			Good: "> quoted\n",
		},
		{
			ID: ruleBrackets, Title: "A paragraph has at most 2000 opening brackets", Weight: postmortems.Error,
			Why:  "Each bracket may begin a link, and finding those that do takes time that grows with the square of their number.",
			Fix:  "Put blank lines between the parts of the paragraph, or the text into a code block with blank lines in it.",
			Good: "A [link](https://example.com/).\n",
		},
		{
			ID: ruleTableWide, Title: "A table has at most 64 columns", Weight: postmortems.Error,
			Why:  "A wider table cannot be read on any screen, and each of its rows is padded to that width.",
			Fix:  "Turn rows into columns, split the table, or attach the data as a CSV file.",
			Good: "| a | b |\n|---|---|\n| 1 | 2 |\n",
		},
		{
			ID: ruleTableLarge, Title: "The tables of a document have at most 20000 cells", Weight: postmortems.Error,
			Why:  "A table of that size cannot be read, and it slows down the page for everyone.",
			Fix:  "Attach the data as a CSV file and show only the important rows.",
			Good: "| a | b |\n|---|---|\n| 1 | 2 |\n",
		},
	}
}

// contentRules are about raw HTML, images, links and rows.
func contentRules() []postmortems.Rule {
	return []postmortems.Rule{
		{
			ID: ruleHTMLRemoved, Title: "Raw HTML does not run or embed anything", Weight: postmortems.Warning,
			Why: "Scripts, styles, frames, forms and embedded media could act in the reader's name, so they are removed from the page. Text " +
				"inside them may stay, and a link replaces a frame or a video.",
			Fix:  "Write it in Markdown. Link to a video instead of embedding it. Put HTML that readers should see into a code block.",
			Bad:  "<iframe src=\"https://example.com/\"></iframe>\n",
			Good: "[The recording](https://example.com/)\n",
		},
		{
			ID: ruleImageExternal, Title: "Images are files of the repository", Weight: postmortems.Warning,
			Why: "An image of another site reveals to that site who reads which post-mortem, and may be missing when it is needed. It is " +
				"shown as a link.",
			Fix:  "Store the image beside the document and push both: `![graph](graph.png)`.",
			Bad:  "![graph](https://example.com/graph.png)\n",
			Good: "[graph](https://example.com/graph.png)\n",
		},
		{
			ID: ruleLinkScheme, Title: "Links are http, https, mailto or a path of the repository", Weight: postmortems.Warning,
			Why:  "Other schemes run code or start programs on the reader's machine. The text stays, the link is removed.",
			Fix:  "Link to an http address, or write the address as code.",
			Bad:  "[run](javascript:run)\n",
			Good: "Type `run`.\n",
		},
		{
			ID: ruleLinkMalformed, Title: "A link has a valid address", Weight: postmortems.Warning,
			Why:  "Browsers cannot open the address as intended. The text stays, the link is removed.",
			Fix:  "Write the whole address; put one with spaces between angle brackets: `[text](<my file.md>)`.",
			Bad:  "[nothing]()\n",
			Good: "[something](https://example.com/)\n",
		},
		{
			ID: ruleTableRow, Title: "A table row has no more cells than its header", Weight: postmortems.Warning,
			Why: "Usually a pipe in a command is read as the end of a cell, and the rest of the row is below the wrong header. " +
				"No text is lost: a pipe inside code stays in its cell, and surplus cells are shown without a header. " +
				"In a table of action items only the text of such a row is read, and in a timeline no time after the first column.",
			Fix:  "Write `\\|` for a pipe that does not separate cells, also inside code, or add the missing column to the header.",
			Bad:  "| Command | Note |\n|---|---|\n| `ps aux | grep belt` | shows the belt daemon |\n",
			Good: "| Command | Note |\n|---|---|\n| `ps aux \\| grep belt` | shows the belt daemon |\n",
		},
		{
			ID: ruleAnchor, Title: "A link within the page leads to one of its headings", Weight: postmortems.Warning,
			Why:  "Otherwise the reader clicks and nothing happens.",
			Fix:  "Write the heading in lower case with hyphens for spaces: `## Root cause` is `#root-cause`.",
			Bad:  "## Root cause\n\n[cause](#rootcauses)\n",
			Good: "## Root cause\n\n[cause](#root-cause)\n",
		},
	}
}
