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

// idf is BM25's inverse document frequency, in the form that is never negative.
func idf(documents, having uint64) float64 {
	n, df := float64(documents), float64(min(having, documents))
	return math.Log(1 + (n-df+0.5)/(df+0.5))
}

// saturate is the bounded growth of a score with the weighted frequency.
func saturate(t float32) float32 { return t * (k1 + 1) / (t + k1) }
