package web

import (
	"fmt"
	"math"
	"time"

	"github.com/postern/postern/postmortems"
)

// stripWidth is the width of the milestone strip in units of its drawing.
const stripWidth = 800

// linearUpTo is the longest incident drawn on a linear scale; in a longer one the
// first ten minutes, which the targets are about, would vanish.
const linearUpTo = 60 * time.Minute

// strip is the drawing of an incident's milestones to scale, and its text twin.
type strip struct {
	Title    string // for screen readers: the whole drawing in words
	Note     string // the scale, when it is not linear
	Segments []stripSegment
	Marks    []stripMark
	Stones   []stripStone
}

// stripSegment is the span between two milestones.
type stripSegment struct {
	X, Width float64
	Class    string // detect, diagnose, recover, after; unknown when a milestone in it is missing
}

// stripMark is a mark of the 1-5-10 targets.
type stripMark struct {
	X     float64
	Label string
}

// stripStone is one milestone in words.
type stripStone struct {
	Name    string // "detected"
	Value   string // "+4 min", "08:00 UTC", "unknown"
	Verdict string // "within 1 min", "target 1 min"; "" without a target
	Class   string // of its swatch, as stripSegment's
	Met     bool
}

// stone is a milestone while the strip is made.
type stone struct {
	name   string
	after  *time.Duration // from the start; nil unknown
	target time.Duration  // 0: none
	class  string         // of the span that ends here
}

// newStrip draws the milestones; nil when none is known.
func newStrip(t postmortems.Times, d postmortems.Durations) *strip {
	if t == (postmortems.Times{}) {
		return nil
	}
	stones := []stone{
		{"detected", d.Detect, 1 * time.Minute, "detect"},
		{"diagnosed", d.Diagnose, 5 * time.Minute, "diagnose"},
		{"mitigated", d.Recover, 10 * time.Minute, "recover"},
		{"resolved", d.Resolve, 0, "after"},
	}
	if !t.Mitigated.Known() && t.Recovered.Known() {
		stones[2].name = "recovered"
	}
	s := &strip{Stones: []stripStone{{Name: "started", Value: instantText(t.Started), Class: "start"}}}
	for _, m := range stones {
		s.Stones = append(s.Stones, m.words())
	}
	s.Title = s.words()
	s.draw(stones)
	return s
}

// instantText tells an instant as exactly as it is known.
func instantText(i postmortems.Instant) string {
	switch i.Precision {
	case postmortems.Exact:
		return i.At.UTC().Format("2 Jan 15:04 UTC")
	case postmortems.Day:
		return i.At.UTC().Format("2 Jan 2006")
	}
	return "unknown"
}

func (m stone) words() stripStone {
	w := stripStone{Name: m.name, Value: "unknown", Class: m.class}
	if m.after == nil {
		w.Class = "unknown"
		return w
	}
	w.Value = "+" + postmortems.FormatDuration(m.after)
	if m.target > 0 {
		w.Met = *m.after <= m.target
		w.Verdict = fmt.Sprintf("target %d min", m.target/time.Minute)
		if w.Met {
			w.Verdict = fmt.Sprintf("within %d min", m.target/time.Minute)
		}
	}
	return w
}

func (s *strip) words() string {
	text := "Incident from the start of impact: "
	for i, m := range s.Stones {
		if i > 0 {
			text += ", "
		}
		text += m.Name + " " + m.Value
	}
	return text
}

// draw lays out the spans between the known milestones in the order of time.
func (s *strip) draw(stones []stone) {
	var end time.Duration
	for _, m := range stones {
		if m.after != nil {
			end = max(end, *m.after)
		}
	}
	if end <= 0 {
		return
	}
	at := scale(end)
	if end > linearUpTo {
		s.Note = "logarithmic scale"
	}
	var from time.Duration
	missing := false
	for _, m := range stones {
		if m.after == nil {
			missing = true
			continue
		}
		if *m.after < from { // mitigated before it was diagnosed: rolling back first is normal
			continue
		}
		class := m.class
		if missing {
			class = "unknown"
		}
		s.Segments = append(s.Segments, stripSegment{X: at(from), Width: round1(at(*m.after) - at(from)), Class: class})
		from, missing = *m.after, false
	}
	for _, minutes := range []int{1, 5, 10} {
		if mark := time.Duration(minutes) * time.Minute; mark <= end {
			s.Marks = append(s.Marks, stripMark{X: at(mark), Label: itoa(minutes)})
		}
	}
	if n := len(s.Marks); n > 0 {
		s.Marks[n-1].Label += " min"
	}
}

// scale maps time since the start to a place on the strip, in its units: linear,
// or by log2(1 + minutes) for a long incident.
func scale(end time.Duration) func(time.Duration) float64 {
	if end <= linearUpTo {
		return func(d time.Duration) float64 { return round1(stripWidth * float64(d) / float64(end)) }
	}
	whole := math.Log2(1 + end.Minutes())
	return func(d time.Duration) float64 { return round1(stripWidth * math.Log2(1+d.Minutes()) / whole) }
}

func round1(x float64) float64 { return math.Round(x*10) / 10 }
