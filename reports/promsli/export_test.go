package promsli

import (
	"bytes"
	"time"
)

// RoundTrips reports whether a stored bucket or day of estimates is written as it was
// read.
func RoundTrips(key, value []byte) bool {
	s := &source{Source: Source{Name: "a"}}
	if t, ok := s.readPartial(key, value); ok {
		due := time.Unix(0, 0)
		t.skipPast(due)
		if !bytes.Equal(t.bytes(), value) {
			return false
		}
	}
	if e, ok := readEstimates(value); ok {
		e.set(secondsOfDay-1, true)
		if _, ok := readEstimates(e.bytes()); !ok || e.empty() {
			return false
		}
	}
	return true
}

// Decode is what the fuzz test reads answers with.
var Decode = decode
