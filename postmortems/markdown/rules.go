package markdown

import (
	"slices"

	"github.com/postern/postern/postmortems"
)

// Ids of the rules of this package.
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

// RuleRenderLimit is the rule broken by a document whose rendering takes more
// output, time or memory than one document may.
const RuleRenderLimit = "render-limit"

// Rules are the rules that a Markdown body is judged by here.
func Rules() []postmortems.Rule {
	return slices.Concat(sizeRules(), shapeRules(), contentRules())
}

// weightOf finds the weight of a rule.
func weightOf(id string) postmortems.Weight {
	for _, r := range Rules() {
		if r.ID == id {
			return r.Weight
		}
	}
	return postmortems.Error
}

func sizeRules() []postmortems.Rule {
	return []postmortems.Rule{
		{
			ID: ruleBodySize, Title: "A document's text is at most 1 MiB", Weight: postmortems.Error,
			Why:  "A page of that size cannot be read, and every reader's browser pays for it.",
			Mend: "Split the text into several documents, or attach logs and data as files and link to them.",
			Good: "# One subject\n\nText.\n",
		},
		{
			ID: ruleDefinition, Title: "A link definition is at most 2 KiB", Weight: postmortems.Error,
			Why:  "A definition is repeated on the page wherever it is used.",
			Mend: "Shorten the address, for example by leaving out its query.",
			Good: "See [the graph].\n\n[the graph]: https://example.com/graph\n",
		},
		{
			ID: ruleFootnotes, Title: "A document has at most 1000 footnotes", Weight: postmortems.Error,
			Why:  "Each footnote is looked for among all others.",
			Mend: "Split the document, or write the notes as a list.",
			Good: "Text.[^1]\n\n[^1]: A note.\n",
		},
		{
			ID: ruleLinks, Title: "A document has at most 10000 links into the repository", Weight: postmortems.Error,
			Why:  "Each of them is looked up whenever anything is published.",
			Mend: "Split the document, or link to folders instead of files.",
			Good: "See [the runbook](runbook.md).\n",
		},
		{
			ID: RuleRenderLimit, Title: "A document renders in 3 seconds, in little memory and to at most 16 MiB", Weight: postmortems.Error,
			Why:  "One document must not keep all others from being published.",
			Mend: "Look for what repeats itself: very long paragraphs without blank lines, thousands of footnotes or references, huge code blocks. Split the document.",
			Good: "# One subject\n\nText.\n",
		},
	}
}

func shapeRules() []postmortems.Rule {
	return []postmortems.Rule{
		{
			ID: ruleNesting, Title: "Lists and quotes are nested sixteen deep at most", Weight: postmortems.Error,
			Why:  "Deep nesting makes rendering take the square of its length, and nobody can follow it.",
			Mend: "Flatten the list, or give its inner parts headings. Put quoted mail into a code block.",
			Bad:  "> > > > > > > > > > > > > > > > > too deep\n",
			Good: "> quoted\n",
		},
		{
			ID: ruleBrackets, Title: "A paragraph holds at most 2000 opening brackets", Weight: postmortems.Error,
			Why:  "Each bracket may begin a link; telling which do takes the square of their number.",
			Mend: "Put blank lines between the parts of the paragraph, or the text into a code block with blank lines in it.",
			Good: "A [link](https://example.com/).\n",
		},
		{
			ID: ruleTableWide, Title: "A table has at most 64 columns", Weight: postmortems.Error,
			Why:  "A wider table cannot be read on any screen, and each of its rows is filled up to that width.",
			Mend: "Turn rows into columns, split the table, or attach the data as a CSV file.",
			Good: "| a | b |\n|---|---|\n| 1 | 2 |\n",
		},
		{
			ID: ruleTableLarge, Title: "The tables of a document have at most 20000 cells", Weight: postmortems.Error,
			Why:  "Data of that size is no table to read; it makes the page heavy for everyone.",
			Mend: "Attach the data as a CSV file and show the rows that matter.",
			Good: "| a | b |\n|---|---|\n| 1 | 2 |\n",
		},
	}
}

func contentRules() []postmortems.Rule {
	return []postmortems.Rule{
		{
			ID: ruleHTMLRemoved, Title: "Raw HTML does not run or embed anything", Weight: postmortems.Warning,
			Why:  "Scripts, styles, frames, forms and embedded media could act in the reader's name, so they are left out of the page; text inside them may stay, and a link takes the place of a frame or a film.",
			Mend: "Write it in Markdown. Link to a video instead of embedding it. Put HTML that is to be read into a code block.",
			Bad:  "<iframe src=\"https://example.com/\"></iframe>\n",
			Good: "[The recording](https://example.com/)\n",
		},
		{
			ID: ruleImageExternal, Title: "Images are files of the repository", Weight: postmortems.Warning,
			Why:  "An image of another site tells that site who reads which post-mortem, and is gone when it is needed. It is shown as a link.",
			Mend: "Put the image beside the document and push both: `![graph](graph.png)`.",
			Bad:  "![graph](https://example.com/graph.png)\n",
			Good: "[graph](https://example.com/graph.png)\n",
		},
		{
			ID: ruleLinkScheme, Title: "Links are http, https, mailto or a path of the repository", Weight: postmortems.Warning,
			Why:  "Other schemes run code or start programs on the reader's machine. The text stays, the link does not.",
			Mend: "Link to an http address, or write the address as code.",
			Bad:  "[run](javascript:run)\n",
			Good: "Type `run`.\n",
		},
		{
			ID: ruleLinkMalformed, Title: "A link's address can be read as an address", Weight: postmortems.Warning,
			Why:  "No browser would open it the way it was meant. The text stays, the link does not.",
			Mend: "Write the whole address; put one with spaces between angle brackets: `[text](<my file.md>)`.",
			Bad:  "[nothing]()\n",
			Good: "[something](https://example.com/)\n",
		},
		{
			ID: ruleTableRow, Title: "A table row has no more cells than its heading", Weight: postmortems.Warning,
			Why: "Most often a pipe in a command was taken for the end of a cell, and what follows stands below the wrong heading. Nothing is lost: a pipe inside code stays in its cell, and surplus cells are shown without a heading. " +
				"Of such a row in a table of action items only the words are read, and in a timeline no time behind the first column.",
			Mend: "Write `\\|` for a pipe that parts no cells, inside code too, or add the missing column to the heading.",
			Bad:  "| Command | Note |\n|---|---|\n| `ps aux | grep belt` | shows the belt daemon |\n",
			Good: "| Command | Note |\n|---|---|\n| `ps aux \\| grep belt` | shows the belt daemon |\n",
		},
		{
			ID: ruleAnchor, Title: "A link within the page leads to a heading of it", Weight: postmortems.Warning,
			Why:  "The reader clicks and nothing happens.",
			Mend: "Write the heading in lower case with hyphens for spaces: `## Root cause` is `#root-cause`.",
			Bad:  "## Root cause\n\n[cause](#rootcauses)\n",
			Good: "## Root cause\n\n[cause](#root-cause)\n",
		},
	}
}
