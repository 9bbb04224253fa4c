package slo

import "time"

// Projection is the budget of a calendar window that is not over, if the rest of
// it brings the traffic that the same hours brought in the last four weeks. An hour
// of the week without a history is taken to bring the mean of those that have one.
// It is an estimate: show it as one.
type Projection struct {
	Total         float64 // events expected in the whole window
	Allowed       float64 // bad events the objective permits of them
	Spent, Left   float64 // of Allowed, with what is bad so far
	Hours, Unseen int     // hours ahead, and those of them without a history
}

// History is how far back the traffic of an hour of the week is looked up.
const History = 4 * week

const hoursAWeek = 7 * 24

// Project estimates the whole of an open span from its result to date. Past buckets
// should reach four weeks back from span.Now. ok is false when the span is not open,
// has no numbers, is counted in slices (whose number is known), or when nothing was
// measured in the last four weeks.
func Project(s SLO, r Result, past []Bucket, span Span) (p Projection, ok bool) {
	now := span.until()
	if !r.Open || r.SLI == nil || s.sliced() {
		return Projection{}, false
	}
	rate, mean, ok := hourly(within(past, now.Add(-History), now))
	if !ok {
		return Projection{}, false
	}
	p.Total = r.Total
	for t := now; t.Before(span.To); {
		next := align(t, time.Hour).Add(time.Hour)
		if next.After(span.To) {
			next = span.To
		}
		p.Hours++
		per := rate[hourOfWeek(t)]
		if per < 0 {
			p.Unseen++
			per = mean
		}
		p.Total += per * float64(next.Sub(t))
		t = next
	}
	p.Allowed = (1 - s.Target) * p.Total
	if bad := max(r.Total-r.Good, 0); bad > 0 {
		p.Spent = bad / p.Allowed
	}
	p.Left = 1 - p.Spent
	return p, true
}

// hourly returns the traffic a nanosecond by hour of the week, in UTC (-1: not
// measured), and the mean of the hours that were measured; ok is false when none
// was.
func hourly(past []Bucket) (rate [hoursAWeek]float64, mean float64, ok bool) {
	var total, measured [hoursAWeek]float64
	for _, b := range past {
		if b.sane() {
			h := hourOfWeek(b.Start)
			total[h] += b.Total
			measured[h] += b.Coverage * float64(b.Len)
		}
	}
	seen := 0
	for h := range rate {
		rate[h] = -1
		if measured[h] > 0 {
			rate[h] = total[h] / measured[h]
			mean += rate[h]
			seen++
		}
	}
	if seen == 0 {
		return rate, 0, false
	}
	return rate, mean / float64(seen), true
}

func hourOfWeek(t time.Time) int {
	t = t.UTC()
	return int(t.Weekday())*24 + t.Hour()
}
