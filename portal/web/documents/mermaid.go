package documents

import (
	"github.com/postern/postern/portal/web/page"
)

// mermaidView is the page inside the sandboxed frame that draws diagrams.
type mermaidView struct {
	Library, Script string
}

// mermaid answers the page that a document's script opens in a frame without an origin.
// Whatever a diagram makes the library do, it cannot reach the portal, its cookies or any
// other address. Only here may styles be inline, which the drawings need. The frame has
// an opaque origin, which 'self' in script-src does not match in every browser; the
// origin of the portal is therefore stated as well.
func (h *Handler) mermaid(req *page.Request) error {
	header := req.Writer.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "private, no-cache")
	origin := h.Origin()
	header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self' "+origin+"; style-src 'unsafe-inline'; img-src data:; "+
		"font-src data:; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts")
	return h.Execute(req.Writer, "mermaid", "mermaid.html", mermaidView{h.Asset(("mermaid.min.js")), h.Asset(("mermaid.js"))})
}
