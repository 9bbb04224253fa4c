package paste

import (
	"strings"
	"unicode/utf8"
)

// folded replaces a part that differs each time. Package analysis makes no term of it.
const folded = "*"

// Fold returns a text with its volatile parts replaced by asterisks, one for adjacent
// parts, and with white space replaced by single spaces. Its time is linear in the
// text.
func Fold(text string) string {
	f := folder{out: make([]byte, 0, len(text))}
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case isSpace(c):
			f.space = true
			i++
		case c == '*':
			f.star()
			i++
		// Text in other scripts is copied whole: times and ids are ASCII in them as well.
		case c >= utf8.RuneSelf:
			end := i
			for end < len(text) && text[end] >= utf8.RuneSelf {
				end++
			}
			f.write(text[i:end])
			i = end
		case isDelimiter(c):
			f.write(text[i : i+1])
			i++
		default:
			end := i
			for end < len(text) && isChunk(text[end]) {
				end++
			}
			f.chunk(text[i:end], text[end:])
			i = end
		}
	}
	return string(f.out)
}

// folder builds the result of Fold.
type folder struct {
	out []byte
	// White space precedes the next write.
	space bool
	// The last chunk, or folded.
	last string
}

// write appends s, after the pending space.
func (f *folder) write(s string) {
	if f.space && len(f.out) > 0 {
		f.out = append(f.out, ' ')
	}
	f.space = false
	f.out = append(f.out, s...)
}

// star appends an asterisk, unless the output ends with one. Adjacent asterisks would
// make texts differ by the number of their volatile parts.
func (f *folder) star() {
	f.last = folded
	if n := len(f.out); n > 0 && f.out[n-1] == '*' {
		f.space = false
		return
	}
	f.write(folded)
}

// chunk appends a run of bytes without a delimiter. rest is the text after it.
func (f *folder) chunk(chunk, rest string) {
	core := strings.TrimRight(chunk, ".:!?-+/&#@%$~^\\")
	tail := chunk[len(core):]
	// The punctuation after a chunk remains, except the sign of a percentage.
	switch {
	case core == "":
		f.write(chunk)
		return
	case isCode(f.last) && isNumber(core) && len(core) <= maxCode:
		f.write(core)
		f.last = core
	case isVolatile(core) || isDateWord(core, rest) || f.last == folded && isZone(core):
		f.star()
	default:
		f.compound(core)
	}
	if tail != "" && tail != "%" {
		f.write(tail)
	}
}

// compound appends a path, an address or a generated name without its volatile parts.
func (f *folder) compound(core string) {
	// Each part is folded separately; what joins the parts remains.
	from, last := 0, ""
	for i := 0; i <= len(core); i++ {
		if i < len(core) && !isJoint(core[i]) {
			continue
		}
		switch piece := core[from:i]; {
		case piece == "":
		case from > 0 && isCode(last) && isNumber(piece) && len(piece) <= maxCode:
			f.write(piece)
		case isVolatile(piece):
			f.star()
		default:
			f.name(piece)
		}
		if i < len(core) {
			f.write(core[i : i+1])
		}
		last, from = core[from:i], i+1
	}
	f.last = core
}

// name appends a name without the generated end of a pod or replica name.
func (f *folder) name(piece string) {
	// A prefix of capitals makes the number a code, not the number of a replica.
	stem := withoutGenerated(piece)
	if len(stem) >= minPrefix && allBytes(stem, isUpper) {
		stem = piece // ORA-12541, MY-010584
	}
	f.write(stem)
	if len(stem) < len(piece) {
		f.write("-")
		f.star()
	}
}

// isSpace reports whether a byte is white space or a control character.
func isSpace(c byte) bool { return c <= ' ' || c == 0x7f }

// isDelimiter reports whether a byte never belongs to a chunk.
func isDelimiter(c byte) bool { return strings.IndexByte("\"'`()[]{}<>,;|=", c) >= 0 }

// isChunk reports whether a byte is part of a chunk.
func isChunk(c byte) bool {
	return !isSpace(c) && c < utf8.RuneSelf && c != '*' && !isDelimiter(c)
}

// isJoint reports whether a byte joins the parts of a path or an address.
func isJoint(c byte) bool {
	return c == '/' || c == ':' || c == '@' || c == '?' || c == '&' || c == '#'
}

// minPrefix is the minimum number of capitals before a number that is a code.
const minPrefix = 2

// maxCode is the maximum length of an error number.
const maxCode = 6

// isCode reports whether a number after the word is a code and not an amount.
func isCode(word string) bool {
	switch strings.ToLower(strings.TrimRight(word, ":#")) {
	case "error", "errno", "code", "err", "status", "http", "exit", "signal", "sqlstate",
		"errorcode", "error_code", "statuscode", "status_code":
		return true
	}
	return len(word) == sqlState && isConstant(word)
}

// sqlState is the length of a SQLSTATE code. The server's own number follows it.
const sqlState = 5

// isDateWord reports whether a word is a month or a day of the week in a date, which
// the rest of the text shows.
func isDateWord(word, rest string) bool {
	rest = strings.TrimLeft(rest, " ,")
	if len(word) != 3 || rest == "" {
		return false
	}
	number := isDigit(rest[0])
	switch word {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
		return number || isMonth(cutAt(rest, 3))
	}
	return number && isMonth(word)
}

// isMonth reports whether a word is an English month of three letters.
func isMonth(word string) bool {
	switch word {
	case "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec":
		return true
	}
	return false
}

// isZone reports whether a word is a time zone, or AM or PM, after a time.
func isZone(word string) bool {
	switch word {
	case "UTC", "GMT", "CET", "CEST", "CST", "EST", "EDT", "PST", "PDT", "AM", "PM":
		return true
	}
	return false
}
