package library

import (
	"time"

	"github.com/postern/postern/postmortems"
)

// Record is a published document at its newest revision, without its text, as lists,
// cards and search hits show it. Slices must not be changed by callers.
type Record struct {
	ID      string // permalink id: that of the front matter, otherwise 12 hexadecimal digits
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
	Superseded  bool // the incident is a duplicate, described by another document
	Durations   postmortems.Durations
	Actions     int // all action items
	OpenActions int

	Revision Revision // the newest
	Revised  int      // number of revisions
}

// Revision is one published state of a document. Title is "" for states between two
// pushes. Blob is "" for a removal.
type Revision struct {
	Number  int // 1 is the first
	Commit  postmortems.OID
	Blob    postmortems.OID
	Path    string // its path in this revision
	Title   string
	Author  postmortems.Signature
	Subject string
	Pusher  postmortems.Pusher
	At      time.Time // when it was published here
	Removed bool      // this revision removed the document
}

// Page is everything the document page shows, at one revision.
type Page struct {
	Record             // of the newest revision, even when an older one is shown
	Shown     Revision // the revision of Document and Source
	Document  postmortems.Document
	Source    []byte
	Links     []ResolvedLink // same order as Document.Body.Links
	Backlinks []Record
	Seq       uint64 // number of the library's state, part of the ETag
}

// ResolvedLink is the current target of a link.
type ResolvedLink struct {
	Address string // path-absolute address with fragment; "" when Broken
	Broken  bool
}

// Found is the result of a lookup. Exactly one of Record, Redirect, File and Gone is set.
type Found struct {
	Record   *Record
	Redirect string // address for a permanent redirect (308)
	File     *File
	Gone     *Gone
}

// Gone is a document that was removed.
type Gone struct {
	ID   string
	Last Revision // the last one with a text
}

// File is a stored file that is not a document. Size is in bytes.
type File struct {
	Path string
	Blob postmortems.OID
	Size int64
}

// Filter selects documents. An empty field does not restrict. Conditions are joined by
// AND and values are compared exactly. After and Before apply to whole UTC days.
type Filter struct {
	Kind     postmortems.Kind
	Service  string
	Severity string
	Tag      string
	Owner    string
	Year     int
	After    time.Time // inclusive, by Date
	Before   time.Time // exclusive
	// Archived includes archived documents, which are excluded otherwise.
	Archived bool
	Limit    int    // default 50, at most 500
	Cursor   string // from List's next
}

// Count is a value with its number of documents.
type Count struct {
	Value string
	N     int
}

// Draft is a pushed branch other than main.
type Draft struct {
	Branch  string
	Tip     postmortems.OID
	Pusher  postmortems.Pusher // the token of its newest push
	Maker   postmortems.Pusher // the token that created it, which may rewrite and delete it
	At      time.Time
	Changed []postmortems.DocumentChange
}

// ActionItem is an action item and its document.
type ActionItem struct {
	Action   postmortems.Action
	Document Record
}

// ActionFilter selects action items. An empty field does not restrict. Owner is
// compared exactly, without "@".
type ActionFilter struct {
	Status  string // open, done, dropped
	Owner   string
	Service string // one of the document's services
	// DueBefore selects items due before this instant; items without a due date are
	// excluded. Together with Status "open" it selects the overdue ones.
	DueBefore time.Time
	Limit     int    // default 500, at most 2,000
	Cursor    string // from ListActions' next
}
