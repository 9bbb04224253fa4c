package search

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Storing a weight must keep the order within a document and stay close.
func TestFrequency(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := unitOf(unitCode(rapid.Float64Range(0.001, 4).Draw(t, "unit")))
		a := rapid.Float64Range(1, 100).Draw(t, "a") * unit
		b := rapid.Float64Range(1, 100).Draw(t, "b") * unit
		fa, fb := frequency(a, unit, true), frequency(b, unit, false)
		if fa%2 != 1 || fb%2 != 0 {
			t.Fatalf("frequencies %d and %d do not tell tokens", fa, fb)
		}
		if a < b && (fa+1)/2 > fb/2 {
			t.Fatalf("%v is stored as %d, %v as %d", a, fa, b, fb)
		}
		if got := float64(fb/2) * unit; math.Abs(got-b) > unit/2+1e-9 {
			t.Fatalf("%v is read back as %v", b, got)
		}
	})
}

func TestUnitCode(t *testing.T) {
	for code := 1; code <= maxUnitCode; code++ {
		if got := unitCode(unitOf(code)); got != code {
			t.Fatalf("unitCode(unitOf(%d)) = %d", code, got)
		}
	}
	for _, length := range []int{0, 1, 400, 5000, 1 << 20} {
		unit := increment(bodyPart, length)
		if off := unitOf(unitCode(unit)) / unit; off < 0.95 || off > 1.05 {
			t.Errorf("the unit of %d words is off by %v", length, off)
		}
	}
}

func TestIDF(t *testing.T) {
	if rare, common := idf(1000, 1), idf(1000, 900); rare <= common || common <= 0 {
		t.Errorf("idf of a rare term %v, of a common one %v", rare, common)
	}
	if got, want := idf(9, 1), math.Log(1+8.5/1.5); math.Abs(got-want) > 1e-12 {
		t.Errorf("idf(9, 1) = %v, want %v", got, want)
	}
}
