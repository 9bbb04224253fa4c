package incident

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/reports/tally"
)

// Fold returns the incidents of records and edits, the newest start first. The result
// depends on the two sets only, not on order or repetition. Ids are unique: when the
// ref of an incident is taken by one of another source, its id is a hash, first without
// and then with the account.
func Fold(voices []Record, edits []Edit, p Policy) []Incident {
	edits = inOrder(edits)
	index := indexEdits(edits)
	taken := map[string]bool{}
	var out []Incident
	groups := group(newest(voices, p), edits).groups()
	shared := sharedNames(groups)
	for _, g := range groups {
		in := foldOne(g, index, shared, p)
		for _, other := range []string{hashID(g[0]), accountID(g[0])} {
			if taken[in.ID] {
				in.ID = other
			}
		}
		taken[in.ID] = true
		out = append(out, in)
	}
	slices.SortFunc(out, func(a, b Incident) int {
		return cmp.Or(b.When().Compare(a.When()), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// inOrder returns edits in order of time, without duplicates. Edits of one instant are
// ordered by their content, so that the result does not depend on the order in which
// they are stored.
func inOrder(edits []Edit) []Edit {
	key := func(e Edit) string {
		return strings.Join(append([]string{e.Who, e.Action, e.Into, e.Field, e.Value, e.Why}, e.Refs...), "\x00")
	}
	edits = slices.SortedFunc(slices.Values(edits), func(a, b Edit) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(key(a), key(b)))
	})
	return slices.CompactFunc(edits, func(a, b Edit) bool { return a.At.Equal(b.At) && key(a) == key(b) })
}

// formAddress is the last part of the address of the form for a new incident. An incident
// with this id would have no page.
const formAddress = "new"

// idOf returns the id of the incident of a record: its ref, if it can be part of an
// address, otherwise a hash.
func idOf(v said) string {
	fit := len(v.Ref) <= 64 && !tally.BareNumber(v.Ref) && strings.IndexFunc(v.Ref, func(r rune) bool {
		return (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z') && r != '-' && r != '_'
	}) < 0
	if fit && v.Ref != "" && v.Ref != formAddress {
		return v.Ref
	}
	return hashID(v)
}

// hashID returns the hash of source and ref. It does not contain the account, because such
// ids are older than accounts and in use.
func hashID(v said) string { return shortHash(v.Source + "\x00" + v.Ref) }

// accountID returns the hash of source, account and ref.
func accountID(v said) string { return shortHash(v.key()) }

// shortHash returns 12 hexadecimal digits.
func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// foldOne returns the incident of a group of records, the oldest of which is the first.
func foldOne(g []said, index editIndex, shared map[string]bool, p Policy) Incident {
	in := Incident{ID: idOf(g[0]), Times: map[Milestone]Stamp{}, Said: map[string]string{}, Maintenance: true}
	for _, v := range g {
		in.Uncertainties = append(in.Uncertainties, v.unclear...)
	}
	in.name(g, shared)
	edits := index.of(in.Refs)
	in.ID = mergedID(in, g, edits)
	slices.SortStableFunc(g, func(a, b said) int {
		return cmp.Or(cmp.Compare(p.rank(a.Record), p.rank(b.Record)), b.At.Compare(a.At), cmp.Compare(a.key(), b.key()))
	})
	closed := false
	for _, v := range g {
		in.take(v.Record)
		closed = closed || isClosed(v.Status) || v.PostmortemID != ""
	}
	for _, m := range Milestones() {
		if s, ok := milestone(m, g, p); ok {
			in.Times[m] = s
		}
	}
	in.Postmortems, in.Alerts, in.Changes, in.SLOs = sorted(in.Postmortems), sorted(in.Alerts), sorted(in.Changes), sorted(in.SLOs)
	in.inferStart()
	in.edit(edits, p)
	_, ended := in.End()
	in.Open = !ended && !closed
	return in
}

// mergedID returns the id of the incident into which others were last merged, and
// otherwise the incident's own. One that was split off has a hash as its id, since its
// ref belongs to the other. The result may be an id that no record of the group has.
func mergedID(in Incident, g []said, edits []Edit) string {
	for _, e := range slices.Backward(edits) {
		if _, named := slices.BinarySearch(in.Refs, e.Into); !named || e.Action != Merge {
			continue
		}
		for _, v := range g {
			if idOf(v) == e.Into || slices.Contains(v.names, e.Into) {
				return idOf(v)
			}
		}
		return e.Into
	}
	return in.ID
}

// take fills the fields that better records left empty. Records come in order of trust.
// Lists are joined from all of them, and an incident is maintenance only if every
// record states it.
func (in *Incident) take(v Record) {
	set := func(field string, to *string, value string) {
		if *to == "" && value != "" {
			*to, in.Said[field] = value, v.Source
		}
	}
	set("title", &in.Title, v.Title)
	set("severity", &in.Severity, v.Severity)
	set("environment", &in.Environment, v.Environment)
	set("detected_by", &in.DetectedBy, v.DetectedBy)
	if len(in.Services) == 0 && len(v.Services) > 0 {
		in.Services, in.Said["services"] = sorted(slices.Clone(v.Services)), v.Source
	}
	if v.PostmortemID != "" {
		in.Postmortems = append(in.Postmortems, v.PostmortemID)
	}
	in.Alerts = append(in.Alerts, v.Alerts...)
	in.Changes = append(in.Changes, v.Changes...)
	in.SLOs = append(in.SLOs, v.SLOs...)
	in.Maintenance = in.Maintenance && v.Maintenance
	in.Records = append(in.Records, v)
}

// sorted returns a list in order and without duplicates.
func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// isClosed reports whether the status of a source means that the incident is closed.
func isClosed(status string) bool {
	return slices.Contains([]string{"resolved", "closed", "postmortem", "completed", "done"}, strings.ToLower(status))
}

// milestone returns the best time of a milestone: an exact one rather than a day, then
// that of the most trusted form. Of several records of that form (two pages of one
// incident) the first counts for what begins, and the last for what ends. g is in order
// of trust. ok is false when no record has the milestone.
func milestone(m Milestone, g []said, p Policy) (best Stamp, ok bool) {
	ends := m == Mitigated || m == Recovered || m == Resolved
	bestRank := 0
	for _, v := range g {
		at, has := v.Times[m]
		if !has || at.At.IsZero() {
			continue
		}
		rank := p.rank(v.Record)
		better := !ok || best.DayOnly && !at.DayOnly
		if ok && rank == bestRank && best.DayOnly == at.DayOnly {
			better = ends && at.At.After(best.At) || !ends && at.At.Before(best.At)
		}
		if better {
			best, bestRank, ok = Stamp{Moment{at.At.UTC(), at.DayOnly}, v.Source, v.form.confidence()}, rank, true
		}
	}
	return best, ok
}

// inferStart corrects a start that is from a status page only, if another source knew of
// the incident before. Announcements are late.
func (in *Incident) inferStart() {
	start, ok := in.Times[Started]
	if !ok || start.Confidence != Public || start.DayOnly {
		return
	}
	for _, m := range []Milestone{Detected, Acknowledged, Diagnosed} {
		s, ok := in.Times[m]
		if ok && !s.DayOnly && s.Confidence != Public && s.At.Before(start.At) && start.At.Sub(s.At) < 24*time.Hour {
			start = Stamp{s.Moment, s.Source, Inferred}
		}
	}
	in.Times[Started] = start
}

// When returns the time of the incident: its start, or the earliest known time of it if
// the start is unknown.
func (in Incident) When() time.Time {
	if s, ok := in.Times[Started]; ok {
		return s.At
	}
	var first time.Time
	earlier := func(t time.Time) {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for _, s := range in.Times {
		earlier(s.At)
	}
	if first.IsZero() {
		for _, v := range in.Records {
			earlier(v.At)
		}
	}
	return first.UTC()
}

// End returns the end of impact: mitigated, otherwise recovered, otherwise resolved.
func (in Incident) End() (Stamp, bool) {
	for _, m := range []Milestone{Mitigated, Recovered, Resolved} {
		if s, ok := in.Times[m]; ok {
			return s, true
		}
	}
	return Stamp{}, false
}
