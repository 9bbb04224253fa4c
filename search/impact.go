package search

import "math"

// part is a piece of a document that has its own weight.
type part uint8

const (
	titlePart part = iota
	headingPart
	labelPart // tags, services, alerts, names
	summaryPart
	bodyPart
	codePart
	parts // how many
)

// BM25F (Robertson, Zaragoza, Taylor 2004: "Simple BM25 extension to multiple
// weighted fields"). A term's frequency in a part is divided by
// 1-b+b*length/pivot, weighted, and summed over the parts; the sum saturates once
// as t/(k1+t). Pivots are constants where the textbook takes the collection's
// mean, so that a document's impacts never change with other documents.
const k1 = 1.2

// partWeights and the others are indexed by part; lengths are in tokens.
func partModel(p part) (weight, b, pivot float64) {
	switch p {
	case titlePart:
		return 3, 0.3, 6
	case headingPart:
		return 2, 0.4, 40
	case labelPart:
		return 3, 0, 1
	case summaryPart:
		return 1.5, 0.3, 40
	case bodyPart:
		return 1, 0.75, 400
	default: // codePart
		return 0.7, 0.5, 200
	}
}

// increment is what one occurrence adds in a part of the given length.
func increment(p part, length int) float64 {
	weight, b, pivot := partModel(p)
	return weight / (1 - b + b*float64(length)/pivot)
}

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
	maxUnit     = 4.0
	unitSteps   = 8   // an octave
	maxUnitCode = 127 // one byte on disk
)

// unitCode is the code of the nearest unit.
func unitCode(unit float64) int {
	code := 1 + math.Round(unitSteps*math.Log2(maxUnit/unit))
	return int(min(max(code, 1), maxUnitCode))
}

// unitOf is the unit with a code.
func unitOf(code int) float64 {
	return maxUnit * math.Exp2(-float64(code-1)/unitSteps)
}

// unitTable is unitOf for all codes; code 0 does not occur.
func unitTable() [maxUnitCode + 1]float32 {
	var table [maxUnitCode + 1]float32
	for code := range table {
		table[code] = float32(unitOf(code))
	}
	return table
}

// frequency stores a weight in units, and whether the term is a token itself.
func frequency(weight, unit float64, token bool) int {
	f := 2 * max(1, int(math.Round(weight/unit)))
	if token {
		f--
	}
	return f
}

// idf is BM25's inverse document frequency, in the form that is never negative.
func idf(documents, having uint64) float64 {
	n, df := float64(documents), float64(min(having, documents))
	return math.Log(1 + (n-df+0.5)/(df+0.5))
}

// saturate is the bounded growth of a score with the weighted frequency.
func saturate(t float32) float32 { return t * (k1 + 1) / (t + k1) }
