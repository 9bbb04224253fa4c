package feedstore

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

// Keys start with what scans need: facts and entities with their kind,
// buckets with their SLO and day. Names from outside are escaped and
// bounded in length.

// sep separates the fields of a key; kv.Join escapes it within a field.
const sep = 0x00

const (
	dayBytes = 4
	day      = 24 * time.Hour
	// maxField bounds a field of a key. A longer one is cut and gets the hash
	// of the whole, so that different ones stay different.
	maxField = 300
)

// field returns a name from outside as it fits into a key. Two different names never
// give the same field.
func field(s string) string {
	if len(s) <= maxField {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return s[:maxField] + "~" + hex.EncodeToString(sum[:16])
}

// factKey returns the key of a fact in ledger.fact.
func factKey(f *feed.Fact) []byte {
	return kv.Join(string(f.Kind), f.Source, field(f.Entity), field(f.Key))
}

// entityKey returns the key of a fact's entity in ledger.entity.
func entityKey(f *feed.Fact) []byte { return kv.Join(string(f.Kind), f.Source, field(f.Entity)) }

// entityOf returns the key of the entity that a row of ledger.ends is for, as entityKey
// made it.
func entityOf(kind feed.Kind, endKey []byte) []byte {
	rest := endKey[len(kind)+1+8:]
	return append(append([]byte(kind), sep), rest...)
}

// endKey returns the key of an entity in ledger.ends, which orders the
// entities of a kind by the end of their span.
func endKey(kind feed.Kind, end time.Time, entity []byte) []byte {
	k := append([]byte(kind), sep)
	k = append(k, kv.TimeKey(end)...)
	return append(k, entity[len(kind)+1:]...)
}

// dayNumber returns the number of UTC days since 1970.
func dayNumber(t time.Time) int64 {
	s := t.Unix()
	n := s / 86400
	if s%86400 < 0 {
		n--
	}
	return n
}

// appendDay appends a day in four bytes that sort in order of time. The number is
// shifted by 2^31, so that days before 1970 sort first.
func appendDay(key []byte, t time.Time) []byte {
	return binary.BigEndian.AppendUint32(key, uint32(dayNumber(t)+1<<31))
}

// dayOf is the inverse of appendDay.
func dayOf(b []byte) time.Time {
	n := int64(binary.BigEndian.Uint32(b)) - 1<<31
	return time.Unix(n*86400, 0).UTC()
}

// bucketKey returns the key of one source's day of one SLO. The source is last and
// needs no escaping.
func bucketKey(slo string, at time.Time, source string) []byte {
	k := append(kv.Join(field(slo)), sep)
	return append(appendDay(k, at), source...)
}

// bucketRange returns the range of keys of an SLO from the day of from
// until to.
func bucketRange(slo string, from, to time.Time) (first, past []byte) {
	k := append(kv.Join(field(slo)), sep)
	n := len(k)
	first = appendDay(k[:n:n], from)
	past = appendDay(k[:n:n], to.Add(day-1))
	return first, past
}
