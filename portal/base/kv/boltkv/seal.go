package boltkv

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/postern/postern/portal/base/kv"
)

// sealBytes is the length of the checksum behind each stored value: a CRC-32C of its
// bucket, key and value, big endian. bbolt has no checksum of rows, so a flipped bit of
// a stored title would otherwise be shown as the title.
const sealBytes = 4

// sums computes the checksums of one database. It is not changed after newSums, so
// goroutines share it.
type sums struct {
	table *crc32.Table
	seeds map[string]uint32 // bucket -> the sum of its name
}

// newSums returns sums with the seeds of all known buckets.
func newSums(schemas []kv.Schema) sums {
	s := sums{table: crc32.MakeTable(crc32.Castagnoli), seeds: map[string]uint32{}}
	buckets := []string{kv.ChangesBucket, kv.KeptBucket}
	for _, schema := range schemas {
		buckets = append(buckets, schema.Buckets...)
	}
	for _, b := range buckets {
		s.seeds[b] = s.seed(b)
	}
	return s
}

// seed returns the checksum of a bucket's name.
func (s sums) seed(bucket string) uint32 {
	return crc32.Update(0, s.table, append([]byte(bucket), 0))
}

// keyWeight mixes the length of the key into the checksum, so that a byte which moves
// from the key to the value changes it: a CRC of both in sequence would be the same. It
// is a prime close to 2^32 divided by the golden ratio (Knuth, TAOCP volume 3, section
// 6.4), which spreads small lengths over all bits.
const keyWeight = 0x9E3779B1

// of returns the checksum of a row: the CRC-32C of bucket, 0x00, key and value, xor the
// key's length times keyWeight. The bucket is in it so that a row that turns up in
// another bucket is found. The seed is computed once, since every read needs it.
func (s sums) of(bucket string, key, value []byte) uint32 {
	seed, ok := s.seeds[bucket]
	if !ok { // a bucket that is in no schema any more
		seed = s.seed(bucket)
	}
	sum := crc32.Update(seed, s.table, key)
	return crc32.Update(sum, s.table, value) ^ uint32(len(key))*keyWeight
}

// seal returns a copy of the value with its checksum. It is a new slice with a capacity
// that fits, so bbolt may retain it.
func (s sums) seal(bucket string, key, value []byte) []byte {
	sealed := append(make([]byte, 0, len(value)+sealBytes), value...)
	return binary.BigEndian.AppendUint32(sealed, s.of(bucket, key, value))
}

// open returns the value without its checksum, never nil; ok is false when the checksum
// is wrong. It reads every byte, so that a fault on the memory map happens here, inside
// guard, and not in the caller.
func (s sums) open(bucket string, key, sealed []byte) (value []byte, ok bool) {
	n := len(sealed) - sealBytes
	if n < 0 {
		return nil, false
	}
	value = sealed[:n:n]
	return value, s.of(bucket, key, value) == binary.BigEndian.Uint32(sealed[n:])
}
