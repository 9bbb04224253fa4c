package segment

import "math"

// The weight of a term in a document is stored in the two numbers that the engine
// writes for every posting. A word that occurs once in the body has the frequency 1,
// and if it is rare, the engine stores nothing but its dictionary entry:
//
//	norm       code of the document's unit: the weight that one word of its body adds
//	frequency  2*units, less 1 when the text has the term itself as a token and
//	           not only a form that is derived to it
//
// Units are a geometric series from maxUnit down with eight steps an octave, so a
// document's length is rounded by at most 4.5 %.
const (
	maxUnit   = 4.0
	unitSteps = 8 // an octave
	// MaxUnitCode is the highest code of a unit, one byte on disk.
	MaxUnitCode = 127
)

// UnitCode returns the code, 1 to MaxUnitCode, of the nearest unit.
func UnitCode(unit float64) int {
	code := 1 + math.Round(unitSteps*math.Log2(maxUnit/unit))
	return int(min(max(code, 1), MaxUnitCode))
}

// UnitOf returns the unit with a code.
func UnitOf(code int) float64 {
	return maxUnit * math.Exp2(-float64(code-1)/unitSteps)
}

// UnitTable returns UnitOf for all codes. Code 0 is not used.
func UnitTable() [MaxUnitCode + 1]float32 {
	var table [MaxUnitCode + 1]float32
	for code := range table {
		table[code] = float32(UnitOf(code))
	}
	return table
}

// Units returns the number of units that a stored frequency encodes.
func Units(freq uint8) float32 { return float32((uint16(freq) + 1) / 2) }

// frequency encodes a weight in units, and whether the term is a token itself.
func frequency(weight, unit float64, token bool) int {
	f := 2 * max(1, int(math.Round(weight/unit)))
	if token {
		f--
	}
	return f
}
