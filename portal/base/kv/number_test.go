package kv_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// bucket is a Writer of one bucket that stores and gets, and nothing else.
type bucket struct {
	kv.Writer
	values  map[string][]byte
	skipped *[]string
}

func (b bucket) Skip(row kv.Row, _ error) {
	if b.skipped != nil {
		*b.skipped = append(*b.skipped, string(row.Key))
	}
}

func (b bucket) Get(_ string, key []byte) ([]byte, error) { return b.values[string(key)], nil }

func (b bucket) Put(_ string, key, value []byte) error {
	b.values[string(key)] = value
	return nil
}

func TestNumberIsTheSumOfWhatWasAdded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, key := bucket{values: map[string][]byte{}}, []byte("n")
		want := uint64(0)
		for _, by := range rapid.SliceOf(rapid.Uint64()).Draw(t, "by") {
			want += by
			if err := kv.AddNumber(b, "a", key, by); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := kv.Number(b, "a", key); n != want || err != nil {
			t.Fatalf("%d, %v instead of %d", n, err, want)
		}
	})
}

func TestNumberOfAnotherForm(t *testing.T) {
	var skipped []string
	b := bucket{values: map[string][]byte{"text": []byte("12"), "empty": {}}, skipped: &skipped}
	for _, key := range []string{"text", "empty"} {
		if n, err := kv.Number(b, "a", []byte(key)); fault.KindOf(err) != fault.Internal {
			t.Errorf("%s: %d, %v", key, n, err)
		}
		if err := kv.AddNumber(b, "a", []byte(key), 1); fault.KindOf(err) != fault.Internal {
			t.Errorf("added to %s: %v", key, err)
		}
	}
	if want := []string{"text", "text", "empty", "empty"}; !slices.Equal(skipped, want) {
		t.Errorf("skipped %q, want %q", skipped, want)
	}
	if n, err := kv.Number(b, "a", []byte("absent")); n != 0 || err != nil {
		t.Errorf("absent: %d, %v", n, err)
	}
}
