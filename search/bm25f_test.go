package search

import (
	"math"
	"testing"

	"github.com/postern/postern/search/segment"
)

// The length of a document is stored closely enough.
func TestUnitOfALength(t *testing.T) {
	for _, length := range []int{0, 1, 400, 5000, 1 << 20} {
		unit := increment(bodyPart, length)
		if off := segment.UnitOf(segment.UnitCode(unit)) / unit; off < 0.95 || off > 1.05 {
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
