// Package alert owns alerts: episodes, notifications, flapping, and how well
// paging matched real incidents. It is pure.
//
// An episode is one firing of one alert: its key is (source, fingerprint,
// starts at). A notification is a message about episodes; many may tell of one.
//
// Data layout: fold.go makes episodes of signals, page.go finds which alert a
// pager's own episode is the page of, link.go finds the incident of each, quality.go counts what paging was worth and which rules it came from,
// night.go when people were woken.
package alert

import (
	"strconv"
	"time"
)

// The limits by which episodes are judged.
const (
	FlapCount        = 3 // firings of one fingerprint
	FlapWindow       = time.Hour
	SelfHealedWithin = 5 * time.Minute
	// LinkLead is how long before an incident's start an alert may fire and still
	// belong to it.
	LinkLead = 15 * time.Minute
)

// Signal is what one notification says about one episode. An episode is the
// fold of its signals, in any order: resolved beats firing, the earliest end
// wins, acknowledgements are kept.
type Signal struct {
	Source      string
	Fingerprint string
	StartsAt    time.Time
	EndsAt      time.Time // zero: still firing
	Name        string
	Labels      map[string]string
	Annotations map[string]string
	Severity    string // the label's word
	Service     string
	Paging      bool // reached a person's pager
	AckedAt     time.Time
	AckedBy     string
	// Notification identifies the message that carried the signal: twins of a
	// highly available sender have one.
	Notification string
	Truncated    int // alerts that the message left out
	At           time.Time
	// Dedup is what a sender and the pager that it sends to call one page; "" none.
	Dedup string
	// Page says that a pager speaks of a page itself, and not of the alert behind.
	Page bool
}

// Episode is one firing of one alert.
type Episode struct {
	Source      string
	Fingerprint string
	StartsAt    time.Time
	EndsAt      time.Time // zero: still firing
	Name        string
	Labels      map[string]string
	Annotations map[string]string
	Severity    string
	Service     string
	Paging      bool
	AckedAt     time.Time
	// Notifications counts distinct messages about the episode.
	Notifications int
	Truncated     int      // alerts that those messages left out
	Flapping      bool     // one of at least FlapCount firings of its fingerprint within FlapWindow
	Incident      string   // id of the incident it belongs to, "" none
	Dedups        []string // of its signals, sorted
	Page          bool     // a pager's own, of which no alert is known
	Pages         []string // fingerprints of the pager's own that were taken in, sorted
}

// Key names an episode among all others.
func (e Episode) Key() string {
	return e.Source + "\x00" + e.Fingerprint + "\x00" + strconv.FormatInt(e.StartsAt.UnixNano(), 36)
}

// Firing is how long the episode has fired, up to now for one that still does.
func (e Episode) Firing(now time.Time) time.Duration {
	end := e.EndsAt
	if end.IsZero() || end.After(now) {
		end = now
	}
	return max(0, end.Sub(e.StartsAt))
}

// SelfHealed tells a firing that ended within SelfHealedWithin and that nobody
// acknowledged: it woke somebody for nothing.
func (e Episode) SelfHealed() bool {
	return !e.EndsAt.IsZero() && e.EndsAt.Sub(e.StartsAt) < SelfHealedWithin && e.AckedAt.IsZero()
}
