package boltkv_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/base/kv/kvtest"
)

// A file of every released format is kept: format-1.db was written by the first
// release, format-2.db by the first with checksums. -write-format writes the newest
// again, which only a format that was never released allows.
const (
	fixture = "testdata/format-1.db"
	newest  = "testdata/format-2.db"
)

func writeFixture(t *testing.T) {
	t.Helper()
	db := mustOpen(t, file(t.TempDir()), kvtest.Schema())
	err := db.Update(t.Context(), func(w kv.Writer) error {
		_, err := w.Log("document", []byte("first"))
		_, err2 := w.Log("document", []byte("second"))
		return errors.Join(err, err2,
			w.Put("suite.a", []byte("key"), []byte("value")),
			w.Put("suite.a", []byte("empty"), nil),
			w.Put("suite.b", kv.Join("a", "b"), []byte("joined")))
	})
	var data bytes.Buffer
	err = errors.Join(err, db.Trim(t.Context(), 1), db.Backup(t.Context(), &data), os.WriteFile(newest, data.Bytes(), 0o600))
	if err != nil {
		t.Fatal(err)
	}
}

// copyFixture copies it, since opening writes.
func copyFixture(t *testing.T, fixture string) string {
	t.Helper()
	data, err := os.ReadFile(fixture)
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := errors.Join(err, os.WriteFile(path, data, 0o600)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEveryFormatIsRead(t *testing.T) {
	if *writeFormat {
		writeFixture(t)
	}
	for _, f := range []string{fixture, newest} {
		t.Run(filepath.Base(f), func(t *testing.T) { formatIsRead(t, copyFixture(t, f)) })
	}
}

func formatIsRead(t *testing.T, path string) {
	if err := boltkv.Verify(t.Context(), path, []kv.Schema{kvtest.Schema()}); err != nil {
		t.Fatal(err)
	}
	db := mustOpen(t, path, kvtest.Schema())
	err := db.View(t.Context(), func(r kv.Reader) error {
		value, err := r.Get("suite.a", []byte("key"))
		empty, err2 := r.Get("suite.a", []byte("empty"))
		joined, err3 := r.Get("suite.b", []byte("a\x00b"))
		if string(value) != "value" || empty == nil || len(empty) > 0 || string(joined) != "joined" {
			t.Errorf("read %q, %q, %q", value, empty, joined)
		}
		return errors.Join(err, err2, err3)
	})
	if err != nil {
		t.Fatal(err)
	}
	cs, err := db.Changes(t.Context(), 1, 10)
	if err != nil || len(cs) != 1 || cs[0].Seq != 2 || cs[0].Topic != "document" || string(cs[0].Key) != "second" {
		t.Errorf("changes: %+v, %v", cs, err)
	}
	if findings, err := db.Check(t.Context()); err != nil || len(findings) > 0 {
		t.Errorf("check finds %q, %v", findings, err)
	}
}

// TestNewerIsRefused plants the versions a later release would write, and files
// of another program.
func TestNewerIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*bolt.Tx) error{
		"format":        setMeta("format", "3"),
		"schema":        setMeta("suite", "2"),
		"unknown owner": setMeta("reports", "1"),
		"other program": func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("kv.meta")) },
	} {
		path := copyFixture(t, fixture)
		raw, err := bolt.Open(path, 0o600, nil)
		if err == nil {
			err = errors.Join(raw.Update(spoil), raw.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
		before, _ := os.ReadFile(path)
		schemas := []kv.Schema{kvtest.Schema()}
		if err := boltkv.Verify(t.Context(), path, schemas); fault.KindOf(err) != fault.Unsupported {
			t.Errorf("%s: verify says %v", name, err)
		}
		if _, err := boltkv.Open(t.Context(), path, boltkv.Options{Schemas: schemas}); fault.KindOf(err) != fault.Unsupported {
			t.Errorf("%s: open says %v", name, err)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s: the refused file was written to", name)
		}
	}
}

func setMeta(key, value string) func(*bolt.Tx) error {
	return func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("kv.meta")).Put([]byte(key), []byte(value))
	}
}

func TestVerifyRefusesALogWithAGap(t *testing.T) {
	path := copyFixture(t, fixture)
	raw, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Update(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("kv.changes")).Put(kv.Seq(4).Bytes(), []byte("document\x00fourth"))
	})
	if err := errors.Join(err, raw.Close()); err != nil {
		t.Fatal(err)
	}
	err = boltkv.Verify(t.Context(), path, []kv.Schema{kvtest.Schema()})
	if err == nil || !strings.Contains(err.Error(), "gap") {
		t.Errorf("verify says %v", err)
	}
	db := mustOpen(t, path, kvtest.Schema())
	if findings, err := db.Check(t.Context()); err != nil || !strings.Contains(strings.Join(findings, " "), "gap") {
		t.Errorf("check says %q, %v", findings, err)
	}
	if err := db.Backup(t.Context(), io.Discard); err != nil {
		t.Errorf("backup: %v", err)
	}
}
