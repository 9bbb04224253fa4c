package paste

import (
	"strings"
	"unicode/utf8"
)

// folded stands for a part that differs each time. No analyser makes a term of it.
const folded = "*"

// Fold replaces the volatile parts of a text by asterisks, those side by side by
// one, and white space by single spaces.
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

// folder writes folded text.
type folder struct {
	out   []byte
	space bool   // white space is pending
	last  string // the chunk before, or folded
}

func (f *folder) write(s string) {
	if f.space && len(f.out) > 0 {
		f.out = append(f.out, ' ')
	}
	f.space = false
	f.out = append(f.out, s...)
}

// star writes an asterisk, unless one stands there already.
func (f *folder) star() {
	f.last = folded
	if n := len(f.out); n > 0 && f.out[n-1] == '*' {
		f.space = false
		return
	}
	f.write(folded)
}

// chunk writes a run of bytes without a delimiter; rest is the text behind it.
func (f *folder) chunk(chunk, rest string) {
	core := strings.TrimRight(chunk, ".:!?-+/&#@%$~^\\")
	tail := chunk[len(core):]
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

// compound folds the volatile parts of a path, an address or a generated name.
func (f *folder) compound(core string) {
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

// name writes a name without the generated end of a pod's or a replica's.
func (f *folder) name(piece string) {
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

func isSpace(c byte) bool { return c <= ' ' || c == 0x7f }

// isDelimiter tells whether a byte never belongs to a chunk.
func isDelimiter(c byte) bool { return strings.IndexByte("\"'`()[]{}<>,;|=", c) >= 0 }

func isChunk(c byte) bool {
	return !isSpace(c) && c < utf8.RuneSelf && c != '*' && !isDelimiter(c)
}

// isJoint tells whether a byte joins the pieces of a path or an address.
func isJoint(c byte) bool {
	return c == '/' || c == ':' || c == '@' || c == '?' || c == '&' || c == '#'
}

// minPrefix is how many capitals before a number make it a code.
const minPrefix = 2

// maxCode is how many digits an error code has at most.
const maxCode = 6

// isCode tells whether a number behind the word is a code and not an amount.
func isCode(word string) bool {
	switch strings.ToLower(strings.TrimRight(word, ":#")) {
	case "error", "errno", "code", "err", "status", "http", "exit", "signal", "sqlstate", "errorcode", "error_code", "statuscode", "status_code":
		return true
	}
	return len(word) == sqlState && isConstant(word)
}

// sqlState is the length of SQLSTATE codes, which the server's own number follows.
const sqlState = 5

// isDateWord tells whether a word is a month or a day of the week in a date.
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

func isMonth(word string) bool {
	switch word {
	case "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec":
		return true
	}
	return false
}

// isZone tells whether a word is the zone behind a time.
func isZone(word string) bool {
	switch word {
	case "UTC", "GMT", "CET", "CEST", "CST", "EST", "EDT", "PST", "PDT", "AM", "PM":
		return true
	}
	return false
}
