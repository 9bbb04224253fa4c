package story

import (
	"fmt"
	"iter"
	"time"
)

// exercises returns one drill per month; the second one failed. A drill after now is
// left out, with those after it. Drills are 29 days apart, at 06:00 UTC.
func (s *Story) exercises() iter.Seq[Post] {
	practised := []struct {
		title, service, outcome     string
		detect, diagnose, recovered int // seconds
	}{
		{"Acquirer failover", "payment-gw", "passed", 48, 210, 540},
		{"Losing a replica of the orders database", "orders-db", "failed", 95, 620, 1490},
		{"Draining one zone of search", "search-api", "passed", 40, 120, 420},
	}
	return func(yield func(Post) bool) {
		for i, p := range practised {
			at := s.from.Add(time.Duration(12+i*29)*24*time.Hour + 6*time.Hour)
			if at.After(s.now) {
				return
			}
			line := fmt.Sprintf(`{"v":1,"type":"drill","id":"DRILL-%d","title":"%s","services":["%s"],"time":"%s","outcome":"%s","detect_seconds":%d,"diagnose_seconds":%d,"recover_seconds":%d}`,
				i+1, p.title, p.service, stamp(at), p.outcome, p.detect, p.diagnose, p.recovered)
			if !yield(Post{"ndjson", "drill-book", ndjson, []byte(line + "\n")}) {
				return
			}
		}
	}
}
