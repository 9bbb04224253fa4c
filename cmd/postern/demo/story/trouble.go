package story

import (
	"fmt"
	"time"
)

// Trouble is one incident as it happened, from which all feeds are made.
type Trouble struct {
	Ref      string
	Title    string
	Severity string // SEV1..SEV5
	Services []string
	Alerts   []string // the names of those that fired
	ByAlert  bool     // detected by an alert, not by a customer

	Started, Detected, Acknowledged, Diagnosed, Mitigated, Resolved time.Time // zero: unknown
	// Change is the id of the deployment that caused it; "" for none.
	Change string
}

// ended returns when requests stopped failing: one hour after the start if that is
// unknown.
func (t Trouble) ended() time.Time {
	switch {
	case !t.Mitigated.IsZero():
		return t.Mitigated
	case !t.Resolved.IsZero():
		return t.Resolved
	}
	return t.Started.Add(time.Hour)
}

// share returns the ratio of a service's requests that fail while a trouble lasts; 0
// for SEV5 and unknown severities. A SEV1 of half an hour consumes 0.45 × 30 of the 43
// minutes that a target of 99.9 % allows over 30 days.
func (t Trouble) share() float64 {
	return map[string]float64{"SEV1": 0.45, "SEV2": 0.16, "SEV3": 0.045, "SEV4": 0.012}[t.Severity]
}

// plots are the troubles that happen more than once in an organization. byChange ones
// were caused by a deployment.
var plots = []struct {
	title, service, alert, severity string
	byChange                        bool
}{
	{"Search pods of one zone restart with OOMKilled", "search-api", "SearchPodOOMKilled", "SEV3", false},
	{"Lag of the notification consumers", "notify", "KafkaConsumerLag", "SEV4", false},
	{"Acquirer refuses one card scheme", "payment-gw", "AcquirerErrorRate", "SEV3", false},
	{"Orders API answers 500 after a release", "orders-api", "OrdersAPIErrorRate", "SEV3", true},
	{"Catalogue cache cold after a deploy", "catalog", "CacheHitRatioLow", "SEV4", true},
	{"登录偶发超时", "identity", "IdentityErrorRate", "SEV4", false},
	{"Stock reservations wait for a lock", "inventory", "OrdersDBLockQueue", "SEV3", true},
	{"Edge rejects large headers", "edge-proxy", "EdgeErrorRate", "SEV4", true},
}

// madeUp returns the troubles that no sample document describes: one every six days or
// so, and an open one last. Their milestones are in order; a quarter has no diagnosis,
// as in practice. Those not resolved by now are left out, so that one is open.
func (s *Story) madeUp() []Trouble {
	d := s.dice("troubles")
	var out []Trouble
	for at, n := s.from.Add(30*time.Hour), 1; at.Before(s.now.Add(-8 * time.Hour)); n++ {
		p := plots[d.IntN(len(plots))]
		start := at.Add(time.Duration(d.IntN(20*60)) * time.Minute)
		t := Trouble{
			// Numbers from 9001 on are used by no sample document.
			Ref: fmt.Sprintf("INC-%d", 9000+n), Title: p.title, Severity: p.severity, Services: []string{p.service}, Alerts: []string{p.alert},
			ByAlert: d.IntN(5) > 0, Started: start,
		}
		// An alert detects in 20 s to 280 s, a customer in 8 to 27 minutes.
		t.Detected = start.Add(time.Duration(20+d.IntN(260)) * time.Second)
		if !t.ByAlert {
			t.Detected = start.Add(time.Duration(8+d.IntN(20)) * time.Minute)
		}
		t.Acknowledged = t.Detected.Add(time.Duration(30+d.IntN(400)) * time.Second)
		if d.IntN(4) > 0 {
			t.Diagnosed = t.Acknowledged.Add(time.Duration(1+d.IntN(15)) * time.Minute)
		}
		t.Mitigated = t.Acknowledged.Add(time.Duration(3+d.IntN(45)) * time.Minute)
		if t.Mitigated.Before(t.Diagnosed) {
			t.Mitigated = t.Diagnosed.Add(2 * time.Minute)
		}
		t.Resolved = t.Mitigated.Add(time.Duration(20+d.IntN(300)) * time.Minute)
		if p.byChange {
			t.Change = fmt.Sprintf("deploy-%s-fault-%d", p.service, n)
		}
		if t.Resolved.Before(s.now) {
			out = append(out, t)
		}
		at = at.Add(time.Duration(3*24+d.IntN(7*24)) * time.Hour)
	}
	return append(out, s.open())
}

// open returns the trouble that a visitor of the demo finds in progress: it started 70
// minutes ago and was acknowledged. firings and during recognize it by its reference.
func (s *Story) open() Trouble {
	start := s.now.Add(-70 * time.Minute)
	return Trouble{
		Ref: "INC-9100", Title: "Mail of order confirmations is late", Severity: "SEV3", Services: []string{"notify"},
		Alerts:  []string{"KafkaConsumerLag"},
		ByAlert: true, Started: start, Detected: start.Add(50 * time.Second), Acknowledged: start.Add(3 * time.Minute),
	}
}

// during returns the ratio of a span of time that a trouble covers, 0 to 1.
func (s *Story) during(t Trouble, from, to time.Time) float64 {
	end := t.ended()
	if t.Mitigated.IsZero() && t.Resolved.IsZero() && t.Ref == "INC-9100" {
		end = s.now
	}
	begin := later(t.Started, from)
	if end.After(to) {
		end = to
	}
	if !end.After(begin) {
		return 0
	}
	return float64(end.Sub(begin)) / float64(to.Sub(from))
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
