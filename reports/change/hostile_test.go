package change

import (
	"strconv"
	"testing"
	"time"
)

// Thousands of changes and of incidents of one service are linked in time,
// whatever their outcomes are and wherever they lie.
func TestManyChangesOfOneServiceAreLinkedInTime(t *testing.T) {
	const many = 30_000
	incidents := make([]Incident, many)
	for i := range incidents {
		id := "i" + strconv.Itoa(i)
		incidents[i] = Incident{ID: id, Refs: []string{id}, Services: []string{"cart"}, From: at(20)}
	}
	for _, outcome := range []string{"succeeded", "failed"} {
		changes := make([]Change, many)
		for i := range changes {
			changes[i] = deploy(strconv.Itoa(i), "cart", 1)
			changes[i].At, changes[i].Outcome = at(1).Add(time.Duration(i)*time.Second), outcome
		}
		began := time.Now()
		last := Connect(changes, incidents)[0]
		if took := time.Since(began); took > 5*time.Second { // 0.1 s alone; 20 s when each looks along all
			t.Errorf("%s: it took %s", outcome, took)
		}
		if suspected := outcome == "succeeded"; suspected != (len(last.Incidents) == many) || !suspected && len(last.Incidents) != 0 {
			t.Errorf("%s: the last change has %d incidents", outcome, len(last.Incidents))
		}
	}
}
