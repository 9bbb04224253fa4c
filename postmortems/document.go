package postmortems

import "time"

// Kind is the kind of a document. The folder of its file determines it.
type Kind string

// The kinds that code names. The table of all kinds, with their folders and titles, is
// in package dockind.
const (
	Postmortem Kind = "postmortem"
	Framework  Kind = "framework"
	Guide      Kind = "guide"
	Runbook    Kind = "runbook"
	Standard   Kind = "standard"
	Drill      Kind = "drill"
	Training   Kind = "training"
	Page       Kind = "page" // documents outside the folders of the other kinds
)

// Status is the editorial state of a document.
type Status string

// The states of a document. An absent status means Published.
const (
	StatusDraft     Status = "draft"
	StatusReview    Status = "review"
	StatusPublished Status = "published"
	StatusArchived  Status = "archived"
)

// Document is one compiled file of the knowledge repository. It does not contain its
// revision or anything about its storage. It is a function of the file, the policy and
// the renderer, so it can be compiled again at any time.
type Document struct {
	Path    string // repository path with extension, e.g. "postmortems/2026/pool.md"
	Kind    Kind
	Title   string // front matter, otherwise the first H1, otherwise made from the file name
	Summary string // front matter, otherwise plain text of the summary section or the first paragraph; at most 300 runes
	Lang    string // BCP 47 of the prose: "en", or "zh" when Han characters dominate
	Status  Status
	// Date is the document's date (a UTC day): that of times.started, otherwise the front
	// matter's date. It is zero when neither is given; package library then uses the first
	// commit.
	Date     time.Time
	Front    FrontMatter
	Body     Body
	Timeline []TimelineEntry
	Actions  []Action // front matter first, then recognised rows of the body
	// Durations from the start of impact; absent is unknown.
	Durations Durations
}

// FrontMatter is the typed front matter. Every field is optional unless a rule of the
// kind requires it. Texts other than Extra are without control characters, and single
// lines where the key is one. An invalid value is zero.
type FrontMatter struct {
	ID         string // permanent id; [A-Za-z0-9][A-Za-z0-9._-]{0,63}
	Kind       Kind   // must agree with the folder if given
	Title      string
	Summary    string
	Status     Status
	Authors    []string
	Owner      string
	Reviewers  []string
	ReviewBy   time.Time // day
	Date       time.Time // day or instant
	Tags       []string
	Redirects  []string // old addresses that redirect here, e.g. "/guides/old"
	Incident   Incident
	Times      Times
	Impact     Impact
	Trigger    string
	RootCauses []string
	Factors    []Factor // contributing_factors
	ChangeRef  string
	Alerts     []string // names of alerts that the document covers
	Actions    []Action
	Source     Origin
	// KeptBack is why the document is not published, as its author wrote it: "draft: true"
	// or "published: false"; "" when it is published.
	KeptBack string
	Extra    map[string]string // unknown keys with their YAML, preserved and warned about
}

// Incident identifies and describes the incident of a post-mortem.
type Incident struct {
	Ref         string   // the incident's name in other tools, e.g. "INC-2291"
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

// Instant is a point in time with its precision; the zero value is unknown. At is
// midnight UTC if only the day is known.
type Instant struct {
	At        time.Time // UTC
	Precision Precision
}

// Known reports whether the instant is known at all.
func (i Instant) Known() bool { return i.Precision != Unknown }

// Times are the milestones of an incident.
type Times struct {
	Started, Detected, Acknowledged, Diagnosed, Mitigated, Recovered, Resolved Instant
}

// Durations count from the start of impact (times.started). Each is nil when either end
// is unknown or known only to the day. Recover ends at mitigated, or at recovered if
// mitigated is unknown. Resolve and Acknowledge are shown only in the milestone strip.
// They are never negative.
type Durations struct {
	Detect, Acknowledge, Diagnose, Recover, Resolve *time.Duration
}

// Impact is what users noticed. RequestsPct is the percentage of requests that failed,
// 0 to 100; nil: not stated.
type Impact struct {
	Summary     string
	Users       string // as written: "1,200", "all of eu-1"
	RequestsPct *float64
	SLO         []BudgetSpent
}

// BudgetSpent is the share of an SLO's error budget that the incident consumed.
// BurnedPct is in percent and may exceed 100.
type BudgetSpent struct {
	Ref       string
	BurnedPct float64
}

// Factor is a contributing factor: a short tag for counting, or a text for reading. At
// least one of the two is set.
type Factor struct {
	Tag, Text string
}

// Origin is the source of an imported document. Format is the name of the importer; it
// is empty for a document that only states where it came from.
type Origin struct {
	URL, ArchiveURL, Format string
	PublishedAt, FetchedAt  time.Time
}

// Action is one action item. DoneAt is zero when it is not known, also for an item that
// is done.
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

	unparsed string // a written date that is not understood
}

// TimelineEntry is one row of a timeline. Line is 1-based in the file.
type TimelineEntry struct {
	At     Instant // unknown when the row's time could not be placed on a day
	Raw    string  // the time as written
	Text   string
	Source string // third column, if any
	Line   int
}
