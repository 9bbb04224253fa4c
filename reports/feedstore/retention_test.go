package feedstore_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
)

const (
	keepStep   = 4 * day // between two looks of the housekeeping
	keptLength = 15 * time.Minute
)

// keeping is a ledger that lives for more than a year by an injected clock, beside
// what it must still hold, worked out from the manual's words alone.
type keeping struct {
	*world
	keep     feedstore.Retention
	begin    time.Time
	received []time.Time              // when bodies were received; each has a change and a line that is no item
	days     map[time.Time][2]float64 // good and total of each UTC day
}

// live lets a span pass: a body, and the buckets of its days, then housekeeping.
func (k *keeping) live(t *testing.T) {
	t.Helper()
	var facts []feed.Fact
	for at := k.now.Truncate(day); at.Before(k.now.Add(keepStep)); at = at.Add(keptLength) {
		i := float64(at.Unix() / int64(keptLength/time.Second))
		total := math.Round(1000+600*math.Sin(i/15)) * (900.0 / 885)
		good := total - math.Mod(i, 7)*(900.0/885)
		f := bucket("prom", at, keptLength, total)
		f.Bucket.Good = good
		facts = append(facts, f)
		sums := k.days[at.Truncate(day)]
		k.days[at.Truncate(day)] = [2]float64{sums[0] + good, sums[1] + total}
	}
	if a, err := k.l.Record(t.Context(), facts); err != nil || len(a.Rejected) > 0 {
		t.Fatalf("%+v, %v", a, err)
	}
	body := fmt.Sprintf("change c%d\nno item %d", len(k.received), len(k.received))
	if _, err := k.post(t, body); err != nil {
		t.Fatal(err)
	}
	k.received = append(k.received, k.now)
	k.now = k.now.Add(keepStep)
	if err := k.l.ApplyRetention(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// look compares what is there with what must be.
func (k *keeping) look(t *testing.T) {
	t.Helper()
	raw, changes := 0, len(k.received) // all happened at noon of the first day, and go together
	for _, at := range k.received {
		if !at.Before(k.now.Add(-k.keep.Raw)) {
			raw++
		}
	}
	if noon.Before(k.now.Add(-k.keep.Facts)) {
		changes = 0
	}
	for bucket, want := range map[string]int{"ledger.raw": raw, "ledger.letter": raw, "ledger.body": raw, "ledger.fact": changes,
		"ledger.ends": changes} {
		if got := k.count(t, bucket); got != want {
			t.Errorf("after %s: %d rows in %s, want %d", k.now.Sub(k.begin), got, bucket, want)
		}
	}
	for midnight, want := range k.days {
		k.lookAtDay(t, midnight, want)
	}
}

func (k *keeping) lookAtDay(t *testing.T, midnight time.Time, want [2]float64) {
	t.Helper()
	over := midnight.Add(day)
	length := keptLength
	if over.Before(k.now.Add(-k.keep.Fine)) {
		length = time.Hour
	}
	n := int(day / length)
	if over.Before(k.now.Add(-k.keep.Buckets)) {
		n, want = 0, [2]float64{}
	}
	all, err := k.l.Buckets(t.Context(), "cart", midnight, over)
	if err != nil || len(all) != n || n > 0 && (all[0].Len != length || all[n-1].Coverage != 1) {
		t.Fatalf(
			"%s after %s: %d buckets of %+v, %v; want %d of %s",
			midnight.Format(time.DateOnly),
			k.now.Sub(k.begin),
			len(all),
			all[:min(len(all), 1)],
			err,
			n,
			length,
		)
	}
	sum, err := k.l.Sums(t.Context(), "cart", midnight, over)
	if err != nil || math.Abs(sum.Good-want[0]) > 1e-12*want[0] || math.Abs(sum.Total-want[1]) > 1e-12*want[1] {
		t.Fatalf("%s after %s: %v of %v, %v; want %v", midnight.Format(time.DateOnly), k.now.Sub(k.begin), sum.Good, sum.Total, err, want)
	}
}

func (k *keeping) count(t *testing.T, bucket string) (n int) {
	t.Helper()
	err := k.db.View(t.Context(), func(r kv.Reader) error {
		for _, err := range r.Scan(bucket, nil, nil) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestThirteenMonths lets more than a year pass. What is older than the retention
// says is gone or rolled up, at the day it must be; what is kept adds up to what was
// measured; and once everything that can be old is, the file stays as large as it
// is, because its free pages are used again.
func TestThirteenMonths(t *testing.T) {
	keep := feedstore.Retention{Raw: 30 * day, Facts: 90 * day, Fine: 45 * day, Buckets: 180 * day}
	k := &keeping{
		world: newWorld(t, feedstore.Options{Retention: keep}),
		keep:  keep,
		begin: noon.Truncate(day),
		days:  map[time.Time][2]float64{},
	}
	k.now = k.begin
	var steady int64
	const all, settled = 396, 240 // days
	for k.now.Sub(k.begin) < all*day {
		k.live(t)
		passed := k.now.Sub(k.begin) / day
		if passed%20 == 0 {
			k.look(t)
		}
		if passed == settled {
			steady = k.size(t)
		}
	}
	k.look(t)
	k.sound(t)
	if now := k.size(t); steady == 0 || now > steady {
		t.Errorf("the file had %d bytes after %d days and has %d after %d", steady, settled, now, all)
	}
}

func (k *keeping) size(t *testing.T) int64 {
	t.Helper()
	n, err := k.db.Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}
