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

// Fix is one section of a document, in three forms that say the same.
type Fix struct {
	Document string  `json:"document" doc:"The document's id."`
	Title    string  `json:"title" doc:"The document's title."`
	Heading  string  `json:"heading" doc:"The section's heading."`
	Anchor   *string `json:"anchor" doc:"The heading's anchor; null for the end of a timeline."`
	URL      string  `json:"url" doc:"Where the section is read."`
	Markdown string  `json:"markdown" doc:"The section as its author wrote it, with its code, lists, tables and warnings. A long one ends with a block and a link to the rest."`
	HTML     string  `json:"html" doc:"The same as the document shows it, sanitised; headings below the section's are paragraphs in bold."`
	Text     string  `json:"text" doc:"The same for a terminal: code is indented by four, lists keep their numbers, cells of a table are parted by a bar."`
}

// goesOn ends what was cut off a section.
const goesOn = "… continues in the document"

// fixOf reads a section; nil when the document shows nothing below the heading.
func (s service) fixOf(ctx context.Context, p library.Page, heading, anchor string) *Fix {
	body, more := snippet.Whole(s.html(p), anchor, maxFix)
	if body == "" {
		return nil
	}
	f := s.fixIn(p, heading, anchor)
	f.HTML, f.Text = body, snippet.Plain(body)
	if more {
		f.HTML += `<p><a href="` + html.EscapeString(f.URL) + `">` + goesOn + "</a></p>\n"
		f.Text += "\n\n" + goesOn
	}
	f.Markdown = f.Text // when the source cannot be read
	source, err := s.Library.Source(ctx, p.Shown.Blob)
	if err != nil {
		return f
	}
	from, before := linesOf(p.Document.Body.Headings, anchor)
	text, more := snippet.Source(source, from, before, maxFix)
	if text != "" {
		f.Markdown = text
		if more {
			f.Markdown += "\n\n[" + goesOn + "](" + f.URL + ")"
		}
	}
	return f
}

func (s service) fixIn(p library.Page, heading, anchor string) *Fix {
	f := &Fix{Document: p.ID, Title: p.Document.Title, Heading: heading, Anchor: text(anchor), URL: s.prefix + p.Address}
	if anchor != "" {
		f.URL += "#" + url.PathEscape(anchor)
	}
	return f
}

// linesOf are the lines of a file that stand under a heading, up to the next of its
// level.
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

// timelineFix is the end of an incident's timeline, in UTC; nil when it has none.
func (s service) timelineFix(p library.Page) *Fix {
	steps := p.Document.Recovery()
	if len(steps) == 0 {
		return nil
	}
	f := s.fixIn(p, "Timeline (UTC)", "")
	lines, items := make([]string, len(steps)), make([]string, len(steps))
	for i, e := range steps {
		lines[i] = e.At.At.UTC().Format("15:04") + " " + e.Text
		items[i] = "<li>" + html.EscapeString(lines[i]) + "</li>\n"
	}
	f.Text = strings.Join(lines, "\n")
	f.Markdown = "- " + strings.Join(lines, "\n- ")
	f.HTML = "<ul>\n" + strings.Join(items, "") + "</ul>\n"
	return f
}
