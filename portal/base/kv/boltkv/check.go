package boltkv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"os"

	bolt "go.etcd.io/bbolt"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// maxFindings bounds the faults a check names: a damaged file has thousands.
const maxFindings = 10

// Check implements kv.DB. Writers wait: bbolt's own check reads the free list,
// which a writer changes.
func (db *DB) Check(ctx context.Context) error {
	const op = "boltkv.Check"
	release, err := db.lockWriter(ctx, op)
	if err != nil {
		return err
	}
	defer release()
	t, err := db.begin(ctx, op, false)
	if err != nil {
		return err
	}
	defer t.end()
	return checkTx(ctx, op, t.bolt)
}

// Verify reads a database file that nobody has open, to the last byte, and tells
// whether Open would take it: its structure, its change log, its versions. It
// never writes. A torn copy is fault.Internal with words, a file of a newer
// Postern fault.Unsupported, a missing one fault.NotFound.
func Verify(ctx context.Context, path string, schemas []kv.Schema) (err error) {
	const op = "boltkv.Verify"
	if err := kv.CheckSchemas(schemas); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return fault.Wrap(fault.NotFound, op, "there is no database file to read", err)
	}
	if !info.Mode().IsRegular() || info.Size() == 0 {
		return fault.New(fault.Invalid, op, "this is not a database file")
	}
	b, err := openFile(op, path, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, guard(op, b.Close)) }()
	return guard(op, func() error {
		return b.View(func(t *bolt.Tx) error {
			stored, err := readVersions(op, t)
			if err != nil {
				return err
			}
			if stored[kv.FormatKey] == 0 {
				return fault.New(fault.Unsupported, op, "this is a database, but not one of Postern")
			}
			if _, err := kv.Due(stored, schemas); err != nil {
				return err
			}
			return checkTx(ctx, op, t)
		})
	})
}

// checkTx reads every key and value here, where a fault on the memory map is
// caught, before bbolt's check follows the same pages on a goroutine of its own,
// where it would end the process.
func checkTx(ctx context.Context, op string, t *bolt.Tx) error {
	err := guard(op, func() error {
		return t.ForEach(func(name []byte, b *bolt.Bucket) error {
			if err := ctx.Err(); err != nil {
				return ended(op, ctx)
			}
			if b == nil {
				return damaged(op, fmt.Errorf("%q is no bucket", name))
			}
			if string(name) == kv.ChangesBucket {
				return checkLog(op, b)
			}
			return readAll(op, b)
		})
	})
	if err != nil {
		return err
	}
	var findings []error
	for finding := range t.Check() {
		if len(findings) < maxFindings {
			findings = append(findings, finding)
		}
	}
	if len(findings) > 0 {
		return damaged(op, errors.Join(findings...))
	}
	return nil
}

// readAll touches every byte, so that what cannot be read is found, and checks
// the order of the keys.
func readAll(op string, b *bolt.Bucket) error {
	var last []byte
	touch := crc32.NewIEEE()
	return b.ForEach(func(k, v []byte) error {
		if bytes.Compare(k, last) <= 0 {
			return damaged(op, errors.New("keys out of order"))
		}
		last = k
		_, err := touch.Write(v)
		return err
	})
}

// checkLog checks that the change log has no gap and ends at its number.
func checkLog(op string, b *bolt.Bucket) error {
	next := trimmed(b) + 1
	err := b.ForEach(func(k, v []byte) error {
		if c, ok := decodeChange(k, v); !ok || c.Seq != next {
			return damaged(op, fmt.Errorf("the change log has a gap before %x", k))
		}
		next++
		return nil
	})
	if err == nil && next != kv.Seq(b.Sequence())+1 {
		return damaged(op, fmt.Errorf("the change log ends at %d, its number is %d", next-1, b.Sequence()))
	}
	return err
}
