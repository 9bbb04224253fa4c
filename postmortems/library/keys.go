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

// revisionKey returns the key of a revision; keys sort by number.
func revisionKey(id string, number int) []byte {
	return binary.BigEndian.AppendUint32(append([]byte(id), sep), uint32(number))
}

// byKey returns the key of a document in a list. Keys sort newest first: the number of the day
// is stored inverted.
func byKey(facet, value string, date time.Time, id string) []byte {
	k := append(kv.Join(facet, value), sep)
	k = binary.BigEndian.AppendUint32(k, invertedDay(date))
	return append(append(k, sep), id...)
}

// byDay returns the key directly before every entry of a day in the list.
func byDay(facet, value string, date time.Time) []byte {
	return binary.BigEndian.AppendUint32(append(kv.Join(facet, value), sep), invertedDay(date))
}

// invertedDay returns the days since 1970 in reverse order; days before 1970 sort after all
// others.
func invertedDay(t time.Time) uint32 {
	const secondsADay = 86400
	day := t.Unix() / secondsADay
	if t.Unix() < 0 {
		day--
	}
	return ^(uint32(day) + 1<<31)
}

// foldTitle returns the form in which wiki links and titles are compared: NFKC, lower case,
// with white space collapsed.
func foldTitle(s string) string {
	return shorten(strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(s))), " "))
}

// shorten returns at most maxNameBytes bytes of a name.
func shorten(s string) string { return s[:min(len(s), maxNameBytes)] }
