package searching

import (
	"encoding/xml"

	"github.com/postern/postern/portal/web/page"
)

// openSearchDocument lets a browser search the portal from its address bar. The format is
// that of OpenSearch 1.1.
type openSearchDocument struct {
	XMLName     xml.Name        `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
	ShortName   string          `xml:"ShortName"`
	Description string          `xml:"Description"`
	Encoding    string          `xml:"InputEncoding"`
	URLs        []openSearchURL `xml:"Url"`
}

// openSearchURL is one way to search, by its media type.
type openSearchURL struct {
	Type     string `xml:"type,attr"`
	Rel      string `xml:"rel,attr,omitempty"`
	Template string `xml:"template,attr"`
}

// openSearch answers the description by which browsers add the portal to their search
// fields. Addresses are absolute, because the browser keeps the description.
func (h *Handler) openSearch(req *page.Request) error {
	const longest = 16 // characters of a ShortName, by the specification
	name := []rune(h.Name())
	return h.SendXML(req, "application/opensearchdescription+xml", openSearchDocument{
		ShortName: string(name[:min(len(name), longest)]), Description: h.Texts().Text("search.opensearch"), Encoding: "UTF-8",
		URLs: []openSearchURL{
			{Type: "text/html", Template: h.Absolute("/search") + "?q={searchTerms}"},
			{Type: "application/x-suggestions+json", Template: h.Absolute("/suggest") + "?q={searchTerms}"},
			{Type: "application/atom+xml", Template: h.Absolute("/search.atom") + "?q={searchTerms}"},
			{Type: "application/opensearchdescription+xml", Rel: "self", Template: h.Absolute("/opensearch.xml")},
		},
	})
}
