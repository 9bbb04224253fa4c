package alertmanager

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports/feed/feedtest"
)

const firing = `{"version":"4","groupKey":"{}:{alertname=\"Down\"}","truncatedAlerts":2,"status":"firing","receiver":"web\\.hook",
"groupLabels":{"alertname":"Down"},"commonLabels":{},"routeLabels":{},"notification_reason":"first notification","alerts":[
{"status":"firing","labels":{"alertname":"Down","severity":"critical","service":"cart"},"annotations":{"title":"cart-1 is <b>down</b>"},
"startsAt":"2026-11-24T11:58:00.123456789Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"f404ecabc8dd5cd7"},
{"status":"resolved","labels":{"alertname":"Down"},"startsAt":"2026-11-24T11:00:00Z","endsAt":"2026-11-24T11:05:00Z","fingerprint":"aa"}]}`

func TestDecode(t *testing.T) {
	d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(firing))
	if err != nil || len(d.Facts) != 2 || len(d.Rejected) != 0 {
		t.Fatalf("%+v, %v", d, err)
	}
	a, b := d.Facts[0], d.Facts[1]
	if a.Entity != "f404ecabc8dd5cd7/2026-11-24T11:58:00.123456789Z" || !a.Alert.EndsAt.IsZero() || !a.Alert.Paging ||
		a.Alert.Service != "cart" || a.Alert.Truncated != 2 || a.Alert.Name != "Down" || !a.Alert.At.Equal(feedtest.Received()) {
		t.Errorf("%+v", a.Alert)
	}
	if b.Alert.EndsAt.Format(time.TimeOnly) != "11:05:00" || b.Alert.Paging || a.Key != b.Key || b.Item != 1 {
		t.Errorf("%+v", b.Alert)
	}
}

// key is the notification that a message is.
func key(t *testing.T, body string) string {
	t.Helper()
	d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(body))
	if err != nil || len(d.Facts) == 0 {
		t.Fatalf("%+v, %v", d, err)
	}
	return d.Facts[0].Key
}

func TestNotifications(t *testing.T) {
	first := key(t, firing)
	for name, c := range map[string]struct {
		body string
		same bool
	}{
		"a twin with another address and wording": {strings.NewReplacer(`"generatorURL":""`, `"generatorURL":"http://b"`, "is <b>down</b>",
			"is out").Replace(firing), true},
		"the alerts in another order":     {swapped(), true},
		"an alert that changed its state": {strings.Replace(firing, `"status":"resolved","labels"`, `"status":"firing","labels"`, 1), false},
		"another receiver":                {strings.Replace(firing, "web", "mail", 1), false},
		"a stated repeat":                 {strings.Replace(firing, "first notification", "repeat interval elapsed", 1), false},
	} {
		if got := key(t, c.body) == first; got != c.same {
			t.Errorf("%s: same notification %v, want %v", name, got, c.same)
		}
	}
}

// swapped is firing with its two alerts in the other order.
func swapped() string {
	head, alerts, _ := strings.Cut(firing, `"alerts":[`)
	a, b, _ := strings.Cut(alerts, "\"f404ecabc8dd5cd7\"},\n")
	return head + `"alerts":[` + strings.TrimSuffix(b, "]}") + "," + a + `"f404ecabc8dd5cd7"}]}`
}

func TestGrafanaAndOldSenders(t *testing.T) {
	f := feedtest.One(
		t,
		Decoder{},
		feedtest.Input(`{"receiver":"oncall","status":"resolved","orgId":1,"version":"1","state":"ok","numFiring":0,"alerts":[
	{"status":"resolved","labels":{"alertname":"High","grafana_folder":"x"},"annotations":{},"startsAt":"2026-11-24T10:00:00+08:00",
	"endsAt":"0001-01-01T00:00:00Z","silenceURL":"u","values":{"A":1.5},"valueString":"[ var='A' ]"}]}`),
	)
	a := f.Alert
	if len(a.Fingerprint) != 16 || a.StartsAt.Hour() != 2 || !a.EndsAt.Equal(feedtest.Received()) || !a.Paging {
		t.Errorf("%+v", a)
	}
}

func TestWhatCannotBeUsed(t *testing.T) {
	d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(`{"alerts":[
	{"status":"firing","labels":{"a":"b"},"startsAt":"yesterday"}, {"status":"firing","labels":{"a":"b"}},
	{"status":"odd","labels":{"a":"b"},"startsAt":"2026-11-24T10:00:00Z"}, {"status":"firing","startsAt":"2026-11-24T10:00:00Z"}, 7,
	{"status":"firing","labels":{"a":"b"},"startsAt":"2026-11-24T10:00:00Z"}]}`))
	if err != nil || len(d.Facts) != 1 || d.Facts[0].Item != 5 || len(d.Rejected) != 5 {
		t.Fatalf("%+v, %v", d, err)
	}
	for _, body := range []string{"", "no", "[]", `{"alerts":{}}`, `{"status":"firing"}`} {
		if _, err := feedtest.Decode(t, Decoder{}, feedtest.Input(body)); err == nil {
			t.Errorf("%q was accepted", body)
		}
	}
}

// TestBodyNamesNoSource: receivers, instances and addresses that a message names are not its source.
func TestBodyNamesNoSource(t *testing.T) {
	feedtest.KeepsSource(
		t,
		Decoder{},
		feedtest.Input(
			`{"version":"4","source":"other","receiver":"other","externalURL":"http://other","status":"firing","alerts":[{"source":"other","status":"firing",
			"labels":{"alertname":"A","source":"other","instance":"other"},"startsAt":"2026-11-24T10:00:00Z","generatorURL":"http://other","fingerprint":"f"}]}`,
		),
	)
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(firing))
	f.Add([]byte(`{"alerts":[{"status":"resolved","labels":{"a":"b"},"startsAt":"2026-11-24T10:00:00Z"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = feedtest.Decode(t, Decoder{}, feedtest.Input(string(body)))
	})
}
