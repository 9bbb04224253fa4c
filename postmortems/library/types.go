package library

import (
	"time"

	"github.com/postern/postern/postmortems"
)

// Record is a published document at its newest revision, without its text: what
// lists, cards and search hits show.
type Record struct {
	ID      string // permalink id: the front matter's, else 12 hex digits
	Address string // path-absolute, percent-encoded, e.g. "/postmortems/2026/pool"
	Path    string
	Kind    postmortems.Kind
	Title   string
	Summary string
	Lang    string
	Status  postmortems.Status
	Date    time.Time // UTC day; never zero for a published document

	Severity    string
	Services    []string
	Tags        []string
	Factors     []string // tags of the contributing factors
	Alerts      []string
	Owner       string
	Authors     []string
	DetectedBy  string
	IncidentRef string
	Superseded  bool // the incident is a duplicate: another write-up replaces this one
	Durations   postmortems.Durations
	Actions     int // all action items
	OpenActions int

	Revision Revision // the newest
	Revised  int      // how many revisions there are
}

// Revision is one published state of a document.
type Revision struct {
	Number  int // 1 is the first
	Commit  postmortems.OID
	Blob    postmortems.OID
	Path    string // where it lay then
	Title   string
	Author  postmortems.Signature
	Subject string
	Pusher  postmortems.Pusher
	At      time.Time // when it was published here
	Removed bool      // this revision removed the document
}

// Page is everything the document page shows, at one revision.
type Page struct {
	Record             // of the newest revision (also when an old one is shown)
	Shown     Revision // the revision that Document and Source are of
	Document  postmortems.Document
	Source    []byte
	Links     []ResolvedLink // same order as Document.Body.Links
	Backlinks []Record
	Seq       uint64 // change number of the library state this was read from: part of the ETag
}

// ResolvedLink is where a repository link leads today.
type ResolvedLink struct {
	Address string // path-absolute address with fragment; "" when it leads nowhere
	Broken  bool
}

// Found is the answer to an address. Exactly one of Record, Redirect, File and
// Gone is set.
type Found struct {
	Record   *Record
	Redirect string // address to answer 308 with
	File     *File
	Gone     *Gone
}

// Gone is a document that was removed.
type Gone struct {
	ID   string
	Last Revision // the last one with content
}

// File is a stored file that is not a document.
type File struct {
	Path string
	Blob postmortems.OID
	Size int64
}

// Filter narrows a list. Empty fields do not narrow.
type Filter struct {
	Kind     postmortems.Kind
	Service  string
	Severity string
	Tag      string
	Owner    string
	Year     int
	After    time.Time // inclusive, by Date
	Before   time.Time // exclusive
	// Archived includes archived documents, which are left out otherwise.
	Archived bool
	Limit    int    // default 50, at most 500
	Cursor   string // from List's next
}

// Count is a value and how many documents have it.
type Count struct {
	Value string
	N     int
}

// Draft is a pushed branch other than main.
type Draft struct {
	Branch  string
	Tip     postmortems.OID
	Pusher  postmortems.Pusher // the token of its newest push
	Maker   postmortems.Pusher // the token that made it: it may rewrite and delete it
	At      time.Time
	Changed []postmortems.DocumentChange
}

// ActionItem is an action item and the document it stands in.
type ActionItem struct {
	Action   postmortems.Action
	Document Record
}

// ActionFilter narrows the list of action items. Empty fields do not narrow.
type ActionFilter struct {
	Status  string // open, done, dropped
	Owner   string
	Service string // one of the document's services
	// DueBefore leaves only items due before this instant; those without a due
	// date are left out. Together with Status "open" these are the overdue ones.
	DueBefore time.Time
	Limit     int    // default 500, at most 2,000
	Cursor    string // from ListActions' next
}
