package kvtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// receive waits for a result that is due immediately. It must run on the test's own
// goroutine, as it may call Fatal.
func receive(t *testing.T, ch <-chan error) error {
	t.Helper()
	select {
	case err := <-ch:
		return err
	case <-time.After(patience):
		t.Fatal("nothing came")
		return nil
	}
}

// testDurable requires that everything an Update committed is there after the database
// was closed and opened again: values, the change log and its number. It finds an
// engine that loses writes at Close, and one that numbers changes from memory: numbers
// must continue after a restart, or a follower would miss changes.
func testDurable(t *testing.T, e Engine) {
	dir := t.TempDir()
	for i := range 3 {
		db := open(t, e, dir)
		view(t, db, func(r kv.Reader) error {
			if got := len(list(t, r, false, nil, nil)); got != i {
				t.Errorf("opened for the %d. time it holds %d keys", i+1, got)
			}
			return nil
		})
		put(t, db, bucketA, fmt.Sprint(i), "v")
		if got := logOne(t, db, "topic", "k"); got != kv.Seq(i+1) {
			t.Errorf("change %d after %d restarts", got, i)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// everyMethod calls every method that a context or a Close can end, and returns the
// error of each by name. Damage and Close are not among them: neither takes a context,
// and both work after Close. The functions of View and Update return an error of their
// own, which shows that they were run.
func everyMethod(ctx context.Context, db kv.DB) map[string]error {
	_, changesErr := db.Changes(ctx, 0, 1)
	_, sizeErr := db.Size(ctx)
	_, checkErr := db.Check(ctx)
	ran := errors.New("the function was run")
	return map[string]error{
		"View":    db.View(ctx, func(kv.Reader) error { return ran }),
		"Update":  db.Update(ctx, func(kv.Writer) error { return ran }),
		"Changes": changesErr,
		"Wait":    db.Wait(ctx, 0),
		"Trim":    db.Trim(ctx, 1),
		"Backup":  db.Backup(ctx, &bytes.Buffer{}),
		"Size":    sizeErr,
		"Check":   checkErr,
	}
}

// testEndedContext requires that every method returns the error of a context that has
// ended, and changes nothing. The errors must wrap the context's and have the kind
// fault.Timeout, which distinguishes a client that went away from a database that
// fails.
func testEndedContext(t *testing.T, e Engine) {
	db := open(t, e, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range everyMethod(ctx, db) {
		if !errors.Is(err, context.Canceled) || fault.KindOf(err) != fault.Timeout {
			t.Errorf("%s with an ended context: %v", name, err)
		}
	}
	// A writer that waits for another one must be able to give up. An engine that waits
	// on a plain mutex cannot cancel, and fails here: the first writer ends only after
	// the second gave up.
	ctx, cancel = context.WithCancel(t.Context())
	gaveUp := make(chan error, 1)
	update(t, db, func(kv.Writer) error {
		go func() { gaveUp <- db.Update(ctx, func(kv.Writer) error { return ctx.Err() }) }()
		cancel()
		if err := receive(t, gaveUp); !errors.Is(err, context.Canceled) {
			t.Errorf("waiting for the other writer: %v", err)
		}
		return nil
	})
}

// testClosed requires fault.Unavailable of every method after Close, that Close ends a
// Wait, and that a second Close is not an error. It finds a stop that hangs because the
// indexer still waits for a change, and a panic of an engine whose file is closed.
func testClosed(t *testing.T, e Engine) {
	db := open(t, e, t.TempDir())
	waiting := make(chan error, 1)
	go func() { waiting <- db.Wait(context.Background(), 0) }()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "a wait that was running", receive(t, waiting), fault.Unavailable)
	for name, err := range everyMethod(t.Context(), db) {
		wantKind(t, name, err, fault.Unavailable)
	}
	if err := db.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
}

// testBackupWhileWriting requires that a backup is one consistent state, whatever is
// written meanwhile. Each write moves a pair of keys together, so that a mixture of
// states shows. A copy must also open as an ordinary database, with its change log.
func testBackupWhileWriting(t *testing.T, e Engine) {
	db := open(t, e, t.TempDir())
	stop, stopped := make(chan struct{}), make(chan struct{})
	// step runs on two goroutines, and so reports with Errorf, which may be called from
	// any.
	step := func(i int) {
		value := fmt.Appendf(sameBytes(1024), "%d", i)
		err := db.Update(context.Background(), func(w kv.Writer) error {
			_, err := w.Log("topic", nil)
			return errors.Join(err, w.Put(bucketA, []byte("x"), value), w.Put(bucketB, []byte("x"), value))
		})
		if err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	// The first backup must contain something.
	step(0)
	go func() {
		defer close(stopped)
		for i := 1; ; i++ {
			select {
			case <-stop:
				return
			default:
				step(i)
			}
		}
	}()
	for range 3 {
		var copied bytes.Buffer
		if err := db.Backup(t.Context(), &copied); err != nil {
			t.Errorf("backup: %v", err)
		}
		dir := t.TempDir()
		if err := e.Restore(t.Context(), &copied, dir, []kv.Schema{Schema()}); err != nil {
			t.Errorf("restore: %v", err)
			continue
		}
		// The Cleanup of open closes the copies; the writer continues meanwhile.
		restored := open(t, e, dir)
		view(t, restored, func(r kv.Reader) error {
			seq, err := r.Seq()
			if a := get(t, r, bucketA, "x"); a != get(t, r, bucketB, "x") || a == "absent" || seq == 0 {
				t.Errorf("the copy is torn at change %d", seq)
			}
			return err
		})
	}
	close(stop)
	<-stopped
}
