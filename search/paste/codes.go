package paste

import "strings"

// codesIn lists the words of a text that are identifiers of a kind of trouble:
// error numbers, classes, constants of systems.
func codesIn(s string) []string {
	var out []string
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

func isBetweenCodes(c rune) bool {
	return c <= ' ' || c > '~' || strings.ContainsRune("\"'`()[]{}<>,;|=/@&", c)
}

// isErrorNumber tells the numbers that stand for errors: of HTTP, of databases,
// exit codes.
func isErrorNumber(s string) bool {
	return len(s) >= 3 && len(s) <= maxCode && allBytes(s, isDigit)
}

// isConstant tells ORA-12541, MY-010584, ECONNREFUSED, SIGKILL, HY000.
func isConstant(s string) bool {
	upper, digits := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case 'A' <= c && c <= 'Z':
			upper++
		case isDigit(c):
			digits++
		case c == '-' || c == '_':
		default:
			return false
		}
	}
	if s == "" || isDigit(s[0]) || isVolatile(s) || isKlog(s+" ") || levelOf(s) != noLevel {
		return false
	}
	return upper >= 1 && digits >= 3 && len(s) <= 12 ||
		upper >= 5 && (strings.HasPrefix(s, "E") || strings.HasPrefix(s, "SIG") || strings.Contains(s, "_"))
}

// minCamel is how long a name written in one is at least; shorter ones are
// products: MySQL, GitHub, iPhone.
const minCamel = 9

// isCamel tells names such as CrashLoopBackOff, OOMKilled and a.b.TimedOutException.
func isCamel(s string) bool {
	s = lastName(s)
	if len(s) < minCamel || !allBytes(s, func(c byte) bool { return isLetter(c) || isDigit(c) }) {
		return false
	}
	humps := 0
	for i := 1; i < len(s); i++ {
		up, low := 'A' <= s[i] && s[i] <= 'Z', 'a' <= s[i-1] && s[i-1] <= 'z'
		if up && low || !up && i > 1 && isUpper(s[i-1]) && isUpper(s[i-2]) {
			humps++
		}
	}
	return humps > 0
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// isSnake tells names such as tidb_skip_isolation_level_check.
func isSnake(s string) bool {
	return strings.Count(s, "_") >= 2 && len(s) >= minCamel && isLetter(s[0]) &&
		allBytes(s, func(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c == '.' || c == '-' })
}

// lastName is the last part of a qualified name: of a.b.C, a::b::C and A\B\C.
func lastName(s string) string {
	if i := strings.LastIndexAny(s, ".:\\$"); i >= 0 && i < len(s)-1 {
		return s[i+1:]
	}
	return s
}
