package boltkv

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// TestFailedCommits: the database stays in use only after a write that the system
// refused because the disk is full. After a failed fsync the contents of the disk are
// unknown.
func TestFailedCommits(t *testing.T) {
	write := func(err error) error { return &fs.PathError{Op: "write", Path: "x", Err: err} }
	schemas := []kv.Schema{{Name: "a", Version: 1, Buckets: []string{"a.b"}}}
	for name, c := range map[string]struct {
		err    error
		kind   fault.Kind
		broken bool
	}{
		"no room":          {write(syscall.ENOSPC), fault.Full, false},
		"over quota":       {fmt.Errorf("wrapped: %w", write(syscall.EDQUOT)), fault.Full, false},
		"a failed write":   {write(syscall.EIO), fault.Internal, true},
		"a failed fsync":   {syscall.EIO, fault.Internal, true},
		"an fsync no room": {syscall.ENOSPC, fault.Internal, true},
		"damage":           {damaged("op", errors.New("page 7")), fault.Internal, true},
	} {
		db, err := Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), Options{Schemas: schemas})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.commitFailed("op", c.err); fault.KindOf(err) != c.kind || !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
		if err := db.Writable(); (fault.KindOf(err) == fault.Unavailable) != c.broken || (err != nil) != c.broken {
			t.Errorf("%s: whether it takes writes: %v", name, err)
		}
		ran := false
		err = db.Update(t.Context(), func(kv.Writer) error { ran = true; return nil })
		if ran == c.broken || (fault.KindOf(err) == fault.Unavailable) != c.broken {
			t.Errorf("%s: the next update ran: %v, %v", name, ran, err)
		}
		if err := db.View(t.Context(), func(kv.Reader) error { return nil }); err != nil {
			t.Errorf("%s: reading after it: %v", name, err)
		}
		if err := db.Close(); err != nil {
			t.Errorf("%s: close: %v", name, err)
		}
	}
}

func TestGuard(t *testing.T) {
	mine := errors.New("mine")
	if err := guard("op", func() error { return mine }); !errors.Is(err, mine) || fault.Message(err) == damageMsg {
		t.Errorf("an error came out as %v", err)
	}
	for name, f := range map[string]func(){
		"a panic": func() { panic("page 7") },
		"a nil":   func() { var db *DB; db.path = "x" },
	} {
		if err := guard("op", func() error { f(); return nil }); fault.Message(err) != damageMsg {
			t.Errorf("%s came out as %v", name, err)
		}
	}
}
