package promsli

import (
	"maps"
	"slices"
	"time"

	"github.com/postern/postern/reports/slo"
)

// State is how a source does.
type State string

// The states of a source.
const (
	Waiting State = "waiting" // nothing was asked yet
	Working State = "working"
	Failing State = "failing" // the last request had no answer
	Paused  State = "paused"  // it failed too often and is left alone for a while
)

// Status is what is known of one source.
type Status struct {
	Name     string
	State    State
	Series   int           // that are measured by it
	Behind   time.Duration // how far the oldest bucket that is still to be asked for lies back
	Answered time.Time     // last
	FailedAt time.Time     // last
	Trouble  string        // why, for people; "" while it works
	Warning  string        // the last remark of the server that data is missing
	WarnedAt time.Time
	// Refused are objectives whose query the server does not take, and why.
	Refused []Refused

	refused map[string]refusal
}

// Refused is one objective that cannot be measured.
type Refused struct{ SLO, Why string }

type refusal struct {
	why, hash string
	at        time.Time
}

// retryRefused is after how long a refused query is tried again: the server may
// have learnt the function, or forgotten the label that clashed.
const retryRefused = 15 * time.Minute

// skipped tells whether the query of an objective was refused of late, and is
// still the same.
func (s *source) skipped(x slo.SLO, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, was := s.status.refused[x.Name]
	return was && r.hash == x.Hash && now.Sub(r.at) < retryRefused
}

func (s *source) update(fn func(*Status)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn(&s.status)
}

// Status tells how every source does, in the order they are configured.
func (p *Poller) Status() []Status {
	out := make([]Status, 0, len(p.sources))
	for _, s := range p.sources {
		s.mu.Lock()
		x := s.status
		for _, name := range slices.Sorted(maps.Keys(x.refused)) {
			x.Refused = append(x.Refused, Refused{SLO: name, Why: x.refused[name].why})
		}
		x.refused = nil
		s.mu.Unlock()
		out = append(out, x)
	}
	return out
}

// breaker leaves a source alone that failed several times on end. It is used by
// one goroutine.
type breaker struct {
	failures int
	until    time.Time
}

// After how many failures on end a source is left alone, and for how long: at
// first, and doubling up to the most.
const (
	breakAfter = 3
	firstBreak = 30 * time.Second
	mostBreak  = 5 * time.Minute
)

func (b *breaker) allows(now time.Time) bool { return !now.Before(b.until) }

func (b *breaker) succeeded() { *b = breaker{} }

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
