package postmortems

// Receipt is what a push did, or would do, told per document: the author's
// answer is printed from it, and nothing but it.
type Receipt struct {
	Branch    string
	Draft     bool // not main: previews, no search
	CheckOnly bool
	Already   bool // everything pushed was published before (an answer that was lost)
	Documents []DocumentChange
	KeptBack  []KeptBackDocument
	Files     int // other files (images, attachments) stored
	// Other are lines about what is no document: SLOs, services, report
	// definitions, synonyms.
	Other    []string
	Problems []Problem
	// Broken are links that lead nowhere after this push, in pushed documents
	// and in documents that linked to something it removed.
	Broken []BrokenLink
}

// DocumentChange is what happened to one document.
type DocumentChange struct {
	Status    ChangeStatus
	Kind      Kind
	Title     string
	Path      string
	Address   string // path-absolute, without the portal's prefix
	From      string // old address when Renamed: it redirects now
	Durations Durations
	Timed     bool // a post-mortem: the durations line is printed, unknowns said
}

// KeptBackDocument is a document that its author keeps from being published.
type KeptBackDocument struct {
	Path   string
	Reason string // "draft: true"
}

// BrokenLink is a link whose target does not exist.
type BrokenLink struct {
	Path      string
	Line, Col int
	Raw       string
	Kind      LinkKind
}
