package opsgenie

import (
	"fmt"
	"testing"
	"time"

	"github.com/postern/postern/reports/feed/feedtest"
	"github.com/postern/postern/reports/incident"
)

func action(name string) string {
	return fmt.Sprintf(`{"action":%q,"source":{"name":"","type":"web"},"alert":{"alertId":"70413a06","tinyId":"1791","alias":"cart/down",
	"message":"cart is down","tags":["prod"],"username":"wei","createdAt":1420452191104,"updatedAt":1420452193166002000},"integrationName":"w"}`, name)
}

func TestAlerts(t *testing.T) {
	created := feedtest.One(t, Decoder{}, feedtest.Input(action("Create")))
	acked := feedtest.One(t, Decoder{}, feedtest.Input(action("Acknowledge")))
	closed := feedtest.One(t, Decoder{}, feedtest.Input(action("Close")))
	if created.Entity != acked.Entity || created.Key == acked.Key || acked.Entity != closed.Entity {
		t.Fatalf("%+v %+v %+v", created, acked, closed)
	}
	a := acked.Alert
	if a.StartsAt.Format(time.RFC3339Nano) != "2015-01-05T10:03:11.104Z" ||
		a.AckedAt.Format(time.RFC3339Nano) != "2015-01-05T10:03:13.166002Z" ||
		a.AckedBy != "wei" ||
		!a.Paging {
		t.Errorf("%+v", a)
	}
	if closed.Alert.EndsAt.IsZero() || !created.Alert.EndsAt.IsZero() {
		t.Errorf("%+v", closed.Alert)
	}
	if d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(action("AddNote"))); err != nil || d.Ignored != 1 {
		t.Errorf("a note: %+v, %v", d, err)
	}
}

func TestIncidents(t *testing.T) {
	body := `{"data":[{"id":"i1","tinyId":"12","message":"Checkout down","status":"resolved","priority":"P1","createdAt":"2026-11-24T10:02:00Z",
	"updatedAt":"2026-11-24T11:00:00Z","impactStartDate":"2026-11-24T10:00:00Z","impactEndDate":"2026-11-24T10:30:00Z","impactedServices":["checkout"]},
	{"id":"","createdAt":1}, {"id":"i2","createdAt":"x"}]}`
	d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(body))
	if err != nil || len(d.Facts) != 1 || len(d.Rejected) != 2 || d.Rejected[1].Index != 2 {
		t.Fatalf("%+v, %v", d, err)
	}
	v := d.Facts[0].Incident
	if v.Times[incident.Started].At.Minute() != 0 || v.Times[incident.Mitigated].At.Minute() != 30 || len(v.Times) != 4 ||
		v.Aliases[0] != "OG-12" {
		t.Errorf("%+v", v)
	}
	if _, err := feedtest.Decode(t, Decoder{}, feedtest.Input(`{"action":"Create"}`)); err == nil {
		t.Error("a webhook without an alert was accepted")
	}
}

// An incident comes in a webhook, in a page of the REST interface, or as the whole body.
func TestIncidentInEveryPlace(t *testing.T) {
	t.Parallel()
	one := `{"id":"i1","tinyId":"12","message":"Checkout down","status":"open","createdAt":"2026-11-24T10:02:00Z","impactStartDate":"2026-11-24T10:00:00Z"}`
	for name, body := range map[string]string{
		"webhook": `{"action":"create","incident":` + one + `}`, "page": `{"data":[` + one + `]}`, "body": one,
		"body without impact": `{"id":"i1","tinyId":"12","message":"Checkout down","status":"open","createdAt":"2026-11-24T10:02:00Z"}`,
	} {
		t.Run(name, func(t *testing.T) {
			f := feedtest.One(t, Decoder{}, feedtest.Input(body))
			if f.Entity != "i1" || f.Incident.Title != "Checkout down" || f.Incident.Form != Name ||
				f.Incident.Times[incident.Detected].At.Minute() != 2 {
				t.Errorf("%+v", f.Incident)
			}
		})
	}
}

// TestBodyNamesNoSource: an integration that a webhook names is not its source.
func TestBodyNamesNoSource(t *testing.T) {
	feedtest.KeepsSource(t, Decoder{},
		feedtest.Input(`{"action":"Create","source":{"name":"other","type":"other"},"integrationName":"other",
			"alert":{"alertId":"a","source":"other","message":"m","createdAt":1420452191104}}`),
		feedtest.Input(`{"data":[{"id":"i","source":"other","message":"m","status":"open","createdAt":"2026-11-24T10:02:00Z"}]}`),
	)
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(action("Create")))
	f.Add([]byte(`{"id":"i1","tinyId":12,"createdAt":"1420452191104","impactStartDate":"2026-11-24T10:00:00Z"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = feedtest.Decode(t, Decoder{}, feedtest.Input(string(body)))
	})
}
