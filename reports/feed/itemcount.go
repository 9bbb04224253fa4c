package feed

import "github.com/postern/postern/portal/base/fault"

// MaxItems bounds the items of one JSON body. The smallest alerts seen have
// 240 bytes, so 16 MiB hold 70,000; ten million of two bytes would take
// half a minute and a gigabyte.
const MaxItems = 100_000

// checkItems returns fault.Invalid if a body has more than MaxItems items:
// elements of its top list, or of the lists in its top object. It counts
// them before any is decoded. Text that is not JSON passes, because the
// decoder has a better message.
func checkItems(body []byte) error {
	const listed = 2 // levels of brackets that items are in
	depth, items, inList := 0, 0, [listed + 1]bool{}
	for i := 0; i < len(body); i++ {
		switch c := body[i]; c {
		case '"':
			i = endOfString(body, i)
		case '[', '{':
			if depth++; depth <= listed {
				inList[depth] = c == '['
			}
		case ']', '}':
			depth--
		case ',':
			if depth > 0 && depth <= listed && inList[depth] {
				items++
			}
		}
		if items >= MaxItems {
			return fault.Newf(fault.Invalid, "feed.checkItems", "the body has more than %d items; send fewer at a time", MaxItems)
		}
	}
	return nil
}

// endOfString returns the index of the end of the string that starts at i.
func endOfString(body []byte, i int) int {
	for i++; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return i
}
