package kvtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// testGaplessLog runs writers, some of which roll back, beside a follower: it must read
// 1, 2, 3, … and find every change that it reads committed. Every fifth update of a
// writer rolls back, so four fifths of the numbers remain. It finds engines that draw
// numbers from a sequence outside of the transaction, which leaves gaps, and those that
// make an entry visible before the write it is about.
func testGaplessLog(t *testing.T, e Engine) {
	// 200 updates, of which 160 commit.
	const writers, each = 8, 25
	db := open(t, e, t.TempDir())
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for j := range each {
				key := fmt.Appendf(nil, "%d-%d", i, j)
				err := db.Update(t.Context(), func(w kv.Writer) error {
					_, err := w.Log("topic", key)
					if j%5 == 0 {
						return errUndo // a number was drawn and given back
					}
					return errors.Join(err, w.Put(bucketA, key, []byte("done")))
				})
				if err != nil && !errors.Is(err, errUndo) {
					t.Errorf("writer %d: %v", i, err)
				}
			}
		})
	}
	// The follower runs beside the writers, on the test's goroutine because it calls
	// Fatal.
	follow(t, db, writers*each*4/5)
	wg.Wait()
	if got := last(t, db); got != writers*each*4/5 {
		t.Errorf("the log ends at %d, want %d", got, writers*each*4/5)
	}
}

// follow reads the log up to a number, as the search indexer does: in batches, waiting
// at the end. A batch of 7 does not divide the number of entries, so that batches end
// in the middle of what a Wait found.
func follow(t *testing.T, db kv.DB, upTo kv.Seq) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for at := kv.Seq(0); at < upTo; {
		if err := db.Wait(ctx, at); err != nil {
			t.Fatalf("wait after %d: %v", at, err)
		}
		cs := changes(t, db, at, 7)
		if len(cs) == 0 || len(cs) > 7 {
			t.Fatalf("%d changes after a wait, of at most 7", len(cs))
		}
		view(t, db, func(r kv.Reader) error {
			for _, c := range cs {
				if at++; c.Seq != at || c.Topic != "topic" {
					t.Fatalf("got change %+v, want number %d", c, at)
				}
				// The entry was read before this View began, so the state must contain
				// its write.
				if got := get(t, r, bucketA, string(c.Key)); got != "done" {
					t.Fatalf("change %d was logged before its write: %q", at, got)
				}
			}
			return nil
		})
	}
}

// testWait requires that Wait returns as soon as there is a later change, also for one
// that was committed before the call, and when its context ends. It finds a Wait that
// misses a change committed between its look at the log and its sleep, and one that is
// woken by any commit: the indexer would then read the log after every commit.
func testWait(t *testing.T, e Engine) {
	db := open(t, e, t.TempDir())
	seq := logOne(t, db, "topic", "a")
	if err := db.Wait(t.Context(), seq-1); err != nil {
		t.Fatalf("a change is there already: %v", err)
	}
	// One change must wake every waiter.
	woken := make(chan error, 3)
	for range cap(woken) {
		go func() { woken <- db.Wait(t.Context(), seq) }()
	}
	// A commit without a change must wake no one. The select does not wait, so it finds
	// only a wake-up that came before it.
	put(t, db, bucketA, "k", "no change is logged here")
	select {
	case err := <-woken:
		t.Fatalf("woken without a change: %v", err)
	default:
	}
	logOne(t, db, "topic", "b")
	for range cap(woken) {
		if err := receive(t, woken); err != nil {
			t.Errorf("woken with %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { woken <- db.Wait(ctx, seq+1) }()
	cancel()
	if err := receive(t, woken); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled wait gave %v", err)
	}
	// A follower that is ahead has followed another log: it would otherwise wait until
	// the log reaches its number and miss what came before.
	wantKind(t, "waiting past the end", db.Wait(t.Context(), seq+2), fault.Gone)
}

// testTrimAndGone requires that numbering continues after a Trim, and that a follower
// which needs a trimmed entry, or has a number beyond the end, gets fault.Gone. It
// finds an engine that derives the next number from the last entry: after a Trim of
// everything it would begin at 1 again, and followers would skip the new changes.
func testTrimAndGone(t *testing.T, e Engine) {
	dir := t.TempDir()
	db := open(t, e, dir)
	trim := func(upTo kv.Seq) {
		t.Helper()
		if err := db.Trim(t.Context(), upTo); err != nil {
			t.Fatalf("trim %d: %v", upTo, err)
		}
	}
	// Trimming what is not there is no error, at either end.
	trim(0)
	trim(10) // an empty log stays at 0
	if got := last(t, db); got != 0 {
		t.Errorf("an empty log is at %d", got)
	}
	for i := range 5 {
		logOne(t, db, "topic", fmt.Sprint(i))
	}
	trim(2)
	// A follower at 2 has read all that was trimmed; those at 0 and 1 miss entries, and
	// 6 is past the end at 5.
	wantGone(t, db, 0, 1, 6)
	if cs := changes(t, db, 2, 10); len(cs) != 3 || cs[0].Seq != 3 {
		t.Errorf("after a trim to 2: %+v", cs)
	}
	trim(1) // already gone
	trim(99)
	wantGone(t, db, 0, 4, 6)
	if cs := changes(t, db, 5, 10); len(cs) != 0 {
		t.Errorf("after a trim of all: %+v", cs)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, e, dir)
	if got := logOne(t, db, "topic", "next"); got != 6 {
		t.Errorf("the first change after a trim of all and a restart is %d, want 6", got)
	}
	if findings, err := db.Check(t.Context()); err != nil || len(findings) > 0 {
		t.Errorf("check: %q, %v", findings, err)
	}
	_, err := db.Changes(t.Context(), 5, 0)
	wantKind(t, "a limit of 0", err, fault.Invalid)
}

// wantGone requires fault.Gone for followers at the given numbers.
func wantGone(t *testing.T, db kv.DB, afters ...kv.Seq) {
	t.Helper()
	for _, after := range afters {
		_, err := db.Changes(t.Context(), after, 10)
		wantKind(t, fmt.Sprintf("changes after %d", after), err, fault.Gone)
	}
}
