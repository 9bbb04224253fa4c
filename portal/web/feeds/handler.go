package feeds

import (
	"net/http"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/web/page"
)

// Handler answers the senders of feeds, and the pages about them.
type Handler struct {
	*page.Kit
	deps Deps
	opt  Options
	// flights are the bodies that are being read.
	flights *flights
}

// New makes a Handler. The size of the shares follows the configured size of a body.
func New(k *page.Kit, deps Deps, opt Options) *Handler {
	h := &Handler{Kit: k, deps: deps, opt: opt}
	h.flights = newFlights(h.feedBody())
	return h
}

// Routes returns the rows of the route table that this package answers. Feeds are posted
// with tokens in the header only: a browser's session must not post events. Late rows
// read their body after admission, within limits of their own. Formats of lines have a
// route of their own, because they are streamed.
func (h *Handler) Routes() []page.Route {
	body := h.feedBody()
	rows := []page.Route{
		{Method: http.MethodPost, Path: "/api/v1/feeds/:format", Need: auth.PostFeed, Strict: true, Late: true, Body: body,
			Serve: h.traced(h.feedPost)},
		page.Get("/api/v1/feeds", h.feedSources),
		{Method: http.MethodGet, Path: "/api/v1/dead-letters", Need: auth.ReadLetters, Body: page.NoBody, Rate: page.RateSearch,
			Serve: h.letterList},
		{Method: http.MethodPost, Path: "/api/v1/dead-letters/:id/retry", Need: auth.PushMain, Strict: true, Body: page.NoBody,
			Serve: h.letterRetry},
		{Method: http.MethodDelete, Path: "/api/v1/dead-letters/:id", Need: auth.PushMain, Strict: true, Body: page.NoBody,
			Serve: h.letterDelete},
		page.Get("/feeds", h.feedsPage),
		{Method: http.MethodGet, Path: "/dead-letters", Need: auth.ReadLetters, Body: page.NoBody, Rate: page.RateSearch, Serve: h.lettersPage},
		{Method: http.MethodPost, Path: "/dead-letters/:id/retry", Need: auth.PushMain, Body: page.NoBody, Serve: h.letterRetryForm},
		{Method: http.MethodPost, Path: "/dead-letters/:id/dismiss", Need: auth.PushMain, Body: page.NoBody, Serve: h.letterDismissForm},
	}
	for _, f := range h.opt.Formats {
		if f.Lines {
			rows = append(rows, page.Route{
				Method: http.MethodPost, Path: "/api/v1/feeds/" + f.Name, Need: auth.PostFeed, Strict: true, Late: true, Body: max(feedStream, body),
				Serve: h.traced(h.feedStream),
			})
		}
	}
	return rows
}

// Pages returns the struct of each template that this package executes.
func Pages() map[string]any {
	return map[string]any{"feeds": feedsView{}, "letters": lettersView{}}
}
