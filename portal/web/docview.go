package web

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// documentView is the page of one document at one revision.
type documentView struct {
	frame
	Doc       library.Record
	Kind      kindName
	Year      string // a folder of the path that is a year, for the breadcrumb
	Lang      string
	HTML      template.HTML
	Banner    *banner
	Strip     *strip
	Facts     []fact
	Timeline  []timelineRow
	Actions   actionList
	TOC       []tocEntry
	Backlinks []library.Record
	Related   relatedView
	Missing   []missingLink
	Shown     library.Revision
	Path      string // in the repository
	Permalink string
	Raw, JSON string
	History   string
	Draft     bool
}

// banner says that the reader does not see the newest published text.
type banner struct {
	Class, Text, Link, LinkText string
}

// fact is one line of the card beside the text.
type fact struct {
	Name, Text, Link string
	Links            []chip // instead of Text, inside the portal
}

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

// timelineRow is one entry of the timeline as it was understood.
type timelineRow struct {
	At     postmortems.Instant
	Raw    string
	Offset string // "+4 min" from the start; "" when either is unknown
	Text   string
	Source string
}

// tocDeepest is the deepest heading level that the table of contents lists.
const tocDeepest = 3

func (s *Server) documentView(p library.Page) documentView {
	doc := p.Document
	permalink := "/p/" + url.PathEscape(p.ID)
	v := documentView{
		frame: s.frame(), Doc: p.Record, Kind: nameOf(doc.Kind), Lang: doc.Lang,
		HTML: s.bodyHTML(p), Facts: factsOf(doc), Timeline: timelineOf(doc), Actions: actionsOf(doc.Actions, s.day()),
		TOC: tocOf(doc.Body.Headings), Backlinks: p.Backlinks, Missing: missingOf(p), Shown: p.Shown,
		Path: p.Shown.Path, Permalink: s.link(permalink), History: s.link(permalink + "/history"),
		Raw: s.link(p.Address + ".md"), JSON: s.link(p.Address + ".json"), Year: yearOf(p.Shown.Path),
	}
	for i := range v.Facts {
		if v.Facts[i].Name == alertsFact {
			v.Facts[i].Links = s.alertLinks(doc.Front.Alerts)
		}
	}
	v.Doc.Title, v.Title, v.Section = doc.Title, doc.Title, v.Kind.Path
	v.Canonical = s.absolute(p.Address)
	if doc.Kind == postmortems.Postmortem {
		v.Strip = newStrip(incidentOf(doc.Front.Times), s.policy(), s.opt.Now())
	}
	v.Banner = s.bannerOf(p)
	if v.Banner != nil && v.Banner.Class == "old" {
		rev := "?rev=" + string(p.Shown.Commit)
		v.Raw, v.JSON = s.link(permalink+".md"+rev), s.link(permalink+".json"+rev)
	}
	return v
}

// bodyHTML fills in the links; the renderer has made the rest safe.
func (s *Server) bodyHTML(p library.Page) template.HTML {
	return template.HTML(p.Document.Body.FillLinks(func(i int) string {
		if i >= len(p.Links) || p.Links[i].Broken || p.Links[i].Address == "" {
			return ""
		}
		return s.link(p.Links[i].Address)
	}))
}

func (s *Server) bannerOf(p library.Page) *banner {
	if p.Shown.Commit != "" && p.Shown.Commit != p.Revision.Commit {
		if p.Address == "" {
			return &banner{Class: "old", Text: "This document was removed. You are reading its revision of " + formatDay(p.Shown.At) + "."}
		}
		return &banner{Class: "old", Text: "You are reading the revision of " + formatDay(p.Shown.At) + ".", Link: s.link(p.Address), LinkText: "Read the newest"}
	}
	switch p.Document.Status {
	case postmortems.StatusArchived:
		return &banner{Class: "archived", Text: "Archived: kept for reference, not kept up to date."}
	case postmortems.StatusDraft:
		return &banner{Class: "status", Text: "Its authors call this document a draft."}
	case postmortems.StatusReview:
		return &banner{Class: "status", Text: "In review: it may still change."}
	}
	return nil
}

func tocOf(headings []postmortems.Heading) []tocEntry {
	var out []tocEntry
	for _, h := range headings {
		if h.Anchor != "" && h.Level >= 2 && h.Level <= tocDeepest {
			out = append(out, tocEntry{h.Level, h.Text, h.Anchor})
		}
	}
	return out
}

func missingOf(p library.Page) []missingLink {
	var out []missingLink
	for i, l := range p.Document.Body.Links {
		if i < len(p.Links) && p.Links[i].Broken {
			out = append(out, missingLink{l.Raw, l.Line, l.Col, l.Kind == postmortems.LinkImage})
		}
	}
	return out
}

func timelineOf(d postmortems.Document) []timelineRow {
	var out []timelineRow
	start := d.Front.Times.Started
	for _, e := range d.Timeline {
		row := timelineRow{At: e.At, Raw: e.Raw, Text: e.Text, Source: e.Source}
		if start.Precision == postmortems.Exact && e.At.Precision == postmortems.Exact {
			row.Offset = offsetText(e.At.At.Sub(start.At))
		}
		out = append(out, row)
	}
	return out
}

func offsetText(d time.Duration) string { return humanize.Offset(d) }

// yearOf is the second folder of a path when it is a year: it filters the list.
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
