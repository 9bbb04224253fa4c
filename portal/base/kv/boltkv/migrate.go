package boltkv

import (
	"context"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/postern/postern/portal/base/durable"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// copyStamp is the layout of the time in the name of a copy made before migrations, in
// UTC.
const copyStamp = "20060102T150405Z"

// prepare creates missing buckets and runs the migrations that are due, in one
// transaction. copied states that the file was copied already; otherwise it is copied
// before a migration. Buckets are created before the migrations run, which may fill new
// ones. An error leaves the file as it was. A file that is up to date is not written
// to.
func (db *DB) prepare(ctx context.Context, o Options, copied bool) error {
	const op = "boltkv.Open"
	stored, err := db.versions(ctx)
	if err != nil {
		return err
	}
	due, err := kv.Due(stored, o.Schemas)
	if err != nil {
		return err
	}
	if len(due) > 0 && !copied {
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
	return durable.Sync(filepath.Dir(db.path)) // a new file must survive a power cut by name too
}

// upToDate reports whether every owner is in the file; its buckets then are, too.
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

// versions reads kv.meta: owner -> version, with kv.FormatKey and kv.SumKey; empty for
// a new file. A file of another program has buckets and no kv.meta: it is
// fault.Unsupported.
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

// readVersions reads kv.meta in a transaction.
func readVersions(op string, t *bolt.Tx) (map[string]int, error) {
	stored := map[string]int{}
	b := t.Bucket([]byte(kv.MetaBucket))
	if b == nil {
		if k, _ := t.Cursor().First(); k != nil {
			return nil, fault.New(fault.Unsupported, op, "this is a database, but not one of Postern")
		}
		return stored, nil
	}
	rows := map[string]string{}
	err := b.ForEach(func(k, v []byte) error {
		rows[string(k)] = string(v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return parseVersions(op, rows)
}

// versionSum returns the value of kv.SumKey in kv.meta: the checksum of the other rows,
// plus 1, as 0 is no version. It is a CRC-32C of the lines "name=value\n", sorted by
// name.
func versionSum(rows map[string]string) int {
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		if name != kv.SumKey {
			fmt.Fprintf(sum, "%s=%s\n", name, rows[name])
		}
	}
	return int(sum.Sum32()) + 1
}

// createBuckets creates missing buckets and writes the versions of this build with
// their checksum. Buckets that no schema names any more stay: kv.Due has refused owners
// that are unknown, not buckets of a known one.
func (t *tx) createBuckets(schemas []kv.Schema) error {
	return guard("boltkv.Open", func() error {
		meta, err := t.bolt.CreateBucketIfNotExists([]byte(kv.MetaBucket))
		if err != nil {
			return err
		}
		versions := map[string]string{kv.FormatKey: strconv.Itoa(kv.Format)}
		buckets := []string{kv.ChangesBucket, kv.KeptBucket}
		for _, s := range schemas {
			versions[s.Name] = strconv.Itoa(s.Version)
			buckets = append(buckets, s.Buckets...)
		}
		for _, name := range buckets {
			if _, err := t.bolt.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		versions[kv.SumKey] = strconv.Itoa(versionSum(versions))
		for name, version := range versions {
			if err := meta.Put([]byte(name), []byte(version)); err != nil {
				return err
			}
		}
		return nil
	})
}

// copyName returns the name of a copy made before migrations. Its time has seconds: a
// second copy within one replaces the first.
func (db *DB) copyName(now time.Time) string {
	return db.path + ".before-" + now.UTC().Format(copyStamp)
}

// copyBeforeMigrating writes a copy of the database beside it, which the older Postern
// can open when the new one does not work. The operator removes it. It needs as much
// room as the database.
func (db *DB) copyBeforeMigrating(ctx context.Context, now time.Time) error {
	path := db.copyName(now)
	err := writeFile(path, func(f *os.File) error { return db.Backup(ctx, f) })
	if err != nil {
		return fault.Wrap(fault.KindOf(err), "boltkv.Open",
			"the database must be migrated and the copy before it could not be written; nothing was changed. Make room in the data folder", err)
	}
	db.log.Info("copied the database before migrating it", "copy", path)
	return nil
}
