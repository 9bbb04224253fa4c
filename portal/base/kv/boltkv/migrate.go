package boltkv

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// copyStamp names the copy made before migrations, in UTC.
const copyStamp = "20060102T150405Z"

// prepare brings the file to what the schemas say.
func (db *DB) prepare(ctx context.Context, o Options) error {
	const op = "boltkv.Open"
	stored, err := db.versions(ctx)
	if err != nil {
		return err
	}
	due, err := kv.Due(stored, o.Schemas)
	if err != nil {
		return err
	}
	if len(due) > 0 {
		if err := db.copyBeforeMigrating(ctx, o.Now()); err != nil {
			return err
		}
	}
	if upToDate(stored, o.Schemas) && len(due) == 0 {
		return nil
	}
	err = db.Update(ctx, func(w kv.Writer) error {
		if err := w.(*tx).createBuckets(o.Schemas); err != nil {
			return err
		}
		for _, m := range due {
			if err := m.Run(ctx, w); err != nil {
				return fault.Wrap(fault.KindOf(err), op, "the data of "+m.Owner+" could not be brought to version "+
					strconv.Itoa(m.To)+"; nothing was changed. Start the older Postern, and report this", err)
			}
			db.log.Info("migrated the database", "owner", m.Owner, "from", m.From, "to", m.To)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(db.path)) // a new file must survive a power cut by name too
}

// upToDate tells whether every owner is there already; its buckets then are too.
func upToDate(stored map[string]int, schemas []kv.Schema) bool {
	if stored[kv.FormatKey] == 0 {
		return false
	}
	for _, s := range schemas {
		if stored[s.Name] == 0 {
			return false
		}
	}
	return true
}

// versions reads kv.meta; empty for a new file. A file of another program has
// buckets and no kv.meta: it is refused rather than added to.
func (db *DB) versions(ctx context.Context) (map[string]int, error) {
	const op = "boltkv.Open"
	t, err := db.begin(ctx, op, false)
	if err != nil {
		return nil, err
	}
	defer t.end()
	var stored map[string]int
	err = guard(op, func() (err error) {
		stored, err = readVersions(op, t.bolt)
		return err
	})
	return stored, err
}

func readVersions(op string, t *bolt.Tx) (map[string]int, error) {
	stored := map[string]int{}
	b := t.Bucket([]byte(kv.MetaBucket))
	if b == nil {
		if k, _ := t.Cursor().First(); k != nil {
			return nil, fault.New(fault.Unsupported, op, "this is a database, but not one of Postern")
		}
		return stored, nil
	}
	err := b.ForEach(func(k, v []byte) error {
		n, err := strconv.Atoi(string(v))
		if err != nil || n < 1 {
			return damaged(op, errors.New("a version that is no number"))
		}
		stored[string(k)] = n
		return nil
	})
	return stored, err
}

// createBuckets makes what is missing and writes the versions of this build.
func (t *tx) createBuckets(schemas []kv.Schema) error {
	return guard("boltkv.Open", func() error {
		meta, err := t.bolt.CreateBucketIfNotExists([]byte(kv.MetaBucket))
		if err != nil {
			return err
		}
		if _, err := t.bolt.CreateBucketIfNotExists([]byte(kv.ChangesBucket)); err != nil {
			return err
		}
		if err := meta.Put([]byte(kv.FormatKey), []byte(strconv.Itoa(kv.Format))); err != nil {
			return err
		}
		for _, s := range schemas {
			if err := meta.Put([]byte(s.Name), []byte(strconv.Itoa(s.Version))); err != nil {
				return err
			}
			for _, name := range s.Buckets {
				if _, err := t.bolt.CreateBucketIfNotExists([]byte(name)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (db *DB) copyBeforeMigrating(ctx context.Context, now time.Time) error {
	path := db.path + ".before-" + now.UTC().Format(copyStamp)
	err := writeFile(path, func(f *os.File) error { return db.Backup(ctx, f) })
	if err != nil {
		return fault.Wrap(fault.KindOf(err), "boltkv.Open",
			"the database must be migrated and the copy before it could not be written; nothing was changed. Make room in the data folder", err)
	}
	db.log.Info("copied the database before migrating it", "copy", path)
	return nil
}
