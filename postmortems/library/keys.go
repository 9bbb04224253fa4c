package library

import (
	"encoding/binary"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/postern/postern/portal/base/kv"
)

// sep parts the fields of a key; kv.Join escapes it inside a field.
const sep = 0x00

// maxNameBytes bounds the titles and link targets that are looked up by key;
// longer ones are told from each other by their beginning only.
const maxNameBytes = 512

func revisionKey(id string, number int) []byte {
	return binary.BigEndian.AppendUint32(append([]byte(id), sep), uint32(number))
}

// byKey sorts newest first: the day number is stored inverted.
func byKey(facet, value string, date time.Time, id string) []byte {
	k := append(kv.Join(facet, value), sep)
	k = binary.BigEndian.AppendUint32(k, invertedDay(date))
	return append(append(k, sep), id...)
}

// byDay is the key just before every entry of that day in the list.
func byDay(facet, value string, date time.Time) []byte {
	return binary.BigEndian.AppendUint32(append(kv.Join(facet, value), sep), invertedDay(date))
}

// invertedDay counts days since 1970 in an order that runs backwards; days
// before 1970 sort after all others, in order.
func invertedDay(t time.Time) uint32 {
	const secondsADay = 86400
	day := t.Unix() / secondsADay
	if t.Unix() < 0 {
		day--
	}
	return ^(uint32(day) + 1<<31)
}

// foldTitle is the form in which wiki links and titles are compared: NFKC,
// lower case, white space runs as one space.
func foldTitle(s string) string {
	return shorten(strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(s))), " "))
}

func shorten(s string) string { return s[:min(len(s), maxNameBytes)] }
