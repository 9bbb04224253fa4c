package incidentparts

import (
	"strconv"
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/incident"
)

// Tick is one step of 1-5-10 in a list.
type Tick struct {
	Name    string // "detected"
	Value   string // "+2 min", "unknown"
	Verdict incident.Verdict
	// Class is "ok", "bad" or "none"; Sign repeats it for readers who do not distinguish
	// colours.
	Class string
	Sign  string
}

// Ticks returns the three steps of an incident. Their order is detection, the middle step
// of the policy, recovery. now judges steps of an open incident whose target has expired.
func Ticks(in incident.Incident, p incident.Policy, now time.Time) []Tick {
	d, v := in.Durations(p), in.Judge(p, now)
	names, took := p.Names(), d.Steps(p)
	return []Tick{newTick(names[0], took[0], v.Detect), newTick(names[1], took[1], v.Diagnose), newTick(names[2], took[2], v.Recover)}
}

// newTick returns a step with its time and verdict.
func newTick(name string, d *time.Duration, v incident.Verdict) Tick {
	t := Tick{Name: name, Value: "unknown", Verdict: v, Class: "none", Sign: "?"}
	switch v {
	case incident.Met:
		t.Class, t.Sign = "ok", "✓"
	case incident.Missed:
		t.Class, t.Sign = "bad", "✗"
	}
	if d != nil {
		t.Value = "+" + exactly(*d)
		// A missed target without a time: the milestone is not reached and its target has
		// expired.
	} else if v == incident.Missed {
		t.Value = "not yet"
	}
	return t
}

// exactly writes a duration so that it cannot be mistaken for its target: 65 s is not one
// minute. Longer durations are rounded as everywhere: no target is that close.
func exactly(d time.Duration) string {
	if d < 2*time.Minute {
		return strconv.FormatInt(int64(d/time.Second), 10) + " s"
	}
	if minutes := d.Truncate(time.Minute); d < time.Hour && d != minutes {
		return strconv.FormatInt(int64(minutes/time.Minute), 10) + " min " + strconv.FormatInt(int64((d-minutes)/time.Second), 10) + " s"
	}
	return postmortems.FormatDuration(&d)
}
