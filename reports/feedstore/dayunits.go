package feedstore

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// unit is what the counts of a bucket are whole multiples of: num/den. It is 1
// where events were counted, and another where somebody scaled them afterwards:
// increase() of Prometheus multiplies what it counted by the length of the window
// over the time between the first and the last sample in it, 300/285 where
// samples are 15 seconds apart.
type unit struct{ num, den int64 }

func (u unit) float() float64 { return float64(u.num) / float64(u.den) }

const (
	// maxUnits bounds the units of one day. Scrapes that were missed and scrapes
	// that came late have their own.
	maxUnits = 4
	// maxDenominator bounds a unit's: what is found beyond it is chance.
	maxDenominator = 100_000
	// closeUlps is how far a count may be from a multiple of its unit, in units of
	// its last place. A sum over many series is rounded once a series.
	closeUlps = 63
	// oddBits is about what an odd bucket takes more than another.
	oddBits = 48
)

// unitsOf looks for the units of a day, those of many counts first. There is
// always one.
func unitsOf(there []point) (units []unit) {
	if !slices.ContainsFunc(there, func(p point) bool { return !p.whole() }) {
		return []unit{{1, 1}}
	}
	known := ratios(there)
	for len(units) < maxUnits && len(known) > 0 {
		u := commonUnit(known)
		rest := known[:0]
		f := u.float()
		for _, r := range known {
			if _, off := nearest(r.value, f); off < -closeUlps || off > closeUlps {
				rest = append(rest, r)
			}
		}
		if len(rest) == len(known) {
			break
		}
		units, known = append(units, u), rest
	}
	if len(units) == 0 {
		units = []unit{{1, 1}}
	}
	return units
}

// ratio is a value that is num/den, as far as a float64 can tell.
type ratio struct {
	value float64
	unit
}

// ratios are the counts that are fractions with a small denominator: all of a day
// of minutes, some of a day of less.
func ratios(there []point) (out []ratio) {
	const enough = 1440
	for i := 0; i < len(there); i += 1 + len(there)/(enough+1) {
		for _, v := range []float64{there[i].total, there[i].good} {
			if r, ok := ratioOf(v); ok {
				out = append(out, r)
			}
		}
	}
	return out
}

// ratioOf finds the first convergent of the continued fraction of v that is as
// good as v itself. ok is false where one with so large a denominator is near any
// number.
func ratioOf(v float64) (r ratio, ok bool) {
	if v <= 0 || v >= maxWhole {
		return r, false
	}
	const ulp = 1.0 / (1 << 53)
	tolerance := v * closeUlps * ulp
	most := min(maxDenominator, math.Sqrt(1/(100*tolerance)))
	x := v
	num, lastNum, den, lastDen := math.Floor(v), 1.0, 1.0, 0.0
	for math.Abs(v-num/den) > tolerance {
		rest := x - math.Floor(x)
		if rest == 0 {
			return r, false
		}
		x = 1 / rest
		a := math.Floor(x)
		num, lastNum = a*num+lastNum, num
		den, lastDen = a*den+lastDen, den
		if den > most || num >= maxWhole {
			return r, false
		}
	}
	return ratio{v, unit{int64(num), int64(den)}}, num > 0
}

// commonUnit is the unit, of those that the commonest denominators have, that saves
// most: many ratios are multiples of it, and of few bits.
func commonUnit(known []ratio) (best unit) {
	counts := map[int64]int{}
	for _, r := range known {
		counts[r.den]++
	}
	// Any day has few that matter; a hostile one has thousands of others.
	const most = 8
	dens := slices.SortedFunc(maps.Keys(counts), func(a, b int64) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	dens = dens[:min(len(dens), most)]
	slices.Sort(dens)
	saved := math.Inf(-1)
	for _, den := range dens {
		u := unit{0, den}
		for _, r := range known {
			if r.den == den {
				u.num = gcd(u.num, r.num)
			}
		}
		// A total and a bad that fit take log2(1/unit) bits more each than in ones; one
		// that does not is odd.
		if s := float64(fits(known, u)) * (oddBits + 2*math.Log2(u.float())); s > saved {
			best, saved = u, s
		}
	}
	return best
}

// fits counts the ratios that are multiples of a unit.
func fits(known []ratio, u unit) (n int) {
	f := u.float()
	for _, r := range known {
		if _, off := nearest(r.value, f); off >= -closeUlps && off <= closeUlps {
			n++
		}
	}
	return n
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// nearest is the multiple of a unit next to v, and how far v is above it in units
// of the last place. n is -1 and off is huge where v is no number that has one.
func nearest(v, unit float64) (n, off int64) {
	f := math.Round(v / unit)
	if !(math.Abs(f) < maxWhole) {
		return -1, math.MaxInt64
	}
	n = int64(f)
	return n, ulps(v, float64(n)*unit)
}

// ulps is how many numbers of type float64 lie between two of the same sign: a
// is moved(b, ulps(a, b)) for any two numbers.
func ulps(a, b float64) int64 { return int64(math.Float64bits(a) - math.Float64bits(b)) }

// moved is the number so many units of the last place above f.
func moved(f float64, ulps int64) float64 {
	return math.Float64frombits(math.Float64bits(f) + uint64(ulps))
}

// unitFloats are the units as counts are multiplied by them.
func unitFloats(units []unit) []float64 {
	out := make([]float64, 0, len(units))
	for _, u := range units {
		out = append(out, u.float())
	}
	return out
}
