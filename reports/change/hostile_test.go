package change

import (
	"strconv"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/growth"
)

// Changes and incidents of one service are linked in a time that grows with their number
// and not with its square, whatever their outcomes are and wherever they lie.
func TestManyChangesOfOneServiceAreLinkedInTime(t *testing.T) {
	const few = 3750 // and eight times as many
	for _, outcome := range []string{"succeeded", "failed"} {
		growth.Linear(t, few, func(many int) func() {
			incidents := make([]Incident, many)
			for i := range incidents {
				id := "i" + strconv.Itoa(i)
				incidents[i] = Incident{ID: id, Refs: []string{id}, Services: []string{"cart"}, From: at(20)}
			}
			changes := make([]Change, many)
			for i := range changes {
				changes[i] = deploy(strconv.Itoa(i), "cart", 1)
				changes[i].At, changes[i].Outcome = at(1).Add(time.Duration(i)*time.Second), outcome
			}
			return func() {
				last := Connect(changes, incidents)[0]
				if suspected := outcome == "succeeded"; suspected != (len(last.Incidents) == many) || !suspected && len(last.Incidents) != 0 {
					t.Errorf("%s: the last change has %d incidents", outcome, len(last.Incidents))
				}
			}
		})
	}
}
