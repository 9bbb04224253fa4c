package compile_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"

	"github.com/postern/postern/reports/slo"
)

// quarter is a seeded quarter of an invented organisation: what feeds would have
// said, before anything is counted.
type quarter struct {
	zone      *time.Location
	from, to  time.Time
	services  []slo.Service
	slos      []slo.SLO
	buckets   map[string][]slo.Bucket
	incidents []incident.Incident
	episodes  []alert.Episode
	changes   []change.Change
	drills    []incident.Drill
}

const bucketLen = 5 * time.Minute

// newQuarter makes September to November 2026 in Shanghai. Among its objectives
// each of the seven states of data occurs.
func newQuarter(t testing.TB, seed uint64) *quarter {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	q := &quarter{zone: zone, from: time.Date(2026, 8, 1, 0, 0, 0, 0, zone), to: time.Date(2026, 12, 1, 0, 0, 0, 0, zone),
		buckets: map[string][]slo.Bucket{}}
	r := rand.New(rand.NewPCG(seed, 1))
	for n, name := range []string{"checkout", "orders", "search", "gateway", "ledger"} {
		q.services = append(q.services, slo.Service{
			Name: name, Title: name, Team: []string{"payments", "commerce", "discovery"}[n%3],
			DependsOn: map[string][]string{"checkout": {"orders", "gateway"}, "orders": {"ledger"}}[name],
			Labels:    map[string][]string{"tier": {fmt.Sprint(1 + n%2)}},
		})
	}
	q.makeIncidents(r)
	for n, name := range []string{"checkout", "checkout", "orders", "orders", "search", "search", "gateway", "gateway", "ledger", "ledger"} {
		s := slo.SLO{
			Name: fmt.Sprintf("%s-%d", name, n), Title: fmt.Sprintf("%s objective %d", name, n), Service: name,
			Target: []float64{0.999, 0.99, 0.995}[n%3],
			Method: slo.Occurrences, Window: slo.Window{Rolling: true, Count: 28, Unit: "d"}, Hash: fmt.Sprintf("hash%08d", n),
		}
		if n == 9 {
			s.EffectiveFrom = q.to.AddDate(0, 0, -3)
		}
		q.slos = append(q.slos, s)
		q.buckets[s.Name] = q.makeBuckets(r, s, n)
	}
	q.makeAlerts(r)
	q.makeChanges(r)
	var incidents []alert.Incident
	for _, i := range q.incidents {
		incidents = append(incidents, alert.Incident{ID: i.ID, From: i.Times[incident.Started].At, To: i.Times[incident.Mitigated].At,
			Told: i.Times[incident.Detected].At, Services: i.Services})
	}
	alert.Link(q.episodes, incidents)
	return q
}

// makeBuckets: traffic by the hour, failures at random and in incidents, and for
// some objectives a flaw in the data.
func (q *quarter) makeBuckets(r *rand.Rand, s slo.SLO, n int) (all []slo.Bucket) {
	for at := q.from; at.Before(q.to); at = at.Add(bucketLen) {
		hour := at.In(q.zone).Hour()
		total := math.Round(40 + 30*math.Sin(float64(hour)/24*2*math.Pi) + 10*r.Float64())
		bad := 0.0
		if r.IntN(20) == 0 {
			bad = 1
		}
		for _, i := range q.incidents {
			end := i.Times[incident.Mitigated].At
			if end.IsZero() && !i.Open { // resolved at an unknown time
				end = i.Times[incident.Started].At.Add(20 * time.Minute)
			}
			if slices.Contains(i.Services, s.Service) && !at.Before(i.Times[incident.Started].At) && (end.IsZero() || at.Before(end)) &&
				len(i.Uncertainties) == 0 {
				bad = math.Floor(total * 0.4)
			}
		}
		b := slo.Bucket{Start: at.UTC(), Len: bucketLen, Total: total, Good: total - bad, Coverage: 1}
		switch {
		case n == 3 && hour < 8: // partial
			continue
		case n == 4 && hour > 4: // no data
			continue
		case n == 5: // no traffic
			b.Good, b.Total = 0, 0
		case n == 6: // low traffic
			b.Good, b.Total = 0, 0
			if hour == 3 && at.Minute() == 0 {
				b.Good, b.Total = 1, 1
			}
		case n == 7 && at.Day() == 20: // invalid
			b.Good = b.Total + 50
		}
		all = append(all, b)
	}
	return all
}

func (q *quarter) makeIncidents(r *rand.Rand) {
	n := 0
	for at := q.from.Add(20 * time.Hour); at.Before(q.to); at = at.Add(time.Duration(30+r.IntN(60)) * time.Hour) {
		n++
		i := incident.Incident{
			ID: fmt.Sprintf("INC-%d", n), Title: fmt.Sprintf("Incident number %d", n), Severity: fmt.Sprintf("SEV%d", 1+r.IntN(4)),
			Services: []string{q.services[r.IntN(len(q.services))].Name}, Times: map[incident.Milestone]incident.Stamp{},
		}
		if r.IntN(3) == 0 {
			i.Services = append(i.Services, "gateway")
		}
		step := at
		for _, m := range []incident.Milestone{incident.Started, incident.Detected, incident.Diagnosed, incident.Mitigated} {
			if m == incident.Started || r.IntN(5) > 0 {
				i.Times[m] = incident.Stamp{Moment: incident.Moment{At: step.UTC()}}
			}
			step = step.Add(time.Duration(20+r.IntN(400)) * time.Second * time.Duration(1+r.IntN(4)))
		}
		switch {
		case n%11 == 0:
			i.Maintenance = true
		case n%13 == 0:
			i.Uncertainties = []string{"it ended before it began"}
		case n%4 == 0:
			i.Postmortems = []string{fmt.Sprintf("doc%d", n)}
		}
		q.incidents = append(q.incidents, i)
	}
	// Two that cost much: one on the first day of November, before the 28 days that
	// end with it, and one in the middle.
	for n, id := range []string{"INC-FIRST", "INC-COSTLY"} {
		day := []int{1, 18}[n]
		at := time.Date(2026, 11, day, 10, 0, 0, 0, q.zone).UTC()
		stamp := func(minutes int) incident.Stamp {
			return incident.Stamp{Moment: incident.Moment{At: at.Add(time.Duration(minutes) * time.Minute)}}
		}
		q.incidents = append([]incident.Incident{{ID: id, Title: "The costly one of day " + fmt.Sprint(day), Severity: "SEV3",
			Services: []string{"checkout"}, Times: map[incident.Milestone]incident.Stamp{
				incident.Started: stamp(0), incident.Detected: stamp(1), incident.Diagnosed: stamp(30), incident.Mitigated: stamp(150),
			}}}, q.incidents...)
	}
	last := &q.incidents[len(q.incidents)-1]
	delete(last.Times, incident.Mitigated)
	last.Open, last.Maintenance, last.Uncertainties = true, false, nil
}

func (q *quarter) makeAlerts(r *rand.Rand) {
	for n := range 900 {
		at := q.from.Add(time.Duration(r.Int64N(int64(q.to.Sub(q.from)))))
		e := alert.Episode{
			Source: "am", Fingerprint: fmt.Sprint(n), StartsAt: at.UTC(), EndsAt: at.Add(time.Duration(1+r.IntN(40)) * time.Minute).UTC(),
			Name: fmt.Sprintf("Alert%d", r.IntN(14)), Service: q.services[r.IntN(len(q.services))].Name, Paging: r.IntN(2) == 0,
			Notifications: 1 + r.IntN(3),
		}
		if r.IntN(3) == 0 {
			e.AckedAt = at.Add(time.Minute)
		}
		q.episodes = append(q.episodes, e)
	}
}

func (q *quarter) makeChanges(r *rand.Rand) {
	for n := range 300 {
		at := q.from.Add(time.Duration(r.Int64N(int64(q.to.Sub(q.from)))))
		x := change.Change{
			ID: fmt.Sprintf("c%d", n), Source: "cd", Service: q.services[r.IntN(len(q.services))].Name, Environment: "production", At: at.UTC(),
			Kind:    "deployed",
			Outcome: "succeeded", Committed: at.Add(-time.Duration(1+r.IntN(90)) * time.Hour).UTC(), Freeze: r.IntN(30) == 0,
			Rollback: r.IntN(2) == 0,
		}
		if r.IntN(12) == 0 {
			x.Outcome = "rolledback"
		}
		if r.IntN(20) == 0 {
			x.Incidents = []string{q.incidents[r.IntN(len(q.incidents))].ID}
		}
		q.changes = append(q.changes, x)
	}
}

func targets() reports.Targets {
	return reports.Targets{Policy: incident.DefaultPolicy(), Severity: "SEV2"}
}

// inputs are what a collector would hand over for a period.
func (q *quarter) inputs(p period.Period) reports.Inputs {
	in := reports.Inputs{Services: q.services, Episodes: q.episodes, Changes: q.linked(), Targets: targets(), Drills: q.drills}
	var objectives []reports.Objective
	for _, s := range q.slos {
		objectives = append(objectives, reports.Measure(reports.Measurement{SLO: s, Buckets: q.buckets[s.Name]}, p, p.To))
	}
	in.Objectives = objectives
	for _, i := range q.incidents {
		x := reports.Incident{Incident: i, Durations: durations(i)}
		for _, o := range objectives {
			if !slices.Contains(i.Services, o.SLO.Service) {
				continue
			}
			x.Spent = append(x.Spent, reports.Costs(o, q.buckets[o.SLO.Name], i, p, p.To)...)
		}
		in.Incidents = append(in.Incidents, x)
		for _, id := range i.Postmortems {
			in.Documents = append(in.Documents, reports.Document{ID: id, Title: "Write-up", Published: true,
				Factors: [][]string{{"config-change"}, {"config-change", "capacity"}, nil}[len(in.Documents)%3], Ranked: rankings()[id]})
		}
	}
	in.Actions = []reports.Action{
		{Key: "a1", Text: "Add a canary", Owner: "payments", Document: "doc4", Opened: p.From.AddDate(0, 0, -60),
			Due: p.From.AddDate(0, 0, -47), Status: "open"},
		{Key: "a2", Text: "Write a runbook", Owner: "commerce", Document: "doc4", Opened: p.From, Due: p.To.AddDate(0, 0, 9), Status: "open"},
		{Key: "a4", Text: "Test the fallback", Owner: "commerce", Document: "doc8", Opened: p.To.AddDate(0, 0, -200), Status: "open",
			Priority: "P0"},
		{Key: "a5", Text: "Ask the vendor", Document: "doc8", Status: "open"},
		{Key: "a3", Text: "Raise the limit", Owner: "payments", Document: "doc8", Opened: p.From.AddDate(0, 0, -9),
			DoneAt: p.From.Add(time.Hour), Status: "done"},
	}
	p95 := 2.5
	in.Statements = []reports.Statement{
		{Digest: "aa11", Text: "select * from carts where user = ?", Database: "shop", Service: "checkout", State: "new", Count: 412,
			Seconds: 903.5, P95: &p95, RowsExamined: 900000, RowsSent: 1200},
		{Digest: "bb22", Text: "update stock set n = n - ?", Database: "legacy", Count: 12, Seconds: 30, CountBefore: 9, SecondsBefore: 21},
		{Digest: "cc33", Text: "select count(*) from events", Database: "events", Service: "search", State: "back", Count: 50, Seconds: 300,
			RowsSent: 50, RowsExamined: 5e6},
	}
	in.Gaps = []reports.Search{{Query: "vault seal", Count: 7}, {Query: "证书过期", Count: 3}}
	in.Feeds = []reports.Feed{{Name: "am-1", Format: "alertmanager", Accepted: 900, Rejected: 2}, {Name: "pd", Format: "pagerduty"}}
	in.Edits = []reports.DefinitionEdit{{SLO: "orders-2", At: p.From.Add(time.Hour), What: "target 99.9 % → 99.5 %", Who: "Ana"}}
	return in
}

// rankings are those of the action items of inputs, and of some that were closed long
// before: doc0 had its P0.
func rankings() map[string]*reports.Ranking {
	return map[string]*reports.Ranking{
		"doc0": {Items: 1, P0: "done"}, "doc4": {Items: 2, Unranked: 2}, "doc8": {Items: 3, Unranked: 2, P0: "open"}, "doc12": {Items: 2},
		"doc16": {},
	}
}

// linked are the changes with their incidents, as the register gives them.
func (q *quarter) linked() []change.Linked {
	var incidents []change.Incident
	for _, i := range q.incidents {
		x := change.Incident{ID: i.ID, Refs: []string{i.ID}, Services: i.Services, Changes: i.Changes, From: i.Times[incident.Started].At,
			To: i.Times[incident.Mitigated].At}
		if !i.Maintenance && len(i.Uncertainties) == 0 {
			incidents = append(incidents, x)
		}
	}
	return change.Connect(q.changes, incidents)
}

// durations of an incident, as its own package makes them.
func durations(i incident.Incident) (d incident.Durations) {
	since := func(m incident.Milestone) *time.Duration {
		s, ok := i.Times[m]
		if !ok {
			return nil
		}
		x := s.At.Sub(i.Times[incident.Started].At)
		return &x
	}
	return incident.Durations{Detect: since(incident.Detected), Diagnose: since(incident.Diagnosed), Recover: since(incident.Mitigated)}
}

func (q *quarter) period(t testing.TB, id string) period.Period {
	t.Helper()
	for _, kind := range period.Kinds() {
		if p, err := period.Of(kind, id, q.zone); err == nil {
			return p
		}
	}
	t.Fatalf("%s is no period", id)
	return period.Period{}
}

func builtIn(kind period.Kind) reports.Definition {
	for _, d := range reports.BuiltIn("Asia/Shanghai") {
		if d.Kind == kind {
			return d
		}
	}
	panic("every kind has a built-in report")
}
