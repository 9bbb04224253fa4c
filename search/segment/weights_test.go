package segment

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Storing a weight must keep the order within a document and stay close.
func TestFrequency(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := UnitOf(UnitCode(rapid.Float64Range(0.001, 4).Draw(t, "unit")))
		a := rapid.Float64Range(1, 100).Draw(t, "a") * unit
		b := rapid.Float64Range(1, 100).Draw(t, "b") * unit
		fa, fb := frequency(a, unit, true), frequency(b, unit, false)
		if fa%2 != 1 || fb%2 != 0 {
			t.Fatalf("frequencies %d and %d do not distinguish tokens", fa, fb)
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
	for code := 1; code <= MaxUnitCode; code++ {
		if got := UnitCode(UnitOf(code)); got != code {
			t.Fatalf("UnitCode(UnitOf(%d)) = %d", code, got)
		}
	}
}
