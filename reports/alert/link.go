package alert

import (
	"slices"
	"time"
)

// Incident is what alerts need to know of an incident.
type Incident struct {
	ID       string
	From, To time.Time // of impact; a zero To is still going on
	// Told is when people knew of it: detected, else acknowledged; zero unknown.
	Told     time.Time
	Services []string
	Alerts   []string // names or fingerprints that the incident's voices tell
}

// touches tells whether an episode fired during the incident, or so shortly before
// that it can have told of it.
func (in Incident) touches(e Episode) bool {
	return !in.From.IsZero() && (e.EndsAt.IsZero() || !e.EndsAt.Before(in.From.Add(-LinkLead))) &&
		!e.StartsAt.Before(in.From.Add(-LinkLead)) && (in.To.IsZero() || e.StartsAt.Before(in.To))
}

// Link sets the incident of each episode: one that names the fingerprint; else
// one at the time that names the alert; else one at the time of the same service.
// Among several the one that started last before the episode wins.
func Link(episodes []Episode, incidents []Incident) {
	incidents = slices.SortedStableFunc(slices.Values(incidents), func(a, b Incident) int { return b.From.Compare(a.From) })
	for i := range episodes {
		e := &episodes[i]
		e.Incident = find(*e, incidents)
	}
}

func find(e Episode, incidents []Incident) string {
	best, rank := "", 3
	for _, in := range incidents {
		r := 3
		switch {
		case e.Fingerprint != "" && slices.Contains(in.Alerts, e.Fingerprint):
			r = 0
		case !in.touches(e):
		case e.Name != "" && slices.Contains(in.Alerts, e.Name):
			r = 1
		case e.Service != "" && slices.Contains(in.Services, e.Service):
			r = 2
		}
		if r < rank {
			best, rank = in.ID, r
		}
	}
	return best
}
