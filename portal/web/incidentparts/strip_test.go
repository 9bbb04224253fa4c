package incidentparts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/incident"
)

// TestTheStripIsDrawnByThePolicy: its names, verdicts and marks are those that the
// figures count by.
func TestTheStripIsDrawnByThePolicy(t *testing.T) {
	t.Parallel()
	start := webtest.Ago(100)
	stamp := func(minutes int) incident.Stamp {
		return incident.Stamp{Moment: incident.Moment{At: start.Add(time.Duration(minutes) * time.Minute)}, Confidence: incident.Stated}
	}
	in := incident.Incident{Times: map[incident.Milestone]incident.Stamp{
		incident.Started: stamp(0), incident.Detected: stamp(10), incident.Acknowledged: stamp(12), incident.Diagnosed: stamp(18),
		incident.Mitigated: stamp(40)}}
	p := webtest.Policy()
	p.Middle, p.MiddleName, p.FromDetected, p.RecoverWithin = incident.Acknowledged, "response", true, 15*time.Minute
	s := incidentparts.NewStrip(in, p, webtest.Ago(0))
	var names []string
	for _, x := range s.Stones {
		names = append(names, strings.TrimSpace(x.Name+" "+x.Value+" "+x.Verdict))
	}
	const want = "detected +10 min target 1 min; response +12 min 2 min after detection, within 5 min; diagnosed +18 min; mitigated " +
		"+40 min 30 min after detection, target 15 min; resolved unknown"
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
	if s := incidentparts.NewStrip(open, p, webtest.Ago(0)); s.End() != 100*time.Minute ||
		s.Stones[len(s.Stones)-1].Value != "+1 h 40 min so far" {
		t.Errorf("an open one is drawn to %v: %+v", s.End(), s.Stones)
	}
}

func TestStripSaysWhatIsUnknown(t *testing.T) {
	t.Parallel()
	times := webtest.Checkout().Document.Front.Times
	times.Diagnosed = postmortems.Instant{}
	s := incidentparts.NewStrip(incidentparts.OfTimes(times), incident.DefaultPolicy(), time.Time{})
	if !strings.Contains(s.Title, "diagnosed unknown") {
		t.Errorf("title %q", s.Title)
	}
	if len(s.Segments) != 3 || s.Segments[1].Class != "unknown" {
		t.Errorf("segments %+v: the span with the missing milestone must be hatched", s.Segments)
	}
	if incidentparts.NewStrip(incident.Incident{}, incident.DefaultPolicy(), time.Time{}) != nil {
		t.Error("a strip of nothing")
	}
	last := s.Segments[len(s.Segments)-1]
	if end := last.X + last.Width; end < incidentparts.StripWidth-1 || end > incidentparts.StripWidth+1 {
		t.Errorf("the strip ends at %v", end)
	}
}

func TestLongIncidentsAreDrawnLogarithmically(t *testing.T) {
	t.Parallel()
	times := webtest.Checkout().Document.Front.Times
	times.Resolved = webtest.Exact("2026-10-04T08:00:00Z")
	s := incidentparts.NewStrip(incidentparts.OfTimes(times), incident.DefaultPolicy(), time.Time{})
	if s.Note == "" || len(s.Marks) != 3 || s.Marks[2].X-s.Marks[1].X < 40 {
		t.Errorf("marks %+v, note %q", s.Marks, s.Note)
	}
}
