package feed_test

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/campaign"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/feedtest"
	"github.com/postern/postern/reports/feed/formats"
)

// everyDecoder returns the decoders by the names of their formats.
func everyDecoder() map[string]feed.Decoder {
	decoders := map[string]feed.Decoder{}
	for _, f := range formats.All() {
		decoders[f.Name] = f.Decoder
	}
	return decoders
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

// TestDecodingTimeIsLinear passes every decoder the most expensive body of its size:
// a body may be 16 MiB, so the cost must grow with the size, not with its square. It
// is counted in the thread's own time, which other work on the machine does not
// change.
func TestDecodingTimeIsLinear(t *testing.T) {
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
