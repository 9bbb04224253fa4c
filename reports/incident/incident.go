// Package incident merges what several sources report about an incident: the front
// matter of a post-mortem, a pager, a status page, an event bus, a person's entry. It
// is pure.
//
// A Record is what one source reports about one incident, whole, at one revision. Fold
// merges the records of an incident: each field is taken from the most trusted source
// that has it, and conflicting values stay readable. The result depends on the set of
// records and edits only, not on their order.
//
// group.go finds which records are about one incident (by refs, aliases and links, never
// by title; then merges and splits by hand), localnames.go which names are unique within
// an account only, fold.go takes each field from the best record, edit.go applies
// corrections by hand, uncertainty.go finds incidents that must not be counted,
// verdict.go and stats.go count.
package incident

import "time"

// Milestone is a step in the life of an incident.
type Milestone string

// The milestones.
const (
	Started      Milestone = "started" // of impact
	Detected     Milestone = "detected"
	Acknowledged Milestone = "acknowledged"
	Diagnosed    Milestone = "diagnosed"
	Mitigated    Milestone = "mitigated" // impact over
	Recovered    Milestone = "recovered"
	Resolved     Milestone = "resolved" // closed
)

// FirstYear and LastYear bound the times of incidents and of all other facts from feeds.
// Other times come from unset clocks and wrong units, and durations between times
// thousands of years apart do not fit their type.
const FirstYear, LastYear = 1990, 2100

// Record is what one source reports about one incident.
type Record struct {
	Source string // the feed's source name, "postmortem:ID" or "portal"
	// Form is the format of the source: "postmortem", "portal", "pagerduty", "cdevents",
	// "statuspage", "opsgenie", "grafana-oncall", "alertmanager" or "ndjson".
	Form string
	Ref  string // the id of the incident at the source
	// Account is the part of the source in which Ref is unique, where a source has
	// several: a producer of events, a status page. "" is the source as a whole.
	Account string
	Aliases []string
	// Rev orders the revisions of one source about one incident; a higher one replaces
	// a lower one.
	Rev int64
	At  time.Time // when the source reported it

	Title        string
	Severity     string // SEV1..SEV5, "" unknown
	RawSeverity  string
	Services     []string
	Environment  string
	By           string // the person who entered it in the portal
	Status       string // in the words of the source
	URL          string
	DetectedBy   string
	Times        map[Milestone]Moment
	Maintenance  bool
	Deleted      bool
	DuplicateOf  string
	PostmortemID string   // document id, when this is of a post-mortem
	Alerts       []string // alert names, or fingerprints of episodes
	Changes      []string // ids of changes
	SLOs         []string
}

// Moment is the time of a milestone, with its precision.
type Moment struct {
	At time.Time
	// DayOnly reports that only the UTC day is known. Such a time is in no duration.
	DayOnly bool
}

// The confidences of a Stamp.
const (
	Stated   = "stated"   // a person wrote it
	Measured = "measured" // a machine measured it
	Public   = "public"   // from a status page: the time of the announcement
	Inferred = "inferred" // it follows from other milestones
)

// Stamp is a milestone of a folded incident, with its source.
type Stamp struct {
	Moment
	Source     string
	Confidence string // Stated, Measured, Public or Inferred
}

// Incident is the result of folding the records of one incident.
type Incident struct {
	ID          string // stable: of the oldest record, unless merged by hand
	Refs        []string
	Shared      []string // names that other incidents have as well, each within its account; no lookup uses them
	Title       string
	Severity    string
	Services    []string
	Environment string
	DetectedBy  string
	Times       map[Milestone]Stamp
	Open        bool // neither mitigated, recovered nor resolved
	Maintenance bool
	Postmortems []string // document ids
	Alerts      []string
	Changes     []string
	SLOs        []string
	// Said is the source of each other field: "title", "severity", "services",
	// "environment", "detected_by".
	Said    map[string]string
	Records []Record // the newest revision of each, the most trusted first
	// Uncertainties are the reasons why the incident is not counted, such as a negative or zero
	// length, or times that are months apart.
	Uncertainties []string
	Edits         []Edit
}

// The actions of an Edit.
const (
	Merge  = "merge"
	Split  = "split"
	Set    = "set"
	Link   = "link"   // an object belongs to the incident
	Unlink = "unlink" // an object does not, also if a source reports it
)

// Edit is a correction by hand. It is retained permanently, as an entry of an audit log.
type Edit struct {
	At     time.Time
	Who    string
	Action string // Merge, Split, Set, Link or Unlink
	// Into is the incident that remains, by id or ref: of a merge the one to which the
	// others are added, of a split the one that the records leave.
	Into string
	// Refs name incidents or records ("source:ref"): those that are merged into Into,
	// the records that leave their incident together, or the one whose field is set or
	// that is linked.
	Refs  []string
	Field string // set: a milestone, or one of EditableFields; link: one of LinkKinds
	Value string // set: "" for unknown; link: an id, a name or a fingerprint
	Why   string
}

// Milestones returns all milestones in their usual order.
func Milestones() []Milestone {
	return []Milestone{Started, Detected, Acknowledged, Diagnosed, Mitigated, Recovered, Resolved}
}

// Durations are counted from the start of impact, or, except Detect, from detection if the
// policy says so. nil is unknown.
type Durations struct {
	Detect, Acknowledge, Diagnose, Recover, Resolve *time.Duration
}

// Steps returns the three durations of 1-5-10, in the order of Policy.Names.
func (d Durations) Steps(p Policy) [3]*time.Duration {
	middle := d.Diagnose
	if p.Middle == Acknowledged {
		middle = d.Acknowledge
	}
	return [3]*time.Duration{d.Detect, middle, d.Recover}
}

// Verdict is whether a target was met.
type Verdict string

// The verdicts of 1-5-10.
const (
	Met     Verdict = "met"
	Missed  Verdict = "missed"
	Unknown Verdict = "unknown"
)
