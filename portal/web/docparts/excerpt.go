package docparts

import (
	"html/template"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/search/snippet"
)

// Excerpt returns the part of a document's sanitised HTML below the heading with the
// anchor: whole blocks, about most bytes. more reports whether the section continues.
// html is "" if the section does not exist.
func Excerpt(body template.HTML, anchor string, most int) (html template.HTML, more bool) {
	text, more := snippet.Excerpt(string(body), anchor, most)
	return template.HTML(text), more // whole blocks of what was sanitised
}

// Body returns the HTML of a document's body with its links filled in; the renderer has
// made the rest safe. A broken link has no address, and is filled with "".
func Body(k *page.Kit, p library.Page) template.HTML {
	return template.HTML(p.Document.Body.FillLinks(func(i int) string {
		if i >= len(p.Links) || p.Links[i].Broken || p.Links[i].Address == "" {
			return ""
		}
		return k.Link(p.Links[i].Address)
	}))
}

// OffsetText writes a distance from the start of an incident: "+4 min", "−2 min".
func OffsetText(d time.Duration) string { return humanize.Offset(d) }
