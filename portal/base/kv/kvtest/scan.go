package kvtest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/postern/postern/portal/base/kv"
)

// testOrder requires byte order, bounds that include from and exclude to, and the same
// items in reverse from ScanBack. Keys contain 0x00, 0xff and UTF-8, so that an engine
// which compares text by a collation, or keys as C strings, fails.
func testOrder(t *testing.T, e Engine) {
	db := open(t, e, t.TempDir())
	update(t, db, func(w kv.Writer) error {
		for _, k := range []string{"b", "a\xff", "\x00", "a", "ab", "a\x00", "\xff\xff", "B", "é"} {
			if err := w.Put(bucketA, []byte(k), []byte("v")); err != nil {
				return err
			}
		}
		return w.Put(bucketB, []byte("aa"), []byte("of the other bucket"))
	})
	// keys returns the keys of a range without their values, which are all "=v".
	keys := func(r kv.Reader, back bool, from, to []byte) []string {
		var ks []string
		for _, kvs := range list(t, r, back, from, to) {
			ks = append(ks, kvs[:len(kvs)-2])
		}
		return ks
	}
	view(t, db, func(r kv.Reader) error {
		wantList(t, keys(r, false, nil, nil), "\x00", "B", "a", "a\x00", "ab", "a\xff", "b", "é", "\xff\xff")
		wantList(t, keys(r, true, nil, nil), "\xff\xff", "é", "b", "a\xff", "ab", "a\x00", "a", "B", "\x00")
		wantList(t, keys(r, false, []byte("a"), []byte("b")), "a", "a\x00", "ab", "a\xff")
		wantList(t, keys(r, true, []byte("a"), []byte("b")), "a\xff", "ab", "a\x00", "a")
		// Ranges without keys: one between two keys, and one whose bounds are reversed.
		// Both are empty and no error.
		wantList(t, keys(r, false, []byte("aa"), []byte("aaa")))
		wantList(t, keys(r, true, []byte("aa"), []byte("aaa")))
		wantList(t, keys(r, false, []byte("b"), []byte("a")))
		wantList(t, keys(r, true, []byte("b"), []byte("a")))
		// A bound that is past the last key, and one that is empty and not nil.
		wantList(t, keys(r, true, []byte("é"), []byte("\xff\xff\xff")), "\xff\xff", "é")
		wantList(t, keys(r, false, []byte{}, []byte("a")), "\x00", "B")
		testEarlyBreak(t, r)
		return nil
	})
}

// testEarlyBreak leaves a scan early, and runs scans inside a scan. An engine with one
// cursor per transaction, or that does not release a cursor at a break, fails. The
// bucket has the 9 keys of testOrder, so there are 81 pairs.
func testEarlyBreak(t *testing.T, r kv.Reader) {
	n, pairs := 0, 0
	for range r.Scan(bucketA, nil, nil) {
		if n++; n == 3 {
			break
		}
	}
	for range r.ScanBack(bucketA, nil, nil) {
		for range r.Scan(bucketA, nil, nil) {
			pairs++
		}
	}
	if n != 3 || pairs != 81 {
		t.Errorf("left a scan after %d of 3; nested scans saw %d of 81 pairs", n, pairs)
	}
}

// testScanWhileWriting deletes and rewrites in the loop, as owners do, over rows that
// were stored before and rows that the same update wrote. Every other key must be
// yielded once. An engine whose cursor becomes stale at a write skips or repeats keys
// here. It runs in both directions, over stored rows and over rows that are still in
// the memory of the transaction, because engines read those in different ways.
func testScanWhileWriting(t *testing.T, e Engine) {
	const n = 2000 // many pages
	db := open(t, e, t.TempDir())
	fill := func(w kv.Writer) (err error) {
		for i := range n {
			err = errors.Join(err, w.Put(bucketA, fmt.Appendf(nil, "%06d", i), sameBytes(64)))
		}
		return err
	}
	for _, c := range []struct{ back, fresh bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		update(t, db, fill)
		// The same number of keys is filled in again for each round, over those that
		// the round before left.
		seen := 0
		update(t, db, func(w kv.Writer) (err error) {
			if c.fresh {
				if err := fill(w); err != nil {
					return err
				}
			}
			seen, err = thinOut(w, c.back)
			return err
		})
		if seen != n {
			t.Errorf("%+v: the scan met %d of %d keys", c, seen, n)
		}
		view(t, db, func(r kv.Reader) error {
			if left := len(list(t, r, false, nil, nil)); left != n/3 {
				t.Errorf("%+v: %d keys are left, want %d", c, left, n/3)
			}
			return nil
		})
	}
}

// thinOut replaces every third key that it reads with a larger value, and deletes the
// others. The value is larger than before, so that the row moves in the engine's page.
// seen counts the keys that the scan yielded.
func thinOut(w kv.Writer, back bool) (seen int, err error) {
	scan := w.Scan
	if back {
		scan = w.ScanBack
	}
	for it, err := range scan(bucketA, nil, nil) {
		if err != nil {
			return seen, err
		}
		if seen++; seen%3 == 0 {
			err = w.Put(bucketA, it.Key, sameBytes(256))
		} else {
			err = w.Delete(bucketA, it.Key)
		}
		if err != nil {
			return seen, err
		}
	}
	return seen, nil
}

// testSnapshotIsolation requires that a View does not see what is committed after it
// began. The change log must stay as it was, too. An engine with locks instead of
// versions blocks here, and one that reads committed rows fails.
func testSnapshotIsolation(t *testing.T, e Engine) {
	db := open(t, e, t.TempDir())
	put(t, db, bucketA, "k", "old")
	view(t, db, func(r kv.Reader) error {
		before, _ := r.Seq()
		done := make(chan error, 1)
		go func() {
			done <- db.Update(t.Context(), func(w kv.Writer) error {
				_, err := w.Log("suite", []byte("k"))
				return errors.Join(err, w.Put(bucketA, []byte("k"), []byte("new")), w.Put(bucketB, []byte("l"), []byte("new")))
			})
		}()
		if err := <-done; err != nil {
			return err
		}
		after, _ := r.Seq()
		wantList(t, list(t, r, false, nil, nil), "k=old")
		if got := get(t, r, bucketB, "l"); got != "absent" || before != after {
			t.Errorf("the state moved under the view: %q, change %d -> %d", got, before, after)
		}
		return nil
	})
	view(t, db, func(r kv.Reader) error {
		wantList(t, list(t, r, false, nil, nil), "k=new")
		return nil
	})
}
