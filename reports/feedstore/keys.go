package feedstore

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

// sep parts the fields of a key; kv.Join escapes it inside a field.
const sep = 0x00

const (
	dayBytes = 4
	day      = 24 * time.Hour
	// maxField bounds a field of a key. Longer ones keep their beginning and the
	// hash of the whole, so that different ones stay different.
	maxField = 300
)

// field fits a name from outside into a key.
func field(s string) string {
	if len(s) <= maxField {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return s[:maxField] + "~" + hex.EncodeToString(sum[:16])
}

func factKey(f *feed.Fact) []byte {
	return kv.Join(string(f.Kind), f.Source, field(f.Entity), field(f.Key))
}

func entityKey(f *feed.Fact) []byte { return kv.Join(string(f.Kind), f.Source, field(f.Entity)) }

// entityOf is the key of the entity that a row of ledger.ends names.
func entityOf(kind feed.Kind, endKey []byte) []byte {
	rest := endKey[len(kind)+1+8:]
	return append(append([]byte(kind), sep), rest...)
}

// endKey orders the entities of a kind by the end of their span.
func endKey(kind feed.Kind, end time.Time, entity []byte) []byte {
	k := append([]byte(kind), sep)
	k = append(k, kv.TimeKey(end)...)
	return append(k, entity[len(kind)+1:]...)
}

// dayNumber counts UTC days since 1970.
func dayNumber(t time.Time) int64 {
	s := t.Unix()
	n := s / 86400
	if s%86400 < 0 {
		n--
	}
	return n
}

// appendDay adds a day in four bytes whose order is the order of time.
func appendDay(key []byte, t time.Time) []byte {
	return binary.BigEndian.AppendUint32(key, uint32(dayNumber(t)+1<<31))
}

// dayOf reads appendDay back.
func dayOf(b []byte) time.Time {
	n := int64(binary.BigEndian.Uint32(b)) - 1<<31
	return time.Unix(n*86400, 0).UTC()
}

// bucketKey is where one source's day of one SLO lies.
func bucketKey(slo string, at time.Time, source string) []byte {
	k := append(kv.Join(field(slo)), sep)
	return append(appendDay(k, at), source...)
}

// bucketRange is the range of the days of an SLO from the day of from until to.
func bucketRange(slo string, from, to time.Time) (first, past []byte) {
	k := append(kv.Join(field(slo)), sep)
	n := len(k)
	first = appendDay(k[:n:n], from)
	past = appendDay(k[:n:n], to.Add(day-1))
	return first, past
}
