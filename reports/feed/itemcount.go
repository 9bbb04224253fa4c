package feed

import "github.com/postern/postern/portal/base/fault"

// MaxItems is how many items one body of JSON may have. The smallest alerts that were
// seen have 240 bytes, so that 16 MiB hold 70,000; ten million of two bytes would
// take half a minute and a gigabyte.
const MaxItems = 100_000

// checkItems refuses a body with more than MaxItems items, before any of them is
// read: elements of the list that the body is, or of the lists in the object that it
// is. The error is fault.Invalid. What is not JSON passes: its reader says what is
// wrong.
func checkItems(body []byte) error {
	const listed = 2 // levels of brackets in which items lie
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

// endOfString returns where the string that begins at i ends.
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
