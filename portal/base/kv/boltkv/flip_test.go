package boltkv_test

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/campaign"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/base/kv/kvtest"
)

// rows reads everything of the suite's buckets.
func rows(r kv.Reader) (map[string]string, error) {
	out := map[string]string{}
	for _, bucket := range []string{"suite.a", "suite.b"} {
		for it, err := range r.Scan(bucket, nil, nil) {
			if err != nil {
				return out, err
			}
			out[bucket+" "+string(it.Key)] = string(it.Value)
		}
	}
	return out, nil
}

func openBytes(t *testing.T, path string, data []byte) (*boltkv.DB, error) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return boltkv.Open(t.Context(), path, boltkv.Options{Schemas: []kv.Schema{kvtest.Schema()}})
}

// TestCampaignFlippedBits flips bits of a database file above its headers. It is
// refused with words, or what it says is true: every row that is read is as it was
// written, and one that is missing is counted and named by the check.
func TestCampaignFlippedBits(t *testing.T) {
	good := filled(t)
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := openBytes(t, path, good)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]string
	err = db.View(t.Context(), func(r kv.Reader) (err error) { want, err = rows(r); return err })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	random := campaign.Rand(t)
	for range campaign.Size(400, 20_000) {
		bad := bytes.Clone(good)
		for range []int{1, 1, 1, 10, 1000}[random.IntN(5)] {
			bit := 2*page*8 + random.IntN((len(bad)-2*page)*8)
			bad[bit/8] ^= 1 << (bit % 8)
		}
		flipped(t, path, bad, want)
	}
}

func flipped(t *testing.T, path string, bad []byte, want map[string]string) {
	t.Helper()
	db, err := openBytes(t, path, bad)
	if err != nil {
		if !strings.Contains(fault.Message(err), "postern restore") {
			t.Errorf("refused with %v", err)
		}
		return
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	var got map[string]string
	if err := db.View(t.Context(), func(r kv.Reader) (err error) { got, err = rows(r); return err }); err != nil {
		t.Errorf("a scan of an open database fails: %v", err)
	}
	for key, value := range got {
		if want[key] != value {
			t.Errorf("%q reads as %.40q, it was %.40q", key, value, want[key])
		}
	}
	findings, err := db.Check(t.Context())
	if err != nil {
		t.Error(err)
	}
	if !maps.Equal(got, want) && (len(findings) == 0 || db.Damage().Rows == 0) {
		t.Errorf("%d of %d rows are read, check finds %q, the damage is %+v", len(got), len(want), findings, db.Damage())
	}
}

// spoilt is a database with one damaged value, "k" of suite.a among three rows.
func spoilt(t *testing.T) *boltkv.DB {
	t.Helper()
	path := file(t.TempDir())
	db := mustOpen(t, path, kvtest.Schema())
	err := db.Update(t.Context(), func(w kv.Writer) error {
		_, err := w.Log("topic", []byte("k"))
		return errors.Join(err, w.Put("suite.a", []byte("a"), []byte("first")),
			w.Put("suite.a", []byte("k"), []byte("the value that rots")), w.Put("suite.a", []byte("z"), []byte("last")))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.ReplaceAll(data, []byte("the value that rots"), []byte("the value that rotz"))
	db, err = openBytes(t, path, data)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestARowThatCannotBeReadIsNamed(t *testing.T) {
	db := spoilt(t)
	err := db.View(t.Context(), func(r kv.Reader) error {
		_, err := r.Get("suite.a", []byte("k"))
		row, ok := kv.BadRow(err)
		if !ok || row.String() != `suite.a "k"` || !strings.Contains(fault.Message(err), "postern check") {
			t.Errorf("get says %v", err)
		}
		all, err := rows(r)
		if err != nil || len(all) != 2 {
			t.Errorf("a scan gives %q, %v", all, err)
		}
		for _, scan := range []func(kv.Reader) error{
			func(r kv.Reader) error { _, err := rows(r); return err },
			func(r kv.Reader) (err error) {
				for _, err = range r.ScanBack("suite.a", nil, nil) {
				}
				return err
			},
		} {
			if err := scan(kv.Strict(r)); !kv.Unreadable(err) {
				t.Errorf("a strict scan says %v", err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := db.Damage(); d.Rows != 1 || d.First[0].String() != `suite.a "k"` {
		t.Errorf("damage %+v", d)
	}
	findings, err := db.Check(t.Context())
	if err != nil || len(findings) != 1 || findings[0] != `the row suite.a "k" is damaged` {
		t.Errorf("check finds %q, %v", findings, err)
	}
}

// TestARowThatCannotBeReadIsKept: a write that replaces it keeps its bytes.
func TestARowThatCannotBeReadIsKept(t *testing.T) {
	for name, write := range map[string]func(kv.Writer) error{
		"put":    func(w kv.Writer) error { return w.Put("suite.a", []byte("k"), []byte("new")) },
		"delete": func(w kv.Writer) error { return w.Delete("suite.a", []byte("k")) },
	} {
		db := spoilt(t)
		err := db.Update(t.Context(), func(w kv.Writer) error {
			if _, err := w.Swap("suite.a", []byte("k"), nil, []byte("new")); !kv.Unreadable(err) {
				t.Errorf("%s: a swap takes it for absent: %v", name, err)
			}
			return write(w)
		})
		if err != nil {
			t.Fatal(err)
		}
		if findings, err := db.Check(t.Context()); err != nil || len(findings) > 0 || db.Damage().Rows > 0 {
			t.Errorf("%s: check finds %q, %v", name, findings, err)
		}
		var file bytes.Buffer
		if err := db.Backup(t.Context(), &file); err != nil || !bytes.Contains(file.Bytes(), []byte("the value that rotz")) {
			t.Errorf("%s: the bytes are gone (%v)", name, err)
		}
	}
}

// A write that is rolled back has replaced nothing: the row stays known, and the next
// write keeps its bytes, once, however often it writes the key.
func TestARowThatCannotBeReadStaysKnownAfterARollback(t *testing.T) {
	db := spoilt(t)
	undone := errors.New("undone")
	err := db.Update(t.Context(), func(w kv.Writer) error {
		if _, err := w.Get("suite.a", []byte("k")); !kv.Unreadable(err) {
			t.Errorf("get: %v", err)
		}
		if err := w.Put("suite.a", []byte("k"), []byte("new")); err != nil {
			t.Error(err)
		}
		return undone
	})
	if !errors.Is(err, undone) || db.Damage().Rows != 1 {
		t.Errorf("after a rollback: %v, %+v", err, db.Damage())
	}
	err = db.Update(t.Context(), func(w kv.Writer) error {
		return errors.Join(w.Put("suite.a", []byte("k"), []byte("newer")), w.Put("suite.a", []byte("k"), []byte("newest")))
	})
	if err != nil || db.Damage().Rows != 0 {
		t.Errorf("after a commit: %v, %+v", err, db.Damage())
	}
	var file bytes.Buffer
	if err := db.Backup(t.Context(), &file); err != nil || !bytes.Contains(file.Bytes(), []byte("the value that rotz")) {
		t.Errorf("the bytes are gone (%v)", err)
	}
	if bytes.Contains(file.Bytes(), []byte("newer")) {
		t.Error("what the transaction itself wrote was kept as damaged")
	}
}

func TestAChangeThatCannotBeReadMakesFollowersReadEverything(t *testing.T) {
	path := file(t.TempDir())
	db := mustOpen(t, path, kvtest.Schema())
	for _, key := range []string{"first change", "second change", "third change"} {
		if err := db.Update(t.Context(), func(w kv.Writer) error { _, err := w.Log("topic", []byte(key)); return err }); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if db, err = openBytes(t, path, bytes.ReplaceAll(data, []byte("second change"), []byte("sexond change"))); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Changes(t.Context(), 0, 10); fault.KindOf(err) != fault.Gone {
		t.Errorf("changes: %v", err)
	}
	if cs, err := db.Changes(t.Context(), 2, 10); err != nil || len(cs) != 1 {
		t.Errorf("behind it: %v, %v", cs, err)
	}
	if findings, _ := db.Check(t.Context()); len(findings) == 0 {
		t.Error("check finds nothing")
	}
}
