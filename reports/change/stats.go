package change

import (
	"time"

	"github.com/postern/postern/reports/tally"
)

// Stats are the statistics of the deployments of a span of time. Shares and times are nil
// if there is nothing to calculate them from: no deployments is not a rate of 0 %.
type Stats struct {
	Changes     int // of every kind
	Deployments int // distinct ones to production
	Failed      int // of Deployments, each once for any number of incidents
	Suspected   int // of Deployments: not failed, but suspected
	// FailureRate is Failed / Deployments; WithSuspected counts the suspected, too.
	FailureRate, WithSuspected *float64
	// LeadTime is the median from the newest commit to production, over LeadKnown
	// deployments; Recovery is the median from a failed deployment to its recovery, over
	// RecoveryKnown.
	LeadTime, Recovery       *time.Duration
	LeadKnown, RecoveryKnown int
	InFreeze                 int // production changes inside a freeze window
	// WithRollbackPlan is a share of the deployments. It is also nil if no source states
	// a plan for any, since most sources cannot.
	WithRollbackPlan *float64
}

// Count returns the statistics of the changes of one span, which are from Connect.
func Count(linked []Linked) Stats {
	var s Stats
	var lead, recovery []time.Duration
	plans := 0
	for _, l := range linked {
		s.Changes++
		if l.Freeze && l.Production() {
			s.InFreeze++
		}
		if !l.Deployment() {
			continue
		}
		s.Deployments++
		switch {
		case l.Failed():
			s.Failed++
			if recovered := l.RecoveredAt(); recovered.After(l.At) {
				recovery = append(recovery, recovered.Sub(l.At))
			}
		case len(l.Incidents) > 0:
			s.Suspected++
		}
		if l.Rollback {
			plans++
		}
		if !l.Committed.IsZero() && !l.Committed.After(l.At) {
			lead = append(lead, l.At.Sub(l.Committed))
		}
	}
	s.FailureRate = tally.Share(s.Failed, s.Deployments)
	s.WithSuspected = tally.Share(s.Failed+s.Suspected, s.Deployments)
	if plans > 0 {
		s.WithRollbackPlan = tally.Share(plans, s.Deployments)
	}
	s.LeadKnown, s.RecoveryKnown = len(lead), len(recovery)
	s.LeadTime, s.Recovery = tally.Median(lead), tally.Median(recovery)
	return s
}
