package postmortems

import "time"

// maxRecovery is how many entries of a timeline describe the recovery.
const maxRecovery = 3

// maxBeforeEnd is how long before the end of the impact an entry may be to count as its
// cause, when the start is not known to the second.
const maxBeforeEnd = 24 * time.Hour

// Recovery returns the entries of the timeline that ended the impact: the last ones
// between diagnosis and mitigation (or recovery), or the last one before mitigation if
// there is none between. Entries before the start never count. It is nil when the time
// of the end is unknown. At most maxRecovery entries are returned, in the order of the
// timeline.
func (d Document) Recovery() []TimelineEntry {
	// Mitigation ends the impact for users; recovery is the substitute.
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
	// The timeline is in the order of writing, which is usually that of time.
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
