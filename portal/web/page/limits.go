package page

import "time"

// Request bodies, in bytes. Each row of the route table states one.
const (
	NoBody    = 1 << 10  // GET and HEAD: the body is not read; some clients send a few bytes
	SmallForm = 4 << 10  // a token and a return address
	SmallJSON = 64 << 10 // an administrator's command
	PasteBody = 1 << 20  // a pasted log: its first 64 KB are read, and a form triples what is not ASCII
)

// Sizes of what is requested and shown.
const (
	MaxPath     = 2 << 10 // bytes of an address: the longest repository path is half of it
	Rows        = 50      // rows that a page of a list shows
	FacetShown  = 12      // values of a facet that a list offers
	FeedEntries = 50      // entries in an Atom feed

	similarShown = 6 // similar addresses on a page that reports 404
)

const (
	// slowTime is how long a backup, a check or an import may take.
	slowTime = 10 * time.Minute
	// slowStep is by how much each written piece of such an answer moves the
	// connection's deadline: a client that stops reading is dropped after it.
	slowStep = 30 * time.Second

	// cacheBytes bounds the finished pages in memory: some 1,500 pages of 40 KB, plain
	// and compressed.
	cacheBytes = 64 << 20
	// limiterEntries bounds each table of clients: 10,000 of 100 bytes.
	limiterEntries = 10_000
)

// RateClass is a kind of request that is limited for each client.
type RateClass uint8

// The classes and what a request of each costs.
const (
	RateNone    RateClass = iota
	RateSearch            // up to 100 ms of a core
	RatePush              // seconds and a database commit
	RateFailed            // wrong credentials: guessing
	RateSuggest           // microseconds, but one request a keystroke
	RateNote              // is written to the database and read by people
)

// Limit returns how many requests a second, and at once, one client has of the class.
func (c RateClass) Limit() (perSecond float64, burst int) {
	const minute = 60.0
	switch c {
	case RateSearch:
		return 10, 30
	case RateSuggest:
		return 30, 60
	case RateNote:
		return 6 / minute, 6
	case RatePush:
		return 10 / minute, 10
	case RateFailed:
		return 5 / minute, 5
	}
	return 0, 0
}
