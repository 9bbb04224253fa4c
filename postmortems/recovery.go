package postmortems

import "time"

// maxRecovery is how many entries of a timeline tell how it was recovered.
const maxRecovery = 3

// maxBeforeEnd is how long before the end of the impact a row may lie to count as
// what ended it, when the start is not known to the minute.
const maxBeforeEnd = 24 * time.Hour

// Recovery returns the entries of the timeline that ended the impact: those after
// the cause was known, up to the moment of mitigation or else recovery; without
// any, the last one before that moment. Rows before the start never count. It is
// nil when the moment of the end is unknown.
func (d Document) Recovery() []TimelineEntry {
	end := d.Front.Times.Mitigated
	if end.Precision != Exact {
		end = d.Front.Times.Recovered
	}
	if end.Precision != Exact {
		return nil
	}
	from := end.At.Add(-maxBeforeEnd)
	if start := d.Front.Times.Started; start.Precision == Exact {
		from = start.At
	}
	var after time.Time
	if known := d.Front.Times.Diagnosed; known.Precision == Exact && known.At.Before(end.At) {
		after = known.At
	}
	var last, out []TimelineEntry
	for _, e := range d.Timeline {
		if e.At.Precision != Exact || e.At.At.After(end.At) || e.At.At.Before(from) {
			continue
		}
		last = []TimelineEntry{e}
		if e.At.At.After(after) {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		return last
	}
	return out[max(0, len(out)-maxRecovery):]
}
