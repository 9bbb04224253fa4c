package statuspage

import (
	"testing"
	"time"

	"github.com/postern/postern/reports/feed/feedtest"
	"github.com/postern/postern/reports/incident"
)

const summary = `{"page":{"id":"p1","name":"Shop","url":"https://status.shop","time_zone":"America/Denver"},"status":{"indicator":"minor"},"components":[{"id":"c","name":"Cart"}],
"incidents":[{"id":"g1","name":"Slow carts","status":"monitoring","created_at":"2026-11-24T03:06:43.178-07:00","updated_at":"2026-11-24T04:07:15.765-07:00",
"monitoring_at":"2026-11-24T04:00:00.000-07:00","resolved_at":null,"impact":"minor","shortlink":"https://stspg.io/x","started_at":"2026-11-24T03:06:00.172-07:00","page_id":"p1",
"incident_updates":[{"status":"identified","display_at":"2026-11-24T03:39:58.000-07:00","affected_components":[{"code":"c","name":"Cart"}]},
{"status":"investigating","display_at":"2026-11-24T03:06:43.000-07:00","affected_components":[{"name":"No components were affected by this update."}]}],"components":[{"name":"Cart"}]}],
"scheduled_maintenances":[{"id":"m1","name":"Upgrade","status":"completed","impact":"maintenance","created_at":"2026-11-01T00:00:00Z","updated_at":"2026-11-02T00:00:00Z","scheduled_for":"2026-11-02T00:00:00Z"}]}`

func TestSummary(t *testing.T) {
	d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(summary))
	if err != nil || len(d.Facts) != 2 {
		t.Fatalf("%+v, %v", d, err)
	}
	f, v := d.Facts[0], d.Facts[0].Incident
	if f.Entity != "p1/g1" || v.Ref != "g1" || v.Maintenance || len(v.Services) != 1 || v.Services[0] != "Cart" ||
		v.URL != "https://stspg.io/x" {
		t.Errorf("%+v %+v", f, v)
	}
	want := map[incident.Milestone]string{incident.Started: "10:06:00", incident.Diagnosed: "10:39:58", incident.Mitigated: "11:00:00"}
	for m, at := range want {
		if got := v.Times[m].At.Format(time.TimeOnly); got != at {
			t.Errorf("%s %s, want %s", m, got, at)
		}
	}
	if len(v.Times) != len(want) || f.Rev != time.Date(2026, 11, 24, 11, 7, 15, 765e6, time.UTC).UnixMicro() {
		t.Errorf("%+v rev %d", v.Times, f.Rev)
	}
	if m := d.Facts[1].Incident; !m.Maintenance || m.Times[incident.Started].At.IsZero() {
		t.Errorf("%+v", m)
	}
}

func TestOtherBodies(t *testing.T) {
	f := feedtest.One(t, Decoder{}, feedtest.Input(`{"page":{"id":"p1"},"incident":{"id":"w","created_at":"2026-11-24T03:06:43Z"}}`))
	if f.Entity != "p1/w" || f.Incident.Times[incident.Started].At.IsZero() {
		t.Errorf("%+v", f)
	}
	if d, err := feedtest.Decode(
		t,
		Decoder{},
		feedtest.Input(`{"page":{},"component_update":{"new_status":"operational"},"component":{}}`),
	); err != nil ||
		d.Ignored != 1 {
		t.Errorf("%+v, %v", d, err)
	}
	if d, err := feedtest.Decode(
		t,
		Decoder{},
		feedtest.Input(`{"incidents":[{"id":"a"},{"created_at":"2026-11-24T03:06:43Z"},{"id":"b","created_at":"x"},3]}`),
	); err != nil ||
		len(d.Rejected) != 4 {
		t.Errorf("%+v, %v", d, err)
	}
	for _, body := range []string{"", "{}", "<html>", "[]"} {
		if _, err := feedtest.Decode(t, Decoder{}, feedtest.Input(body)); err == nil {
			t.Errorf("%q was accepted", body)
		}
	}
}

func TestSamples(t *testing.T) {
	for name, body := range feedtest.Samples(t, "statuspage/*.json") {
		d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(string(body)))
		if err != nil || len(d.Rejected) > 0 || len(d.Facts)+d.Ignored == 0 {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

// TestOtherDumpsAreRefused checks that a collection of incidents in another format is
// refused with a message that it is not Statuspage JSON.
func TestOtherDumpsAreRefused(t *testing.T) {
	for name, body := range feedtest.Samples(t, "github-status/*.jsonl") {
		if d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(string(body))); err == nil {
			t.Errorf("%s: %d facts", name, len(d.Facts))
		}
	}
}

// TestBodyNamesNoSource: the page is an account within the source.
func TestBodyNamesNoSource(t *testing.T) {
	feedtest.KeepsSource(t, Decoder{},
		feedtest.Input(`{"page":{"id":"other","name":"other"},"incident":{"id":"w","source":"other","created_at":"2026-11-24T03:06:43Z"}}`),
	)
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(summary))
	f.Add([]byte(`{"page":{"id":"p1"},"incident":{"id":"w","created_at":"2026-11-24T03:06:43Z"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = feedtest.Decode(t, Decoder{}, feedtest.Input(string(body)))
	})
}
