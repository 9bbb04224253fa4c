package kv

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/fault"
)

// Row identifies one stored row.
type Row struct {
	Bucket string
	Key    []byte
}

// quotedKeyBytes bounds the part of a key that a message shows.
const quotedKeyBytes = 120

// String returns the bucket and the key, the key as text if it is text.
func (r Row) String() string {
	key, more := r.Key, ""
	if len(key) > quotedKeyBytes {
		key, more = key[:quotedKeyBytes], "…"
	}
	if utf8.Valid(key) {
		return fmt.Sprintf("%s %q%s", r.Bucket, key, more)
	}
	return fmt.Sprintf("%s %x%s", r.Bucket, key, more)
}

// RowError is the cause of an error about one stored row: its checksum is wrong, or its
// owner cannot decode it. It is inside a fault.Error.
type RowError struct {
	Row Row
	Err error // may be nil
}

// Error implements error.
func (e *RowError) Error() string {
	if e.Err == nil {
		return "the row " + e.Row.String() + " cannot be read"
	}
	return "the row " + e.Row.String() + " cannot be read: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *RowError) Unwrap() error { return e.Err }

// BadRow returns the row that an error is about; ok is false for any other error.
func BadRow(err error) (row Row, ok bool) {
	if e, ok := errors.AsType[*RowError](err); ok {
		return e.Row, true
	}
	return Row{}, false
}

// Damage is what a database could not read.
type Damage struct {
	// Structure reports whether a page of the file could not be read. Nothing behind
	// such a page is served, and the next start is refused.
	Structure bool
	// Rows counts the rows that could not be read, each once.
	Rows int
	// More reports whether there are more than Rows: an engine stops counting at a
	// bound, since such a file is restored and not repaired.
	More bool
	// First are the first of the rows, in the order in which they were found.
	First []Row
}

// Skip reports a row that its owner leaves out because it cannot be decoded, so that
// the database counts and names it. A list that skips a row continues; it must not fail
// as a whole, and must not leave out anything without this call.
func Skip(r Reader, bucket string, key []byte, cause error) {
	r.Skip(Row{Bucket: bucket, Key: key}, cause)
}

// Undecodable skips a row and returns the error for a caller that needs this row.
func Undecodable(r Reader, op, bucket string, key []byte, cause error) error {
	row := Row{Bucket: bucket, Key: bytes.Clone(key)}
	Skip(r, bucket, row.Key, cause)
	return fault.Wrap(fault.Internal, op, RowMessage(bucket), &RowError{Row: row, Err: cause})
}

// RowMessage returns the message for people about a row that cannot be read.
func RowMessage(bucket string) string {
	return "a stored row is damaged (in " + bucket + "); `postern check` names it, a backup has it"
}

// Unreadable reports whether err states that one row cannot be read. The database has
// counted it. It is for loops that look up one row after another and continue.
func Unreadable(err error) bool {
	_, ok := BadRow(err)
	return ok
}

// Strict returns a Reader whose scans fail at a row that cannot be read. It is for
// writes that would otherwise treat a missing row as a removed one.
func Strict(r Reader) Reader { return r.Strict() }
