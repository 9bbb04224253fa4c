package incident

import (
	"strconv"
	"testing"
	"time"
)

// BenchmarkFold folds 10,000 incidents of three voices each, as many as a large
// organisation has in ten years.
func BenchmarkFold(b *testing.B) {
	var voices []Record
	for i := range 10_000 {
		ref, start := "INC-"+strconv.Itoa(i), at(0).Add(time.Duration(i)*time.Hour)
		moment := func(minutes int) Moment { return Moment{At: start.Add(time.Duration(minutes) * time.Minute)} }
		voices = append(voices,
			Record{Source: "pd", Form: "pagerduty", Ref: "P" + strconv.Itoa(i), Aliases: []string{ref}, At: start, Title: "x",
				Times: map[Milestone]Moment{Detected: moment(2), Resolved: moment(40)}},
			Record{Source: "desk", Form: "ndjson", Ref: ref, At: start, Services: []string{"shop"},
				Times: map[Milestone]Moment{Started: moment(0), Mitigated: moment(30)}},
			Record{Source: "postmortem:" + ref, Form: "postmortem", Ref: ref, At: start, PostmortemID: "d" + ref,
				Times: map[Milestone]Moment{Started: moment(0), Diagnosed: moment(9)}})
	}
	edits := []Edit{{At: at(1), Action: Merge, Into: "INC-1", Refs: []string{"INC-2"}},
		{At: at(2), Action: Split, Refs: []string{"desk:INC-2"}}}
	b.ReportAllocs()
	for b.Loop() {
		if got := len(Fold(voices, edits, feedPolicy())); got != 10_000 {
			b.Fatal(got)
		}
	}
}
