package kv

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

const (
	// MaxKeyBytes bounds a key. The smallest index row of the engines considered, 2,704
	// bytes in PostgreSQL's b-tree, must hold it together with the name of its bucket.
	MaxKeyBytes = 2048
	// MaxValueBytes bounds a value: values are in memory as a whole, several at a time.
	// The largest stored value is a rendered page of some 10 MiB.
	MaxValueBytes = 64 << 20
)

// CheckPut returns an error for keys and values outside the limits; every engine calls
// it.
func CheckPut(bucket string, key, value []byte) error {
	const op = "kv.Put"
	if len(key) == 0 || len(key) > MaxKeyBytes {
		return fault.Newf(fault.Invalid, op, "a key of %d bytes in %s; it must have 1 to %d", len(key), bucket, MaxKeyBytes)
	}
	if len(value) > MaxValueBytes {
		return fault.Newf(fault.TooLarge, op, "a value of %d bytes in %s; at most %d are stored", len(value), bucket, MaxValueBytes)
	}
	return nil
}

// CheckTopic returns an error for a change topic that could not be separated from its
// key.
func CheckTopic(topic string) error {
	if topic == "" || strings.IndexByte(topic, 0) >= 0 {
		return fault.Newf(fault.Invalid, "kv.Log", "the change topic %q is empty or has a 0x00", topic)
	}
	return nil
}

const (
	separator = 0x00 // ends a part, sorts before any byte of a longer part
	escape    = 0x01 // 0x01 0x01 stands for 0x00, 0x01 0x02 for 0x01
)

// Join returns a key made of parts, with 0x00 between them. Keys sort by their parts,
// one after the other. A part may contain any bytes: 0x00 and 0x01 are escaped, so
// different parts always make different keys, and text from outside (a path with %00)
// cannot reach into another key.
func Join(parts ...string) []byte {
	n := len(parts)
	for _, p := range parts {
		n += len(p)
	}
	key := make([]byte, 0, n)
	for i, p := range parts {
		if i > 0 {
			key = append(key, separator)
		}
		for j := 0; j < len(p); j++ {
			if c := p[j]; c <= escape {
				key = append(key, escape, c+1)
			} else {
				key = append(key, c)
			}
		}
	}
	return key
}

// Split returns the parts of a key made by Join; ok is false for any other key.
func Split(key []byte) (parts []string, ok bool) {
	for part := range bytes.SplitSeq(key, []byte{separator}) {
		var b strings.Builder
		for i := 0; i < len(part); i++ {
			c := part[i]
			if c == escape {
				i++
				if i == len(part) || part[i] < 1 || part[i] > 2 {
					return nil, false
				}
				c = part[i] - 1
			}
			b.WriteByte(c)
		}
		parts = append(parts, b.String())
	}
	return parts, true
}

// Under returns the range of all keys that Join makes of these parts and at least one
// more: Scan(bucket, Under("a", "b")) yields "a\x00b\x00c" and not "a\x00bc".
func Under(parts ...string) (from, to []byte) {
	from = append(Join(parts...), separator)
	to = bytes.Clone(from)
	to[len(to)-1]++
	return from, to
}

// Prefix returns the range of all keys that begin with p, for Scan and ScanBack. An
// empty p is the whole bucket.
func Prefix(p []byte) (from, to []byte) {
	if len(p) == 0 {
		return nil, nil
	}
	for i := len(p) - 1; i >= 0; i-- {
		if p[i] != 0xff {
			to = bytes.Clone(p[:i+1])
			to[i]++
			return bytes.Clone(p), to
		}
	}
	return bytes.Clone(p), nil
}

// signBit is inverted so that times before 1970 sort before later ones.
const signBit = 1 << 63

// TimeKey returns the key form of a time: microseconds since 1970 UTC as 8 bytes, big
// endian, so that byte order is time order.
func TimeKey(t time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(t.UnixMicro())^signBit)
}

// TimeOf returns the time of a TimeKey, in UTC; ok is false when the key has another
// length.
func TimeOf(key []byte) (t time.Time, ok bool) {
	if len(key) != 8 {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(binary.BigEndian.Uint64(key) ^ signBit)).UTC(), true
}
