package api

import (
	"context"
	"net/url"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// documentsRequest is the query of GET /documents. A severity may be in lower case;
// days are compared with the date of the document.
type documentsRequest struct {
	Kind     documentKind `query:"kind" doc:"Only documents of this kind."`
	Service  string       `query:"service" doc:"Only documents that name this service."`
	Severity string       `query:"severity" doc:"Only documents with this severity, SEV1 to SEV5."`
	Tag      string       `query:"tag" doc:"Only documents with this tag."`
	After    string       `query:"after" doc:"Only documents dated on or after this day (YYYY-MM-DD)."`
	Before   string       `query:"before" doc:"Only documents dated before this day (YYYY-MM-DD)."`
	Archived bool         `query:"archived" doc:"Include archived documents."`
	Limit    int          `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"Maximum number of documents in the response."`
	Cursor   string       `query:"cursor" doc:"The value of next in the previous response; send it with the same filters."`
}

// DocumentsAnswer is the response of GET /documents.
type DocumentsAnswer struct {
	Documents []Item  `json:"documents" nullable:"false" doc:"Documents, newest first."`
	Next      *string `json:"next" doc:"Cursor of the next page; null on the last page."`
}

// Item is a document in a list. It has no text: a list of 500 stays small.
type Item struct {
	ID       string   `json:"id" doc:"The permalink id: the document is always at /p/ID."`
	Kind     string   `json:"kind" doc:"The kind of document, such as postmortem or runbook."`
	Title    string   `json:"title" doc:"The title."`
	URL      string   `json:"url" doc:"Path-absolute URL of the document."`
	Path     string   `json:"path" doc:"Path of the file in the repository."`
	Date     *string  `json:"date" format:"date" doc:"Start of its incident, or the stated date, or the date of the first commit."`
	Status   string   `json:"status" doc:"draft, review, published or archived."`
	Services []string `json:"services" nullable:"false" doc:"The services it names."`
	Severity *string  `json:"severity" doc:"SEV1 to SEV5."`
}

// documents lists the documents that match all filters. It returns fault.Invalid, with
// the name of the parameter, for a day that cannot be read.
func (s service) documents(ctx context.Context, in *documentsRequest) (DocumentsAnswer, error) {
	f := library.Filter{
		Kind: postmortems.Kind(in.Kind), Service: in.Service, Severity: strings.ToUpper(in.Severity), Tag: in.Tag,
		Archived: in.Archived, Limit: in.Limit, Cursor: in.Cursor,
	}
	var err error
	if f.After, err = readDay("after", in.After); err != nil {
		return DocumentsAnswer{}, err
	}
	if f.Before, err = readDay("before", in.Before); err != nil {
		return DocumentsAnswer{}, err
	}
	records, next, err := s.Library.List(ctx, f)
	if err != nil {
		return DocumentsAnswer{}, err
	}
	return DocumentsAnswer{Documents: each(records, s.item), Next: text(next)}, nil
}

// item converts a record of the library to the form of lists. Unlike shownItem it is
// always of the newest revision.
func (s service) item(r library.Record) Item {
	return Item{
		ID: r.ID, Kind: string(r.Kind), Title: r.Title, URL: s.prefix + r.Address, Path: r.Path,
		Date: day(r.Date), Status: string(r.Status), Services: list(r.Services), Severity: text(r.Severity),
	}
}

// revisionsRequest is the request of GET /documents/{id}/revisions.
type revisionsRequest struct {
	ID string `path:"id" doc:"The permalink id, current or former."`
}

// RevisionsAnswer is the response of GET /documents/{id}/revisions. It also answers for
// a removed document.
type RevisionsAnswer struct {
	Revisions []Revision `json:"revisions" nullable:"false" doc:"All revisions, newest first."`
}

// Revision is one published state of a document. Commits that were pushed together are
// separate revisions.
type Revision struct {
	Number      int     `json:"number" doc:"The revision number; 1 is the first."`
	Commit      string  `json:"commit" doc:"The git commit, which rev= takes."`
	URL         *string `json:"url" doc:"Path-absolute URL of this revision; null for the one that removed the document."`
	Path        string  `json:"path" doc:"Path of the file in this revision."`
	Title       string  `json:"title" doc:"Title in this revision."`
	Subject     string  `json:"subject" doc:"The first line of the commit message."`
	Author      Author  `json:"author" doc:"Author as stated in the commit (not verified)."`
	Pusher      Pusher  `json:"pusher" doc:"Owner of the token that published it."`
	PublishedAt *string `json:"published_at" format:"date-time" doc:"When it was published."`
	Removed     bool    `json:"removed" doc:"True if this revision removed the document."`
}

// Author is the author that a commit states. It is not verified: a commit may state
// anything.
type Author struct {
	Name  *string `json:"name" doc:"The author's name."`
	Email *string `json:"email" doc:"The author's mail address."`
	At    *string `json:"at" format:"date-time" doc:"The author date of the commit."`
}

// Pusher is the token that published a revision. It is verified.
type Pusher struct {
	Name *string `json:"name" doc:"The name of the token."`
}

// revisions lists the revisions of a document. URLs have the id of the request, which
// may be a former one: both lead to the document.
func (s service) revisions(ctx context.Context, in *revisionsRequest) (RevisionsAnswer, error) {
	revisions, err := s.Library.Revisions(ctx, in.ID)
	if err != nil {
		return RevisionsAnswer{}, err
	}
	return RevisionsAnswer{each(revisions, func(r library.Revision) Revision { return s.revision(in.ID, r) })}, nil
}

// revision converts a revision to its JSON form.
func (s service) revision(id string, r library.Revision) Revision {
	out := Revision{
		Number: r.Number, Commit: string(r.Commit), Path: r.Path, Title: r.Title, Subject: r.Subject,
		Author: authorOf(r.Author), Pusher: Pusher{text(r.Pusher.Name)}, PublishedAt: instant(r.At), Removed: r.Removed,
	}
	if !r.Removed {
		out.URL = text(s.permalink(id) + "?rev=" + string(r.Commit))
	}
	return out
}

// authorOf converts the author of a commit to its JSON form. A name that is missing is
// null.
func authorOf(a postmortems.Signature) Author {
	return Author{Name: text(a.Name), Email: text(a.Email), At: instant(a.When)}
}

// permalink returns the URL of a document that never changes. It redirects to the
// address that the document has at the time.
func (s service) permalink(id string) string { return s.prefix + "/p/" + url.PathEscape(id) }

// present returns the current id of a document that can be read at rev. A removed
// document has no current state, so it needs rev. Kinds: fault.NotFound for an unknown
// id, fault.Gone for a removed document without rev; its message names the last
// revision.
func (s service) present(ctx context.Context, id, rev string) (string, error) {
	found, err := s.Library.ByID(ctx, id)
	switch {
	case err != nil:
		return "", err
	case found.Record != nil:
		return found.Record.ID, nil
	case found.Gone == nil:
		return "", fault.New(fault.NotFound, "api", "there is no document with this id")
	case rev == "":
		return "", fault.Newf(fault.Gone, "api", "this document was removed; its last revision can be read with rev=%s", found.Gone.Last.Commit)
	}
	return found.Gone.ID, nil
}
