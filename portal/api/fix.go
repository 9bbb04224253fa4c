package api

import (
	"context"
	"html"
	"net/url"
	"strings"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/search/snippet"
)

// Fix is one section of a document in three equivalent forms: Markdown for tools, HTML
// for pages, and plain text for terminals. Each is cut at the end of a block when it
// exceeds maxFix.
type Fix struct {
	Document string  `json:"document" doc:"Id of the document."`
	Title    string  `json:"title" doc:"Title of the document."`
	Heading  string  `json:"heading" doc:"Heading of the section."`
	Anchor   *string `json:"anchor" doc:"Anchor of the heading; null for the end of a timeline."`
	URL      string  `json:"url" doc:"URL of the section."`
	Markdown string  `json:"markdown" doc:"The section as written; a long section ends with a link to the rest."`
	HTML     string  `json:"html" doc:"The section as sanitized HTML; lower headings are bold paragraphs."`
	Text     string  `json:"text" doc:"The section as plain text: code indented by four, table cells separated by a bar."`
}

// goesOn marks the end of a section that was cut.
const goesOn = "… continues in the document"

// fixOf returns a section of a document; nil when there is nothing below the heading.
// The Markdown is cut from the source file, and is the plain text when the file cannot
// be read.
func (s service) fixOf(ctx context.Context, p library.Page, heading, anchor string) *Fix {
	body, more := snippet.Excerpt(s.html(p), anchor, maxFix)
	if body == "" {
		return nil
	}
	f := s.fixIn(p, heading, anchor)
	f.HTML, f.Text = body, snippet.PlainText(body)
	if more {
		f.HTML += `<p><a href="` + html.EscapeString(f.URL) + `">` + goesOn + "</a></p>\n"
		f.Text += "\n\n" + goesOn
	}
	f.Markdown = f.Text // used when the source cannot be read
	source, err := s.Library.Source(ctx, p.Shown.Blob)
	if err != nil {
		return f
	}
	from, before := linesOf(p.Document.Body.Headings, anchor)
	text, more := snippet.ExcerptMarkdown(source, from, before, maxFix)
	if text != "" {
		f.Markdown = text
		if more {
			f.Markdown += "\n\n[" + goesOn + "](" + f.URL + ")"
		}
	}
	return f
}

// fixIn returns a Fix without its contents. Its URL is of the document's present
// address, with the anchor of the section if it has one.
func (s service) fixIn(p library.Page, heading, anchor string) *Fix {
	f := &Fix{Document: p.ID, Title: p.Document.Title, Heading: heading, Anchor: text(anchor), URL: s.prefix + p.Address}
	if anchor != "" {
		f.URL += "#" + url.PathEscape(anchor)
	}
	return f
}

// linesOf returns the lines [from, before) of a file below a heading, up to the next
// heading of its level or a higher one. before is the largest int for the last section.
// An unknown anchor is 0, 0.
func linesOf(headings []postmortems.Heading, anchor string) (from, before int) {
	for i, h := range headings {
		if h.Anchor != anchor {
			continue
		}
		for _, next := range headings[i+1:] {
			if next.Level <= h.Level {
				return h.Line + 1, next.Line
			}
		}
		return h.Line + 1, int(^uint(0) >> 1)
	}
	return 0, 0
}

// timelineFix returns the end of an incident's timeline, in UTC; nil without one. It
// has no anchor, because it is put together from entries and is no section of the
// document.
func (s service) timelineFix(p library.Page) *Fix {
	steps := p.Document.Recovery()
	if len(steps) == 0 {
		return nil
	}
	f := s.fixIn(p, "Timeline (UTC)", "")
	lines, items := make([]string, len(steps)), make([]string, len(steps))
	for i, e := range steps {
		lines[i] = e.At.At.UTC().Format("15:04") + " " + e.Text
		// The text of an entry is the author's and not sanitized yet.
		items[i] = "<li>" + html.EscapeString(lines[i]) + "</li>\n"
	}
	f.Text = strings.Join(lines, "\n")
	f.Markdown = "- " + strings.Join(lines, "\n- ")
	f.HTML = "<ul>\n" + strings.Join(items, "") + "</ul>\n"
	return f
}
