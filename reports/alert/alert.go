// Package alert evaluates alerts: episodes, notifications, flapping, and how well paging
// matched real incidents. It is pure.
//
// An episode is one firing of one alert; its key is (source, fingerprint, starts at). A
// notification is a message about episodes; several can be about one.
//
// fold.go merges signals to episodes, page.go finds the alert behind each page of a
// pager, link.go the incident of each episode, quality.go counts the quality of paging
// by alert rule, night.go the pages at night and by shift.
package alert

import (
	"strconv"
	"time"
)

// The limits of the classes of episodes.
const (
	// FlapCount firings of one fingerprint within FlapWindow are flapping: the alert's
	// condition moves around its threshold.
	FlapCount        = 3 // firings of one fingerprint
	FlapWindow       = time.Hour
	SelfHealedWithin = 5 * time.Minute
	// LinkLead is the time before the start of an incident in which an alert can fire
	// and still belong to it.
	LinkLead = 15 * time.Minute
)

// Signal is what one notification reports about one episode. An episode is folded from
// its signals, in any order: resolved precedes firing, the earliest end counts, and
// acknowledgements are retained. Fields other than Source, Fingerprint and StartsAt may
// be empty: a pager does not know the labels, and an acknowledgement may come without
// the alert.
type Signal struct {
	Source      string
	Fingerprint string
	StartsAt    time.Time
	EndsAt      time.Time // zero: still firing
	Name        string
	Labels      map[string]string
	Annotations map[string]string
	Severity    string // the value of the label
	Service     string
	Paging      bool // reached the pager of a person
	AckedAt     time.Time
	AckedBy     string
	// Notification identifies the message of the signal. The copies of a highly
	// available pair of senders have the same one.
	Notification string
	Truncated    int // alerts that the message left out
	At           time.Time
	// Dedup is the key that a sender and its pager share for one page; "" for none.
	Dedup string
	// Page reports that the signal is a pager's own, about a page and not about the alert
	// behind it.
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
	// Notifications is the number of distinct messages about the episode.
	Notifications int
	Truncated     int      // alerts that those messages left out
	Flapping      bool     // one of at least FlapCount firings of its fingerprint within FlapWindow
	Incident      string   // id of its incident, "" for none
	Dedups        []string // of its signals, sorted
	Page          bool     // a pager's own, without a known alert
	Pages         []string // fingerprints of the pager's own episodes that were merged into it, sorted
}

// Key returns the identity of an episode.
func (e Episode) Key() string {
	return e.Source + "\x00" + e.Fingerprint + "\x00" + strconv.FormatInt(e.StartsAt.UnixNano(), 36)
}

// Firing returns how long the episode fired, until now for one that still does. It is
// never negative, also where the end precedes the start: clocks of sources differ.
func (e Episode) Firing(now time.Time) time.Duration {
	end := e.EndsAt
	if end.IsZero() || end.After(now) {
		end = now
	}
	return max(0, end.Sub(e.StartsAt))
}

// SelfHealed reports whether an episode ended within SelfHealedWithin without being
// acknowledged: its page was not necessary.
func (e Episode) SelfHealed() bool {
	return !e.EndsAt.IsZero() && e.EndsAt.Sub(e.StartsAt) < SelfHealedWithin && e.AckedAt.IsZero()
}
