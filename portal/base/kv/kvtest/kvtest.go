// Package kvtest owns the test suite of the contract of kv.DB. Every engine runs it.
// Nothing in it depends on an engine, and its update functions may run more than once,
// as in an engine that retries.
//
// The databases of the suite have the buckets of Schema and are identified by a folder
// name, which an engine without folders may use as any other name.
package kvtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// patience ends a wait that hangs, so that the suite fails with a line number and not
// with the timeout of the whole test binary. What it bounds happens immediately.
const patience = 20 * time.Second

// Engine is what the suite needs of an engine. Both functions are called from one
// goroutine at a time for one folder.
type Engine struct {
	// Open opens the database of dir, creating it the first time. It fails with
	// fault.Unsupported for data of a newer schema or of an owner that schemas do not
	// list.
	Open func(ctx context.Context, dir string, schemas []kv.Schema) (kv.DB, error)
	// Restore makes the database of dir, which does not exist yet, from what Backup
	// wrote. Open must accept the result with the same schemas.
	Restore func(ctx context.Context, backup io.Reader, dir string, schemas []kv.Schema) error
}

// Two buckets of one owner: most cases use bucketA, and bucketB shows whether a key
// leaks from one bucket into another.
const (
	bucketA = "suite.a"
	bucketB = "suite.b"
)

// Schema is the schema of the only owner in the suite's databases. It has version 1,
// and so no migration.
func Schema() kv.Schema {
	return kv.Schema{Name: "suite", Version: 1, Buckets: []string{bucketA, bucketB}}
}

// Run runs the suite as subtests of t. Each case opens its own database in a temporary
// folder. The comment of a case states what an engine must do; kv.DB has the contract
// itself.
func Run(t *testing.T, e Engine) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, Engine)
	}{
		{"ReadYourWrites", testReadYourWrites},
		{"Limits", testLimits},
		{"Rollback", testRollback},
		{"Swap", testSwap},
		{"Order", testOrder},
		{"ScanWhileWriting", testScanWhileWriting},
		{"SnapshotIsolation", testSnapshotIsolation},
		{"BigValues", testBigValues},
		{"Model", testModel},
		{"GaplessLog", testGaplessLog},
		{"Wait", testWait},
		{"TrimAndGone", testTrimAndGone},
		{"Durable", testDurable},
		{"EndedContext", testEndedContext},
		{"Closed", testClosed},
		{"BackupWhileWriting", testBackupWhileWriting},
		{"Schemas", testSchemas},
		{"Migrations", testMigrations},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, e) })
	}
}

// open opens a database for one test and closes it at the end. A case may close it
// earlier, since closing again is no error.
func open(t *testing.T, e Engine, dir string) kv.DB {
	t.Helper()
	return openWith(t, e, dir, []kv.Schema{Schema()})
}

// openWith is open with other schemas, for the tests of migrations. Opening must
// succeed; cases about refused schemas call Engine.Open.
func openWith(t *testing.T, e Engine, dir string, schemas []kv.Schema) kv.DB {
	t.Helper()
	db, err := e.Open(context.Background(), dir, schemas)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

// failer is what the helpers need of a test; *testing.T and *rapid.T both have it.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// update runs fn in an Update that must succeed. The context is the background's, as a
// failer has none.
func update(t failer, db kv.DB, fn func(kv.Writer) error) {
	t.Helper()
	if err := db.Update(context.Background(), fn); err != nil {
		t.Fatalf("update: %v", err)
	}
}

// view runs fn in a View that must succeed. The function may call Fatal, as it runs on
// the caller's goroutine.
func view(t failer, db kv.DB, fn func(kv.Reader) error) {
	t.Helper()
	if err := db.View(context.Background(), fn); err != nil {
		t.Fatalf("view: %v", err)
	}
}

// put stores one value in a transaction of its own. An existing value is replaced.
func put(t failer, db kv.DB, bucket, key, value string) {
	t.Helper()
	update(t, db, func(w kv.Writer) error { return w.Put(bucket, []byte(key), []byte(value)) })
}

// get returns the value of a key, or "absent" for an absent one: "" is a stored value
// and differs from it.
func get(t failer, r kv.Reader, bucket, key string) string {
	t.Helper()
	v, err := r.Get(bucket, []byte(key))
	if err != nil {
		t.Fatalf("get %s %q: %v", bucket, key, err)
	}
	if v == nil {
		return "absent"
	}
	return string(v)
}

// list returns what a scan of the range yields in bucketA, as key=value, in the order
// of the scan: descending when back is set. A nil bound is open.
func list(t failer, r kv.Reader, back bool, from, to []byte) []string {
	t.Helper()
	scan := r.Scan
	if back {
		scan = r.ScanBack
	}
	var all []string
	for it, err := range scan(bucketA, from, to) {
		if err != nil {
			t.Fatalf("scan: %v", err)
		}
		all = append(all, fmt.Sprintf("%s=%s", it.Key, it.Value))
	}
	return all
}

// wantList compares what a scan yielded with what it should yield. The order counts,
// and a nil list equals an empty one.
func wantList(t failer, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
}

// wantKind requires an error of a kind. Any error of that kind is right: messages are
// the engine's own.
func wantKind(t failer, what string, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Fatalf("%s: got %v, want an error of kind %v", what, err, kind)
	}
}

// logOne commits one change entry and returns its number. Nothing else is written, so
// the entry is the whole commit.
func logOne(t failer, db kv.DB, topic, key string) (seq kv.Seq) {
	t.Helper()
	update(t, db, func(w kv.Writer) (err error) {
		seq, err = w.Log(topic, []byte(key))
		return err
	})
	return seq
}

// changes returns the entries after a number, which must be readable. At most limit
// entries are returned, in order.
func changes(t failer, db kv.DB, after kv.Seq, limit int) []kv.Change {
	t.Helper()
	cs, err := db.Changes(context.Background(), after, limit)
	if err != nil {
		t.Fatalf("changes after %d: %v", after, err)
	}
	return cs
}

// last returns the number of the last committed change. It is 0 for a log that never
// had an entry, and does not go back after a Trim.
func last(t failer, db kv.DB) (seq kv.Seq) {
	t.Helper()
	view(t, db, func(r kv.Reader) (err error) {
		seq, err = r.Seq()
		return err
	})
	return seq
}

// sameBytes returns a value of n bytes that compresses well; n is a multiple of 16.
func sameBytes(n int) []byte { return bytes.Repeat([]byte("0123456789abcdef"), n/16) }
