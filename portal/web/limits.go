package web

import "time"

// Limits on what a client may cost. Each has its unit and its reason.
const (
	// readHeaderTimeout ends clients that send their header byte by byte.
	readHeaderTimeout = 5 * time.Second
	// readTimeout is for header and body of everything but git, whose routes move
	// their own deadlines: 64 KiB in 15 s is slower than any phone.
	readTimeout = 15 * time.Second
	// writeTimeout is for a page of 100 KB on the slowest line worth serving.
	writeTimeout = 30 * time.Second
	// idleTimeout keeps a reader's connection between two clicks.
	idleTimeout = 60 * time.Second
	// maxHeaderBytes bounds a request header: cookies of a shared domain and one
	// long query fit, a memory attack does not.
	maxHeaderBytes = 16 << 10

	// statusClientLeft is what a request whose client left is counted and logged as:
	// the number that nginx gives it. It is never sent.
	statusClientLeft = 499

	// adminTimeout is how long a backup, a check or an import may take.
	adminTimeout = 10 * time.Minute
	// adminStep is by how much each written piece of such an answer moves the
	// connection's deadline: a client that stops reading is let go after it.
	adminStep = 30 * time.Second
)

// Request bodies, in bytes.
const (
	noBody    = 1 << 10   // GET and HEAD: nothing there is read; some clients send a few bytes
	loginBody = 4 << 10   // a token and a return address
	noteBody  = 16 << 10  // a query and a few lines, percent-encoded
	handBody  = 16 << 10  // what a person types about an incident or a statement
	adminBody = 64 << 10  // small JSON
	pasteBody = 1 << 20   // a pasted log: its first 64 KB are read, and a form triples what is not ASCII
	apiBody   = 4 << 20   // a pasted log; a webhook
	gitBody   = 128 << 20 // git's own routes count packs themselves (64 MiB); this is the outer wall
)

// Sizes of what is asked and shown.
const (
	maxQuery     = 1000    // characters of a search query: a pasted sentence or alert, not a log
	maxPathBytes = 2 << 10 // of an address: the longest repository path is half of it
	pageSize     = 50      // documents a list page shows
	hitsPerPage  = 20      // hits a search page shows
	maxOffset    = 10_000  // hits that can be paged to: beyond it the query must be narrower
	homeListed   = 8       // documents in each list of the home page: one screen
	facetShown   = 12      // values of a facet that a list offers
	feedEntries  = 50      // documents in the Atom feed
	draftsShown  = 200     // drafts listed
	similarShown = 6       // similar addresses of a 404 page
	actionsShown = 1000    // action items listed on one page
	maxPageID    = 64      // characters of the name of a page view
	suggested    = 8       // suggestions under a search box
	withoutTried = 4       // filters that are tried to be taken off when nothing is found
	nearWords    = 6       // words of a query that finds nothing for which neighbours are sought
	busyRetry    = 5       // seconds after which whatever was refused for now is tried again
	printRetry   = 30      // seconds after which a PDF that was refused is asked for again: some are printed by then
	searchRetry  = 3       // seconds after which a search that was refused is tried again
	gapsShown    = 200     // searches listed on the page of gaps
)

// Memory and rates.
const (
	// pageCacheBytes bounds finished document pages in memory: some 1,500 pages of
	// 40 KB, plain and compressed.
	pageCacheBytes = 64 << 20
	// limiterEntries bounds each table of clients: 10,000 of 100 bytes.
	limiterEntries = 10_000
)

// rateClass is a kind of request that is limited for each client.
type rateClass uint8

const (
	rateNone    rateClass = iota
	rateSearch            // costs up to 100 ms of a core
	ratePush              // costs seconds and a database commit
	rateFailed            // wrong credentials: guessing
	rateSuggest           // costs microseconds, and is asked for at every key
	rateNote              // is written to the database and read by people
)

// rateOf is how many requests a second, and at once, one client has of a class.
func rateOf(c rateClass) (perSecond float64, burst int) {
	const minute = 60.0
	switch c {
	case rateSearch:
		return 10, 30
	case rateSuggest:
		return 30, 60
	case rateNote:
		return 6 / minute, 6
	case ratePush:
		return 10 / minute, 10
	case rateFailed:
		return 5 / minute, 5
	}
	return 0, 0
}
