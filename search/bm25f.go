package search

import "math"

// part is a part of a document that has its own weight.
type part uint8

// The parts, in the order of partModel.
const (
	titlePart part = iota
	headingPart
	// Tags, services, alerts, names.
	labelPart
	summaryPart
	bodyPart
	codePart
	// Number of parts.
	parts
)

// k1 is the saturation of BM25F (Robertson, Zaragoza, Taylor 2004: "Simple BM25
// extension to multiple weighted fields"). The frequency of a term in a part is divided
// by 1-b+b*length/pivot, weighted, and summed over the parts. The sum saturates once, as
// t/(k1+t). The pivots are constants where the paper takes the mean of the collection,
// so that the weights of a document do not depend on other documents.
const k1 = 1.2

// partModel returns the parameters of a part: its weight, the strength b of length
// normalisation, and the pivot length in tokens.
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

// increment returns the weight that one occurrence adds in a part of a length in tokens.
func increment(p part, length int) float64 {
	weight, b, pivot := partModel(p)
	return weight / (1 - b + b*float64(length)/pivot)
}

// idf returns the inverse document frequency of BM25, in the form that is never
// negative.
func idf(documents, having uint64) float64 {
	n, df := float64(documents), float64(min(having, documents))
	return math.Log(1 + (n-df+0.5)/(df+0.5))
}

// saturate returns the score of a weighted frequency t, which is below k1+1.
func saturate(t float32) float32 { return t * (k1 + 1) / (t + k1) }
