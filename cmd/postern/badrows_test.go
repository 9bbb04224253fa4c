package main

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// TestOneBadRowInEveryBucket damages one row of each kind of stored thing, the
// first, one in the middle or the last: no list, search, report or push fails as a
// whole, and check names every one of them.
func TestOneBadRowInEveryBucket(t *testing.T) {
	needGit(t)
	f := newFlipped(t)
	for n, which := range []string{"first", "middle", "last"} {
		t.Run(which, func(t *testing.T) {
			f := &flipped{T: t, dir: f.dir, whole: f.whole, lists: f.lists}
			data := filepath.Join(f.dir, which)
			if err := os.CopyFS(data, os.DirFS(f.whole)); err != nil {
				t.Fatal(err)
			}
			spoiled := spoilBuckets(t, filepath.Join(data, "postern.db"), which)
			p := serveProcess(t, f.env(data))
			f.indexed(p)
			f.answers(p)
			out, err := tryCommand(t.Context(), f.env(data), f.dir, "postern", "check")
			if err == nil {
				t.Error("check finds nothing")
			}
			for _, bucket := range spoiled {
				if slices.Contains([]string{"library.content", "library.text", "jobs.run", "archive.since", "register.past"}, bucket) {
					continue // may have been made again since the start
				}
				if !strings.Contains(out, "the row "+bucket+" ") {
					t.Errorf("check does not name the row of %s", bucket)
				}
			}
			f.answers(p)
			if _, body := f.get(p, "/"); !strings.Contains(body, "of the database could not be read") {
				t.Error("the home page does not say that rows are missing")
			}
			if status, body := f.get(p, "/readyz"); status != http.StatusOK || !strings.Contains(body, "cannot be read, run postern check") {
				t.Errorf("readyz: %d %s", status, body)
			}
			f.use(100+n, p, data)
			p.stop(t)
			if t.Failed() {
				t.Logf("check said\n%s\nthe portal said\n%s", out, p.log)
			}
		})
	}
}

// indexed waits for the index: a change log with a row that cannot be read is followed
// by reading everything, and search answers 503 until then.
func (f *flipped) indexed(p *process) {
	f.Helper()
	for {
		status, body := f.get(p, "/readyz")
		if status != http.StatusServiceUnavailable {
			return
		}
		select {
		case <-f.Context().Done():
			f.Fatalf("the index is never there: %s", body)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// answers asks for every plain page; none may fail.
func (f *flipped) answers(p *process) {
	f.Helper()
	for _, address := range append(plainPages(), comparedLists()...) {
		if status, body := f.get(p, address); status >= http.StatusInternalServerError {
			f.Errorf("%s: %d %.400s", address, status, body)
		}
	}
}

// unreplaced are buckets without which a portal does not start, and says so: what
// format the file has, which commit is published.
func unreplaced(bucket string) bool { return bucket == "kv.meta" || bucket == "library.meta" }

// spoilBuckets changes one stored byte of a row of every bucket that has rows.
func spoilBuckets(t *testing.T, path, which string) (spoiled []string) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
			var keys [][]byte
			if err := b.ForEach(func(k, _ []byte) error { keys = append(keys, k); return nil }); err != nil || len(keys) == 0 ||
				unreplaced(string(name)) {
				return err
			}
			key := keys[map[string]int{"first": 0, "middle": len(keys) / 2, "last": len(keys) - 1}[which]]
			value := append([]byte{}, b.Get(key)...)
			value[0] ^= 4
			spoiled = append(spoiled, string(name))
			return b.Put(key, value)
		})
	})
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return spoiled
}
