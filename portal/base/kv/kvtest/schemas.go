package kvtest

import (
	"context"
	"errors"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// testSchemas requires that schemas which contradict each other, and files of a newer
// version, are refused. Data of an unknown owner must not be opened: an older Postern
// that ignores it would leave it as it is while other data moves on. The order of the
// schemas has no meaning.
func testSchemas(t *testing.T, e Engine) {
	dir := t.TempDir()
	// thief is a second owner that names a bucket of the first.
	thief := kv.Schema{Name: "thief", Version: 1, Buckets: []string{bucketA}}
	if db, err := e.Open(t.Context(), dir, []kv.Schema{Schema(), thief}); err == nil {
		t.Errorf("two owners of one bucket: opened, close says %v", db.Close())
	}
	db := open(t, e, dir)
	put(t, db, bucketA, "k", "kept")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	// A new owner is added to a file without a migration.
	other := kv.Schema{Name: "other", Version: 1, Buckets: []string{"other.a"}}
	db = openWith(t, e, dir, []kv.Schema{Schema(), other}) // a new owner moves in
	put(t, db, "other.a", "k", "new")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := e.Open(t.Context(), dir, []kv.Schema{Schema()})
	wantKind(t, "an owner this build does not know", err, fault.Unsupported)
	// The open that was refused must have changed nothing.
	db = openWith(t, e, dir, []kv.Schema{other, Schema()})
	view(t, db, func(r kv.Reader) error {
		wantList(t, list(t, r, false, nil, nil), "k=kept")
		return nil
	})
}

// testMigrations requires that all migrations that are due run in one transaction, or
// none, and that each runs once. The value records which migrations ran and in which
// order: a failed attempt must leave no trace of the one that succeeded before it.
func testMigrations(t *testing.T, e Engine) {
	dir := t.TempDir()
	db := open(t, e, dir)
	put(t, db, bucketA, "k", "v1")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	// addTo returns a migration that appends mark to the value, so that running it
	// twice shows.
	addTo := func(mark string) func(context.Context, kv.Writer) error {
		return func(_ context.Context, w kv.Writer) error {
			v, err := w.Get(bucketA, []byte("k"))
			return errors.Join(err, w.Put(bucketA, []byte("k"), append(append([]byte{}, v...), mark...)))
		}
	}
	fails := func(context.Context, kv.Writer) error { return errUndo }
	// v returns the schema at a version with its migrations, the first of which leads
	// from version 1 to 2.
	v := func(version int, migrations ...func(context.Context, kv.Writer) error) []kv.Schema {
		s := Schema()
		s.Version, s.Migrations = version, migrations
		return []kv.Schema{s}
	}
	if _, err := e.Open(t.Context(), dir, v(3, addTo(" v2"), fails)); !errors.Is(err, errUndo) {
		t.Fatalf("a failing migration gave %v", err)
	}
	// After the failed attempt both migrations are still due.
	db = openWith(t, e, dir, v(3, addTo(" v2"), addTo(" v3")))
	// read verifies the value after both migrations and closes the database.
	read := func() {
		t.Helper()
		view(t, db, func(r kv.Reader) error {
			wantList(t, list(t, r, false, nil, nil), "k=v1 v2 v3")
			return nil
		})
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	read()
	db = openWith(t, e, dir, v(3, fails, fails)) // nothing is due any more
	read()
	_, err := e.Open(t.Context(), dir, v(2, addTo(" v2")))
	wantKind(t, "data of a newer version", err, fault.Unsupported)
}
