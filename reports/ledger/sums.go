package ledger

import (
	"encoding/binary"
	"math"
	"time"
)

// addDay adds the buckets of a packed day that begin in [from, to).
func (s *Sum) addDay(midnight time.Time, row []byte, from, to time.Time) error {
	h, ok := readHeader(row)
	if !ok {
		return damagedDay()
	}
	first, past := indexes(midnight, h.length, from, to)
	if h.flags == 0 && first == 0 && past >= secondsOfDay/h.length {
		return s.addPlain(h)
	}
	length := time.Duration(h.length) * time.Second
	return eachPoint(row, first, past, func(_ int, p point) bool {
		s.Buckets++
		if !p.countable() {
			s.Nonsense++
			return true
		}
		s.Good += p.good
		s.Total += p.total
		s.Measured += time.Duration(float64(length) * p.coverage)
		return true
	})
}

// countable tells whether the counts can be added to others.
func (p point) countable() bool {
	return p.good >= 0 && p.total >= 0 && !math.IsInf(p.good, 0) && !math.IsInf(p.total, 0) && p.coverage >= 0 && p.coverage <= 1
}

// maxSummed is the count up to which a day can be added up in an int64.
const maxSummed = 1 << 48

// addPlain adds a whole day without holes, of whole numbers that were measured
// completely: nearly every day there is. A count below zero or a huge one sends
// the day the slow way.
func (s *Sum) addPlain(h dayHeader) error {
	var total, bad, sumTotal, sumBad int64
	b := h.points
	n := secondsOfDay / h.length
	for range n {
		var z, x uint64
		var used int
		if len(b) >= 2 && b[0] < 0x80 && b[1] < 0x80 {
			z, x, used = uint64(b[0]), uint64(b[1]), 2
		} else {
			var k, m int
			z, k = binary.Uvarint(b)
			if k <= 0 {
				return damagedDay()
			}
			x, m = binary.Uvarint(b[k:])
			if m <= 0 {
				return damagedDay()
			}
			used = k + m
		}
		b = b[used:]
		total += unzigzag(z)
		bad += unzigzag(x)
		if total < 0 || total < bad || total > maxSummed {
			return s.addSlowly(h)
		}
		sumTotal += total
		sumBad += bad
	}
	s.Buckets += n
	s.Good += float64(sumTotal - sumBad)
	s.Total += float64(sumTotal)
	s.Measured += day
	return nil
}

// addSlowly is addPlain for a day with counts below zero or huge ones.
func (s *Sum) addSlowly(h dayHeader) error {
	p := point{coverage: 1}
	var total, bad int64
	b := h.points
	for range secondsOfDay / h.length {
		size := h.next(b, &p, &total, &bad)
		if size <= 0 {
			return damagedDay()
		}
		b = b[size:]
		s.Buckets++
		if !p.countable() {
			s.Nonsense++
			continue
		}
		s.Good += p.good
		s.Total += p.total
		s.Measured += time.Duration(h.length) * time.Second
	}
	return nil
}
