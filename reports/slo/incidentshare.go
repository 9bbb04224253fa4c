package slo

import "time"

// IncidentShare is what an incident cost: the bad units in its time, and their
// share of what the result's span permits (SRE Workbook ch. 2: 14,066 of 109,897
// is 12.8 %). ok is false when the result has no budget to share.
func IncidentShare(s SLO, buckets []Bucket, r Result, from, to time.Time) (bad, share float64, ok bool) {
	if r.Allowed == nil || !from.Before(to) {
		return 0, 0, false
	}
	length := s.BucketLen()
	if s.sliced() {
		length = s.sliceLen(buckets)
	}
	// The buckets that the incident touches: its first minutes lie in a bucket
	// that began before it did.
	from = align(from, length)
	if from.Before(r.From) {
		from = r.From
	}
	if to.After(r.To) {
		to = r.To
	}
	for _, u := range s.units(within(buckets, from, to)) {
		bad += max(u.total-u.good, 0)
	}
	if bad == 0 {
		return 0, 0, true
	}
	return bad, bad / *r.Allowed, true
}
