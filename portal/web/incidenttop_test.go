package web

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/incident"
)

// TestTheTopSaysWhetherItIsOver: the first line of the page answers, and says what
// nobody knows.
func TestTheTopSaysWhetherItIsOver(t *testing.T) {
	now := ago(0)
	for want, v := range map[string]incident.Voice{
		"Not over: 83 min so far; detected after 1 min, acknowledged after 3 min; nobody says that it is diagnosed": {Times: moments(incident.Started, 83, incident.Detected, 82, incident.Acknowledged, 80)},
		"Not over: and nobody can say for how long; detected; nobody says that it is acknowledged or diagnosed":     {Times: moments(incident.Detected, 82)},
		"Over: after 42 min, since 48":                                                          {Times: moments(incident.Started, 90, incident.Mitigated, 48)},
		"Over: how long it lasted is unknown; since 48":                                         {Times: moments(incident.Mitigated, 48)},
		"Over: since 22 Nov 2026; the time is unknown":                                          {Times: map[incident.Milestone]incident.Moment{incident.Started: {At: ago(90)}, incident.Resolved: {At: now.Truncate(day), DayOnly: true}}},
		"Over: but nobody says since when":                                                      {Status: "resolved", Times: moments(incident.Started, 90)},
		"Maintenance: announced work, in no figure":                                             {Maintenance: true, Times: moments(incident.Started, 90)},
		"Not over: 90 min so far; nobody says that it is detected or acknowledged or diagnosed": {Times: moments(incident.Started, 90)},
	} {
		v.Source, v.Form, v.Ref = "pd", "pagerduty", "PX"
		top := overWords(incident.Fold([]incident.Voice{v}, nil, feedPolicy())[0], now)
		got := top.State + ": " + top.Says
		if !top.Until.IsZero() {
			got += " " + itoa(int(now.Sub(top.Until)/time.Minute))
		}
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestTheTopLeadsWithWhatFixedIt: its own post-mortem, else what resembles it.
func TestTheTopLeadsWithWhatFixedIt(t *testing.T) {
	s, f := signalSite(t)
	s.lib.page.Document.Body.Sections = []postmortems.Section{{Heading: "Resolution", Anchor: "h-resolution", Text: "The limit was set back:"}}
	page := s.get("/kb/incidents/PX1").Body.String()
	holds(t, page, []string{"What fixed it<", "The limit was set back:", "100 % of payments, eu-1", "Similar past incidents", "Refunds failed"}, []string{"What fixed it last time"})
	if fixed, table := strings.Index(page, "The limit was set back:"), strings.Index(page, "<h2>Milestones"); fixed > table {
		t.Error("what fixed it stands below the tables")
	}
	page = s.get("/kb/incidents/PX2").Body.String()
	holds(t, page, []string{"<b>Not over</b> 30 min so far", "What fixed it last time", "Raise &lt;pool.max&gt; to 200.", "not over"}, nil)
	if s.search.similar.Text != "service: cart\nsummary: Still failing" {
		t.Errorf("asked for %q", s.search.similar.Text)
	}
	f.drafts = []DraftPostmortem{{Title: "Why the cart failed", Branch: "ana/cart", Address: "/drafts/ana/cart/postmortems/cart"}}
	holds(t, s.get("/kb/incidents/PX2").Body.String(), []string{`<a href="/kb/drafts/ana/cart/postmortems/cart">Why the cart failed</a> <span class="pill warn">draft</span>`}, []string{"None names this incident"})
	s.search.err = errors.New("busy")
	if w := s.get("/kb/incidents/PX2"); w.Code != 200 || strings.Contains(w.Body.String(), "What fixed it") {
		t.Errorf("without search: %d", w.Code)
	}
}

// TestTheStripIsDrawnByThePolicy: its names, verdicts and marks are those that the
// figures count by.
func TestTheStripIsDrawnByThePolicy(t *testing.T) {
	start := ago(100)
	stamp := func(minutes int) incident.Stamp {
		return incident.Stamp{Moment: incident.Moment{At: start.Add(time.Duration(minutes) * time.Minute)}, Confidence: incident.Stated}
	}
	in := incident.Incident{Times: map[incident.Milestone]incident.Stamp{
		incident.Started: stamp(0), incident.Detected: stamp(10), incident.Acknowledged: stamp(12), incident.Diagnosed: stamp(18), incident.Mitigated: stamp(40)}}
	p := feedPolicy()
	p.Middle, p.MiddleName, p.FromDetected, p.RecoverWithin = incident.Acknowledged, "response", true, 15*time.Minute
	s := newStrip(in, p, ago(0))
	var names []string
	for _, x := range s.Stones {
		names = append(names, strings.TrimSpace(x.Name+" "+x.Value+" "+x.Verdict))
	}
	const want = "detected +10 min target 1 min; response +12 min 2 min after detection, within 5 min; diagnosed +18 min; mitigated +40 min 30 min after detection, target 15 min; resolved unknown"
	if got := strings.Join(names[1:], "; "); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	// 1 min from the start, 5 and 15 from detection, on 40 minutes of 800 units.
	if len(s.Marks) != 3 || s.Marks[0].X != 20 || s.Marks[1].X != 300 || s.Marks[2].X != 500 || s.Marks[2].Label != "15 min" {
		t.Errorf("%+v", s.Marks)
	}
	open := in
	open.Open = true
	delete(open.Times, incident.Mitigated)
	if s := newStrip(open, p, ago(0)); s.end != 100*time.Minute || s.Stones[len(s.Stones)-1].Value != "+1 h 40 min so far" {
		t.Errorf("an open one is drawn to %v: %+v", s.end, s.Stones)
	}
}
