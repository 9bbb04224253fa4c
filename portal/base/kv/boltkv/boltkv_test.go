package boltkv_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/base/kv/kvtest"
)

var writeFormat = flag.Bool("write-format", false, "write the fixture of the present format anew")

func file(dir string) string { return filepath.Join(dir, "test.db") }

func TestConformance(t *testing.T) {
	kvtest.Run(t, kvtest.Engine{
		Open: func(ctx context.Context, dir string, schemas []kv.Schema) (kv.DB, error) {
			db, err := boltkv.Open(ctx, file(dir), boltkv.Options{Schemas: schemas})
			if err != nil {
				return nil, err // not a typed nil
			}
			return db, nil
		},
		Restore: func(ctx context.Context, backup io.Reader, dir string, schemas []kv.Schema) error {
			data, err := io.ReadAll(backup)
			src := filepath.Join(dir, "backup")
			if err := errors.Join(err, os.WriteFile(src, data, 0o600)); err != nil {
				return err
			}
			return boltkv.RestoreFile(ctx, src, file(dir), schemas)
		},
	})
}

func mustOpen(t *testing.T, path string, schemas ...kv.Schema) *boltkv.DB {
	t.Helper()
	db, err := boltkv.Open(t.Context(), path, boltkv.Options{Schemas: schemas})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestSecondOpenerIsToldWhoHoldsTheFile(t *testing.T) {
	path := file(t.TempDir())
	first := mustOpen(t, path, kvtest.Schema())
	_, err := boltkv.Open(t.Context(), path, boltkv.Options{Schemas: []kv.Schema{kvtest.Schema()}})
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(fault.Message(err), "another Postern (process ") {
		t.Errorf("second opener: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, path, kvtest.Schema())
}

func TestOpenRefusesWithWords(t *testing.T) {
	dir := t.TempDir()
	open := func(path string) error {
		_, err := boltkv.Open(t.Context(), path, boltkv.Options{Schemas: []kv.Schema{kvtest.Schema()}})
		return err
	}
	if err := open(filepath.Join(dir, "missing", "x.db")); fault.KindOf(err) != fault.Invalid {
		t.Errorf("no folder: %v", err)
	}
	if err := open(dir); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a folder: %v", err)
	}
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("# a README, by mistake\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(text); !strings.Contains(fault.Message(err), "postern restore") {
		t.Errorf("a text: %v", err)
	}
}

func TestMigrationLeavesACopyThatTheOlderVersionOpens(t *testing.T) {
	dir := t.TempDir()
	v1 := kvtest.Schema()
	db := mustOpen(t, file(dir), v1)
	err := db.Update(t.Context(), func(w kv.Writer) error { return w.Put("suite.a", []byte("k"), []byte("v1")) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	v2 := v1
	v2.Version = 2
	v2.Migrations = []func(context.Context, kv.Writer) error{
		func(_ context.Context, w kv.Writer) error { return w.Put("suite.a", []byte("k"), []byte("v2")) },
	}
	var log bytes.Buffer
	migrated, err := boltkv.Open(t.Context(), file(dir), boltkv.Options{
		Schemas: []kv.Schema{v2},
		Now:     func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.FixedZone("", 3600)) },
		Logger:  slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer migrated.Close()
	older := mustOpen(t, file(dir)+".before-20261123T070000Z", v1)
	err = older.View(t.Context(), func(r kv.Reader) error {
		v, err := r.Get("suite.a", []byte("k"))
		if string(v) != "v1" {
			t.Errorf("the copy holds %q", v)
		}
		return err
	})
	if err != nil || !strings.Contains(log.String(), "owner=suite from=1 to=2") {
		t.Errorf("%v; log: %s", err, log.String())
	}
}

func TestRestoreNeverReplaces(t *testing.T) {
	dir := t.TempDir()
	if err := mustOpen(t, file(dir), kvtest.Schema()).Close(); err != nil {
		t.Fatal(err)
	}
	dst := filepath.Join(dir, "there.db")
	if err := os.WriteFile(dst, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := boltkv.RestoreFile(t.Context(), file(dir), dst, []kv.Schema{kvtest.Schema()})
	if got, _ := os.ReadFile(dst); fault.KindOf(err) != fault.Conflict || string(got) != "mine" {
		t.Errorf("%v; the file is now %q", err, got)
	}
}

func TestTransactionIsOver(t *testing.T) {
	db := mustOpen(t, file(t.TempDir()), kvtest.Schema())
	var kept kv.Writer
	err := db.Update(t.Context(), func(w kv.Writer) error { kept = w; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := kept.Put("suite.a", []byte("k"), nil); err == nil || strings.Contains(err.Error(), "damaged") {
		t.Errorf("writing after the transaction: %v", err)
	}
}
