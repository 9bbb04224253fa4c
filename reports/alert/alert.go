// Package alert owns alerts: episodes, notifications, flapping, and how well
// paging matched real incidents. It is pure.
//
// An episode is one firing of one alert: its key is (source, fingerprint,
// starts at). A notification is a message about episodes; many may tell of one.
package alert

import "time"

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
	Incident      string // id of the incident it belongs to, "" none
}
