package page

import (
	"net/http"

	"github.com/postern/postern/portal/auth"
)

// ServeFunc answers one request. An error that it returns is answered by the caller,
// unless the head of an answer is written already: then the connection is dropped.
type ServeFunc func(*Request) error

// Route is one row of the route table: what is answered, who may ask, and what it may
// cost. GET rows answer HEAD too.
type Route struct {
	Method string
	Path   string // pattern: ":name" is one segment, "*" at the end is the rest
	Need   auth.Action
	Public bool // needs no credential even if reading does
	// Foreign means that the handler checks a credential of its own, which is none of
	// the portal's.
	Foreign bool
	// Late means that the handler checks the stated size of the body, once its sender
	// is known.
	Late   bool
	Strict bool  // takes no browser session: a token in the header, or the socket
	Body   int64 // bytes of the request's body, at most
	Rate   RateClass
	// Days is how many days a page covers whose address states no range; 0 for pages
	// that cover none.
	Days  int
	Serve ServeFunc
}

// Get returns the row of a page that everyone who may read can see.
func Get(path string, serve ServeFunc) Route {
	return Route{Method: http.MethodGet, Path: path, Need: auth.Read, Body: NoBody, Serve: serve}
}

// Spanning returns the row for pages that cover a range of days.
func (r Route) Spanning(days int) Route {
	r.Days = days
	return r
}

// Limited returns the row with a limit on how often one client may ask.
func (r Route) Limited(class RateClass) Route {
	r.Rate = class
	return r
}
