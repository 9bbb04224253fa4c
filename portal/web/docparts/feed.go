package docparts

import (
	"cmp"
	"net/url"

	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems/library"
)

// SendFeed adds documents to an Atom feed and answers with it. Entries are dated by the
// document and updated by its newest revision.
func SendFeed(k *page.Kit, req *page.Request, feed *page.Feed, records []library.Record) error {
	for _, r := range records {
		feed.Add(entryOf(k, r), r.Date, r.Revision.At)
	}
	return k.SendFeed(req, feed)
}

// entryOf returns the entry of a document. Its id is the permalink, which survives
// renames.
func entryOf(k *page.Kit, r library.Record) page.FeedEntry {
	e := page.FeedEntry{
		ID: k.Absolute("/p/" + url.PathEscape(r.ID)), Title: r.Title,
		Author:   page.FeedAuthor{Name: cmp.Or(r.Revision.Author.Name, r.Owner, "unknown")},
		Link:     page.FeedLink{Rel: "alternate", Type: "text/html", Href: k.Absolute(r.Address)},
		Category: []page.FeedTerm{{Term: string(r.Kind)}}, Summary: r.Summary,
	}
	for _, service := range r.Services {
		e.Category = append(e.Category, page.FeedTerm{Term: service})
	}
	return e
}
