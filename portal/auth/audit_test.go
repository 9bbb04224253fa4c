package auth_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/kv"
)

func (w *world) append(t *testing.T, entries ...auth.Entry) {
	t.Helper()
	for _, e := range entries {
		w.now = w.now.Add(time.Second)
		if err := w.audit.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAuditKeepsWhatWasDone(t *testing.T) {
	w := newWorld(t)
	if head, err := w.audit.Verify(t.Context()); err != nil || head.Number != 0 {
		t.Errorf("an empty log: %+v, %v", head, err)
	}
	push := auth.Entry{Who: "wei", TokenID: "abcdefgh", IP: "192.0.2.1", Action: "push", Object: "refs/heads/main", Old: "1",
		New: "2", Result: "done"}
	w.append(t, push, auth.Entry{Action: "push", Object: strings.Repeat("é", 9999) + "\xff", Result: "forbidden"})
	w.restart()
	w.append(t, auth.Entry{Action: "token.create", Result: "done"})
	entries, err := w.audit.Entries(t.Context(), 0, 10)
	if err != nil || len(entries) != 3 || entries[0].Action != "token.create" || entries[2].Number != 1 {
		t.Fatalf("entries: %+v, %v", entries, err)
	}
	push.Number, push.Time = 1, time.Date(2026, 11, 23, 9, 41, 8, 0, time.UTC)
	if entries[2] != push {
		t.Errorf("got %+v, want %+v", entries[2], push)
	}
	if n := len(entries[1].Object); n > 520 {
		t.Errorf("an object of %d bytes was stored", n)
	}
	page, err := w.audit.Entries(t.Context(), 3, 1)
	if err != nil || len(page) != 1 || page[0].Number != 2 {
		t.Errorf("the page before 3: %+v, %v", page, err)
	}
	if head, err := w.audit.Verify(t.Context()); err != nil || head.Number != 3 || len(head.Hash) != 64 {
		t.Errorf("verify: %+v, %v", head, err)
	}
}

// TestAuditShowsTampering changes the log as somebody with the file would.
func TestAuditShowsTampering(t *testing.T) {
	const bucket = "auth.audit"
	key := func(n int) []byte { return kv.Seq(n).Bytes() }
	replace := func(w kv.Writer, n int, old, new string) error {
		v, err := w.Get(bucket, key(n))
		return errors.Join(err, w.Put(bucket, key(n), []byte(strings.Replace(string(v), old, new, 1))))
	}
	for name, c := range map[string]struct {
		tamper func(kv.Writer) error
		first  int // entry that is named
	}{
		"a changed word":    {func(w kv.Writer) error { return replace(w, 2, "object 2", "object 9") }, 2},
		"a removed entry":   {func(w kv.Writer) error { return w.Delete(bucket, key(2)) }, 2},
		"the first removed": {func(w kv.Writer) error { return w.Delete(bucket, key(1)) }, 1},
		"two exchanged": {func(w kv.Writer) error {
			a, err := w.Get(bucket, key(2))
			b, err2 := w.Get(bucket, key(3))
			a, b = append([]byte{}, a...), append([]byte{}, b...)
			return errors.Join(err, err2, w.Put(bucket, key(2), b), w.Put(bucket, key(3), a))
		}, 2},
		"one added":     {func(w kv.Writer) error { return w.Put(bucket, key(5), []byte(strings.Repeat("0", 32)+"{}")) }, 5},
		"one cut short": {func(w kv.Writer) error { return w.Put(bucket, key(3), []byte("short")) }, 3},
		"a changed hash": {func(w kv.Writer) error {
			v, err := w.Get(bucket, key(4))
			v = append([]byte{}, v...)
			v[0] ^= 1
			return errors.Join(err, w.Put(bucket, key(4), v))
		}, 4},
	} {
		w := newWorld(t)
		for i := range 4 {
			w.append(t, auth.Entry{Action: "push", Object: fmt.Sprint("object ", i+1), Result: "done"})
		}
		if err := w.db.Update(t.Context(), c.tamper); err != nil {
			t.Fatal(err)
		}
		_, err := w.audit.Verify(t.Context())
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("entry %d does not follow", c.first)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
