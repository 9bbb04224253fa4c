package feed

import (
	"cmp"
	"maps"
	"slices"

	"github.com/postern/postern/reports/incident"
)

// Whole merges the events of one source about one incident into one report.
// The facts must be of one Source and Entity; their order does not matter.
// ok is false if none is about an incident.
//
// Events apply in the order of (At, Key). A later event overrides a field
// that it states. A milestone has the first time stated for it, until an
// event withdraws it by stating the zero time (a reopened incident is not
// resolved, an unacknowledged one not acknowledged). A source that sends
// complete reports has one fact, which stays as it is.
func Whole(facts []Fact) (v incident.Record, ok bool) {
	sorted := make([]Fact, 0, len(facts))
	for _, f := range facts {
		if f.Kind == Incident && f.Incident != nil {
			sorted = append(sorted, f)
		}
	}
	if len(sorted) == 0 {
		return v, false
	}
	slices.SortFunc(sorted, func(a, b Fact) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Key, b.Key))
	})
	v = *sorted[0].Incident
	v.Times = maps.Clone(v.Times)
	for _, f := range sorted[1:] {
		overlay(&v, *f.Incident)
	}
	maps.DeleteFunc(v.Times, func(_ incident.Milestone, m incident.Moment) bool { return m.At.IsZero() })
	return v, true
}

// overlay applies a later event to a report.
func overlay(v *incident.Record, e incident.Record) {
	v.Rev = max(v.Rev, e.Rev) // At stays that of the first event, which is part of the incident's id
	for _, field := range []struct {
		old   *string
		event string
	}{
		{&v.Title, e.Title}, {&v.Severity, e.Severity}, {&v.RawSeverity, e.RawSeverity}, {&v.Environment, e.Environment},
		{&v.Status, e.Status}, {&v.URL, e.URL}, {&v.DetectedBy, e.DetectedBy}, {&v.DuplicateOf, e.DuplicateOf},
		{&v.PostmortemID, e.PostmortemID},
	} {
		if field.event != "" {
			*field.old = field.event
		}
	}
	for _, list := range []struct {
		old   *[]string
		event []string
	}{
		{&v.Aliases, e.Aliases}, {&v.Services, e.Services}, {&v.Alerts, e.Alerts}, {&v.Changes, e.Changes}, {&v.SLOs, e.SLOs},
	} {
		*list.old = union(*list.old, list.event)
	}
	v.Maintenance = v.Maintenance || e.Maintenance
	v.Deleted = e.Deleted
	for m, at := range e.Times {
		if v.Times == nil {
			v.Times = map[incident.Milestone]incident.Moment{}
		}
		if known := v.Times[m]; known.At.IsZero() || at.At.IsZero() {
			v.Times[m] = at
		}
	}
}

// union returns old with the new elements of more, sorted if anything was
// added, at most MaxList: a sender that adds names with every event must
// not make the report grow without end.
func union(old, more []string) []string {
	out := old
	for _, s := range more {
		if len(out) < MaxList && !slices.Contains(out, s) {
			out = append(slices.Clip(out), s)
		}
	}
	if len(out) > len(old) {
		slices.Sort(out)
	}
	return out
}
