package feedstore_test

import (
	"slices"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
)

// scribble replaces every row of a bucket by bytes that cannot be decoded.
func (w *world) scribble(t *testing.T, bucket string) (n int) {
	t.Helper()
	err := w.db.Update(t.Context(), func(x kv.Writer) error {
		for item, err := range x.Scan(bucket, nil, nil) {
			if err != nil {
				return err
			}
			n++
			if err := x.Put(bucket, slices.Clone(item.Key), []byte("{scribbled")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Fatalf("%d rows of %s, %v", n, bucket, err)
	}
	return n
}

// Every commit of a source over its budget reads the dead letter of the hour and the
// counters of the day: if they cannot be read, feeds and pages must work
// nevertheless.
func TestDamagedDeadLetterBlocksNoFeed(t *testing.T) {
	for _, bucket := range []string{"ledger.letter", "ledger.body", "ledger.daily"} {
		w := budgeted(t)
		missed := feedstore.Refusal{Source: "ci", Own: "ci", Format: "ndjson", Kind: fault.TooLarge, Reason: "a body", At: w.now}
		if err := w.l.RecordRefusal(t.Context(), missed); err != nil {
			t.Fatal(err)
		}
		expect(t, "over budget", w.say(t, feed.Input{}, changeLine("a"), changeLine("b"), changeLine("c"), changeLine("d")), 3, 0, 1)
		w.scribble(t, bucket)
		if s := w.status(t); s.State != feedstore.SourceOverBudget {
			t.Errorf("%s: before the next body: %+v", bucket, s)
		}
		expect(t, bucket+": known and new things", w.say(t, feed.Input{}, changeLine("a"), changeLine("e")), 0, 1, 1)
		if err := w.l.RecordRefusal(t.Context(), missed); err != nil {
			t.Errorf("%s: a refused body: %v", bucket, err)
		}
		if s := w.status(t); s.State != feedstore.SourceOverBudget {
			t.Errorf("%s: after it: %+v", bucket, s)
		}
		all, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{})
		over := slices.ContainsFunc(all, func(l feedstore.DeadLetter) bool { return l.OverBudget })
		notStored := slices.ContainsFunc(all, func(l feedstore.DeadLetter) bool { return l.NotStored })
		if err != nil || !over || !notStored {
			t.Errorf("%s: letters %+v, %v", bucket, all, err)
		}
	}
}
