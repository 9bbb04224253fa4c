package alertmanager

import (
	"fmt"
	"testing"
	"time"

	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/feed/feedtest"
)

// said is one webhook about one alert, without what only newer senders say.
func said(status, starts, ends, from string) string {
	return fmt.Sprintf(
		`{"version":"4","groupKey":"{}:{alertname=\"CartDown\"}","receiver":"web","status":%q,"externalURL":"http://%s","alerts":[
	{"status":%q,"labels":{"alertname":"CartDown","severity":"critical","service":"cart"},"annotations":{"sent":%q},"startsAt":%q,"endsAt":%q,"fingerprint":"f404ecabc8dd5cd7","generatorURL":"http://%s/g"}]}`,
		status,
		from,
		status,
		from,
		starts,
		ends,
		from,
	)
}

// TestWhatIsSaidTwiceCountsOnce: twins of a pair, repeats of a sender that does not
// call them so, repeats with another end, and a firing again.
func TestWhatIsSaidTwiceCountsOnce(t *testing.T) {
	const first, again, never = "2026-11-24T10:00:00Z", "2026-11-24T10:40:00Z", "0001-01-01T00:00:00Z"
	for name, c := range map[string]struct {
		bodies   []string
		episodes int
		messages int // of the oldest episode
		ends     string
	}{
		"a twin": {[]string{said("firing", first, never, "a"), said("firing", first, never, "b")}, 1, 1, ""},
		"a repeat, hours later": {[]string{said("firing", first, never, "a"), said("firing", first, never, "a"),
			said("firing", first, never, "a")}, 1, 1, ""},
		"an end that is a guess": {[]string{said("firing", first, "2026-11-24T10:05:00Z", "a"),
			said("firing", first, "2026-11-24T10:09:00Z", "a")}, 1, 1, ""},
		"resolved": {[]string{said("firing", first, never, "a"), said("resolved", first, "2026-11-24T10:30:00Z", "a")},
			1, 2, "10:30:00"},
		"resolved, said by twins": {[]string{said("resolved", first, "2026-11-24T10:30:05Z", "b"),
			said("resolved", first, "2026-11-24T10:30:00Z", "a")}, 1, 1, "10:30:00"},
		"a twin that is behind": {[]string{said("resolved", first, "2026-11-24T10:30:00Z", "a"), said("firing", first, never, "b")}, 1,
			2, "10:30:00"},
		"a firing again": {[]string{said("firing", first, never, "a"), said("resolved", first, "2026-11-24T10:30:00Z", "a"),
			said("firing", again, never, "a")}, 2, 2, "10:30:00"},
		"again, without an end": {[]string{said("firing", first, never, "a"), said("firing", again, never, "a")}, 2, 1, "10:40:00"},
	} {
		var signals []alert.Signal
		for _, body := range c.bodies {
			signals = append(signals, *feedtest.One(t, Decoder{}, feedtest.Input(body)).Alert)
		}
		episodes := alert.Fold(signals)
		oldest := episodes[len(episodes)-1]
		ends := ""
		if !oldest.EndsAt.IsZero() {
			ends = oldest.EndsAt.Format(time.TimeOnly)
		}
		if len(episodes) != c.episodes || oldest.Notifications != c.messages || ends != c.ends {
			t.Errorf("%s: %d episodes, %d messages, ends %q", name, len(episodes), oldest.Notifications, ends)
		}
	}
}

// TestDedup is what Alertmanager's own PagerDuty integration sends for this group,
// computed apart: printf '%s' '{}:{alertname="CartDown"}' | sha256sum.
func TestDedup(t *testing.T) {
	s := feedtest.One(t, Decoder{}, feedtest.Input(said("firing", "2026-11-24T10:00:00Z", "", "a"))).Alert
	if s.Dedup != "3ec502d7738fd53c4692c6cd226b39abf8e4daf59365d3e496a97ea67b9bea3b" {
		t.Error(s.Dedup)
	}
}
