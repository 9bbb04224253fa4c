package library

import (
	"encoding/binary"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/postern/postern/portal/base/kv"
)

// sep separates the fields of a key; kv.Join escapes it inside a field.
const sep = 0x00

// maxNameBytes bounds the titles and link targets in keys; longer ones are distinguished
// only by their beginning.
const maxNameBytes = 512

// revisionKey returns the key of a revision; keys sort by number. The id needs no
// escaping: it never contains a zero byte.
func revisionKey(id string, number int) []byte {
	return binary.BigEndian.AppendUint32(append([]byte(id), sep), uint32(number))
}

// byKey returns the key of a document in a list. Keys sort newest first: the number of
// the day is stored inverted. The day alone is stored, so documents of one day are in
// the order of their ids.
func byKey(facet, value string, date time.Time, id string) []byte {
	k := append(kv.Join(facet, value), sep)
	k = binary.BigEndian.AppendUint32(k, invertedDay(date))
	return append(append(k, sep), id...)
}

// byDay returns the key directly before every entry of a day in the list. It serves as
// the bound of a scan.
func byDay(facet, value string, date time.Time) []byte {
	return binary.BigEndian.AppendUint32(append(kv.Join(facet, value), sep), invertedDay(date))
}

// invertedDay returns the days since 1970 in reverse order; days before 1970 sort after
// all others. Division truncates towards zero, so negative seconds are a day too late
// without the correction. Adding 2^31 maps signed days to unsigned ones in order;
// inverting the bits reverses the order.
func invertedDay(t time.Time) uint32 {
	const secondsADay = 86400
	day := t.Unix() / secondsADay
	if t.Unix() < 0 {
		day--
	}
	return ^(uint32(day) + 1<<31)
}

// foldTitle returns the form in which wiki links and titles are compared: NFKC, lower
// case, with white space collapsed. Titles that are equal in it are one name for wiki
// links.
func foldTitle(s string) string {
	return shorten(strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(s))), " "))
}

// shorten returns at most maxNameBytes bytes of a name. It may cut a character in two:
// the result is compared and never shown.
func shorten(s string) string { return s[:min(len(s), maxNameBytes)] }
