package boltkv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// Check implements kv.DB. The pages of one state are read from the file; writers wait
// only until that state is pinned. Unreadable rows that it finds are counted in Damage.
// An error is that of the context or of the disk; damage is in the findings. It reads
// with the file's descriptor and not through the memory map, where a bad block is a
// fault.
func (db *DB) Check(ctx context.Context) (findings []string, err error) {
	const op = "boltkv.Check"
	// A commit rewrites the older of the two headers, so without the lock the header
	// that is read might not belong to t.
	release, err := db.lockWriter(ctx, op)
	if err != nil {
		return nil, err
	}
	t, err := db.begin(ctx, op, false)
	if err != nil {
		release()
		return nil, err
	}
	defer t.end()
	info, err := db.file.Stat()
	if err != nil {
		release()
		return nil, fault.Wrap(fault.Internal, op, "the database file cannot be read", err)
	}
	// The header may be overwritten by the next two commits; everything it leads to
	// stays while t is open.
	head, err := readFileHeader(db.file, info.Size())
	release()
	if err != nil {
		return []string{err.Error()}, nil
	}
	a := newAudit(ctx, db.file, db.sums, kv.Format)
	a.x.head = head
	if err := a.run(info.Size()); err != nil {
		return nil, err
	}
	for _, row := range a.bad {
		db.bad.add(row, errSeal)
	}
	return a.lines(), nil
}

// Verify reads a database file that is not open, to the last byte, and reports
// whether it is whole: its structure, its change log, its versions, its checksums. It
// is stricter than Open, which only warns of a damaged second header and of pages that
// belong to nothing. It never writes. What is damaged is fault.Internal with words, a
// file of a newer Postern fault.Unsupported, a missing one fault.NotFound.
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
	f, err := lockedFile(path, os.O_RDONLY, 0)
	if err != nil {
		return openFailed(op, path, err)
	}
	defer f.Close()
	versions, err := versionsOf(ctx, op, f, info.Size())
	if err != nil {
		return err
	}
	if versions[kv.FormatKey] == 0 {
		return fault.New(fault.Unsupported, op, "this is a database, but not one of Postern")
	}
	// Due only compares versions here: a file that a newer Postern wrote is not read
	// further, as its rows may have another form.
	if _, err := kv.Due(versions, schemas); err != nil {
		return err
	}
	a := newAudit(ctx, f, newSums(schemas), versions[kv.FormatKey])
	if err := a.run(info.Size()); err != nil {
		return err
	}
	if lines := a.lines(); len(lines) > 0 {
		return damagedAs(op, lines, a.count())
	}
	return nil
}

// versionsOf reads kv.meta of a file that is not open, as far as it can be read. The
// bucket is read alone, so that a file of another format is recognized before its rows
// are checked. Damage on the way to it is an error.
func versionsOf(ctx context.Context, op string, f io.ReaderAt, size int64) (map[string]int, error) {
	rows := map[string]string{}
	x := &inspection{ctx: ctx, file: f}
	x.row = func(bucket string, key, value []byte) {
		if bucket == kv.MetaBucket {
			rows[string(key)] = string(value)
		}
	}
	if err := x.inspectOnly(size, kv.MetaBucket); err != nil {
		return nil, err
	}
	if err := x.err(op); err != nil {
		return nil, err
	}
	if len(rows) == 0 && x.buckets > 0 {
		return nil, fault.New(fault.Unsupported, op, "this is a database, but not one of Postern")
	}
	return parseVersions(op, rows)
}

// parseVersions decodes the rows of kv.meta and verifies their checksum. A row that is
// not a positive number is damage, as is a wrong checksum from format 2 on. A newer
// format may compute it in another way, so its checksum is not compared; kv.Due refuses
// that file.
func parseVersions(op string, rows map[string]string) (map[string]int, error) {
	versions := map[string]int{}
	for name, text := range rows {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, damaged(op, errors.New("a version that is no number"))
		}
		versions[name] = n
	}
	if versions[kv.FormatKey] > 1 && versions[kv.SumKey] != versionSum(rows) && versions[kv.FormatKey] <= kv.Format {
		return nil, damaged(op, errors.New("the checksum of the versions does not fit"))
	}
	return versions, nil
}

// audit is an inspection that verifies the checksum of every row and the numbers of the
// change log. It is used once. gap is the finding about the first wrong entry of the
// change log, "" for none: those that follow it are wrong for the same reason.
type audit struct {
	x      inspection
	sums   sums
	sealed bool // rows carry checksums
	// bad are the first maxNamed of the badAll rows whose checksum is wrong.
	bad    []kv.Row
	badAll int

	next, last kv.Seq // of the change log: the next expected entry, and the bucket's number
	gap        string
}

// newAudit returns an audit of a file of the given format.
func newAudit(ctx context.Context, f io.ReaderAt, s sums, format int) *audit {
	a := &audit{sums: s, sealed: format > 1}
	a.x = inspection{ctx: ctx, file: f, row: a.row, sequence: func(bucket string, n uint64) {
		if bucket == kv.ChangesBucket {
			a.last = kv.Seq(n)
		}
	}}
	return a
}

// run inspects the file and compares the end of the change log with its number. A log
// whose last entries are missing has no gap between its rows: only the number shows it.
func (a *audit) run(size int64) error {
	if err := a.x.inspect(size); err != nil {
		return err
	}
	if a.next > 0 && a.next != a.last+1 && a.gap == "" {
		a.gap = fmt.Sprintf("the change log ends at %d, its number is %d", a.next-1, a.last)
	}
	return nil
}

// row verifies one row. The versions have a checksum of their own. Entries of the
// change log must follow each other without a gap. The first entry may have any number,
// since those before it may be trimmed. A key that is no number, and an entry without
// 0x00, count as a gap.
func (a *audit) row(bucket string, key, value []byte) {
	if bucket == kv.MetaBucket {
		return
	}
	if a.sealed {
		opened, ok := a.sums.open(bucket, key, value)
		if !ok {
			if a.badAll++; len(a.bad) < maxNamed {
				a.bad = append(a.bad, kv.Row{Bucket: bucket, Key: bytes.Clone(key)})
			}
		}
		value = opened
	}
	if bucket != kv.ChangesBucket {
		return
	}
	seq, ok := kv.SeqOf(key)
	if a.next == 0 {
		a.next = seq
	}
	if (!ok || seq != a.next || bytes.IndexByte(value, 0) < 0) && a.gap == "" {
		a.gap = fmt.Sprintf("the change log has a gap before %x", key)
	}
	a.next++
}

// count returns the number of findings, including those that lines does not list.
func (a *audit) count() int {
	n := a.x.found + a.badAll
	for _, more := range []bool{a.gap != "", a.x.head.otherUnreadable, a.lostPages()} {
		if more {
			n++
		}
	}
	return n
}

// lostPages reports whether pages belong to nothing. Below a damaged page that is not a
// finding of its own.
func (a *audit) lostPages() bool { return a.x.lost > 0 && a.x.found == 0 }

// lines returns the findings for people, at most maxNamed, and the number of the
// others.
func (a *audit) lines() []string {
	lines := a.x.findings
	if a.x.head.otherUnreadable {
		lines = append(lines, "one of the two headers of the file is damaged: what was stored last may be lost")
	}
	if a.lostPages() {
		lines = append(lines, fmt.Sprintf("%d pages of the file belong to nothing", a.x.lost))
	}
	if a.gap != "" {
		lines = append(lines, a.gap)
	}
	for _, row := range a.bad {
		lines = append(lines, "the row "+row.String()+" is damaged")
	}
	if len(lines) > maxNamed {
		lines = lines[:maxNamed]
	}
	if more := a.count() - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return lines
}
