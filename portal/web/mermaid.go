package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// mermaidView is the page inside the sandboxed frame that draws diagrams.
type mermaidView struct {
	Library, Script string
}

// mermaid answers the page that a document's script opens in a frame without an
// origin: whatever a diagram makes the library do, it can not reach the portal,
// its cookies or any other address. Only here may styles be inline, which the
// drawings need.
func (s *Server) mermaid(c echo.Context) error {
	b := s.views.pages["mermaid"]
	h := c.Response().Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "private, no-cache")
	origin := s.opt.origin()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self' "+origin+"; style-src 'unsafe-inline'; img-src data:; font-src data:; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts")
	c.Response().WriteHeader(http.StatusOK)
	return b.ExecuteTemplate(c.Response(), "mermaid.html", mermaidView{s.link(s.files.Path("mermaid.min.js")), s.link(s.files.Path("mermaid.js"))})
}
