package searching

// Sizes of what is searched for and shown.
const (
	noteBody     = 16 << 10 // bytes of a form: a query and a few lines, percent-encoded
	maxQuery     = 1000     // characters of a search query: a pasted sentence or alert, not a log
	hitsPerPage  = 20       // hits that a page shows
	maxOffset    = 10_000   // hits that can be paged to: beyond it the query must be narrower
	maxPageID    = 64       // characters of the name of a page view
	suggested    = 8        // suggestions under a search box
	withoutTried = 4        // filters whose removal is tried when nothing is found
	nearWords    = 6        // words of a query that finds nothing whose neighbours are searched for
	searchRetry  = 3        // seconds after which a search that was refused is tried again
	gapsShown    = 200      // searches listed on the page of gaps
)
