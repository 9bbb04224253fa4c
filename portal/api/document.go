package api

import (
	"context"
	"strings"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// documentRequest is the request of GET /documents/{id}. Without rev the newest
// revision is read; a removed document needs rev.
type documentRequest struct {
	ID  string `path:"id" doc:"The permalink id, current or former."`
	Rev string `query:"rev" pattern:"^[0-9A-Fa-f]{7,40}$" patternDescription:"7 to 40 hex digits" doc:"Prefix of a revision's commit."`
}

// DocumentAnswer is the response of GET /documents/{id}: the fields of the lists, the
// front matter, and the text. All fields but url are of the requested revision.
type DocumentAnswer struct {
	Item
	Permalink       *string         `json:"permalink" doc:"Path-absolute URL that never changes."`
	Language        string          `json:"language" doc:"Language of the text: en or zh."`
	DetectSeconds   *int64          `json:"detect_seconds" doc:"From the start of impact to detection."`
	DiagnoseSeconds *int64          `json:"diagnose_seconds" doc:"From the start of impact to diagnosis."`
	RecoverSeconds  *int64          `json:"recover_seconds" doc:"From the start of impact to mitigation, otherwise to recovery."`
	FrontMatter                     // flat: its keys are the contract's
	Timeline        []TimelineEntry `json:"timeline" nullable:"false" doc:"The timeline, in the order of the document."`
	Actions         []Action        `json:"actions" nullable:"false" doc:"Action items of the front matter and of the text."`
	Markdown        string          `json:"markdown" doc:"The complete file as pushed."`
	HTML            string          `json:"html" doc:"Sanitized HTML with links into this portal. Broken links have the class missing."`
	BrokenLinks     []BrokenLink    `json:"broken_links" nullable:"false" doc:"Links of the text whose target does not exist now."`
	Commit          string          `json:"commit" doc:"The git commit of this revision."`
	Revision        int             `json:"revision" doc:"The revision number; 1 is the first."`
	Author          Author          `json:"author" doc:"Author of this revision as stated in the commit (not verified)."`
	Pusher          Pusher          `json:"pusher" doc:"Owner of the token that published this revision."`
	PublishedAt     *string         `json:"published_at" format:"date-time" doc:"When this revision was published."`
}

// TimelineEntry is one row of a timeline. At is null for a time that cannot be placed
// on a day; Raw always has it as written.
type TimelineEntry struct {
	At     *string `json:"at" doc:"RFC 3339 in UTC, or a date if only that is known; null if unknown."`
	Raw    string  `json:"raw" doc:"The time as written."`
	Text   string  `json:"text" doc:"What happened."`
	Source *string `json:"source" doc:"Where the entry comes from."`
	Line   int     `json:"line" doc:"Line number in the file."`
}

// Action is one action item, of the front matter or of the text. Only the status is
// normalized; priority and owner are as written.
type Action struct {
	ID       *string `json:"id" doc:"The item's id within the document."`
	Text     string  `json:"text" doc:"The action."`
	Type     *string `json:"type" doc:"prevent, detect, mitigate or process."`
	Owner    *string `json:"owner" doc:"The owner."`
	Due      *string `json:"due" format:"date" doc:"The due date."`
	Priority *string `json:"priority" doc:"The priority as written, such as P0."`
	Status   string  `json:"status" doc:"open, done or dropped."`
	DoneAt   *string `json:"done_at" format:"date" doc:"The date on which it was done."`
	Ticket   *string `json:"ticket" doc:"Reference or URL of the ticket."`
	Line     int     `json:"line" doc:"Line number in the file."`
}

// BrokenLink is a link whose target does not exist now. It may have existed when the
// document was published.
type BrokenLink struct {
	Target string `json:"target" doc:"The link target as written."`
	Line   int    `json:"line" doc:"Line number in the file."`
	Column int    `json:"column" doc:"Column number in that line."`
}

// document reads one document at one revision. Kinds: fault.NotFound for an unknown id
// or revision, fault.Gone for a removed document without a revision.
func (s service) document(ctx context.Context, in *documentRequest) (DocumentAnswer, error) {
	id, err := s.present(ctx, in.ID, in.Rev)
	if err != nil {
		return DocumentAnswer{}, err
	}
	page, err := s.Library.Page(ctx, id, postmortems.OID(strings.ToLower(in.Rev)))
	if err != nil {
		return DocumentAnswer{}, err
	}
	// Commits are stored in lower case; a prefix may be typed in either.
	source, err := s.Library.Source(ctx, page.Shown.Blob)
	if err != nil {
		return DocumentAnswer{}, err
	}
	return s.documentAnswer(page, source), nil
}

// documentAnswer converts a page and its source file to the JSON form. Everything is of
// the shown revision except Item.URL, which is where the document is now.
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

// shownItem returns the list fields as of the shown revision. A removed document has no
// address, so its URL is the permalink.
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
	if doc.Date.IsZero() { // the record has the date of the first commit
		item.Date = day(p.Date)
	}
	return item
}

// html returns the rendered text with its links filled in. The rendering is stored
// without addresses, so that a link follows its target when that moves.
func (s service) html(p library.Page) string {
	return string(p.Document.Body.FillLinks(func(i int) string {
		if i >= len(p.Links) || p.Links[i].Broken || p.Links[i].Address == "" {
			return ""
		}
		return s.prefix + p.Links[i].Address
	}))
}

// brokenLinksOf returns the links of the text that the library found broken. p.Links
// may be shorter than the links of the text; the others count as not broken.
func brokenLinksOf(p library.Page) []BrokenLink {
	out := []BrokenLink{}
	for i, l := range p.Document.Body.Links {
		if i < len(p.Links) && p.Links[i].Broken {
			out = append(out, BrokenLink{Target: l.Raw, Line: l.Line, Column: l.Col})
		}
	}
	return out
}

// timelineEntryOf converts an entry of a timeline to its JSON form. A time without a
// day is null, because it would otherwise be placed on the wrong one.
func timelineEntryOf(e postmortems.TimelineEntry) TimelineEntry {
	return TimelineEntry{At: dayOrInstant(e.At), Raw: e.Raw, Text: e.Text, Source: text(e.Source), Line: e.Line}
}

// actionOf converts an action item to its JSON form. Its fields are those of the front
// matter, or were found in the text.
func actionOf(a postmortems.Action) Action {
	return Action{
		ID: text(a.ID), Text: a.Text, Type: text(a.Type), Owner: text(a.Owner), Due: day(a.Due), Priority: text(a.Priority),
		Status: a.Status, DoneAt: day(a.DoneAt), Ticket: text(a.Ticket), Line: a.Line,
	}
}
