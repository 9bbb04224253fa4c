package cloudevents

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/feedtest"
	"github.com/postern/postern/reports/incident"
)

func cd(typ, id, content, custom string) string {
	return fmt.Sprintf(
		`{"context":{"specversion":"0.6.0-draft","id":%q,"source":"/mon/prod1","type":"dev.cdevents.%s","timestamp":"2026-11-24T10:00:00.079Z"},
	"subject":{"id":"inc-1","source":"/mon/prod1","content":%s},"customData":%s}`,
		id,
		typ,
		content,
		custom,
	)
}

func TestForms(t *testing.T) {
	bare := cd(
		"incident.detected.0.3.0",
		"1",
		`{"description":"slow","environment":{"id":"prod1"},"service":{"id":"cart"}}`,
		`{"severity":"high"}`,
	)
	envelope := `{"specversion":"1.0","id":"1","source":"/mon/prod1","type":"dev.cdevents.incident.detected.0.2.0",`
	forms := map[string]feed.Input{
		"bare":       feedtest.Input(bare),
		"structured": feedtest.Input(envelope+`"data":`+bare+`}`, "Content-Type", "application/cloudevents+json; charset=utf-8"),
		"base64":     feedtest.Input(envelope + `"data_base64":"` + base64.StdEncoding.EncodeToString([]byte(bare)) + `"}`),
		"batch":      feedtest.Input("["+envelope+`"data":`+bare+`}]`, "Content-Type", "application/cloudevents-batch+json"),
		"binary": feedtest.Input(
			bare,
			"ce-id",
			"1",
			"ce-source",
			"/mon/prod1",
			"ce-type",
			"dev.cdevents.incident.detected.0.3.0",
			"ce-specversion",
			"1.0",
		),
	}
	var first feed.Fact
	for name, in := range forms {
		f := feedtest.One(t, Decoder{}, in)
		if first.Key == "" {
			first = f
		}
		v := f.Incident
		if f.Key != first.Key || f.Entity != "/mon/prod1 inc-1" || v.Ref != "inc-1" || v.Title != "slow" || v.Services[0] != "cart" ||
			v.RawSeverity != "high" || v.Environment != "prod1" || v.Times[incident.Detected].At.Nanosecond() != 79e6 {
			t.Errorf("%s: %+v %+v", name, f, v)
		}
	}
}

func TestIncidentFromEvents(t *testing.T) {
	detected := feedtest.One(
		t,
		Decoder{},
		feedtest.Input(cd("incident.detected.0.1.0-draft", "same", `{"description":"slow"}`, `{"postern":{"started":"2026-11-24T09:55:00Z"}}`)),
	)
	resolved := feedtest.One(
		t,
		Decoder{},
		feedtest.Input(
			cd(
				"incident.resolved.0.3.0",
				"same",
				`{"description":"fast again"}`,
				`{"postern":{"located":"2026-11-24T09:58:00Z","mitigated":"2026-11-24T09:59:00Z"}}`,
			),
		),
	)
	if detected.Key == resolved.Key {
		t.Fatal("two types of one id are one event")
	}
	v, _ := feed.Whole([]feed.Fact{resolved, detected})
	if v.Title != "slow" || len(v.Times) != 5 || v.Times[incident.Diagnosed].At.Minute() != 58 || v.Times[incident.Started].At.Minute() != 55 {
		t.Errorf("%+v", v)
	}
}

func TestChangesAndTickets(t *testing.T) {
	for predicate, want := range map[string]string{"deployed": "succeeded", "upgraded": "succeeded", "rolledback": "rolledback",
		"removed": ""} {
		f := feedtest.One(
			t,
			Decoder{},
			feedtest.Input(cd("service."+predicate+".0.3.0", "1", `{"environment":{"id":"prod"},"artifactId":"pkg:oci/x"}`, `null`)),
		)
		if c := f.Change; c.Outcome != want || c.Kind != predicate || c.Service != "inc-1" || c.Environment != "prod" ||
			c.Artifact != "pkg:oci/x" {
			t.Errorf("%s: %+v", predicate, c)
		}
	}
	merged := feedtest.One(t, Decoder{}, feedtest.Input(cd("change.merged.0.3.0", "1", `{"repository":{"id":"shop"}}`, `"text"`)))
	if merged.Change.Title != "shop inc-1" || merged.Change.Service != "" {
		t.Errorf("%+v", merged.Change)
	}
	ticket := feedtest.One(
		t,
		Decoder{},
		feedtest.Input(cd("ticket.closed.0.2.0", "1", `{"summary":"Fix it","uri":"https://t/1","assignees":["Bob"]}`, `{}`)),
	)
	if ticket.Ticket.Status != "closed" || ticket.Ticket.Assignee != "Bob" || ticket.At.Format(time.DateOnly) != "2026-11-24" {
		t.Errorf("%+v", ticket.Ticket)
	}
}

func TestWhatIsIgnoredAndRefused(t *testing.T) {
	for _, body := range []string{
		cd("pipelinerun.started.0.3.0", "1", `{}`, `{}`), cd("service.published.0.3.0", "1", `{}`, `{}`),
		`{"specversion":"1.0","id":"1","source":"s","type":"com.example.other","data":{"a":1}}`,
	} {
		d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(body))
		if err != nil || d.Ignored != 1 {
			t.Errorf("%s: %+v, %v", body, d, err)
		}
	}
	d, err := feedtest.Decode(
		t,
		Decoder{},
		feedtest.Input(
			"["+cd(
				"incident.detected.0.3.0",
				"",
				`{}`,
				`{}`,
			)+`,5,{"context":{"type":"x"}},`+cd(
				"incident.detected.0.3.0",
				"1",
				`{}`,
				`{"postern":{"started":"noon"}}`,
			)+"]",
		),
	)
	if err != nil || len(d.Rejected) != 4 || d.Rejected[3].Index != 3 {
		t.Errorf("%+v, %v", d, err)
	}
	for _, body := range []string{"", "x", `{}`, "[", `{"data":{}}`} {
		if _, err := feedtest.Decode(t, Decoder{}, feedtest.Input(body)); err == nil {
			t.Errorf("%q was accepted", body)
		}
	}
}

func TestSamples(t *testing.T) {
	for name, body := range feedtest.Samples(t, "cdevents/*.json") {
		f := feedtest.One(t, Decoder{}, feedtest.Input(string(body)))
		t.Logf("%s: %s %s", name, f.Kind, f.Entity)
	}
}

// TestBodyNamesNoSource: the source of a CloudEvent and of a CDEvent is its producer,
// a part of its key.
func TestBodyNamesNoSource(t *testing.T) {
	event := func(kind string) string {
		return `{"context":{"id":"1","source":"other","type":"dev.cdevents.` + kind + `.0.3.0","timestamp":"2026-11-24T10:00:00Z"},
			"subject":{"id":"x","source":"other","content":{"service":{"id":"cart"}}},"customData":{"source":"other","postern":{"source":"other"}}}`
	}
	envelope := func(kind string) string {
		return `{"specversion":"1.0","id":"1","source":"other","type":"dev.cdevents.` + kind + `.0.3.0","data":` + event(kind) + `}`
	}
	feedtest.KeepsSource(t, Decoder{},
		feedtest.Input(event("incident.detected")), feedtest.Input(event("service.deployed")), feedtest.Input(event("ticket.created")),
		feedtest.Input(envelope("change.merged")), feedtest.Input("["+envelope("service.removed")+"]"),
		feedtest.Input(event("incident.resolved"), "Ce-Type", "dev.cdevents.incident.resolved.0.3.0", "Ce-Source", "other", "Ce-Id", "1"),
	)
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for typ, want := range map[string][2]string{
		"dev.cdevents.incident.detected.0.3.0": {"incident", "detected"}, "dev.cdevents.incident.detected": {"incident", "detected"},
		"dev.cdevents.incident": {}, "dev.cdevents.": {}, "": {}, "com.example.incident.detected.0.3.0": {}, "incident.detected.0.3.0": {},
	} {
		subject, predicate, ok := split(typ)
		if got := [2]string{subject, predicate}; got != want || ok != (want != [2]string{}) {
			t.Errorf("%q: %q, %v", typ, got, ok)
		}
	}
}

func TestStructured(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]bool{
		"application/cloudevents+json": true, "application/cloudevents-batch+json; charset=utf-8": true,
		"application/json": false, "": false, "application/cloudevents+json; =": false, "text/plain": false,
	} {
		if got := structured(contentType); got != want {
			t.Errorf("%q: %v", contentType, got)
		}
	}
}

// A change has the time of its commit, and its entity alone identifies it: two events
// about one change are revisions of one fact.
func TestCommitOfAChange(t *testing.T) {
	t.Parallel()
	body := func(committed string) feed.Input {
		return feedtest.Input(`{"context":{"id":"1","source":"ci","type":"dev.cdevents.service.deployed.0.3.0","timestamp":"2026-11-24T10:00:00Z"},
			"subject":{"id":"cart","content":{"environment":{"id":"prod"}}},"customData":{"postern":{"committed":"` + committed + `"}}}`)
	}
	f := feedtest.One(t, Decoder{}, body("2026-11-24T09:00:00Z"))
	if f.Change.Committed.Format(time.RFC3339) != "2026-11-24T09:00:00Z" || f.Key != "" || f.Entity == "" {
		t.Errorf("%+v: %+v", f, f.Change)
	}
	if d, err := feedtest.Decode(t, Decoder{}, body("yesterday")); err != nil || len(d.Rejected) != 1 || len(d.Facts) != 0 {
		t.Errorf("a commit without a time: %+v, %v", d, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(cd("incident.detected.0.3.0", "1", `{"service":{"id":"cart"}}`, `{"postern":{"started":"2026-11-24T09:55:00Z"}}`)), "", "")
	f.Add([]byte("["+cd("service.deployed.0.3.0", "1", `{}`, `null`)+"]"), "", "")
	f.Add([]byte(cd("ticket.closed.0.2.0", "1", `{}`, `{}`)), "dev.cdevents.ticket.closed.0.2.0", "application/json")
	f.Fuzz(func(t *testing.T, body []byte, typ, contentType string) {
		_, _ = feedtest.Decode(t, Decoder{}, feedtest.Input(string(body), "Ce-Type", typ, "Content-Type", contentType))
	})
}
