package boltkv

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/postern/postern/portal/base/durable"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// upgradeBatch is how many bytes one transaction of an upgrade copies: enough to be
// fast, and little enough to be in memory twice.
const upgradeBatch = 16 << 20

// upgrade brings a file of format 1 to format 2: every row is copied, with its
// checksum, into a new file, which then takes the name. The old file stays under
// the name of a copy made before migrations. Until the one rename the old file is
// in place, untouched; a crash leaves a file that the next start replaces.
//
// It returns true when the new file is in place; db is then the old file.
func (db *DB) upgrade(ctx context.Context, o Options) (bool, error) {
	stored, err := db.versions(ctx)
	if err != nil {
		return false, err
	}
	if _, err := kv.Due(stored, o.Schemas); err != nil || stored[kv.FormatKey] != 1 {
		return false, err
	}
	part := db.path + ".upgrade"
	err = os.Remove(part)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, upgradeFailed(err)
	}
	if err := db.copyWithSums(ctx, part, stored); err != nil {
		_ = os.Remove(part)
		return false, upgradeFailed(err)
	}
	if err := db.keepOld(ctx, o.Now()); err != nil {
		return false, err
	}
	err = os.Rename(part, db.path)
	if err == nil {
		err = durable.Sync(filepath.Dir(db.path))
	}
	if err != nil {
		return false, upgradeFailed(err)
	}
	db.log.Info("migrated the database", "owner", kv.FormatKey, "from", 1, "to", kv.Format)
	return true, nil
}

// upgradeFailed returns the error of an upgrade: fault.Full when the disk is full.
// Damage of the old file is returned as it is, since its message already states what to
// do.
func upgradeFailed(err error) error {
	kind := fault.KindOf(err)
	if fault.NoRoom(err) {
		kind = fault.Full
	}
	if isDamage(err) {
		return err
	}
	return fault.Wrap(kind, "boltkv.Open",
		"the database could not be brought to the format of this version; nothing was changed. It needs as much room in the data "+
			"folder as the database takes", err)
}

// keepOld gives the old file its second name: a hard link if the file system has them,
// otherwise a copy. The link costs no room and no time, and the rename that follows
// leaves it in place.
func (db *DB) keepOld(ctx context.Context, now time.Time) error {
	if err := os.Link(db.path, db.copyName(now)); err == nil {
		db.log.Info("kept the database as it was before migrating it", "copy", db.copyName(now))
		return nil
	}
	return db.copyBeforeMigrating(ctx, now) // a file system without links, or the copy of an earlier try
}

// copyWithSums writes the new file durably. It is flushed once at the end, since
// nothing refers to it before.
func (db *DB) copyWithSums(ctx context.Context, part string, stored map[string]int) error {
	const op = "boltkv.Open"
	options := boltOptions()
	options.NoSync, options.NoGrowSync = true, true // synced once, before it takes its name
	to, err := bolt.Open(part, fileMode, options)
	if err != nil {
		return err
	}
	from, err := db.begin(ctx, op, false)
	if err == nil {
		c := copier{ctx: ctx, db: db, to: to}
		err = guard(op, func() error { return c.all(from.bolt, stored) })
		from.end()
	}
	if err == nil {
		err = to.Sync()
	}
	return errors.Join(err, to.Close())
}

// copier copies rows in transactions of upgradeBatch. tx is the open one, size the
// bytes of keys and values in it so far.
type copier struct {
	ctx  context.Context
	db   *DB
	to   *bolt.DB
	tx   *bolt.Tx
	size int
}

// all copies every bucket with its sequence, which for the change log is the last
// number, and ends with the versions. A file without them is not one of Postern, so a
// copy that is cut off is never taken for a whole one.
func (c *copier) all(from *bolt.Tx, stored map[string]int) (err error) {
	if c.tx, err = c.to.Begin(true); err != nil {
		return err
	}
	defer func() { _ = c.tx.Rollback() }() // an error after a commit, which is right
	err = from.ForEach(func(name []byte, b *bolt.Bucket) error {
		to, err := c.tx.CreateBucket(name)
		if err != nil {
			return err
		}
		if err := to.SetSequence(b.Sequence()); err != nil {
			return err
		}
		if string(name) == kv.MetaBucket {
			return nil
		}
		return b.ForEach(func(k, v []byte) error { return c.row(name, k, v) })
	})
	if err != nil {
		return err
	}
	if _, err := c.tx.CreateBucketIfNotExists([]byte(kv.KeptBucket)); err != nil {
		return err
	}
	if err := putVersions(c.tx, stored); err != nil {
		return err
	}
	return c.tx.Commit()
}

// row copies one row with its checksum. When the batch is full it commits and begins
// the next; the context is checked there only.
func (c *copier) row(bucket, k, v []byte) error {
	if c.size += len(k) + len(v); c.size > upgradeBatch {
		if err := errors.Join(c.ctx.Err(), c.tx.Commit()); err != nil {
			return err
		}
		tx, err := c.to.Begin(true)
		if err != nil {
			return err
		}
		c.tx, c.size = tx, 0
	}
	b := c.tx.Bucket(bucket)
	b.FillPercent = 1 // rows come in order and pages are filled whole
	return b.Put(k, c.db.sums.seal(string(bucket), k, v))
}

// putVersions writes kv.meta with the versions of the old file.
func putVersions(t *bolt.Tx, stored map[string]int) error {
	rows := map[string]string{}
	for name, n := range stored {
		rows[name] = strconv.Itoa(n)
	}
	rows[kv.FormatKey] = strconv.Itoa(kv.Format)
	rows[kv.SumKey] = strconv.Itoa(versionSum(rows))
	b := t.Bucket([]byte(kv.MetaBucket))
	for name, text := range rows {
		if err := b.Put([]byte(name), []byte(text)); err != nil {
			return err
		}
	}
	return nil
}
