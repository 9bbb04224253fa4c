// Package markdown turns Markdown into a page: parsing, sanitised HTML, plain text for
// search, the rows that timelines and action items are read from, and the links out of
// a document. It is the only user of goldmark, bluemonday and chroma.
//
// # Passes
//
// RenderBody runs a fixed sequence of passes over one document, so that the same input
// gives the same bytes:
//
//	guard       refuse shapes that make a Markdown parser run out of time or memory
//	parse       goldmark, with the small parsers of this package
//	blocks      shortcode pairs and "> [!NOTE]" become callouts
//	raw HTML    rewritten from the allow-list of tags.go, balanced
//	headings    anchors "h-…", the first level-1 heading is removed from the page
//	links       classified, resolved to candidate paths, replaced by placeholders
//	render      HTML into a bounded buffer
//	sanitise    bluemonday with the same allow-list, then the placeholder check
//	text        sections, code, rows, words
//
// # Raw HTML
//
// goldmark never copies an author's tag to the page. Raw HTML is tokenised and
// rewritten: known elements with known attributes, closed inside the block in which
// they were opened, so that no markup can break out of its place; elements with an
// effect (script, iframe, form) are removed with a warning; anything else between angle
// brackets is text, because operators write <cluster-name>. bluemonday sanitises the
// result.
//
// # Links
//
// A target inside the repository is written as href="postern:N" or src="postern:N",
// where N is an index of Body.Links. The bytes `="postern:` occur nowhere else in HTML;
// otherwise RenderBody fails. Link.Fragment is already an anchor of this package
// ("h-…").
//
// # Classes
//
// All classes that HTML can carry:
//
//	callout            <div> of a callout, always with one of
//	callout-note callout-tip callout-important callout-warning callout-caution
//	callout-title      <p>, its title
//	task task-done     <li> of a task list; task-done as well when checked
//	table              <div> around each Markdown table, which scrolls sideways
//	chroma             <pre> with highlighted code; tokens are <span class="k"> and
//	                   similar, see HighlightCSS
//	code               <pre> with code that is not highlighted
//	language-NAME      <code> in a <pre>, NAME as the author wrote it
//	mermaid            <pre> around <code> with the diagram's source
//	template           <code> of a template mark as written ({{ … }}, <% … %>)
//	external-image     <a> (or <span> inside a link) instead of an image of another site
//	footnotes          <div> with the notes
//	footnote-ref footnote-backref   <a> to a note and back
//
// Ids begin with "h-": h-SLUG of headings, h-fn:1 and h-fnref:1 of footnotes.
//
// # Where to look
//
//	a whole document   renderer.go, engine.go (goldmark and its parsers), guard.go
//	parsing            blockparsers.go, inlineparsers.go, emphasis.go, nodes.go
//	raw HTML           rawhtml.go (tokens), tags.go (what is allowed), balance.go
//	callouts           callout.go
//	links              links.go, target.go (addresses), candidates.go (paths), anchors.go
//	HTML               html.go, tables.go, highlight.go, highlightcss.go, diagram.go
//	sanitising         policy.go
//	plain text         text.go, plain.go, lines.go (lines and columns)
//	problems           problems.go, rules.go
package markdown
