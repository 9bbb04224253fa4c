package paste

import "strings"

// codesIn returns the words of a text that identify a kind of problem: error numbers,
// error classes, constants of systems.
func codesIn(s string) []string {
	var out []string
	// A number is a code only after a word that announces one.
	last := ""
	for _, chunk := range strings.FieldsFunc(s, isBetweenCodes) {
		chunk = strings.Trim(chunk, ".:!?*#$")
		switch {
		case isCode(last) && isErrorNumber(chunk):
			out = append(out, chunk)
		case isConstant(chunk) || isCamel(chunk) || isSnake(chunk):
			out = append(out, lastName(chunk))
		}
		last = chunk
	}
	return out
}

// isBetweenCodes reports whether a rune separates codes.
func isBetweenCodes(c rune) bool {
	return c <= ' ' || c > '~' || strings.ContainsRune("\"'`()[]{}<>,;|=/@&", c)
}

// isErrorNumber reports whether a word can be the number of an error: of HTTP, of a
// database, an exit code. Two digits are too few: they would also be days, versions and
// counts.
func isErrorNumber(s string) bool {
	return len(s) >= 3 && len(s) <= maxCode && allBytes(s, isDigit)
}

// isConstant reports whether a word is a constant such as ORA-12541, MY-010584,
// ECONNREFUSED, SIGKILL or HY000.
func isConstant(s string) bool {
	upper, digits, ok := capitalsAndDigits(s)
	if !ok || s == "" || isDigit(s[0]) || isVolatile(s) || levelOf(s) != noLevel {
		return false
	}
	// ORA-12541 has letters and a number. Constants of letters alone must be longer, and
	// begin as errors and signals do or have several words, to differ from words in
	// capitals.
	return upper >= 1 && digits >= 3 && len(s) <= 12 ||
		upper >= 5 && (strings.HasPrefix(s, "E") || strings.HasPrefix(s, "SIG") || strings.Contains(s, "_"))
}

// capitalsAndDigits counts the capitals and the digits of s. ok is false if s has
// anything else but "-" and "_".
func capitalsAndDigits(s string) (upper, digits int, ok bool) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isUpper(c):
			upper++
		case isDigit(c):
			digits++
		case c != '-' && c != '_':
			return 0, 0, false
		}
	}
	return upper, digits, true
}

// minCamel is the minimum length of a camel-case name that identifies a problem.
// Shorter ones are products: MySQL, GitHub, iPhone.
const minCamel = 9

// isCamel reports whether a word is a camel-case name such as CrashLoopBackOff,
// OOMKilled or a.b.TimedOutException.
func isCamel(s string) bool {
	s = lastName(s)
	if len(s) < minCamel || !allBytes(s, func(c byte) bool { return isLetter(c) || isDigit(c) }) {
		return false
	}
	// A hump is a capital after a small letter, or the end of an acronym.
	humps := 0
	for i := 1; i < len(s); i++ {
		up, low := 'A' <= s[i] && s[i] <= 'Z', 'a' <= s[i-1] && s[i-1] <= 'z'
		if up && low || !up && i > 1 && isUpper(s[i-1]) && isUpper(s[i-2]) {
			humps++
		}
	}
	return humps > 0
}

// isUpper reports whether a byte is a capital.
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// isSnake reports whether a word is a name such as tidb_skip_isolation_level_check.
func isSnake(s string) bool {
	return strings.Count(s, "_") >= 2 && len(s) >= minCamel && isLetter(s[0]) &&
		allBytes(s, func(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c == '.' || c == '-' })
}

// lastName returns the last part of a qualified name: C of a.b.C, a::b::C and A\B\C.
func lastName(s string) string {
	if i := strings.LastIndexAny(s, ".:\\$"); i >= 0 && i < len(s)-1 {
		return s[i+1:]
	}
	return s
}
