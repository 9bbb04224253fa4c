package kvtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/kv"
)

// model is the database as a map, and the keys that were logged so far.
type model struct {
	items map[string]string
	log   []string
}

// clone returns a copy, for a transaction that may be rolled back. Strings are shared,
// as nothing changes them.
func (m model) clone() model {
	return model{items: maps.Clone(m.items), log: slices.Clone(m.log)}
}

// testModel runs random transactions on the database and on the model, and compares
// both after each. A transaction that fails must leave both as they were. It finds what
// no case of the suite names: operations that are right alone and wrong together, such
// as a scan after a delete of a key written by the same transaction. rapid shrinks a
// failure to the shortest list of steps.
func testModel(t *testing.T, e Engine) {
	db := open(t, e, t.TempDir())
	rapid.Check(t, func(t *rapid.T) {
		// All runs use one database, because opening one costs far more than a run; the
		// change log goes on from start.
		update(t, db, empty)
		m := model{items: map[string]string{}}
		start := last(t, db)
		for range rapid.IntRange(1, 8).Draw(t, "transactions") {
			// next becomes the model when the transaction commits.
			next := m.clone()
			ops := rapid.SliceOfN(rapid.Custom(drawOp), 0, 12).Draw(t, "ops")
			// Half of the transactions roll back.
			keep := rapid.Bool().Draw(t, "commit")
			err := db.Update(context.Background(), func(w kv.Writer) error {
				next = m.clone() // the engine may call this again
				for _, o := range ops {
					if err := o.apply(t, w, &next); err != nil {
						return err
					}
				}
				compare(t, w, next)
				if !keep {
					return errUndo
				}
				return nil
			})
			if keep && err != nil || !keep && !errors.Is(err, errUndo) {
				t.Fatalf("update: %v", err)
			}
			if keep {
				m = next
			}
			view(t, db, func(r kv.Reader) error { compare(t, r, m); return nil })
		}
		compareLog(t, db, start, m.log)
	})
}

// op is one random step of a transaction. value is what put and swap store, old what
// swap expects.
type op struct {
	name       string
	key        string
	value, old string
	matchOld   bool // Swap compares with what is really there
}

// drawOp draws a step. Keys are few, so that steps meet. A key may contain 0x00, as
// those of kv.Join do. The value of 512 bytes makes an engine store rows of mixed
// sizes.
func drawOp(t *rapid.T) op {
	short := rapid.StringOfN(rapid.RuneFrom([]rune("abc\x00")), 1, 3, -1)
	return op{
		name:     rapid.SampledFrom([]string{"put", "put", "delete", "swap", "swap delete", "log"}).Draw(t, "op"),
		key:      short.Draw(t, "key"),
		value:    rapid.SampledFrom([]string{"", "x", "y", string(sameBytes(512))}).Draw(t, "value"),
		old:      rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "old"),
		matchOld: rapid.Bool().Draw(t, "match"),
	}
}

// apply runs the step on both and compares their results. It returns the database's
// error, which ends the transaction.
func (o op) apply(t failer, w kv.Writer, m *model) error {
	key := []byte(o.key)
	switch o.name {
	case "put":
		m.items[o.key] = o.value
		return w.Put(bucketA, key, []byte(o.value))
	case "delete":
		delete(m.items, o.key)
		return w.Delete(bucketA, key)
	case "log":
		m.log = append(m.log, o.key)
		_, err := w.Log("model", key)
		return err
	}
	// What is left are the swaps. A nil old expects an absent key; "swap delete" stores
	// nil, which removes the key.
	present, there := m.items[o.key]
	old := []byte(o.old)
	if o.matchOld && there {
		old = []byte(present)
	} else if o.matchOld {
		old = nil
	}
	// An absent key and an empty value are different to Swap.
	want := there == (old != nil) && present == string(old)
	value := []byte(o.value)
	if o.name == "swap delete" {
		value = nil
	}
	if want && value == nil {
		delete(m.items, o.key)
	} else if want {
		m.items[o.key] = o.value
	}
	did, err := w.Swap(bucketA, key, old, value)
	if did != want {
		t.Fatalf("swap of %q from %q did %v, want %v", o.key, old, did, want)
	}
	return err
}

// compare reads everything in both directions, and a range, and compares with the
// model. The range "a\x00" to "bb" has keys before it, in it and after it. The range
// and the whole are read in both directions because engines implement them separately.
func compare(t failer, r kv.Reader, m model) {
	t.Helper()
	keys := slices.Sorted(maps.Keys(m.items))
	all := make([]string, 0, len(keys))
	var some []string
	for _, k := range keys {
		line := fmt.Sprintf("%s=%s", k, m.items[k])
		all = append(all, line)
		if k >= "a\x00" && k < "bb" {
			some = append(some, line)
		}
		if got := get(t, r, bucketA, k); got != m.items[k] {
			t.Fatalf("%q is %q, want %q", k, got, m.items[k])
		}
	}
	wantList(t, list(t, r, false, nil, nil), all...)
	wantList(t, list(t, r, false, []byte("a\x00"), []byte("bb")), some...)
	slices.Reverse(all)
	slices.Reverse(some)
	wantList(t, list(t, r, true, nil, nil), all...)
	wantList(t, list(t, r, true, []byte("a\x00"), []byte("bb")), some...)
}

// compareLog compares the change log after start with the keys that the model logged.
// It asks for one entry more than it expects, so that an extra one shows.
func compareLog(t failer, db kv.DB, start kv.Seq, want []string) {
	t.Helper()
	got := changes(t, db, start, len(want)+1)
	if len(got) != len(want) {
		t.Fatalf("%d changes, want %d", len(got), len(want))
	}
	for i, c := range got {
		if c.Seq != start+kv.Seq(i)+1 || c.Topic != "model" || !bytes.Equal(c.Key, []byte(want[i])) {
			t.Fatalf("change %d is %+v, want %q", i, c, want[i])
		}
	}
}

// empty removes every key, in a loop over a scan. It depends on deleting inside a scan,
// which testScanWhileWriting verifies alone.
func empty(w kv.Writer) error {
	for it, err := range w.Scan(bucketA, nil, nil) {
		if err := errors.Join(err, w.Delete(bucketA, it.Key)); err != nil {
			return err
		}
	}
	return nil
}
