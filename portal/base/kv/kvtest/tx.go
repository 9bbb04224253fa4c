package kvtest

import (
	"bytes"
	"errors"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// errUndo is the error of functions that want their transaction rolled back.
var errUndo = errors.New("undo")

// testReadYourWrites requires that an Update reads what it wrote, by Get and by Scan,
// and that others do not before it commits. It finds engines that buffer writes without
// reading the buffer, that store an empty value as an absent one, and that keep the
// caller's slice instead of a copy.
func testReadYourWrites(t *testing.T, e Engine) {
	db := open(t, e, t.TempDir())
	put(t, db, bucketA, "old", "1")
	update(t, db, func(w kv.Writer) error {
		value := []byte("2")
		err := errors.Join(
			w.Put(bucketA, []byte("new"), value),
			w.Put(bucketA, []byte("empty"), nil),
			w.Delete(bucketA, []byte("old")),
			w.Delete(bucketA, []byte("never there")))
		if err != nil {
			return err
		}
		value[0] = '9' // Put keeps a copy
		// Deleting an absent key leaves it absent and is no error.
		for key, want := range map[string]string{"new": "2", "empty": "", "old": "absent", "never there": "absent"} {
			if got := get(t, w, bucketA, key); got != want {
				t.Errorf("inside the update %q is %q, want %q", key, got, want)
			}
		}
		wantList(t, list(t, w, false, nil, nil), "empty=", "new=2")
		wantList(t, list(t, w, true, nil, nil), "new=2", "empty=")
		return nil
	})
	view(t, db, func(r kv.Reader) error {
		wantList(t, list(t, r, false, nil, nil), "empty=", "new=2")
		if got := get(t, r, bucketA, "empty"); got != "" {
			t.Errorf("an empty value is %q after the commit", got)
		}
		if got := get(t, r, bucketB, "new"); got != "absent" {
			t.Errorf("a key of one bucket is in the other: %q", got)
		}
		return nil
	})
}

// testLimits requires the limits of keys and values, and that a bucket without an owner
// is refused for reading and writing. The limits are those of kv, not of the engine, so
// that data moves from one engine to another. The buckets of kv itself are refused as
// well: an owner that writes the change log could forge entries.
func testLimits(t *testing.T, e Engine) {
	db := open(t, e, t.TempDir())
	// The longest key that is valid; one byte more is not.
	longest := bytes.Repeat([]byte("k"), kv.MaxKeyBytes)
	update(t, db, func(w kv.Writer) error {
		wantKind(t, "an empty key", w.Put(bucketA, nil, []byte("v")), fault.Invalid)
		wantKind(t, "a long key", w.Put(bucketA, append(longest, 'k'), nil), fault.Invalid)
		_, err := w.Swap(bucketA, nil, nil, []byte("v"))
		wantKind(t, "a swap of an empty key", err, fault.Invalid)
		_, err = w.Log("a\x00b", nil)
		wantKind(t, "a topic with 0x00", err, fault.Invalid)
		wantKind(t, "a bucket without an owner", w.Put("other.a", []byte("k"), nil), fault.Internal)
		wantKind(t, "the log as a bucket", w.Put(kv.ChangesBucket, []byte("k"), nil), fault.Internal)
		wantKind(t, "the versions as a bucket", w.Delete(kv.MetaBucket, []byte("suite")), fault.Internal)
		_, err = w.Get("other.a", []byte("k"))
		wantKind(t, "reading a bucket without an owner", err, fault.Internal)
		return w.Put(bucketA, longest, []byte("fits"))
	})
	view(t, db, func(r kv.Reader) error {
		yields := 0
		for _, err := range r.Scan("other.a", nil, nil) {
			yields++
			wantKind(t, "scanning a bucket without an owner", err, fault.Internal)
		}
		if yields != 1 {
			t.Errorf("the error of a scan was yielded %d times", yields)
		}
		if got := get(t, r, bucketA, string(longest)); got != "fits" {
			t.Errorf("the longest key holds %q", got)
		}
		return nil
	})
}

// testRollback requires that an error of the function undoes everything, including the
// change log, and is returned unchanged. A panic of the function must undo everything,
// too, and reach the caller as it is, so that the process reports where it came from.
// The next number after a rollback must not leave a gap.
func testRollback(t *testing.T, e Engine) {
	db := open(t, e, t.TempDir())
	put(t, db, bucketA, "k", "before")
	seq := logOne(t, db, "suite", "k")
	undo := func(w kv.Writer) error {
		err := errors.Join(
			w.Put(bucketA, []byte("k"), []byte("after")),
			w.Put(bucketB, []byte("l"), []byte("after")))
		_, errLog := w.Log("suite", []byte("l"))
		if err := errors.Join(err, errLog); err != nil {
			t.Errorf("inside the update: %v", err)
		}
		return errUndo
	}
	if err := db.Update(t.Context(), undo); !errors.Is(err, errUndo) {
		t.Fatalf("update returned %v, want the function's own error", err)
	}
	// The panic is recovered here; the database must be usable afterwards.
	func() {
		defer func() {
			if r := recover(); r != "mine" {
				t.Errorf("the caller's panic came out as %v", r)
			}
		}()
		_ = db.Update(t.Context(), func(w kv.Writer) error { _ = undo(w); panic("mine") })
	}()
	view(t, db, func(r kv.Reader) error {
		wantList(t, list(t, r, false, nil, nil), "k=before")
		if got := get(t, r, bucketB, "l"); got != "absent" {
			t.Errorf("the other bucket kept %q", got)
		}
		return nil
	})
	if got := last(t, db); got != seq {
		t.Errorf("the log is at %d after two rollbacks, want %d", got, seq)
	}
	if got := logOne(t, db, "suite", "k"); got != seq+1 {
		t.Errorf("the next change is %d, want %d: a rollback left a gap", got, seq+1)
	}
}

// testSwap requires that Swap writes only over the value it was given, where nil is an
// absent one. Owners insert with it (tokens, statements): only the first writer of a
// key may succeed. The steps run in this order on one key, each in a transaction of its
// own, and after is what the step must leave.
func testSwap(t *testing.T, e Engine) {
	db := open(t, e, t.TempDir())
	for i, step := range []struct {
		old, new []byte
		want     bool
		after    string
	}{
		{[]byte("x"), []byte("1"), false, "absent"}, // absent is not x
		{[]byte{}, []byte("1"), false, "absent"},    // nor empty
		{nil, []byte{}, true, ""},                   // absent -> empty
		{nil, []byte("1"), false, ""},               // empty is not absent
		{[]byte{}, []byte("1"), true, "1"},
		{[]byte("2"), []byte("3"), false, "1"},
		{[]byte("1"), []byte("2"), true, "2"},
		{[]byte("1"), nil, false, "2"},
		{[]byte("2"), nil, true, "absent"}, // delete
		{nil, nil, true, "absent"},
	} {
		update(t, db, func(w kv.Writer) error {
			did, err := w.Swap(bucketA, []byte("k"), step.old, step.new)
			if did != step.want {
				t.Errorf("step %d: swapped %v, want %v", i, did, step.want)
			}
			return err
		})
		view(t, db, func(r kv.Reader) error {
			if got := get(t, r, bucketA, "k"); got != step.after {
				t.Errorf("step %d: %q, want %q", i, got, step.after)
			}
			return nil
		})
	}
}

// testBigValues stores a value as large as a rendered page may be beside a small one
// and reads it back. Size must count it, and Check must read values that span pages.
func testBigValues(t *testing.T, e Engine) {
	db := open(t, e, t.TempDir())
	big := sameBytes(10 << 20)
	update(t, db, func(w kv.Writer) error {
		return errors.Join(w.Put(bucketA, []byte("big"), big), w.Put(bucketA, []byte("small"), []byte("s")))
	})
	view(t, db, func(r kv.Reader) error {
		got, err := r.Get(bucketA, []byte("big"))
		if !bytes.Equal(got, big) {
			t.Errorf("10 MiB came back as %d bytes", len(got))
		}
		return err
	})
	if n, err := db.Size(t.Context()); err != nil || n < int64(len(big)) {
		t.Errorf("size is %d, %v", n, err)
	}
	if findings, err := db.Check(t.Context()); err != nil || len(findings) > 0 {
		t.Errorf("check: %q, %v", findings, err)
	}
}
