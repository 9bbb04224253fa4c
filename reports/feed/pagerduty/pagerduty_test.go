package pagerduty

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/feedtest"
	"github.com/postern/postern/reports/incident"
)

func webhook(kind, at string) string {
	return fmt.Sprintf(`{"event":{"id":"ev-%s-%s","event_type":"incident.%s","resource_type":"incident","occurred_at":"2026-11-24T%sZ",
	"agent":null,"client":null,"data":{"id":"PGR0VU2","type":"incident","html_url":"https://acme.pagerduty.com/incidents/PGR0VU2","number":2,
	"status":"triggered","incident_key":"cart/down","created_at":"2026-11-24T10:00:00Z","title":"A little bump","service":{"id":"PF9KMXH",
	"summary":"cart","type":"service_reference"},"priority":{"id":"PSO75BM","summary":"P1"},"urgency":"high","resolve_reason":null}}}`, kind, at, kind, at)
}

// decode returns the facts of one event: its incident first, then its page if it says
// something of one.
func decode(t *testing.T, body string) []feed.Fact {
	t.Helper()
	d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(body))
	if err != nil || len(d.Facts) == 0 || len(d.Facts) > 2 || d.Facts[0].Kind != feed.Incident {
		t.Fatalf("%+v, %v", d, err)
	}
	return d.Facts
}

// TestPage: one episode per page, with the answers of the paged person.
func TestPage(t *testing.T) {
	var signals []alert.Signal
	reopen := strings.NewReplacer(`"created_at"`, `"reopened_at":"2026-11-24T10:21:00Z","created_at"`)
	for _, body := range []string{
		webhook("triggered", "10:00:01"), webhook("triggered", "10:00:01"), webhook("acknowledged", "10:02:00"),
		webhook("priority_updated", "10:03:00"),
		webhook("escalated", "10:04:00"), webhook("resolved", "10:20:00"),
		reopen.Replace(webhook("reopened", "10:21:00")), reopen.Replace(webhook("resolved", "10:30:00")),
	} {
		for _, f := range decode(t, body) {
			if f.Alert != nil {
				signals = append(signals, *f.Alert)
			}
		}
	}
	all := alert.Fold(signals)
	if len(all) != 2 {
		t.Fatalf("%+v", all)
	}
	again, first := all[0], all[1]
	if first.Fingerprint != "PGR0VU2" || !first.Page || !first.Paging || first.Service != "cart" || first.Name != "A little bump" ||
		first.Notifications != 2 ||
		first.StartsAt.Format(time.TimeOnly) != "10:00:00" || first.AckedAt.Format(time.TimeOnly) != "10:02:00" ||
		first.EndsAt.Format(time.TimeOnly) != "10:20:00" ||
		first.Dedups[0] != "cart/down" {
		t.Errorf("%+v", first)
	}
	if again.StartsAt.Format(time.TimeOnly) != "10:21:00" || !again.AckedAt.IsZero() || again.EndsAt.Format(time.TimeOnly) != "10:30:00" {
		t.Errorf("%+v", again)
	}
	if low := decode(t, strings.Replace(webhook("triggered", "10:00:01"), "high", "low", 1)); low[1].Alert.Paging {
		t.Error("low urgency woke somebody")
	}
	if other := decode(t, webhook("priority_updated", "10:03:00")); len(other) != 1 {
		t.Errorf("%+v", other)
	}
}

func TestVoice(t *testing.T) {
	var facts []feed.Fact
	for _, e := range []string{"triggered 10:00:01", "acknowledged 10:02:00.5", "unacknowledged 10:05:00", "acknowledged 10:07:00",
		"resolved 10:20:00", "reopened 10:21:00", "priority_updated 10:22:00", "resolved 10:30:00"} {
		kind, at, _ := strings.Cut(e, " ")
		facts = append(facts, decode(t, webhook(kind, at))[0])
	}
	v, ok := feed.Whole(facts)
	if !ok || v.Ref != "PGR0VU2" || v.RawSeverity != "P1" || v.Services[0] != "cart" || v.Title != "A little bump" ||
		v.Aliases[0] != "cart/down" {
		t.Fatalf("%+v", v)
	}
	for m, want := range map[incident.Milestone]string{incident.Detected: "10:00:00", incident.Acknowledged: "10:07:00",
		incident.Resolved: "10:30:00"} {
		if got := v.Times[m].At.Format(time.TimeOnly); got != want {
			t.Errorf("%s at %s, want %s", m, got, want)
		}
	}
	half, _ := feed.Whole(facts[:6])
	if _, resolved := half.Times[incident.Resolved]; resolved {
		t.Error("a reopened incident is resolved")
	}
}

func TestOtherEventsAreIgnoredNotRefused(t *testing.T) {
	for _, body := range []string{
		`{"event":{"id":"1","event_type":"pagey.ping","resource_type":"pagey","occurred_at":"2026-11-24T10:00:00Z","data":{"message":"Hello"}}}`,
		`{"event":{"id":"1","event_type":"service.updated","data":{"id":"P1","type":"service"}}}`,
		`{"event":{"id":"1","event_type":"incident.annotated","occurred_at":"2026-11-24T10:00:00Z","data":{"id":"P1","type":"incident_note","content":"x"}}}`,
		`{"event":{"id":"1","event_type":"future.thing"}}`,
	} {
		d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(body))
		if err != nil || d.Ignored != 1 || len(d.Facts)+len(d.Rejected) != 0 {
			t.Errorf("%s: %+v, %v", body, d, err)
		}
	}
	d, err := feedtest.Decode(
		t,
		Decoder{},
		feedtest.Input(strings.Replace(webhook("triggered", "10:00:00"), `"occurred_at":"2026-11-24T10:00:00Z",`, "", 1)),
	)
	if err != nil || len(d.Rejected) != 1 {
		t.Errorf("without a time: %+v, %v", d, err)
	}
	if _, err := feedtest.Decode(t, Decoder{}, feedtest.Input(`{"messages":[]}`)); err == nil {
		t.Error("version 2 was accepted")
	}
}

// TestSigned uses a vector that was computed apart, with
// printf '%s' BODY | openssl dgst -sha256 -hmac SECRET.
func TestSigned(t *testing.T) {
	const body, secret = `{"event":{"id":"01BFGH"}}`, "0Wv7ijEYtGPyEnH9O0SvEfMXz0pTz8p4"
	const good = "v1=9d2fff8e123ffe73f9cadecb286d0d8cf3c86062a4f7ee1a43b6964bfdf1ee04"
	for header, want := range map[string]bool{
		good: true, "v1=00," + good: true, good + ",v1=ff": true, " " + good + " ": true,
		"": false, "v1=": false, "v0=" + good[3:]: false, good[3:]: false, good[:20]: false, "v1=" + strings.Repeat("0", 64): false,
	} {
		if got := Signed([]byte(body), header, secret); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
	if Signed([]byte(body+" "), good, secret) || Signed([]byte(body), good, secret+"x") ||
		Signed(nil, "v1=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", "") {
		t.Error("another body, another secret or none was accepted")
	}
}

// TestBodyNamesNoSource: a client that an event names is not its source.
func TestBodyNamesNoSource(t *testing.T) {
	feedtest.KeepsSource(
		t,
		Decoder{},
		feedtest.Input(
			`{"source":"other","event":{"id":"e","event_type":"incident.triggered","occurred_at":"2026-11-24T10:00:00Z","client":{"name":"other"},
			"data":{"id":"P","type":"incident","source":"other","created_at":"2026-11-24T10:00:00Z","title":"t"}}}`,
		),
	)
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(webhook("acknowledged", "10:00:00")))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = feedtest.Decode(t, Decoder{}, feedtest.Input(string(body)))
	})
}

func FuzzSigned(f *testing.F) {
	f.Add([]byte("body"), "v1=00,v1=ff", "secret")
	f.Fuzz(func(t *testing.T, body []byte, header, secret string) {
		if Signed(body, header, secret) && !strings.Contains(header, "v1=") {
			t.Fatal("accepted without a signature")
		}
	})
}
