package boltkv_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/base/kv/kvtest"
)

func openAt(t *testing.T, path string, at time.Time) error {
	t.Helper()
	db, err := boltkv.Open(t.Context(), path, boltkv.Options{Schemas: []kv.Schema{kvtest.Schema()}, Now: func() time.Time { return at }})
	if err != nil {
		return err
	}
	return db.Close()
}

func raw(t *testing.T, path string, do func(*bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err == nil {
		err = errors.Join(db.Update(do), db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestFormat1IsKeptWhenItIsUpgraded: the older program opens what it had, and
// refuses what the newer one made of it.
func TestFormat1IsKeptWhenItIsUpgraded(t *testing.T) {
	path := copyFixture(t, fixture)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".upgrade", []byte("what a crash left"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	if err := openAt(t, path, at); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(path + ".before-20261130T080000Z")
	if err != nil || string(kept) != string(before) {
		t.Errorf("the file of format 1 is not kept as it was: %v", err)
	}
	if _, err := os.Stat(path + ".upgrade"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file in the making is left: %v", err)
	}
	raw(t, path, func(tx *bolt.Tx) error {
		meta := tx.Bucket([]byte(kv.MetaBucket))
		// What an older build does before it refuses: every version is a number from 1.
		err := meta.ForEach(func(k, v []byte) error {
			if n, err := strconv.Atoi(string(v)); err != nil || n < 1 {
				t.Errorf("an older build cannot read the version %q of %q", v, k)
			}
			return nil
		})
		if format := string(meta.Get([]byte(kv.FormatKey))); format != "2" {
			t.Errorf("the format is %q", format)
		}
		return err
	})
	if err := openAt(t, path, at.Add(time.Hour)); err != nil {
		t.Error(err)
	}
	if copies, _ := filepath.Glob(path + ".before-*"); len(copies) != 1 {
		t.Errorf("opened again, it has the copies %v", copies)
	}
}

// TestLargeFormat1IsUpgraded has more than one transaction of an upgrade.
func TestLargeFormat1IsUpgraded(t *testing.T) {
	path := copyFixture(t, fixture)
	const n, size = 5000, 8000 // 40 MB
	raw(t, path, func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte("suite.a"))
		for i := range n {
			if err := b.Put([]byte("many "+strconv.Itoa(i)), make([]byte, size+i%7)); err != nil {
				return err
			}
		}
		return nil
	})
	db := mustOpen(t, path, kvtest.Schema())
	seen := 0
	err := db.View(t.Context(), func(r kv.Reader) error {
		for it, err := range r.Scan("suite.a", []byte("many "), []byte("many~")) {
			if err != nil {
				return err
			}
			i, _ := strconv.Atoi(strings.TrimPrefix(string(it.Key), "many "))
			if len(it.Value) != size+i%7 {
				t.Fatalf("%s has %d bytes", it.Key, len(it.Value))
			}
			seen++
		}
		return nil
	})
	if err != nil || seen != n {
		t.Errorf("%d of %d rows, %v", seen, n, err)
	}
	if findings, err := db.Check(t.Context()); err != nil || len(findings) > 0 {
		t.Errorf("check finds %q, %v", findings, err)
	}
}

// TestAChangedVersionIsDamage: a flipped version would run migrations twice.
func TestAChangedVersionIsDamage(t *testing.T) {
	path := copyFixture(t, newest)
	raw(t, path, func(tx *bolt.Tx) error { return tx.Bucket([]byte(kv.MetaBucket)).Put([]byte("other"), []byte("1")) })
	if err := openAt(t, path, time.Now()); err == nil || !strings.Contains(err.Error(), "checksum of the versions") {
		t.Errorf("opened: %v", err)
	}
	path = copyFixture(t, newest)
	raw(t, path, func(tx *bolt.Tx) error { return tx.Bucket([]byte(kv.MetaBucket)).Delete([]byte(kv.SumKey)) })
	if err := openAt(t, path, time.Now()); err == nil {
		t.Error("opened without a checksum of the versions")
	}
}
