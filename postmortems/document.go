// Package postmortems owns the domain of Postern's knowledge: documents and
// their kinds, the front matter, the typed post-mortem with its milestones,
// timeline and actions, and the rules by which a pushed file is judged.
//
// It is pure: no storage, no HTTP, no clock, no files. A Document is made from
// the bytes of one repository file by Compile:
//
//	file bytes -> Source (front matter | body, with line offsets)
//	           -> FrontMatter (typed, with Problems at line and column)
//	           -> Body (from a BodyRenderer: HTML, headings, text, links, rows)
//	           -> Document (typed rows and milestones derived from both)
//
// Nothing is ever lost on the way: what a rule does not understand stays in the
// source, which is stored beside what was derived from it.
package postmortems

import "time"

// Kind is what sort of document a file is; its folder decides.
type Kind string

// The kinds of the contract. Page is every Markdown file outside the known folders.
const (
	Postmortem Kind = "postmortem" // postmortems/
	Framework  Kind = "framework"  // frameworks/
	Guide      Kind = "guide"      // guides/
	Runbook    Kind = "runbook"    // runbooks/
	Standard   Kind = "standard"   // standards/
	Drill      Kind = "drill"      // drills/
	Training   Kind = "training"   // training/
	Page       Kind = "page"       // anywhere else; lives under /pages/
)

// Status is where a document stands in its life.
type Status string

// The states of a document. An absent status means Published.
const (
	StatusDraft     Status = "draft"
	StatusReview    Status = "review"
	StatusPublished Status = "published"
	StatusArchived  Status = "archived"
)

// Document is one compiled file of the knowledge repository, as every reader of
// the system sees it. It does not know where it is stored or which revision it is.
type Document struct {
	Path    string // repository path with extension, e.g. "postmortems/2026/pool.md"
	Kind    Kind
	Title   string // front matter, else first H1, else made from the file name
	Summary string // front matter, else the Summary section's or the first paragraph's plain text, at most 300 runes
	Lang    string // BCP 47 of the prose: "en", or "zh" when Han characters dominate
	Status  Status
	// Date is the contract's document date (UTC day): times.started, else the
	// front matter's date. Zero when neither is given: the library then uses the
	// first commit.
	Date     time.Time
	Front    FrontMatter
	Body     Body
	Timeline []TimelineEntry
	Actions  []Action // front matter first, then recognised rows of the body
	// Durations from the start of impact; absent is unknown.
	Durations Durations
}

// FrontMatter is the typed front matter. Every field is optional unless a rule
// of the kind demands it.
type FrontMatter struct {
	ID         string // permanent id; [A-Za-z0-9][A-Za-z0-9._-]{0,63}
	Kind       Kind   // must agree with the folder when given
	Title      string
	Summary    string
	Status     Status
	Authors    []string
	Owner      string
	Reviewers  []string
	ReviewBy   time.Time // day
	Date       time.Time // day or instant
	Tags       []string
	Redirects  []string // old addresses that lead here, e.g. "/guides/old"
	Incident   Incident
	Times      Times
	Impact     Impact
	Trigger    string
	RootCauses []string
	Factors    []Factor // contributing_factors
	ChangeRef  string
	Alerts     []string // alert names this document is about
	Actions    []Action
	Source     Origin
	// KeptBack is why the document is not to be published, as its author wrote it:
	// "draft: true" or "published: false"; "" when it is to be.
	KeptBack string
	Extra    map[string]string // unknown keys, as YAML text, kept and warned about
}

// Incident says which incident a post-mortem is about.
type Incident struct {
	Ref         string   // the incident's name elsewhere, e.g. "INC-2291"
	Aliases     []string // other names
	Severity    string   // SEV1..SEV5, "" unknown
	RawSeverity string   // the word the author wrote
	Services    []string
	Product     string
	Environment string
	DetectedBy  string // alert, customer, staff, chaos, … as written
	DuplicateOf string
	Related     []string
}

// Precision is how exactly an instant is known.
type Precision uint8

// Precisions of an Instant.
const (
	Unknown Precision = iota // absent, or stated as null
	Day                      // only the UTC day
	Exact                    // to the written second
)

// Instant is a point in time with its precision; the zero value is unknown.
type Instant struct {
	At        time.Time // UTC
	Precision Precision
}

// Known tells whether the instant says anything.
func (i Instant) Known() bool { return i.Precision != Unknown }

// Times are the milestones of an incident.
type Times struct {
	Started, Detected, Acknowledged, Diagnosed, Mitigated, Recovered, Resolved Instant
}

// Durations count from the start of impact (times.started) and are nil when
// either end is unknown or known only to the day. Recover uses mitigated, else
// recovered. Resolve and Acknowledge are for the strip only.
type Durations struct {
	Detect, Acknowledge, Diagnose, Recover, Resolve *time.Duration
}

// Impact is what users felt.
type Impact struct {
	Summary     string
	Users       string // as written: "1,200", "all of eu-1"
	RequestsPct *float64
	SLO         []BudgetSpent
}

// BudgetSpent is the share of an SLO's error budget that the incident took.
type BudgetSpent struct {
	Ref       string
	BurnedPct float64
}

// Factor is a contributing factor: a short tag for counting, a text for reading.
type Factor struct {
	Tag, Text string
}

// Origin says where an imported document came from.
type Origin struct {
	URL, ArchiveURL, Format string
	PublishedAt, FetchedAt  time.Time
}

// Action is one action item.
type Action struct {
	ID       string
	Text     string
	Type     string // prevent, detect, mitigate, process, "" unknown
	Owner    string
	Due      time.Time // day; zero: none
	Priority string
	Status   string // open, done, dropped
	DoneAt   time.Time
	Ticket   string // reference or URL
	Line     int    // 1-based line in the file

	unread string // a date of the text that is not understood
}

// TimelineEntry is one row of a timeline.
type TimelineEntry struct {
	At     Instant // unknown when the row's time could not be placed on a day
	Raw    string  // the time as written
	Text   string
	Source string // third column, if any
	Line   int
}
