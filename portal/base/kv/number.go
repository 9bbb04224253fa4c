package kv

import (
	"encoding/binary"

	"github.com/postern/postern/portal/base/fault"
)

// Number returns a whole number that PutNumber stored, 0 for an absent one. A value of
// another form is fault.Internal.
func Number(r Reader, bucket string, key []byte) (uint64, error) {
	b, err := r.Get(bucket, key)
	if err != nil || b == nil {
		return 0, err
	}
	n, ok := NumberOf(b)
	if !ok {
		return 0, Undecodable(r, "kv.Number", bucket, key, fault.Newf(fault.Internal, "kv.Number", "a number of %d bytes instead of 8", len(b)))
	}
	return n, nil
}

// NumberOf returns the number in an Item's value: 8 bytes, big endian. ok is false when
// it has another length.
func NumberOf(value []byte) (n uint64, ok bool) {
	if len(value) != 8 {
		return 0, false
	}
	return binary.BigEndian.Uint64(value), true
}

// PutNumber stores a whole number for Number and NumberOf.
func PutNumber(w Writer, bucket string, key []byte, n uint64) error {
	return w.Put(bucket, key, binary.BigEndian.AppendUint64(nil, n))
}

// AddNumber increases a stored number by by.
func AddNumber(w Writer, bucket string, key []byte, by uint64) error {
	n, err := Number(w, bucket, key)
	if err != nil {
		return err
	}
	return PutNumber(w, bucket, key, n+by)
}

// unread is greater than every version that was ever counted. Version adds it when the
// stored version cannot be read.
const unread = 1 << 40

// Version returns a number that grows with every write of its owner, so that two equal
// numbers mean that nothing changed. An unreadable version is replaced by a number
// greater than all before it: a reader that has an older one reads everything again.
func Version(r Reader, bucket string, key []byte) (uint64, error) {
	n, err := Number(r, bucket, key)
	if !Unreadable(err) {
		return n, err
	}
	seq, err := r.Seq()
	return unread + uint64(seq), err
}

// AddVersion counts one more write.
func AddVersion(w Writer, bucket string, key []byte) error {
	n, err := Version(w, bucket, key)
	if err != nil {
		return err
	}
	return PutNumber(w, bucket, key, n+1)
}
