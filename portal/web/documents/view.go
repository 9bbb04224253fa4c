package documents

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/incident"
)

// documentView is the page of one document at one revision. Times and links are those of
// the revision that is shown.
type documentView struct {
	page.Frame
	Doc       library.Record
	Kind      page.Kind
	Year      string // a folder of the path that is a year, for the breadcrumb
	Lang      string
	HTML      template.HTML
	Banner    *banner
	Strip     *incidentparts.Strip
	Facts     []fact
	Timeline  []timelineRow
	Actions   docparts.ActionList
	TOC       []tocEntry
	Backlinks []library.Record
	Related   relatedView
	// Missing lists broken links, for authors.
	Missing   []missingLink
	Shown     library.Revision
	Path      string // in the repository
	Permalink string
	Raw, JSON string
	History   string
	Draft     bool
}

// banner is the notice above a text that is not the newest published one, or not final.
type banner struct {
	Class, Text, Link, LinkText string
}

// fact is one line of the card beside the text.
type fact struct {
	Name, Text, Link string
	Links            []page.Chip // instead of Text, inside the portal
}

// tocEntry is a line of the table of contents.
type tocEntry struct {
	Level        int
	Text, Anchor string
}

// missingLink is a link of the document that leads nowhere.
type missingLink struct {
	Raw       string
	Line, Col int
	Image     bool
}

// timelineRow is one entry of the timeline as it was understood. Raw is what the author
// wrote; it is shown if At is unknown.
type timelineRow struct {
	At     postmortems.Instant
	Raw    string
	Offset string // "+4 min" from the start; "" when either is unknown
	Text   string
	Source string
}

// tocDeepest is the deepest heading level that the table of contents lists.
const tocDeepest = 3

// documentView returns the page of a document without its related documents. It does not
// read anything: all parts are of p, so that drafts and old revisions are shown by the
// same code.
func (h *Handler) documentView(p library.Page) documentView {
	doc := p.Document
	permalink := "/p/" + url.PathEscape(p.ID)
	v := documentView{
		Frame: h.Frame(), Doc: p.Record, Kind: page.KindOf(doc.Kind), Lang: doc.Lang,
		HTML: docparts.Body(h.Kit, p), Facts: h.factsOf(doc),
		Timeline: timelineOf(doc), Actions: docparts.ActionsOf(h.Texts(), doc.Actions, h.Day()),
		TOC: tocOf(doc.Body.Headings), Backlinks: p.Backlinks, Missing: missingOf(p), Shown: p.Shown,
		Path: p.Shown.Path, Permalink: h.Link(permalink), History: h.Link(permalink + "/history"),
		Raw: h.Link(p.Address + ".md"), JSON: h.Link(p.Address + ".json"), Year: yearOf(p.Shown.Path),
	}
	v.Doc.Title, v.Title, v.Section = doc.Title, doc.Title, v.Kind.Path
	v.Canonical = h.Absolute(p.Address)
	// The strip is drawn from the document's own times, so that an old revision shows the
	// old ones.
	if doc.Kind == postmortems.Postmortem {
		v.Strip = incidentparts.NewStrip(incidentparts.OfTimes(doc.Front.Times), h.policy(), h.Now())
	}
	v.Banner = h.bannerOf(p)
	// The addresses without rev= would return the newest text.
	if v.Banner != nil && v.Banner.Class == "old" {
		rev := "?rev=" + string(p.Shown.Commit)
		v.Raw, v.JSON = h.Link(permalink+".md"+rev), h.Link(permalink+".json"+rev)
	}
	return v
}

// bannerOf returns the notice above a document, nil for none: an old revision first, then
// the status. A notice about the revision outranks the status, which is that of the old
// text.
func (h *Handler) bannerOf(p library.Page) *banner {
	if p.Shown.Commit != "" && p.Shown.Commit != p.Revision.Commit {
		if p.Address == "" {
			return &banner{Class: "old", Text: h.Text("document.removed_revision", "Day", page.FormatDay(p.Shown.At))}
		}
		return &banner{
			Class: "old", Text: h.Text("document.old_revision", "Day", page.FormatDay(p.Shown.At)),
			Link: h.Link(p.Address), LinkText: h.Text("document.newest"),
		}
	}
	switch p.Document.Status {
	case postmortems.StatusArchived:
		return &banner{Class: "archived", Text: h.Text("document.archived_note")}
	case postmortems.StatusDraft:
		return &banner{Class: "status", Text: h.Text("document.draft_note")}
	case postmortems.StatusReview:
		return &banner{Class: "status", Text: h.Text("document.review_note")}
	}
	return nil
}

// tocOf returns the table of contents: headings of levels 2 and 3 that have an anchor.
// Level 1 is the title of the page.
func tocOf(headings []postmortems.Heading) []tocEntry {
	var out []tocEntry
	for _, h := range headings {
		if h.Anchor != "" && h.Level >= 2 && h.Level <= tocDeepest {
			out = append(out, tocEntry{h.Level, h.Text, h.Anchor})
		}
	}
	return out
}

// missingOf returns the links that lead nowhere, with their place in the file. Links of
// the document and their resolutions are parallel; a draft may have fewer resolutions.
func missingOf(p library.Page) []missingLink {
	var out []missingLink
	for i, l := range p.Document.Body.Links {
		if i < len(p.Links) && p.Links[i].Broken {
			out = append(out, missingLink{l.Raw, l.Line, l.Col, l.Kind == postmortems.LinkImage})
		}
	}
	return out
}

// timelineOf returns the timeline as it was parsed. Distances are stated if both times
// are exact.
func timelineOf(d postmortems.Document) []timelineRow {
	var out []timelineRow
	start := d.Front.Times.Started
	for _, e := range d.Timeline {
		row := timelineRow{At: e.At, Raw: e.Raw, Text: e.Text, Source: e.Source}
		if start.Precision == postmortems.Exact && e.At.Precision == postmortems.Exact {
			row.Offset = docparts.OffsetText(e.At.At.Sub(start.At))
		}
		out = append(out, row)
	}
	return out
}

// yearOf returns the second folder of a path if it is a year, for the breadcrumb; ""
// otherwise. Folders are KIND/YEAR/FILE.
func yearOf(path string) string {
	parts := strings.Split(path, "/")
	if len(parts) < 3 || len(parts[1]) != 4 {
		return ""
	}
	if _, err := strconv.Atoi(parts[1]); err != nil {
		return ""
	}
	return parts[1]
}

// alertLinks returns links to the pages of alerts. Each alert has a page, whether a
// runbook names it or not.
func (h *Handler) alertLinks(names []string) []page.Chip {
	var out []page.Chip
	for _, name := range names {
		out = append(out, page.Chip{Text: name, Link: h.Link((&url.URL{Path: "/a/" + name}).EscapedPath())})
	}
	return out
}

// policy returns how incidents are evaluated here; without feeds, the default.
func (h *Handler) policy() incident.Policy {
	if h.deps.Signals == nil {
		return incident.DefaultPolicy()
	}
	return h.deps.Signals.Policy()
}
