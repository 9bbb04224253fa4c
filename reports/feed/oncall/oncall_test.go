package oncall

import (
	"fmt"
	"testing"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/feedtest"
	"github.com/postern/postern/reports/incident"
)

func webhook(kind, at, acked, resolved string) string {
	return fmt.Sprintf(
		`{"event":{"type":%q,"time":"2026-11-24T%sZ"},"user":{"id":"U1"},"alert_group":{"id":"I68T","integration_id":"C","alerts_count":1,
	"state":"x","created_at":"2026-11-24T10:00:00Z","acknowledged_at":%s,"resolved_at":%s,"title":"Down","permalinks":{"web":"https://oncall/I68T"},
	"labels":{"service":"cart"}},"alert_payload":{"commonLabels":{"alertname":"CartDown","severity":"critical"}},"integration":{"team":"shop"}}`,
		kind,
		at,
		acked,
		resolved,
	)
}

func TestVoice(t *testing.T) {
	var facts []feed.Fact
	for _, body := range []string{
		webhook("alert group created", "10:00:01", "null", "null"),
		webhook("acknowledge", "10:02:00", `"2026-11-24T10:02:00.000001Z"`, "null"),
		webhook("resolve", "10:09:00", `"2026-11-24T10:02:00.000001Z"`, `"2026-11-24T10:09:00Z"`),
	} {
		facts = append(facts, feedtest.One(t, Decoder{}, feedtest.Input(body)))
	}
	v, _ := feed.Whole(facts)
	if v.Ref != "I68T" || v.Services[0] != "cart" || v.Alerts[0] != "CartDown" || v.RawSeverity != "critical" || len(v.Times) != 3 ||
		v.Times[incident.Resolved].At.Minute() != 9 {
		t.Errorf("%+v", v)
	}
	facts = append(facts, feedtest.One(t, Decoder{}, feedtest.Input(webhook("unresolve", "10:10:00", "null", "null"))))
	if v, _ = feed.Whole(facts); len(v.Times) != 2 {
		t.Errorf("after unresolve: %+v", v.Times)
	}
}

func TestRefused(t *testing.T) {
	for _, body := range []string{"", "{}", `{"event":{"type":"x"}}`, `{"alert_group":{"id":"1"}}`} {
		if _, err := feedtest.Decode(t, Decoder{}, feedtest.Input(body)); err == nil {
			t.Errorf("%q was accepted", body)
		}
	}
	if d, err := feedtest.Decode(
		t,
		Decoder{},
		feedtest.Input(webhook("resolve", "10:00:00", "null", `"soon"`)),
	); err != nil ||
		len(d.Rejected) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestBodyNamesNoSource: an integration that a webhook names is not its source.
func TestBodyNamesNoSource(t *testing.T) {
	feedtest.KeepsSource(
		t,
		Decoder{},
		feedtest.Input(
			`{"source":"other","event":{"type":"alert group created","time":"2026-11-24T10:00:01Z"},"alert_group":{"id":"I","integration_id":"other",
			"created_at":"2026-11-24T10:00:00Z","title":"t"},"integration":{"name":"other","type":"other"}}`,
		),
	)
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(webhook("resolve", "10:00:00", "null", `"2026-11-24T10:09:00Z"`)))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = feedtest.Decode(t, Decoder{}, feedtest.Input(string(body)))
	})
}
