// Package markdown owns how Markdown becomes a page: parsing, sanitised HTML,
// plain text for search, the rows that timelines and actions are read from, and
// the links that leave a document. It is the one user of goldmark, bluemonday
// and chroma.
//
// # Passes
//
// New(Options).RenderBody runs one fixed sequence over one document, so the same
// input gives the same bytes:
//
//	guard       refuse by shape what a Markdown parser would explode on
//	parse       goldmark, with the small parsers of this package
//	blocks      short-code pairs and "> [!NOTE]" become callouts
//	raw HTML    rewritten from the allow-list of tags.go, balanced
//	headings    anchors "h-…", the first level-1 heading leaves the page
//	links       told apart, resolved to candidate paths, left open
//	render      HTML into a bounded buffer
//	sanitise    bluemonday with the same allow-list, then the placeholder check
//	text        sections, code, rows, words
//
// # Raw HTML
//
// goldmark never copies an author's tag to the page. Raw HTML is tokenised and
// written anew: known elements with known attributes, closed inside the block in
// which they were opened, so that a page can never be broken out of; elements
// that do something (script, iframe, form) are dropped with a warning; anything
// else between angle brackets is text, since operators write <cluster-name>.
// bluemonday runs behind it and has the last word.
//
// # Links
//
// A target inside the repository is written as href="postern:N" or
// src="postern:N", N an index of Body.Links. These two forms are the only places
// where the bytes `="postern:` occur in HTML; RenderBody fails otherwise.
// Link.Fragment is already an anchor of this package ("h-…").
//
// # Classes
//
// All classes that HTML can carry:
//
//	callout            <div> of a callout, always with one of
//	callout-note callout-tip callout-important callout-warning callout-caution
//	callout-title      <p>, its title
//	task task-done     <li> of a task list; task-done as well when checked
//	table              <div> around each Markdown table, to scroll sideways
//	chroma             <pre> with highlighted code; tokens are <span class="k">
//	                   and so on, see HighlightCSS
//	code               <pre> with code that is not highlighted
//	language-NAME      <code> in a <pre>, NAME as the author wrote it
//	mermaid            <pre>, holds <code> with the diagram's source
//	template           <code> of a templating mark kept as written ({{ … }}, <% … %>)
//	external-image     <a> (or <span> inside a link) in place of another site's image
//	footnotes          <div> with the notes
//	footnote-ref footnote-backref   <a> to a note and back
//
// Ids are "h-" and more: h-SLUG of headings, h-fn:1 and h-fnref:1 of footnotes.
package markdown
