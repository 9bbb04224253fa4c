package reports

import (
	"time"

	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/incident"

	"github.com/postern/postern/reports/slo"
)

// Inputs are everything that a report is made of, for the whole organisation: compiling
// drops what is not in the definition's scope. Lists may be in any order. A source that is
// not connected leaves its list empty, and the section states that it has no data.
type Inputs struct {
	// AsOf is how far the data goes; zero, or after the period, is its end.
	AsOf       time.Time
	Services   []slo.Service
	Objectives []Objective
	Incidents  []Incident       // whose impact touches any of Spans
	Episodes   []alert.Episode  // that began in the period or the one before; of earlier Spans the pages alone
	Truncated  int              // alerts that senders left out of their messages in the period
	Changes    []change.Linked  // of the period and the one before
	Statements []Statement      // seen in the period
	Drills     []incident.Drill // of the period
	Documents  []Document       // post-mortems of the incidents of the period and the two before
	Drafts     []Draft          // post-mortems that are pushed and not published
	Actions    []Action         // all that are open, and those closed in the period
	Gaps       []Search         // searches of the period that found nothing
	Feeds      []Feed
	Unread     []Unread         `json:",omitempty"` // what of these could not be gathered
	Edits      []DefinitionEdit // of objectives, in the period
	Words      string           // the lead's Markdown
	Targets    Targets
	// OnCall is how the people on call live; its zero value is the default, in the
	// zone of the report.
	OnCall alert.OnCall
}

// Targets are what incidents are compared with.
type Targets struct {
	// Policy is how the three steps of the response are named, counted and evaluated.
	incident.Policy
	// Severity is the lowest severity that needs a post-mortem: "SEV2".
	Severity string
}

// Objective is one SLO with its results.
type Objective struct {
	SLO slo.SLO
	// Results are of Spans, in their order: the last is the period's own.
	Results []slo.Result
	// Window is the result over the SLO's own window at the end of the period.
	Window slo.Result
	// Left is the share of the window's budget that remained, over time.
	Left []Point
	// Rules that would have fired in the period by the standard window pairs.
	Rules []BurnRule
	// Exhausts is how long the budget lasts at the burn rate of the last day; nil when it is
	// not being consumed.
	Exhausts *time.Duration
	// Ended are the budgets of calendar windows that ended inside the period, the
	// earliest first, with what the period consumed of each.
	Ended []BudgetPart `json:",omitempty"`
	// Current is the budget of the window at the end of the period, or the period's own
	// where that is longer. It follows from Results and Window, so the
	// hash of the inputs leaves it out.
	Current BudgetPart `json:"-"`
	// Projected is the whole of the SLO's own window, estimated; nil unless it is a
	// calendar window that is not over.
	Projected *slo.Projection `json:",omitempty"`
	// Estimated is how many buckets of the period were not counted but estimated.
	Estimated int `json:",omitempty"`
}

// BurnRule is one multi-window rule and how long its condition held.
type BurnRule struct {
	Name     string // "6 hours and 30 min"; part of a key, not for people
	Severity string // "page" or "ticket"
	For      time.Duration
	// Long and Short are the windows of the pair. They follow from Name, so the hash of
	// the inputs leaves them out.
	Long, Short time.Duration `json:"-"`
}

// Incident is an incident with what it cost.
type Incident struct {
	incident.Incident
	Durations incident.Durations
	Spent     []Spend
}

// Spend is what one incident consumed of one budget of an SLO: of one window, or of
// the period when that is longer.
type Spend struct {
	SLO   string
	Bad   float64 // bad events (or slices) of the window while the incident lasted
	Share float64 // of what the whole window permits
	// What follows from the incident's time and the SLO's counts, and is left out of
	// the hash of the inputs: those of Bad that lie in the period; whether Share is
	// estimated, because the window is not over; where the budget's window ends.
	Taken     float64   `json:"-"`
	Estimated bool      `json:"-"`
	WindowEnd time.Time `json:"-"`
}

// Statement is one slow statement over the period.
type Statement struct {
	Digest, Text, Database string
	Service, Team          string // "" it has no owner
	State                  string // "new", "assigned", "fixed", "back", "" as before
	FirstSeen              time.Time
	Count                  int64
	Seconds                float64 // total
	P95                    *float64
	RowsExamined, RowsSent int64
	CountBefore            int64 // in the period before
	SecondsBefore          float64
	// OneIn is set for a sampled log: the numbers are of one execution in so many.
	OneIn int `json:",omitempty"`
	// Odd is how many observations are in none of these numbers because one of theirs is
	// impossible.
	Odd int `json:",omitempty"`
}

// Document is a post-mortem as far as reports count it.
type Document struct {
	ID, Title string
	Published bool     // otherwise it is a draft or in review
	State     string   // "draft" or "review" of one that is not published
	Factors   []string // tags of contributing factors; empty: it states none
	// Ranked is how its action items are ranked, all of them, whenever they were
	// closed; nil is not known.
	Ranked *Ranking
}

// Ranking counts the action items of a document by their priority.
type Ranking struct {
	Items, Unranked int
	// P0 is the state of the items of priority P0: open when one is, else done when
	// one is, else dropped; "" there is none.
	P0 string
}

// Draft is a post-mortem that was pushed to a branch.
type Draft struct {
	Refs []string // names of its incident
	Link string   // path-absolute
}

// Action is an action item of a post-mortem.
type Action struct {
	Key           string // stable: document and item
	Text          string
	Owner         string // "" it has none
	Services      []string
	Document      string // id
	DocumentTitle string
	Opened        time.Time
	Due           time.Time // zero: none
	DoneAt        time.Time // zero: open, or the day is not known
	Status        string    // open, done, dropped
	Priority      string
}

// AsOf returns the item as it was at an instant: one that was closed later was open then.
// Without it, every item that is closed would change the reports before it.
func (a Action) AsOf(t time.Time) Action {
	if a.Status != "open" && !a.DoneAt.IsZero() && !a.DoneAt.Before(t) {
		a.Status, a.DoneAt = "open", time.Time{}
	}
	return a
}

// Search is a query that found nothing, and how often it was made.
type Search struct {
	Query string
	Count int
}

// Feed is one source of data over the UTC days of the period that were over when
// it ended.
type Feed struct {
	Name, Format string
	Accepted     int
	Rejected     int           // dead letters
	Unkept       int           `json:",omitempty"` // of Rejected: bodies refused before they were read, as too large
	OverBudget   int           `json:",omitempty"` // of Rejected: new things over the budget of the source
	Skew         time.Duration // of the source's clock against ours
}

// DefinitionEdit is a change of an objective's definition.
type DefinitionEdit struct {
	SLO  string
	At   time.Time
	What string // "target 99.9 % → 99.95 %"
	Who  string
}

// What of the inputs may be Unread.
const (
	UnreadIncidents  = "incidents"
	UnreadAlerts     = "alerts"
	UnreadChanges    = "changes"
	UnreadStatements = "slow statements"
	UnreadDrills     = "drills"
)

// Unread is a part of the inputs that could not be gathered: there is too much of
// it, or it is damaged. What depends on it is not known, which is not the same as
// none.
type Unread struct {
	What string // one of the constants, or a single thing
	Why  string // for people
	// Damaged says that it will be the same the next time: what is stored of it cannot
	// be read. Otherwise there is too much of it.
	Damaged bool `json:",omitempty"`
	// Sections are the keys of those that rest on it, for what is none of the constants.
	Sections []string `json:",omitempty"`
}

// NewUnread returns a part of the inputs that could not be read, and why. damaged is set
// when it will be the same the next time; sections are the keys of those that need it, when
// what is none of the constants.
func NewUnread(what, why string, damaged bool, sections ...string) Unread {
	return Unread{What: what, Why: why, Damaged: damaged, Sections: sections}
}

// ImpactStart returns when an incident began: its impact, otherwise the first
// milestone that is known, in the order of the steps. It is zero when none is.
func (i Incident) ImpactStart() time.Time {
	for _, m := range []incident.Milestone{
		incident.Started, incident.Detected, incident.Acknowledged, incident.Diagnosed, incident.Mitigated, incident.Recovered, incident.Resolved,
	} {
		if s, ok := i.Times[m]; ok && !s.At.IsZero() {
			return s.At
		}
	}
	return time.Time{}
}

// ImpactEnd returns when the impact was over; it is zero while the impact lasts and
// when its end is not known.
func (i Incident) ImpactEnd() time.Time {
	for _, m := range []incident.Milestone{incident.Mitigated, incident.Recovered, incident.Resolved} {
		if s, ok := i.Times[m]; ok && !s.At.IsZero() {
			return s.At
		}
	}
	return time.Time{}
}

// Reached returns when an incident reached a milestone; it is zero when that is not
// known, or known only to the day.
func (i Incident) Reached(m incident.Milestone) time.Time {
	s := i.Times[m]
	if s.DayOnly {
		return time.Time{}
	}
	return s.At
}
