package incidentparts

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/incident"
)

// stripWidth is the width of the strip in units of its drawing.
const stripWidth = 800

// linearUpTo is the longest incident drawn on a linear scale. In a longer one the first
// ten minutes, which the targets are about, would be too small to see.
const linearUpTo = 60 * time.Minute

// Strip is the drawing of an incident's milestones to scale, with its text alternative.
type Strip struct {
	Title    string // for screen readers: the whole drawing in words
	Note     string // the scale, when it is not linear
	Segments []Segment
	Marks    []Mark
	Stones   []Step
	end      time.Duration // how much time is drawn
}

// Segment is the time between two milestones.
type Segment struct {
	// X and Width are in units of the drawing, from its left edge.
	X, Width float64
	Class    string // detect, diagnose, recover, after; unknown when a milestone in it is missing
}

// Mark is the place of a target of 1-5-10. Label is "" if the mark before it is too
// close.
type Mark struct {
	X     float64
	Label string
}

// Step is one milestone in words.
type Step struct {
	Name    string // "detected"
	Value   string // "+4 min", "08:00 UTC", "unknown"
	Verdict string // "within 1 min", "target 1 min"; "" without a target
	Class   string // of its swatch, as Segment's
	Met     bool
}

// stone is a milestone while the strip is made.
type stone struct {
	name string
	// at is nil for a milestone before the beginning as well. took is counted from
	// detection if the policy does so, and then differs from at.
	at     *time.Duration // from where the drawing begins; nil unknown
	took   *time.Duration // as its target counts it; nil unknown
	target time.Duration  // 0: none
	class  string         // of the span that ends here
	since  string         // what took is counted from, where that is not where the drawing begins
}

// NewStrip draws the milestones with the names and targets of the policy; nil if none is
// known. An open incident is drawn up to now. The drawing has no segments if only the
// beginning is known; the words are complete all the same.
func NewStrip(in incident.Incident, p incident.Policy, now time.Time) *Strip {
	if len(in.Times) == 0 {
		return nil
	}
	stones := stonesOf(in, p)
	s := &Strip{Stones: []Step{{Name: "started", Value: stampText(in.Times[incident.Started]), Class: "start"}}}
	for _, m := range stones {
		s.Stones = append(s.Stones, m.words())
	}
	// An open incident ends in a segment of unknown class: it is not known yet which
	// milestone will end it.
	if begin, ok := beginning(in, p); ok && in.Open && now.After(begin) {
		d := now.Sub(begin)
		stones = append(stones, stone{name: "now", at: &d, class: "unknown"})
		s.Stones = append(s.Stones, Step{Name: "open", Value: "+" + postmortems.FormatDuration(&d) + " so far", Class: "unknown"})
	}
	s.Title = s.words()
	s.draw(stones)
	s.mark(in, p)
	return s
}

// stonesOf returns the milestones in their usual order, the three of 1-5-10 with their
// targets. The second target is of acknowledgement or of diagnosis, as the policy states.
// Diagnosis is then drawn without a target.
func stonesOf(in incident.Incident, p incident.Policy) []stone {
	d := in.Durations(p)
	names, within, steps := p.Names(), p.Targets(), d.Steps(p)
	// The words about "after detection" are needed only where the drawing does not begin
	// there.
	since := ""
	if _, known := momentOf(in, incident.Started); known && p.FromDetected {
		since = " after detection"
	}
	place := func(m incident.Milestone) *time.Duration { return Offset(in, p, m) }
	all := []stone{{name: names[0], at: place(incident.Detected), took: steps[0], target: within[0], class: "detect"}}
	if p.Middle == incident.Acknowledged {
		all = append(all, stone{name: names[1], at: place(incident.Acknowledged), took: steps[1], target: within[1], class: "detect",
			since: since},
			stone{name: string(incident.Diagnosed), at: place(incident.Diagnosed), class: "diagnose"})
	} else {
		all = append(all, stone{name: names[1], at: place(incident.Diagnosed), took: steps[1], target: within[1], class: "diagnose",
			since: since})
	}
	// The target of recovery is met by mitigation: users no longer notice the failure.
	// Without it, recovery counts.
	over := incident.Mitigated
	if _, known := in.Times[over]; !known {
		if _, known = in.Times[incident.Recovered]; known {
			over = incident.Recovered
		}
	}
	return append(all, stone{name: string(over), at: place(over), took: steps[2], target: within[2], class: "recover", since: since},
		stone{name: string(incident.Resolved), at: place(incident.Resolved), class: "after"})
}

// beginning returns where the drawing begins: the start of impact, or detection if the
// policy counts from it and the start is unknown.
func beginning(in incident.Incident, p incident.Policy) (time.Time, bool) {
	if at, ok := momentOf(in, incident.Started); ok || !p.FromDetected {
		return at, ok
	}
	return momentOf(in, incident.Detected)
}

// momentOf returns when a milestone was reached, if that is known to the second. A day
// without a time of day has no place in a drawing of minutes.
func momentOf(in incident.Incident, m incident.Milestone) (time.Time, bool) {
	s, ok := in.Times[m]
	return s.At, ok && !s.DayOnly
}

// Offset returns how long after the beginning a milestone was reached; nil if that is
// unknown. A milestone before the beginning has no offset: a drawing begins at 0.
func Offset(in incident.Incident, p incident.Policy, m incident.Milestone) *time.Duration {
	begin, known := beginning(in, p)
	at, reached := momentOf(in, m)
	d := at.Sub(begin)
	if !known || !reached || d < 0 {
		return nil
	}
	return &d
}

// stampText writes a time as exactly as it is known. Times are in UTC, since the drawing
// is shared by readers of all zones.
func stampText(s incident.Stamp) string {
	switch {
	case s.At.IsZero():
		return "unknown"
	case s.DayOnly:
		return s.At.UTC().Format("2 Jan 2006")
	}
	return s.At.UTC().Format("2 Jan 15:04 UTC")
}

// words returns the milestone in words, with whether its target was met. A milestone
// without a place is unknown. One without a target, or whose time is unknown to the
// policy, has no verdict. A target is met up to and including its length.
func (m stone) words() Step {
	w := Step{Name: m.name, Value: "unknown", Class: m.class}
	if m.at == nil {
		w.Class = "unknown"
		return w
	}
	w.Value = "+" + postmortems.FormatDuration(m.at)
	if m.target == 0 || m.took == nil {
		return w
	}
	w.Met = *m.took <= m.target
	w.Verdict = "target " + postmortems.FormatDuration(&m.target)
	if w.Met {
		w.Verdict = "within " + postmortems.FormatDuration(&m.target)
	}
	if m.since != "" {
		w.Verdict = postmortems.FormatDuration(m.took) + m.since + ", " + w.Verdict
	}
	return w
}

// words returns the text alternative of the drawing. Screen readers read it in place of
// the drawing.
func (s *Strip) words() string {
	text := "Incident from the start of impact: "
	for i, m := range s.Stones {
		if i > 0 {
			text += ", "
		}
		text += m.Name + " " + m.Value
	}
	return text
}

// draw lays out the time between the known milestones, in the order of time. A segment
// begins at the last known milestone; if one between was unknown, the segment cannot be
// attributed and is of class unknown. Nothing is drawn without a positive length.
func (s *Strip) draw(stones []stone) {
	for _, m := range stones {
		if m.at != nil {
			s.end = max(s.end, *m.at)
		}
	}
	if s.end <= 0 {
		return
	}
	at := scale(s.end)
	if s.end > linearUpTo {
		s.Note = "logarithmic scale"
	}
	var from time.Duration
	missing := false
	for _, m := range stones {
		if m.at == nil {
			missing = true
			continue
		}
		if *m.at < from { // mitigated before it was diagnosed: rolling back first is normal
			continue
		}
		class := m.class
		if missing {
			class = "unknown"
		}
		s.Segments = append(s.Segments, Segment{X: at(from), Width: round1(at(*m.at) - at(from)), Class: class})
		from, missing = *m.at, false
	}
}

// markRoom is how far apart marks must be for their labels to be readable.
const markRoom = 36

// mark adds the targets at the times when they expire. Marks outside the drawn time are
// left out. If the policy counts from detection and that is unknown, the second and third
// target have no place, and none is drawn.
func (s *Strip) mark(in incident.Incident, p incident.Policy) {
	from, known := beginning(in, p)
	if !known || s.end <= 0 {
		return
	}
	// The first target counts from the start of impact always.
	origin := [3]time.Duration{}
	if detected, ok := momentOf(in, incident.Detected); p.FromDetected && ok {
		origin[1] = max(0, detected.Sub(from))
		origin[2] = origin[1]
	} else if p.FromDetected {
		return
	}
	at := scale(s.end)
	for i, within := range p.Targets() {
		if over := origin[i] + within; over <= s.end {
			s.Marks = append(s.Marks, Mark{X: at(over), Label: markText(within)})
		}
	}
	slices.SortStableFunc(s.Marks, func(a, b Mark) int { return cmp.Compare(a.X, b.X) })
	// Of marks that are too close, the earlier keeps its label: it is the shorter target.
	for n := range s.Marks {
		if n > 0 && s.Marks[n].X-s.Marks[n-1].X < markRoom {
			s.Marks[n-1].Label = ""
		}
	}
	// Only the last label names the unit, as on an axis.
	if n := len(s.Marks); n > 0 && !strings.Contains(s.Marks[n-1].Label, " ") {
		s.Marks[n-1].Label += " min"
	}
}

// markText writes a target briefly: whole minutes without their unit, which the last
// mark has.
func markText(within time.Duration) string {
	if within < time.Hour && within%time.Minute == 0 {
		return strconv.Itoa(int(within / time.Minute))
	}
	return postmortems.FormatDuration(&within)
}

// scale maps the time since the beginning to a place on the strip, in its units: linear,
// or log2(1 + minutes) for a long incident. The 1 is added so that the beginning is at 0.
func scale(end time.Duration) func(time.Duration) float64 {
	end = max(end, time.Second) // a strip without a length would divide by zero
	if end <= linearUpTo {
		return func(d time.Duration) float64 { return round1(stripWidth * float64(d) / float64(end)) }
	}
	whole := math.Log2(1 + end.Minutes())
	return func(d time.Duration) float64 {
		return round1(stripWidth * math.Log2(1+max(d, 0).Minutes()) / whole)
	}
}

// round1 rounds to a tenth, which is finer than a screen shows.
func round1(x float64) float64 { return math.Round(x*10) / 10 }

// OfTimes returns an incident of which only the milestones of a post-mortem are known.
// Pages of post-mortems use it to draw the same strip as pages of incidents. Times that
// are not known are left out; the incident has no other fields.
func OfTimes(t postmortems.Times) incident.Incident {
	in := incident.Incident{Times: map[incident.Milestone]incident.Stamp{}}
	for m, at := range map[incident.Milestone]postmortems.Instant{
		incident.Started: t.Started, incident.Detected: t.Detected, incident.Acknowledged: t.Acknowledged, incident.Diagnosed: t.Diagnosed,
		incident.Mitigated: t.Mitigated, incident.Recovered: t.Recovered, incident.Resolved: t.Resolved,
	} {
		if at.Known() {
			in.Times[m] = incident.Stamp{Moment: incident.Moment{At: at.At, DayOnly: at.Precision == postmortems.Day}, Confidence: incident.Stated}
		}
	}
	return in
}
