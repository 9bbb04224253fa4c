package segment

import "math"

// What a term weighs in a document is stored in the two numbers that the engine
// keeps of every posting, so that a word of the body that occurs once has the
// frequency 1 and costs nothing beyond its dictionary entry while it is rare:
//
//	norm       code of the document's unit: what one word of its body adds
//	frequency  2*units, less 1 when the text has the term itself as a token and
//	           not only something derived to it
//
// Units are a geometric series from maxUnit down, eight steps an octave, which
// rounds the length of a document to 4.5 %.
const (
	maxUnit   = 4.0
	unitSteps = 8 // an octave
	// MaxUnitCode is the highest code of a unit, one byte on disk.
	MaxUnitCode = 127
)

// UnitCode is the code of the nearest unit.
func UnitCode(unit float64) int {
	code := 1 + math.Round(unitSteps*math.Log2(maxUnit/unit))
	return int(min(max(code, 1), MaxUnitCode))
}

// UnitOf is the unit with a code.
func UnitOf(code int) float64 {
	return maxUnit * math.Exp2(-float64(code-1)/unitSteps)
}

// UnitTable is UnitOf for all codes; code 0 does not occur.
func UnitTable() [MaxUnitCode + 1]float32 {
	var table [MaxUnitCode + 1]float32
	for code := range table {
		table[code] = float32(UnitOf(code))
	}
	return table
}

// Units is how many units a stored frequency stands for.
func Units(freq uint8) float32 { return float32((uint16(freq) + 1) / 2) }

// frequency stores a weight in units, and whether the term is a token itself.
func frequency(weight, unit float64, token bool) int {
	f := 2 * max(1, int(math.Round(weight/unit)))
	if token {
		f--
	}
	return f
}
