package story

import (
	"testing"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/formats"
)

// The portal's own decoders understand every post, but for the mistakes that are
// told on purpose.
func TestEveryPostIsUnderstood(t *testing.T) {
	facts, rejected := map[feed.Kind]int{}, 0
	for _, p := range tell(t, 1) {
		format, _ := formats.Find(formats.All(), p.Format)
		d, err := format.Decoder.Decode(feed.Input{
			Body: p.Body, ContentType: p.ContentType, Source: p.Source, Received: now, Header: func(string) string { return "" },
		})
		if err != nil {
			t.Errorf("%s from %s: %v", p.Format, p.Source, err)
		}
		for _, f := range d.Facts {
			facts[f.Kind]++
		}
		for _, r := range d.Rejected {
			if rejected++; p.Source != "batch-exporter" {
				t.Errorf("%s from %s: %s", p.Format, p.Source, r.Reason)
			}
		}
	}
	if rejected != 2 {
		t.Errorf("%d rejected", rejected)
	}
	for _, k := range []feed.Kind{feed.SLI, feed.Incident, feed.Alert, feed.Change, feed.Drill, feed.SQL} {
		if facts[k] == 0 {
			t.Errorf("no facts about %s", k)
		}
	}
	t.Log(facts)
}
