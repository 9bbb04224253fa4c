package api

import (
	"context"
	"net/url"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

type documentsRequest struct {
	Kind     string `query:"kind" enum:"postmortem,runbook,guide,framework,standard,drill,training,page" doc:"Only documents of this kind."`
	Service  string `query:"service" doc:"Only documents that name this service."`
	Severity string `query:"severity" doc:"Only documents of this severity, SEV1 to SEV5."`
	Tag      string `query:"tag" doc:"Only documents with this tag."`
	After    string `query:"after" doc:"Only documents of this day (YYYY-MM-DD) or later."`
	Before   string `query:"before" doc:"Only documents from before this day (YYYY-MM-DD)."`
	Archived bool   `query:"archived" doc:"Archived documents too."`
	Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many documents to answer with."`
	Cursor   string `query:"cursor" doc:"The next of the answer before, with the same filters."`
}

// DocumentsAnswer is the answer of GET /documents.
type DocumentsAnswer struct {
	Documents []Item  `json:"documents" nullable:"false" doc:"Documents, newest date first."`
	Next      *string `json:"next" doc:"Give it back as cursor= for the next page; null at the end."`
}

// Item is what lists tell of a document.
type Item struct {
	ID       string   `json:"id" doc:"The permalink id: the document stays at /p/ID."`
	Kind     string   `json:"kind" doc:"postmortem, framework, guide, runbook, standard, drill, training or page."`
	Title    string   `json:"title" doc:"The title."`
	URL      string   `json:"url" doc:"Where the document is read, path-absolute."`
	Path     string   `json:"path" doc:"The file in the repository."`
	Date     *string  `json:"date" format:"date" doc:"The document's date: the start of its incident, else the stated date, else its first commit."`
	Status   string   `json:"status" doc:"draft, review, published or archived."`
	Services []string `json:"services" nullable:"false" doc:"The services concerned."`
	Severity *string  `json:"severity" doc:"SEV1 to SEV5."`
}

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

func (s service) item(r library.Record) Item {
	return Item{
		ID: r.ID, Kind: string(r.Kind), Title: r.Title, URL: s.prefix + r.Address, Path: r.Path,
		Date: day(r.Date), Status: string(r.Status), Services: list(r.Services), Severity: text(r.Severity),
	}
}

type revisionsRequest struct {
	ID string `path:"id" doc:"The permalink id, the one in use or a former one."`
}

// RevisionsAnswer is the answer of GET /documents/{id}/revisions.
type RevisionsAnswer struct {
	Revisions []Revision `json:"revisions" nullable:"false" doc:"Every published state of the document, newest first."`
}

// Revision is one published state of a document.
type Revision struct {
	Number      int     `json:"number" doc:"1 is the first."`
	Commit      string  `json:"commit" doc:"The git commit: read the document at it with rev=."`
	URL         *string `json:"url" doc:"Where this revision is read, path-absolute; null for the revision that removed the document."`
	Path        string  `json:"path" doc:"Where the file lay then."`
	Title       string  `json:"title" doc:"The title it had then."`
	Subject     string  `json:"subject" doc:"The first line of the commit message."`
	Author      Author  `json:"author" doc:"Who wrote it, in the commit's own words."`
	Pusher      Pusher  `json:"pusher" doc:"Whose token published it."`
	PublishedAt *string `json:"published_at" format:"date-time" doc:"When it was published here."`
	Removed     bool    `json:"removed" doc:"This revision removed the document."`
}

// Author is who a commit says wrote it; anybody can write anything there.
type Author struct {
	Name  *string `json:"name" doc:"Name."`
	Email *string `json:"email" doc:"Mail address."`
	At    *string `json:"at" format:"date-time" doc:"When, by the author's clock."`
}

// Pusher is the credential that published a revision: it was checked.
type Pusher struct {
	Name *string `json:"name" doc:"The name of the token."`
}

func (s service) revisions(ctx context.Context, in *revisionsRequest) (RevisionsAnswer, error) {
	revisions, err := s.Library.Revisions(ctx, in.ID)
	if err != nil {
		return RevisionsAnswer{}, err
	}
	return RevisionsAnswer{each(revisions, func(r library.Revision) Revision { return s.revision(in.ID, r) })}, nil
}

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

func authorOf(a postmortems.Signature) Author {
	return Author{Name: text(a.Name), Email: text(a.Email), At: instant(a.When)}
}

func (s service) permalink(id string) string { return s.prefix + "/p/" + url.PathEscape(id) }

// present finds the id in use of a document that rev can be read of.
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
