package alert

import (
	"slices"
	"sort"
	"time"
)

// Incident is what this package needs of an incident.
type Incident struct {
	ID       string
	From, To time.Time // of impact; a zero To means that it is open
	// Told is when people knew of it: detected, otherwise acknowledged; zero if unknown.
	Told     time.Time
	Services []string
	Alerts   []string // names or fingerprints from the sources of the incident
}

// touches reports whether an episode fired during the incident, or at most LinkLead
// before it.
func (in Incident) touches(e Episode) bool {
	return !in.From.IsZero() && (e.EndsAt.IsZero() || !e.EndsAt.Before(in.From.Add(-LinkLead))) &&
		!e.StartsAt.Before(in.From.Add(-LinkLead)) && (in.To.IsZero() || e.StartsAt.Before(in.To))
}

// Link sets the incident of each episode: one that names its fingerprint, or that of a
// page of it; otherwise one at the same time that names the alert; otherwise one at the
// same time of the same service. Of several it is the one that started last before the
// episode. It takes n log n time: incidents are looked up by name and not compared with
// each episode.
func Link(episodes []Episode, incidents []Incident) {
	incidents = slices.SortedStableFunc(slices.Values(incidents), func(a, b Incident) int { return b.From.Compare(a.From) })
	byAlert, byService := map[string]*recent{}, map[string]*recent{}
	for _, in := range incidents {
		for _, name := range in.Alerts {
			put(byAlert, name, in)
		}
		for _, name := range in.Services {
			put(byService, name, in)
		}
	}
	for i := range episodes {
		episodes[i].Incident = find(episodes[i], byAlert, byService)
	}
}

// find returns the id of the incident of an episode, "" for none. A fingerprint
// identifies one episode's alert, so an incident that names it counts even if the times
// do not match.
func find(e Episode, byAlert, byService map[string]*recent) string {
	for _, print := range append([]string{e.Fingerprint}, e.Pages...) {
		if named := byAlert[print]; named != nil && print != "" {
			if id := named.at(e); id != "" {
				return id
			}
			return named.list[0].ID
		}
	}
	for _, r := range []*recent{byAlert[e.Name], byService[e.Service]} {
		if id := r.at(e); id != "" {
			return id
		}
	}
	return ""
}

// recent has the incidents of one name, the newest start first. It is what makes
// looking up an incident by time fast: at searches list for the start, and until bounds
// how far back to look.
type recent struct {
	list []Incident
	// until is the latest end of the incident at each place of list and of all
	// older ones; it is calculated when it is first needed.
	until []time.Time
}

// put adds an incident under one of its names.
func put(by map[string]*recent, name string, in Incident) {
	if name == "" {
		return
	}
	r := by[name]
	if r == nil {
		r = &recent{}
		by[name] = r
	}
	r.list = append(r.list, in)
}

// at returns the id of the incident that the episode touches, the newest of several, "" for
// none.
func (r *recent) at(e Episode) string {
	if r == nil {
		return ""
	}
	if r.until == nil {
		r.until = make([]time.Time, len(r.list))
		var latest time.Time
		for i := len(r.list) - 1; i >= 0; i-- {
			to := r.list[i].To
			if to.IsZero() {
				// An open incident lasts longer than any episode.
				to = time.Unix(1<<40, 0)
			}
			if to.After(latest) {
				latest = to
			}
			r.until[i] = latest
		}
	}
	first := sort.Search(len(r.list), func(i int) bool { return !r.list[i].From.After(e.StartsAt.Add(LinkLead)) })
	for i := first; i < len(r.list) && r.until[i].After(e.StartsAt); i++ {
		if r.list[i].touches(e) {
			return r.list[i].ID
		}
	}
	return ""
}
