package promsli

import (
	"maps"
	"slices"
	"time"

	"github.com/postern/postern/reports/slo"
)

// The status is in memory only: after a restart the first turn finds it out
// again. A failing source is paused by the breaker so that its timeouts do
// not delay every turn.

// State is the state of a source.
type State string

// The states of a source.
const (
	Waiting State = "waiting" // no query was sent yet
	Working State = "working"
	Failing State = "failing" // the last request failed
	Paused  State = "paused"  // it failed several times in a row and is not queried for a while
)

// Status is the state of one source.
type Status struct {
	Name     string
	State    State
	Series   int           // number of measured series
	Behind   time.Duration // age of the oldest bucket that is still to be queried
	Answered time.Time     // last
	FailedAt time.Time     // last
	Trouble  string        // reason of the failure, for people; "" while it works
	Warning  string        // last warning of the server that data is missing
	WarnedAt time.Time
	// Refused lists the SLOs whose query the server refuses, and why.
	Refused []RefusedQuery

	refused map[string]refusal
}

// RefusedQuery is an SLO that cannot be measured.
type RefusedQuery struct{ SLO, Why string }

type refusal struct {
	why, hash string
	at        time.Time
}

// retryRefused is when a refused query is sent again: the server may have
// been upgraded, or a clashing label may be gone.
const retryRefused = 15 * time.Minute

// recentlyRefused reports whether the same query of an SLO was refused
// recently.
func (s *source) recentlyRefused(x slo.SLO, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, was := s.status.refused[x.Name]
	return was && r.hash == x.Hash && now.Sub(r.at) < retryRefused
}

// update changes the status under its lock.
func (s *source) update(fn func(*Status)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn(&s.status)
}

// Status returns the status of every source, in their configured order.
func (p *Poller) Status() []Status {
	out := make([]Status, 0, len(p.sources))
	for _, s := range p.sources {
		s.mu.Lock()
		x := s.status
		for _, name := range slices.Sorted(maps.Keys(x.refused)) {
			x.Refused = append(x.Refused, RefusedQuery{SLO: name, Why: x.refused[name].why})
		}
		x.refused = nil
		s.mu.Unlock()
		out = append(out, x)
	}
	return out
}

// breaker pauses a source that failed several times in a row. It is not
// safe for concurrent use.
type breaker struct {
	failures int
	until    time.Time
}

// The number of failures in a row that pause a source, and the first pause,
// which doubles up to mostBreak.
const (
	breakAfter = 3
	firstBreak = 30 * time.Second
	mostBreak  = 5 * time.Minute
)

// allows reports whether the source may be queried.
func (b *breaker) allows(now time.Time) bool { return !now.Before(b.until) }

// succeeded resets the breaker.
func (b *breaker) succeeded() { *b = breaker{} }

// failed counts a failure and may start a pause.
func (b *breaker) failed(now time.Time) {
	if b.failures++; b.failures < breakAfter {
		return
	}
	pause := firstBreak
	for i := breakAfter; i < b.failures && pause < mostBreak; i++ {
		pause *= 2
	}
	b.until = now.Add(min(pause, mostBreak))
}
