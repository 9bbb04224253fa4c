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

// Fold makes incidents of voices and edits: newest start first. Its result
// depends on the sets alone, not on order or repetition.
func Fold(voices []Voice, edits []Edit, p Policy) []Incident {
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

// inOrder sorts edits by time and keeps one of equal ones.
func inOrder(edits []Edit) []Edit {
	key := func(e Edit) string {
		return strings.Join(append([]string{e.Who, e.Action, e.Into, e.Field, e.Value, e.Why}, e.Refs...), "\x00")
	}
	edits = slices.SortedFunc(slices.Values(edits), func(a, b Edit) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(key(a), key(b)))
	})
	return slices.CompactFunc(edits, func(a, b Edit) bool { return a.At.Equal(b.At) && key(a) == key(b) })
}

// formAddress is what the portal's form for a new incident has for an id: an incident
// of that name would have no page.
const formAddress = "new"

// idOf is the name under which a voice's incident is published: its ref where
// that is fit for an address, else a hash.
func idOf(v said) string {
	fit := len(v.Ref) <= 64 && !tally.BareNumber(v.Ref) && strings.IndexFunc(v.Ref, func(r rune) bool {
		return (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z') && r != '-' && r != '_'
	}) < 0
	if fit && v.Ref != "" && v.Ref != formAddress {
		return v.Ref
	}
	return hashID(v)
}

// hashID leaves out the account: it is older than accounts, and in use.
func hashID(v said) string { return shortHash(v.Source + "\x00" + v.Ref) }

// accountID tells voices of one ref in two accounts of a source apart.
func accountID(v said) string { return shortHash(v.key()) }

func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// foldOne folds the voices of one incident, the oldest first.
func foldOne(g []said, index editIndex, shared map[string]bool, p Policy) Incident {
	in := Incident{ID: idOf(g[0]), Times: map[Milestone]Stamp{}, Said: map[string]string{}, Maintenance: true}
	for _, v := range g {
		in.Doubts = append(in.Doubts, v.unclear...)
	}
	in.name(g, shared)
	edits := index.of(in.Refs)
	in.ID = mergedID(in, g, edits)
	slices.SortStableFunc(g, func(a, b said) int {
		return cmp.Or(cmp.Compare(p.rank(a.Voice), p.rank(b.Voice)), b.At.Compare(a.At), cmp.Compare(a.key(), b.key()))
	})
	closed := false
	for _, v := range g {
		in.take(v.Voice)
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

// mergedID is the id of the incident that others were last merged into, where they
// were. One that was split off is known by its hash, its ref being another's.
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

// take takes from a voice what better ones left empty.
func (in *Incident) take(v Voice) {
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
	in.Voices = append(in.Voices, v)
}

func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func isClosed(status string) bool {
	return slices.Contains([]string{"resolved", "closed", "postmortem", "completed", "done"}, strings.ToLower(status))
}

// milestone finds the best moment: an exact one before a day, then the most
// trustworthy form. Of several voices of that form (two pages of one incident)
// the first counts for what begins, the last for what ends.
func milestone(m Milestone, g []said, p Policy) (best Stamp, ok bool) {
	ends := m == Mitigated || m == Recovered || m == Resolved
	bestRank := 0
	for _, v := range g {
		at, has := v.Times[m]
		if !has || at.At.IsZero() {
			continue
		}
		rank := p.rank(v.Voice)
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

// inferStart corrects a start that only a status page told, when somebody or
// something knew of the incident before: people are told late.
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

// When is where the incident stands in time: its start, else the earliest thing
// known of it.
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
		for _, v := range in.Voices {
			earlier(v.At)
		}
	}
	return first.UTC()
}

// End is when impact was over: mitigated, else recovered, else resolved.
func (in Incident) End() (Stamp, bool) {
	for _, m := range []Milestone{Mitigated, Recovered, Resolved} {
		if s, ok := in.Times[m]; ok {
			return s, true
		}
	}
	return Stamp{}, false
}
