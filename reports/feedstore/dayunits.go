package feedstore

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// unit is a number num/den of which the counts of a bucket are whole
// multiples. It is 1 for counted events and another if a sender scaled the
// counts: increase() of Prometheus multiplies by the length of the window
// over the time between its first and last sample, such as 300/285 for
// samples that are 15 seconds apart.
type unit struct{ num, den int64 }

// float returns the unit as a float64.
func (u unit) float() float64 { return float64(u.num) / float64(u.den) }

const (
	// maxUnits bounds the units of one day. Missed scrapes and late scrapes
	// produce units of their own.
	maxUnits = 4
	// maxDenominator bounds the denominator of a unit: larger ones are found
	// by chance.
	maxDenominator = 100_000
	// closeUlps is the largest distance of a count from a multiple of its
	// unit, in units of its last place. A sum over many series is rounded
	// once per series.
	closeUlps = 63
	// oddBits is roughly the extra cost of an odd bucket.
	oddBits = 48
)

// unitsOf returns the units of a day, those of most counts first, and at
// least one.
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

// ratio is a value that equals num/den within the precision of float64.
type ratio struct {
	value float64
	unit
}

// ratios returns the counts that are fractions with a small denominator, whole numbers
// included. Of a day with many buckets it looks at a sample.
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

// ratioOf returns the first convergent of the continued fraction of v that
// equals v within closeUlps. ok is false if the denominator is so large
// that such a fraction is close to any number.
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

// commonUnit returns the unit, among those of the most frequent
// denominators, that saves most bits: many ratios are multiples of it, and
// small ones.
func commonUnit(known []ratio) (best unit) {
	counts := map[int64]int{}
	for _, r := range known {
		counts[r.den]++
	}
	// Few denominators matter on any day; a hostile one has thousands.
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
		// A total and a bad that fit take log2(1/unit) more bits each than with
		// unit 1; one that does not fit is odd.
		if s := float64(fits(known, u)) * (oddBits + 2*math.Log2(u.float())); s > saved {
			best, saved = u, s
		}
	}
	return best
}

// fits returns how many ratios are multiples of a unit, within closeUlps.
func fits(known []ratio, u unit) (n int) {
	f := u.float()
	for _, r := range known {
		if _, off := nearest(r.value, f); off >= -closeUlps && off <= closeUlps {
			n++
		}
	}
	return n
}

// gcd returns the greatest common divisor; that of 0 and b is b.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// nearest returns the multiple of a unit that is nearest to v, and how far
// v is above it in units of the last place. If v has none, n is -1 and off
// is huge.
func nearest(v, unit float64) (n, off int64) {
	f := math.Round(v / unit)
	// Written so that NaN is refused, too.
	if !(math.Abs(f) < maxWhole) {
		return -1, math.MaxInt64
	}
	n = int64(f)
	return n, ulps(v, float64(n)*unit)
}

// ulps returns how far a is above b in float64 values of the same sign: a
// is moved(b, ulps(a, b)) for any two numbers.
func ulps(a, b float64) int64 { return int64(math.Float64bits(a) - math.Float64bits(b)) }

// moved returns the float64 that is ulps units of the last place above f.
func moved(f float64, ulps int64) float64 {
	return math.Float64frombits(math.Float64bits(f) + uint64(ulps))
}

// unitFloats returns the units as float64 factors.
func unitFloats(units []unit) []float64 {
	out := make([]float64, 0, len(units))
	for _, u := range units {
		out = append(out, u.float())
	}
	return out
}
