// Package incident owns incidents as folded from many voices: a post-mortem's
// front matter, a pager, a status page, an event bus, a person's entry. It is
// pure.
//
// A Voice is what one source says about one incident, whole, at one revision.
// Fold puts the voices of an incident together: for every field the most
// trustworthy voice wins, and what it won against stays readable. The result
// depends on the set of voices and edits only, not on their order.
//
// Data layout: group.go finds which voices tell of one incident (by refs, aliases
// and links, never by title; then merges and splits by hand), localnames.go which
// names say something within an account only, fold.go takes each
// field from the best voice, edit.go applies what was set by hand, doubt.go finds
// what must not become a number, verdict.go and stats.go count.
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

// FirstYear and LastYear are those between which an incident, and all else that
// feeds tell, can lie: other times come from unset clocks and mistaken units, and
// durations between times thousands of years apart do not fit their type.
const FirstYear, LastYear = 1990, 2100

// Voice is what one source says about one incident.
type Voice struct {
	Source string // the feed's source name, "postmortem:ID" or "portal"
	Form   string // "postmortem", "portal", "pagerduty", "cdevents", "statuspage", "opsgenie", "grafana-oncall", "alertmanager", "ndjson"
	Ref    string // the incident's id at the source
	// Account is the part of the source in which Ref is unique, where a source has
	// several: a producer of events, a status page. "" is the source as a whole.
	Account string
	Aliases []string
	// Rev orders what one source says about one incident; a higher one replaces
	// a lower one.
	Rev int64
	At  time.Time // when the source said so

	Title        string
	Severity     string // SEV1..SEV5, "" unknown
	RawSeverity  string
	Services     []string
	Environment  string
	By           string // the person who entered it in the portal
	Status       string // the source's word
	URL          string
	DetectedBy   string
	Times        map[Milestone]Moment
	Maintenance  bool
	Deleted      bool
	DuplicateOf  string
	PostmortemID string   // document id, when this voice is a post-mortem
	Alerts       []string // alert names, or fingerprints of episodes
	Changes      []string // ids of changes
	SLOs         []string
}

// Moment is when a milestone was reached, and how exactly that is known.
type Moment struct {
	At time.Time
	// DayOnly says that only the UTC day is known: no duration is made of it.
	DayOnly bool
}

// How sure a Stamp is.
const (
	Stated   = "stated"   // a person wrote it
	Measured = "measured" // a machine saw it
	Public   = "public"   // a status page posted it: when people were told, not when it was
	Inferred = "inferred" // it follows from other milestones
)

// Stamp is a milestone of a folded incident, with who said so.
type Stamp struct {
	Moment
	Source     string
	Confidence string // Stated, Measured, Public or Inferred
}

// Incident is the folded view.
type Incident struct {
	ID          string // stable: of the oldest voice, unless merged by hand
	Refs        []string
	Shared      []string // names that other incidents have as well, each within its account: they lead to none
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
	// Said is the source that each other field was taken from: "title",
	// "severity", "services", "environment", "detected_by".
	Said   map[string]string
	Voices []Voice // the newest revision of each, the most trustworthy first
	// Doubts are why the incident is kept out of the numbers: negative or zero
	// length, months off. Never shown as a number.
	Doubts []string
	Edits  []Edit
}

// The actions of an Edit.
const (
	Merge  = "merge"
	Split  = "split"
	Set    = "set"
	Link   = "link"   // something belongs to the incident
	Unlink = "unlink" // it does not, whoever says so
)

// Edit is a correction by hand, kept for ever as an audit line.
type Edit struct {
	At     time.Time
	Who    string
	Action string // Merge, Split, Set, Link or Unlink
	// Into is the incident that stays, by id or ref: of a merge the one that takes
	// the others in, of a split the one that the voices leave.
	Into string
	// Refs name incidents or voices ("source:ref"): those that are merged into
	// Into, the voices that leave their incident together, or the one whose field
	// is set or that something is linked with.
	Refs  []string
	Field string // set: a milestone, or one of EditableFields; link: one of LinkKinds
	Value string // set: "" says that nobody knows; link: an id, a name or a fingerprint
	Why   string
}

// Milestones are all milestones in their usual order.
func Milestones() []Milestone {
	return []Milestone{Started, Detected, Acknowledged, Diagnosed, Mitigated, Recovered, Resolved}
}

// Durations count from the start of impact, or but for Detect from detection when
// the policy says so; nil is unknown, never 0.
type Durations struct {
	Detect, Acknowledge, Diagnose, Recover, Resolve *time.Duration
}

// Steps are the three durations of 1-5-10, in the order of Policy.Names.
func (d Durations) Steps(p Policy) [3]*time.Duration {
	middle := d.Diagnose
	if p.Middle == Acknowledged {
		middle = d.Acknowledge
	}
	return [3]*time.Duration{d.Detect, middle, d.Recover}
}

// Verdict is whether a target was kept.
type Verdict string

// The verdicts of 1-5-10.
const (
	Met     Verdict = "met"
	Missed  Verdict = "missed"
	Unknown Verdict = "unknown"
)
