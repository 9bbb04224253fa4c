package page

import (
	"encoding/xml"
	"net/http"
	"time"
)

// Feed is an Atom feed (RFC 4287), as much of it as is used.
type Feed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Links   []FeedLink  `xml:"link"`
	Entries []FeedEntry `xml:"entry"`

	last time.Time
}

// FeedLink is a link of a feed or an entry.
type FeedLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

// FeedEntry is one entry of a feed.
type FeedEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Author    FeedAuthor `xml:"author"`
	Link      FeedLink   `xml:"link"`
	Category  []FeedTerm `xml:"category"`
	Summary   string     `xml:"summary,omitempty"`
}

// FeedAuthor is the author of an entry.
type FeedAuthor struct {
	Name string `xml:"name"`
}

// FeedTerm is a category of an entry.
type FeedTerm struct {
	Term string `xml:"term,attr"`
}

// NewFeed returns a feed without entries, whose own address is an address of the portal
// with the parameters of the request. page is the absolute address of the page with the
// same content.
func (k *Kit) NewFeed(r *Request, title, address, page string) *Feed {
	self := k.Absolute(address)
	if q := r.URL.RawQuery; q != "" {
		self += "?" + q
	}
	return &Feed{
		ID: self, Title: title, Updated: "1970-01-01T00:00:00Z",
		Links: []FeedLink{{Rel: "self", Type: "application/atom+xml", Href: self}, {Rel: "alternate", Type: "text/html", Href: page}},
	}
}

// Add appends an entry. The feed's own time is that of its newest change.
func (f *Feed) Add(e FeedEntry, published, updated time.Time) {
	e.Published, e.Updated = published.UTC().Format(time.RFC3339), updated.UTC().Format(time.RFC3339)
	f.Entries = append(f.Entries, e)
	if updated.After(f.last) {
		f.last, f.Updated = updated, e.Updated
	}
}

// SendFeed answers with a feed.
func (k *Kit) SendFeed(r *Request, f *Feed) error {
	return k.SendXML(r, "application/atom+xml; charset=utf-8", f)
}

// SendXML answers with a value as XML.
func (k *Kit) SendXML(r *Request, contentType string, v any) error {
	body, err := xml.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	h := r.Writer.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "private, no-cache")
	return k.Send(r, http.StatusOK, append([]byte(xml.Header), body...))
}
