package search

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Storing an impact in six bits must keep the order of weights and stay close.
func TestQuantise(t *testing.T) {
	table := dequantiser()
	for q := 1; q < len(table); q++ {
		if table[q] <= table[q-1] {
			t.Fatalf("table[%d] = %v is not above table[%d] = %v", q, table[q], q-1, table[q-1])
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Float64Range(0.05, 40).Draw(t, "a")
		b := rapid.Float64Range(0.05, 40).Draw(t, "b")
		if a < b && quantise(a) > quantise(b) {
			t.Fatalf("quantise(%v) = %d > quantise(%v) = %d", a, quantise(a), b, quantise(b))
		}
		if got := float64(saturate(table[quantise(a)])); math.Abs(got-float64(saturate(float32(a)))) > 0.04 {
			t.Fatalf("saturate(%v) = %v after storing, %v before", a, got, saturate(float32(a)))
		}
	})
}

func TestIDF(t *testing.T) {
	if rare, common := idf(1000, 1), idf(1000, 900); rare <= common || common <= 0 {
		t.Errorf("idf of a rare term %v, of a common one %v", rare, common)
	}
	if got, want := idf(9, 1), math.Log(1+8.5/1.5); math.Abs(got-want) > 1e-12 {
		t.Errorf("idf(9, 1) = %v, want %v", got, want)
	}
}
