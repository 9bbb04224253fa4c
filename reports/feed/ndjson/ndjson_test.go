package ndjson

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/feedtest"
	"github.com/postern/postern/reports/incident"
)

const lines = `{"v":1,"type":"sli","slo":"cart-availability","start":"2026-11-24T10:00:00Z","len":"5m","good":990.5,"total":1000,"coverage":1,"rev":3,"source":"S","future":{"x":1}}

{"type":"sli","slo":"cart-availability","start":"2026-11-24T18:05:00+08:00","len":300,"bad":2,"total":10}
{"v":1,"type":"incident","id":"INC-1","title":"Cart down","severity":"SEV2","services":["cart"],"started":"2026-11-24T10:00:00Z","detected":"2026-11-24T10:01:00Z","diagnosed":null,"times":{"resolved":"2026-11-25","detected":"2026-11-24T09:00:00Z"}}
{"v":1,"type":"change","id":"d-1","service":"cart","environment":"prod","time":"2026-11-24T09:59:00Z","outcome":"failed","committed":"2026-11-24T08:00:00Z"}
{"v":1,"type":"drill","id":"x-1","title":"Failover","services":["cart"],"time":"2026-11-20T10:00:00Z","outcome":"passed","detect_seconds":30.5}
`

func TestDecode(t *testing.T) {
	d, err := feedtest.Decode(t, Decoder{}, feedtest.Input("\xef\xbb\xbf"+lines))
	if err != nil || len(d.Facts) != 5 || len(d.Rejected) != 0 {
		t.Fatalf("%+v, %v", d, err)
	}
	a, b := d.Facts[0], d.Facts[1]
	if a.Source != "S" || a.Rev != 3 || a.Bucket.Good != 990.5 || a.Bucket.Len != 5*time.Minute || a.Bucket.Coverage != 1 {
		t.Errorf("%+v", a)
	}
	if b.Source != "test" || b.Bucket.Good != 8 || b.Bucket.Start.Hour() != 10 || b.Item != 1 {
		t.Errorf("%+v", b)
	}
	v := d.Facts[2].Incident
	if len(v.Times) != 3 || !v.Times[incident.Resolved].DayOnly || v.Times[incident.Detected].At.Minute() != 1 || v.RawSeverity != "SEV2" {
		t.Errorf("%+v", v)
	}
	if c := d.Facts[3].Change; c.Outcome != "failed" || c.Kind != "deployed" || c.Committed.Hour() != 8 {
		t.Errorf("%+v", c)
	}
	if x := d.Facts[4].Drill; *x.Detect != 30500*time.Millisecond || x.Recover != nil {
		t.Errorf("%+v", x)
	}
}

func TestRejections(t *testing.T) {
	for line, want := range map[string]string{
		`{"v":2,"type":"sli"}`:                          "version 2",
		`{"type":"note"}`:                               `"note"`,
		`{"type":"incident"}`:                           "id is missing",
		`{"type":"incident","id":"1"}`:                  "no milestone",
		`{"type":"incident","id":"1","started":"noon"}`: "started",
		`{"type":"sli","slo":"a","start":"2026-11-24T10:00:00Z","len":"5m","total":3}`:                         "good or total",
		`{"type":"sli","start":"2026-11-24T10:00:00Z","len":"5m","good":1,"total":3}`:                          "slo or start",
		`{"type":"sli","slo":"a","start":"2026-11-24T10:00:00Z","len":"soon","good":1,"total":3}`:              "len",
		`{"type":"sli","slo":"a","start":"2026-11-24T10:00:00Z","len":"5m","good":1,"total":3,"coverage":1.5}`: "coverage",
		`{"type":"change","id":"1"}`: "time is missing",
		`{"type":"drill","id":"1","time":"2026-11-24T10:00:00Z","detect_seconds":-1}`: "seconds",
		`{"type":`: "cannot be read",
		`[1]`:      "cannot be read",
	} {
		d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(`{"type":"change","id":"ok","time":"2026-11-24T10:00:00Z"}`+"\n"+line))
		if err != nil || len(d.Rejected) != 1 || d.Rejected[0].Index != 1 || !strings.Contains(d.Rejected[0].Reason, want) {
			t.Errorf("%s: %+v, %v", line, d.Rejected, err)
		}
	}
	for _, body := range []string{"", "\n\n", "a,b,c\n1,2,3\n", "[1]"} {
		if _, err := feedtest.Decode(t, Decoder{}, feedtest.Input(body)); err == nil {
			t.Errorf("%q was accepted", body)
		}
	}
}

// TestLineNamesItsSource: a line may be from a source of its own. The store compares
// it with the sources that the sender may post for.
func TestLineNamesItsSource(t *testing.T) {
	for _, fields := range []string{
		`"type":"sli","slo":"x","start":"2026-11-24T10:00:00Z","len":"5m","good":1,"total":1`,
		`"type":"incident","id":"1","started":"2026-11-24T10:00:00Z"`,
		`"type":"change","id":"1","time":"2026-11-24T10:00:00Z"`,
		`"type":"drill","id":"1","time":"2026-11-24T10:00:00Z"`,
	} {
		feedtest.KeepsSource(t, Decoder{}, feedtest.Input("{"+fields+"}"))
		if f := feedtest.One(t, Decoder{}, feedtest.Input(`{"source":"other",`+fields+"}")); f.Source != "other" {
			t.Errorf("%s is from %q", fields, f.Source)
		}
	}
}

// TestCountsOfABucket: good is what is stated, or the total without bad; the bounds of
// bad are inclusive.
func TestCountsOfABucket(t *testing.T) {
	t.Parallel()
	line := func(counts string) feed.Input {
		return feedtest.Input(`{"type":"sli","slo":"x","start":"2026-11-24T10:00:00Z","len":"5m",` + counts + "}")
	}
	for counts, want := range map[string][2]float64{
		`"good":7,"total":10`: {7, 10}, `"bad":3,"total":10`: {7, 10}, `"bad":0,"total":10`: {10, 10}, `"bad":10,"total":10`: {0, 10},
		`"good":0,"total":0`: {0, 0}, `"bad":0,"total":0`: {0, 0}, `"good":11,"total":10`: {11, 10},
	} {
		f := feedtest.One(t, Decoder{}, line(counts))
		if got := [2]float64{f.Bucket.Good, f.Bucket.Total}; got != want {
			t.Errorf("%s: %v, want %v", counts, got, want)
		}
	}
	for _, counts := range []string{`"bad":11,"total":10`, `"total":10`, `"good":1`, `"bad":1`, `"good":-1,"total":1`} {
		if d, err := feedtest.Decode(t, Decoder{}, line(counts)); err != nil || len(d.Rejected) != 1 || len(d.Facts) != 0 {
			t.Errorf("%s: %+v, %v", counts, d, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(lines))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = feedtest.Decode(t, Decoder{}, feedtest.Input(string(body)))
	})
}
