package feed_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/campaign"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/alertmanager"
	"github.com/postern/postern/reports/feed/cloudevents"
	"github.com/postern/postern/reports/feed/feedtest"
	"github.com/postern/postern/reports/feed/ndjson"
	"github.com/postern/postern/reports/feed/oncall"
	"github.com/postern/postern/reports/feed/opsgenie"
	"github.com/postern/postern/reports/feed/pagerduty"
	"github.com/postern/postern/reports/feed/pgstat"
	"github.com/postern/postern/reports/feed/slowlog"
	"github.com/postern/postern/reports/feed/statuspage"
)

func everyDecoder() map[string]feed.Decoder {
	return map[string]feed.Decoder{
		"alertmanager": alertmanager.Decoder{}, "pagerduty": pagerduty.Decoder{}, "cloudevents": cloudevents.Decoder{},
		"opsgenie": opsgenie.Decoder{}, "grafana-oncall": oncall.Decoder{}, "statuspage": statuspage.Decoder{},
		"mysql-slow-log": slowlog.Decoder{}, "pg-stat-statements": pgstat.Decoder{}, "ndjson": ndjson.Decoder{},
	}
}

// TestWhatABodyCallsItsSource decides for every format what "source" in it means:
// the source of a fact is the one of the request, whatever the body says of
// producers, integrations, pages, instances and receivers. Those name things within
// the source. Only a line of ndjson speaks for a source of its own, and the ledger
// holds that against what the sender may speak for.
func TestWhatABodyCallsItsSource(t *testing.T) {
	cd := `{"context":{"id":"1","source":"other","type":"dev.cdevents.%s.0.3.0","timestamp":"2026-11-24T10:00:00Z"},
		"subject":{"id":"x","source":"other","content":{"service":{"id":"cart"}}},"customData":{"source":"other","postern":{"source":"other"}}}`
	bodies := map[string][]feed.Input{
		"alertmanager": {feedtest.Input(`{"version":"4","source":"other","receiver":"other","externalURL":"http://other","status":"firing","alerts":[{"source":"other","status":"firing",
			"labels":{"alertname":"A","source":"other","instance":"other"},"startsAt":"2026-11-24T10:00:00Z","generatorURL":"http://other","fingerprint":"f"}]}`)},
		"pagerduty": {feedtest.Input(`{"source":"other","event":{"id":"e","event_type":"incident.triggered","occurred_at":"2026-11-24T10:00:00Z","client":{"name":"other"},
			"data":{"id":"P","type":"incident","source":"other","created_at":"2026-11-24T10:00:00Z","title":"t"}}}`)},
		"cloudevents": {
			feedtest.Input(fmt.Sprintf(cd, "incident.detected")), feedtest.Input(fmt.Sprintf(cd, "service.deployed")), feedtest.Input(fmt.Sprintf(cd, "ticket.created")),
			feedtest.Input(`{"specversion":"1.0","id":"1","source":"other","type":"dev.cdevents.change.merged.0.3.0","data":` + fmt.Sprintf(cd, "change.merged") + `}`),
			feedtest.Input(fmt.Sprintf(cd, "incident.resolved"), "Ce-Type", "dev.cdevents.incident.resolved.0.3.0", "Ce-Source", "other", "Ce-Id", "1"),
			feedtest.Input(`[{"specversion":"1.0","id":"1","source":"other","type":"dev.cdevents.service.removed.0.3.0","data":` + fmt.Sprintf(cd, "service.removed") + `}]`),
		},
		"opsgenie": {
			feedtest.Input(`{"action":"Create","source":{"name":"other","type":"other"},"alert":{"alertId":"a","source":"other","message":"m","createdAt":1420452191104},"integrationName":"other"}`),
			feedtest.Input(`{"data":[{"id":"i","source":"other","message":"m","status":"open","createdAt":"2026-11-24T10:02:00Z"}]}`),
		},
		"grafana-oncall": {feedtest.Input(`{"source":"other","event":{"type":"alert group created","time":"2026-11-24T10:00:01Z"},"alert_group":{"id":"I","integration_id":"other",
			"created_at":"2026-11-24T10:00:00Z","title":"t"},"integration":{"name":"other","type":"other"}}`)},
		"statuspage":         {feedtest.Input(`{"page":{"id":"other","name":"other"},"incident":{"id":"w","source":"other","created_at":"2026-11-24T03:06:43Z"}}`)},
		"mysql-slow-log":     {feedtest.Input("# Time: 2026-11-24T10:00:00Z\n# User@Host: other[other] @ other [127.0.0.1]  Id: 1\n# Schema: other\n# Query_time: 1.0  Lock_time: 0.0  Rows_sent: 1  Rows_examined: 7\nselect 1;\n")},
		"pg-stat-statements": {feedtest.Input(`{"instance":"other","source":"other","snapshot_at":"2026-11-24T10:00:00Z","rows":[{"userid":1,"dbid":2,"queryid":3,"query":"select 1","calls":1,"total_exec_time":1,"source":"other"}]}`)},
	}
	for format, decoder := range everyDecoder() {
		if format != "ndjson" && len(bodies[format]) == 0 {
			t.Errorf("%s is not decided", format)
		}
		for i, in := range bodies[format] {
			d, err := feedtest.Decode(t, decoder, in) // holds the source within each fact, too
			if err != nil || len(d.Facts) == 0 || len(d.Rejected) > 0 {
				t.Errorf("%s %d: %+v, %v", format, i, d, err)
			}
			for _, f := range d.Facts {
				if f.Source != "test" {
					t.Errorf("%s %d speaks as %q", format, i, f.Source)
				}
			}
		}
	}
	for _, line := range []string{
		`{"type":"sli","source":"other","slo":"x","start":"2026-11-24T10:00:00Z","len":"5m","good":1,"total":1}`,
		`{"type":"incident","source":"other","id":"1","started":"2026-11-24T10:00:00Z"}`,
		`{"type":"change","source":"other","id":"1","time":"2026-11-24T10:00:00Z"}`,
		`{"type":"drill","source":"other","id":"1","time":"2026-11-24T10:00:00Z"}`,
	} {
		if f := feedtest.One(t, ndjson.Decoder{}, feedtest.Input(line)); f.Source != "other" {
			t.Errorf("%s speaks as %q", line, f.Source)
		}
	}
}

// hostileBodies are, for a size in bytes, what costs most for its size: values within
// values, a million of the smallest items, one endless word.
func hostileBodies(size int) map[string][]byte {
	fillUp := func(head, part, tail string) []byte {
		return []byte(head + strings.Repeat(part, (size-len(head)-len(tail))/len(part)) + tail)
	}
	nested := size / len(`{"a":}`)
	return map[string][]byte{
		"lists in lists":       fillUp("", "[", ""),
		"objects in objects":   fillUp("", `{"a":`, ""),
		"deep and closed":      []byte(strings.Repeat("[", size/2) + strings.Repeat("]", size/2)),
		"deep in an item":      []byte(`{"alerts":[{"labels":` + strings.Repeat(`{"a":`, nested) + "1" + strings.Repeat("}", nested) + "}]}"),
		"a million zeros":      fillUp("[0", ",0", "]"),
		"many empty objects":   fillUp("[{}", ",{}", "]"),
		"many empty alerts":    fillUp(`{"version":"4","alerts":[{}`, ",{}", "]}"),
		"many empty incidents": fillUp(`{"data":[{}`, ",{}", "]}"),
		"many empty pages":     fillUp(`{"page":{"id":"p"},"incidents":[{}`, ",{}", "]}"),
		"many empty rows":      fillUp(`{"rows":[{}`, ",{}", "]}"),
		"many events":          fillUp(`[{"type":"x"}`, `,{"type":"x"}`, "]"),
		"lines of two bytes":   fillUp("", "{}\n", ""),
		"short lines":          fillUp("", "x\n", ""),
		"headers of a log":     fillUp("", "# Time: \n# User@Host: \n", ""),
		"one word":             fillUp(`{"version":"4","alerts":[{"fingerprint":"`, "x", `"}]}`),
		"one key many times":   fillUp(`{"a":1`, `,"a":1`, "}"),
		"zeros":                bytes.Repeat([]byte{0}, size),
		"a number":             fillUp(`{"event":{"id":`, "9", "}}"),
	}
}

// TestHostileBodiesAreReadInTime gives every decoder what costs most for its size: a
// body may be 16 MiB, so the cost must grow with the size, not with its square. It is
// counted in the thread's own time, which other work on the machine does not change.
func TestHostileBodiesAreReadInTime(t *testing.T) {
	costsGrowWithTheSize(t, 64<<10)
}

// TestCampaignHostileBodiesOfFullSize does so with the largest body that a feed takes
// by default.
func TestCampaignHostileBodiesOfFullSize(t *testing.T) {
	costsGrowWithTheSize(t, campaign.Size(32<<10, 4<<20))
}

// costsGrowWithTheSize decodes hostile bodies of a size and of four times that.
func costsGrowWithTheSize(t *testing.T, size int) {
	const (
		times = 4
		// least is a cost too small to compare: the clock of a thread may tick in steps
		// of 4 ms.
		least = 10 * time.Millisecond
		// most is between four times, as a cost that grows with the size has, and
		// sixteen times, as one that grows with its square.
		most = 10
	)
	small, large := hostileBodies(size), hostileBodies(times*size)
	for format, decoder := range everyDecoder() {
		for name := range small {
			cost := func(body []byte) time.Duration { return decodeCost(t, decoder, format+", "+name, body) }
			a, b := cost(small[name]), cost(large[name])
			for try := 0; try < 3 && b > most*max(a, least); try++ { // a collection of garbage may fall into either
				a, b = max(a, cost(small[name])), min(b, cost(large[name]))
			}
			if b > most*max(a, least) {
				t.Errorf("%s, %s: %s for %d bytes, %s for %d times as many", format, name, a, size, b, times)
			}
		}
	}
}

// decodeCost decodes one hostile body and returns what it cost; 0 where the system
// does not count it.
func decodeCost(t *testing.T, decoder feed.Decoder, what string, body []byte) time.Duration {
	t.Helper()
	in := feedtest.Input(string(body))
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := threadTime()
	d, err := decoder.Decode(in)
	took := threadTime() - began
	if len(d.Rejected) > feed.MaxRejected {
		t.Errorf("%s: %d rejections are kept", what, len(d.Rejected))
	}
	if err != nil && feed.Reason(err) == "" || err == nil && len(d.Facts) > 0 {
		t.Errorf("%s: %d facts, %v", what, len(d.Facts), err)
	}
	return took
}
