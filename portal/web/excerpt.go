package web

import (
	"html/template"

	"github.com/postern/postern/search/snippet"
)

// excerpt is the part of a document's sanitised HTML that stands under the heading
// with the anchor, up to about most bytes of it; more reports that it goes on.
func excerpt(body template.HTML, anchor string, most int) (html template.HTML, more bool) {
	text, more := snippet.Excerpt(string(body), anchor, most)
	return template.HTML(text), more // whole blocks of what was sanitised
}
