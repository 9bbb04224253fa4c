package feedstore

import "time"

// Sum holds the counts of a span of time.
type Sum struct {
	Good, Total float64
	Buckets     int           // number of buckets
	Measured    time.Duration // their lengths times their coverages
	// Invalid is the number of buckets that are not in Good and Total because
	// they cannot be added: NaN, infinite or negative.
	Invalid int
}

// addDay adds the buckets of a packed day that start in [from, to): a whole
// day by the sums in its head, otherwise bucket by bucket.
func (s *Sum) addDay(midnight time.Time, head dayHead, row []byte, from, to time.Time) error {
	first, past := indexes(midnight, head.length, from, to)
	sums := head.sums
	if first > 0 || !sums.countable() || past < secondsOfDay/head.length {
		d, ok := readDay(row)
		if !ok {
			return damagedDay()
		}
		sums = daySums{}
		d.each(first, past, func(_ int, p point) bool {
			sums.add(p)
			return true
		})
	}
	s.Buckets += sums.buckets
	s.Invalid += sums.invalid
	s.Good += sums.good
	s.Total += sums.total
	s.Measured += time.Duration(sums.covered * float64(time.Duration(head.length)*time.Second))
	return nil
}
