package story

import (
	"fmt"
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"time"
)

// firing is one alert from its start to its end.
type firing struct {
	name, service, severity, instance, summary string
	from, to                                   time.Time // to is zero while it fires
}

// noisyRule fires without anything being wrong. Such rules give the pages about alert
// quality noise, flapping and pages at night to show.
type noisyRule struct {
	name, service, severity, summary string
	aDay                             float64 // how often a day
	minutes                          int     // how long an episode lasts, at most
	night                            bool    // mostly at night, when batch jobs run
}

// KafkaConsumerLag and CacheHitRatioLow are also alerts of incidents, so that a rule is
// noise on some days and right on others.
var noisy = []noisyRule{
	{"OrdersDBReplicationSlotLag", "orders-db", "critical", "Replication slot keeps more than 8 GiB of WAL", 1.1, 14, true},
	{"CacheHitRatioLow", "catalog", "warning", "Hit ratio of the catalogue cache below 80 %", 0.8, 30, false},
	{"NodeClockSkew", "k8s-platform", "warning", "Clock of a node is off by more than 50 ms", 0.5, 6, false},
	{"KafkaConsumerLag", "notify", "critical", "Consumers of notifications are 50,000 messages behind", 0.7, 12, true},
	{"CertificateExpiresSoon", "edge-proxy", "warning", "Certificate expires within 14 days", 0.08, 600, false},
	{"OrdersDBSlowQueries", "orders-db", "warning", "More than 20 statements a minute take over a second", 0.6, 20, false},
}

// alerts returns the notifications of one Alertmanager: one when an alert fires and
// one when it is resolved.
func (s *Story) alerts() iter.Seq[Post] {
	return func(yield func(Post) bool) {
		for _, f := range s.firings() {
			if !yield(s.notification(f, false)) {
				return
			}
			if !f.to.IsZero() && !yield(s.notification(f, true)) {
				return
			}
		}
	}
}

// firings returns the alerts of all incidents, and the noise. The alerts of one
// incident fire 20 seconds apart and end 90 seconds after its mitigation, as rules look
// back over a window. An alert that would end before it fires is left out. Only those
// of the open incident still fire.
func (s *Story) firings() []firing {
	var out []firing
	for _, t := range s.troubles {
		for i, name := range t.Alerts {
			// Alerts are given to the affected services in turn: a post-mortem does not
			// state which alert is about which service.
			f := firing{name: name, service: t.Services[i%len(t.Services)], severity: "critical",
				instance: fmt.Sprintf("%s-%d", t.Services[i%len(t.Services)], i), summary: t.Title}
			f.from = t.Detected.Add(time.Duration(i) * 20 * time.Second)
			if !t.ByAlert {
				f.from = t.Detected.Add(2 * time.Minute) // the rule was late: a customer reported it first
			}
			if !t.Mitigated.IsZero() {
				f.to = t.Mitigated.Add(90 * time.Second)
			} else if t.Ref != "INC-9100" {
				f.to = t.ended()
			}
			if f.to.IsZero() || f.to.After(f.from) {
				out = append(out, f)
			}
		}
	}
	return append(out, s.noise()...)
}

// noise returns alerts without an incident. Rules marked night fire mostly at night and
// flap on some nights. The instants of a rule depend on its own name only.
func (s *Story) noise() []firing {
	var out []firing
	for _, n := range noisy {
		d := s.dice("noise " + n.name)
		for day := range s.days() {
			// Adding a uniform number before truncating makes the mean exactly aDay.
			for count := int(n.aDay + d.Float64()); count > 0; count-- {
				at := day.Add(time.Duration(d.IntN(24*60)) * time.Minute)
				if n.night && d.IntN(3) > 0 {
					at = day.Add(time.Duration(15*60+d.IntN(7*60)) * time.Minute) // 23:00 to 06:00 in Shanghai
				}
				out = append(out, s.flaps(d, n, at)...)
			}
		}
	}
	return out
}

// flaps returns the resolved firings that start at one instant: mostly one, four when
// the rule flaps. Repeats are 12 minutes apart; three of them on one instance count as
// flapping (alert.FlapCount). A firing that would end after now is left out: noise
// never stays open.
func (s *Story) flaps(d *rand.Rand, n noisyRule, at time.Time) (out []firing) {
	times := 1
	if n.night && d.IntN(9) == 0 {
		times = 4
	}
	for k := range times {
		from := at.Add(time.Duration(k*12) * time.Minute)
		f := firing{n.name, n.service, n.severity, fmt.Sprintf("%s-%d", n.service, d.IntN(3)), n.summary, from,
			from.Add(time.Duration(1+d.IntN(n.minutes)) * time.Minute)}
		if f.to.Before(s.now) {
			out = append(out, f)
		}
	}
	return out
}

// notification returns the body of an Alertmanager webhook about one alert. Both bodies
// of a firing have the same fingerprint and startsAt, by which the portal joins them to
// one episode. Critical alerts go to a receiver that pages.
func (s *Story) notification(f firing, resolved bool) Post {
	labels := map[string]string{
		"alertname": f.name, "service": f.service, "severity": f.severity, "team": team(f.service), "instance": f.instance, "cluster": "ap-1",
	}
	fingerprint := fnv.New64a()
	_, _ = fmt.Fprint(fingerprint, f.name, f.instance) // a hash never fails
	// Alertmanager sends Go's zero time as the end of an alert that fires.
	status, ends := "firing", "0001-01-01T00:00:00Z"
	if resolved {
		status, ends = "resolved", stamp(f.to)
	}
	receiver := "team-" + team(f.service)
	if f.severity == "critical" {
		receiver = "pager-" + team(f.service)
	}
	body := map[string]any{
		"version": "4", "groupKey": fmt.Sprintf(`{}:{alertname="%s"}`, f.name), "truncatedAlerts": 0, "status": status, "receiver": receiver,
		"groupLabels": map[string]string{"alertname": f.name}, "commonLabels": labels,
		"commonAnnotations": map[string]string{"summary": f.summary},
		"externalURL":       "https://alertmanager.meridian.example",
		"alerts": []any{map[string]any{
			"status": status, "labels": labels, "annotations": map[string]string{"summary": f.summary, "runbook_url": "/a/" + f.name},
			"startsAt": stamp(f.from), "endsAt": ends, "generatorURL": "https://prometheus.meridian.example/graph",
			"fingerprint": fmt.Sprintf("%016x", fingerprint.Sum64()),
		}},
	}
	return Post{"alertmanager", "alertmanager-ap1", jsonType, s.encode(body)}
}
