package api

import (
	"context"
	"strings"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

type documentRequest struct {
	ID  string `path:"id" doc:"The permalink id, the one in use or a former one."`
	Rev string `query:"rev" pattern:"^[0-9A-Fa-f]{7,40}$" patternDescription:"7 to 40 hexadecimal digits" doc:"Read the revision whose commit begins with this; without it, the newest. A removed document needs it."`
}

// DocumentAnswer is the answer of GET /documents/{id}: the item of the lists, the
// front matter, and the text. All but url speak of the revision that was asked for.
type DocumentAnswer struct {
	Item
	Permalink       *string         `json:"permalink" doc:"The address that never changes, path-absolute."`
	Language        string          `json:"language" doc:"Language of the prose: en or zh."`
	DetectSeconds   *int64          `json:"detect_seconds" doc:"From the start of impact to detection."`
	DiagnoseSeconds *int64          `json:"diagnose_seconds" doc:"From the start of impact to diagnosis."`
	RecoverSeconds  *int64          `json:"recover_seconds" doc:"From the start of impact to mitigation, else recovery."`
	FrontMatter                     // flat: its keys are the contract's
	Timeline        []TimelineEntry `json:"timeline" nullable:"false" doc:"The timeline as it was understood."`
	Actions         []Action        `json:"actions" nullable:"false" doc:"Action items of the front matter and of the text."`
	Markdown        string          `json:"markdown" doc:"The whole file as its author pushed it."`
	HTML            string          `json:"html" doc:"The text, sanitised; links lead into this portal. A link that leads nowhere has the class missing."`
	BrokenLinks     []BrokenLink    `json:"broken_links" nullable:"false" doc:"Links of the text that lead nowhere today."`
	Commit          string          `json:"commit" doc:"The git commit of this revision."`
	Revision        int             `json:"revision" doc:"Its number; 1 is the first."`
	Author          Author          `json:"author" doc:"Who wrote this revision, in the commit's own words."`
	Pusher          Pusher          `json:"pusher" doc:"Whose token published this revision."`
	PublishedAt     *string         `json:"published_at" format:"date-time" doc:"When this revision was published here."`
}

// TimelineEntry is one row of a timeline.
type TimelineEntry struct {
	At     *string `json:"at" doc:"RFC 3339 in UTC, or a day when only that is known; null when the time could not be placed."`
	Raw    string  `json:"raw" doc:"The time as written."`
	Text   string  `json:"text" doc:"What happened."`
	Source *string `json:"source" doc:"Where this is known from."`
	Line   int     `json:"line" doc:"Line of the file."`
}

// Action is one action item.
type Action struct {
	ID       *string `json:"id" doc:"Its name within the document."`
	Text     string  `json:"text" doc:"What is to be done."`
	Type     *string `json:"type" doc:"prevent, detect, mitigate or process."`
	Owner    *string `json:"owner" doc:"Who does it."`
	Due      *string `json:"due" format:"date" doc:"Until when."`
	Priority *string `json:"priority" doc:"As written."`
	Status   string  `json:"status" doc:"open, done or dropped."`
	DoneAt   *string `json:"done_at" format:"date" doc:"When it was done."`
	Ticket   *string `json:"ticket" doc:"Reference or address of its ticket."`
	Line     int     `json:"line" doc:"Line of the file."`
}

// BrokenLink is a link that leads nowhere.
type BrokenLink struct {
	Target string `json:"target" doc:"The destination as written."`
	Line   int    `json:"line" doc:"Line of the file."`
	Column int    `json:"column" doc:"Column in that line."`
}

func (s service) document(ctx context.Context, in *documentRequest) (DocumentAnswer, error) {
	id, err := s.present(ctx, in.ID, in.Rev)
	if err != nil {
		return DocumentAnswer{}, err
	}
	page, err := s.Library.Page(ctx, id, postmortems.OID(strings.ToLower(in.Rev)))
	if err != nil {
		return DocumentAnswer{}, err
	}
	source, err := s.Library.Source(ctx, page.Shown.Blob)
	if err != nil {
		return DocumentAnswer{}, err
	}
	return s.documentAnswer(page, source), nil
}

func (s service) documentAnswer(p library.Page, source []byte) DocumentAnswer {
	doc := p.Document
	return DocumentAnswer{
		Item: s.shownItem(p), Permalink: text(s.permalink(p.ID)), Language: doc.Lang,
		DetectSeconds: seconds(doc.Durations.Detect), DiagnoseSeconds: seconds(doc.Durations.Diagnose),
		RecoverSeconds: seconds(doc.Durations.Recover),
		FrontMatter:    frontMatterOf(doc), Timeline: each(doc.Timeline, timelineEntryOf), Actions: each(doc.Actions, actionOf),
		Markdown: string(source), HTML: s.html(p), BrokenLinks: brokenLinksOf(p),
		Commit: string(p.Shown.Commit), Revision: p.Shown.Number, Author: authorOf(p.Shown.Author),
		Pusher: Pusher{text(p.Shown.Pusher.Name)}, PublishedAt: instant(p.Shown.At),
	}
}

// shownItem is the item as of the revision shown. A removed document has no
// address any more: it is read at its permalink.
func (s service) shownItem(p library.Page) Item {
	doc := p.Document
	item := Item{
		ID: p.ID, Kind: string(doc.Kind), Title: doc.Title, URL: s.prefix + p.Address, Path: p.Shown.Path,
		Date: day(doc.Date), Status: string(doc.Status),
		Services: list(doc.Front.Incident.Services), Severity: text(doc.Front.Incident.Severity),
	}
	if p.Address == "" {
		item.URL = s.permalink(p.ID) + "?rev=" + string(p.Shown.Commit)
	}
	if doc.Date.IsZero() { // the library knows the first commit
		item.Date = day(p.Date)
	}
	return item
}

// html is the rendered text with its links filled in.
func (s service) html(p library.Page) string {
	return string(p.Document.Body.FillLinks(func(i int) string {
		if i >= len(p.Links) || p.Links[i].Broken || p.Links[i].Address == "" {
			return ""
		}
		return s.prefix + p.Links[i].Address
	}))
}

func brokenLinksOf(p library.Page) []BrokenLink {
	out := []BrokenLink{}
	for i, l := range p.Document.Body.Links {
		if i < len(p.Links) && p.Links[i].Broken {
			out = append(out, BrokenLink{Target: l.Raw, Line: l.Line, Column: l.Col})
		}
	}
	return out
}

func timelineEntryOf(e postmortems.TimelineEntry) TimelineEntry {
	return TimelineEntry{At: dayOrInstant(e.At), Raw: e.Raw, Text: e.Text, Source: text(e.Source), Line: e.Line}
}

func actionOf(a postmortems.Action) Action {
	return Action{
		ID: text(a.ID), Text: a.Text, Type: text(a.Type), Owner: text(a.Owner), Due: day(a.Due), Priority: text(a.Priority),
		Status: a.Status, DoneAt: day(a.DoneAt), Ticket: text(a.Ticket), Line: a.Line,
	}
}
