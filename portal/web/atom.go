package web

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// atomFeed is RFC 4287, as much of it as is used.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Author    atomAuthor `xml:"author"`
	Link      atomLink   `xml:"link"`
	Category  []atomTerm `xml:"category"`
	Summary   string     `xml:"summary,omitempty"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomTerm struct {
	Term string `xml:"term,attr"`
}

// feed lists the newest documents; the filters of a list narrow it, and kind=.
func (s *Server) feed(c echo.Context) error {
	f, err := filterOf(c.QueryParams(), library.Filter{Kind: postmortems.Kind(c.QueryParam("kind"))})
	if err != nil {
		return err
	}
	f.Limit, f.Cursor = feedEntries, ""
	records, _, err := s.deps.Library.List(c.Request().Context(), f)
	if err != nil {
		return err
	}
	return s.writeFeed(c, s.opt.name(), "/feed.atom", s.absolute("/"), records)
}

// writeFeed answers with a feed of documents at an address of the portal; page is
// the absolute address of what it is a feed of.
func (s *Server) writeFeed(c echo.Context, title, address, page string, records []library.Record) error {
	self := s.absolute(address)
	if q := c.Request().URL.RawQuery; q != "" {
		self += "?" + q
	}
	feed := atomFeed{
		ID: self, Title: title, Updated: "1970-01-01T00:00:00Z",
		Links: []atomLink{{Rel: "self", Type: "application/atom+xml", Href: self}, {Rel: "alternate", Type: "text/html", Href: page}},
	}
	var last time.Time
	for _, r := range records {
		feed.Entries = append(feed.Entries, s.atomEntry(r))
		if r.Revision.At.After(last) {
			last = r.Revision.At
			feed.Updated = last.UTC().Format(time.RFC3339)
		}
	}
	return s.writeXML(c, "application/atom+xml; charset=utf-8", feed)
}

func (s *Server) atomEntry(r library.Record) atomEntry {
	permalink := s.absolute("/p/" + url.PathEscape(r.ID))
	e := atomEntry{
		ID: permalink, Title: r.Title, Published: r.Date.UTC().Format(time.RFC3339), Updated: r.Revision.At.UTC().Format(time.RFC3339),
		Author:   atomAuthor{firstOf(r.Revision.Author.Name, r.Owner, "unknown")},
		Link:     atomLink{Rel: "alternate", Type: "text/html", Href: s.absolute(r.Address)},
		Category: []atomTerm{{string(r.Kind)}}, Summary: r.Summary,
	}
	for _, service := range r.Services {
		e.Category = append(e.Category, atomTerm{service})
	}
	return e
}

// openSearchDocument lets a browser search the portal from its address bar.
type openSearchDocument struct {
	XMLName     xml.Name        `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
	ShortName   string          `xml:"ShortName"`
	Description string          `xml:"Description"`
	Encoding    string          `xml:"InputEncoding"`
	URLs        []openSearchURL `xml:"Url"`
}

type openSearchURL struct {
	Type     string `xml:"type,attr"`
	Rel      string `xml:"rel,attr,omitempty"`
	Template string `xml:"template,attr"`
}

func (s *Server) openSearch(c echo.Context) error {
	const longest = 16 // characters of a ShortName, by the specification
	name := []rune(s.opt.name())
	return s.writeXML(c, "application/opensearchdescription+xml", openSearchDocument{
		ShortName: string(name[:min(len(name), longest)]), Description: "Post-mortems, runbooks and guides", Encoding: "UTF-8",
		URLs: []openSearchURL{
			{Type: "text/html", Template: s.absolute("/search") + "?q={searchTerms}"},
			{Type: "application/x-suggestions+json", Template: s.absolute("/suggest") + "?q={searchTerms}"},
			{Type: "application/atom+xml", Template: s.absolute("/search.atom") + "?q={searchTerms}"},
			{Type: "application/opensearchdescription+xml", Rel: "self", Template: s.absolute("/opensearch.xml")},
		},
	})
}

func (s *Server) writeXML(c echo.Context, contentType string, v any) error {
	body, err := xml.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "private, no-cache")
	return s.send(c, http.StatusOK, append([]byte(xml.Header), body...))
}
