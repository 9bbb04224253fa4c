package paste

import "strings"

// isVolatile reports whether a chunk is a time, an address, an id, a hash or an
// amount, which differs when the same problem occurs again.
func isVolatile(s string) bool {
	return isTime(s) || isNumber(s) || isAddress(s) || isID(s)
}

// isDigit reports whether a byte is a decimal digit.
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isLetter reports whether a byte is an ASCII letter.
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// isHexDigit reports whether a byte is a hexadecimal digit in any case.
func isHexDigit(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// isTime reports whether s is a date, a clock time or both: only digits and the signs
// of times, with a T or Z after digits, and at least one separator.
func isTime(s string) bool {
	// Three digits exclude ratios such as 1/2.
	digits, joints := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isDigit(c):
			digits++
		case c == '-' || c == ':' || c == '/' || c == '+':
			joints++
		case c == '.' && joints > 0:
		case (c == 'T' || c == 'Z') && digits >= 4:
		default:
			return false
		}
	}
	return digits >= 3 && joints > 0
}

// isNumber reports whether s is an amount: 3, -3.4, 0.5%, 12ms, 3.5GiB, 1h2m3.4s.
func isNumber(s string) bool {
	s = strings.TrimLeft(s, "+-~#$")
	if s == "" || !isDigit(s[0]) {
		return false
	}
	for s != "" {
		n := 0
		for n < len(s) && (isDigit(s[n]) || s[n] == '.' || s[n] == '_') {
			n++
		}
		if n == 0 {
			return false
		}
		s = s[n:]
		if n = unitLen(s); n < 0 {
			return false
		}
		s = s[n:]
	}
	return true
}

// unitLen returns the length of the unit at the beginning of s, 0 if s begins with no
// letter, -1 if the letters are no unit.
func unitLen(s string) int {
	n := 0
	for n < len(s) && (isLetter(s[n]) || s[n] == '%' || s[n] == '/') {
		n++
	}
	switch strings.ToLower(s[:n]) {
	case "", "%", "x", "ns", "us", "ms", "s", "sec", "secs", "m", "min", "mins", "h", "d", "w", "y",
		"b", "k", "g", "t", "kb", "mb", "gb", "tb", "ki", "mi", "gi", "ti", "kib", "mib", "gib", "tib",
		"b/s", "kb/s", "mb/s", "gb/s", "/s", "req/s", "rps", "qps", "st", "nd", "rd", "th":
		return n
	}
	return -1
}

// isAddress reports whether s is an IPv4, IPv6 or MAC address, or a host name that a
// cloud derives from an address.
func isAddress(s string) bool {
	if isCloudHost(s) {
		return true
	}
	// The zone of a link-local address.
	s, _, _ = strings.Cut(s, "%")
	dots, colons := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			dots++
		case c == ':':
			colons++
		case c == '/' || c == '-':
		case !isHexDigit(c):
			return false
		}
	}
	// Two colons are also in a clock time: an address has "::" or six groups.
	if colons >= 2 {
		return len(s) >= 3 && (strings.Contains(s, "::") || colons >= 5)
	}
	// Four parts of letters are a host name, four numbers an address.
	return dots == 3 && isDigit(s[0]) && !strings.ContainsAny(s, "abcdefABCDEF")
}

// isCloudHost reports whether s is a host name such as ip-10-0-0-1.
func isCloudHost(s string) bool {
	return strings.HasPrefix(s, "ip-") && strings.Count(s, "-") >= 4 && isDigit(s[3])
}

// Lengths from which mixed letters and digits are an id.
const (
	// minHash is the minimum length of a hash in hexadecimal digits: git's short ones
	// have seven.
	minHash = 7
	// minToken is the minimum length of an id of letters and digits.
	minToken = 20
)

// isID reports whether s is a UUID, a hexadecimal number, a hash or a generated id.
func isID(s string) bool {
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		return allBytes(s[2:], isHexDigit)
	}
	if len(s) == 36 && strings.Count(s, "-") == 4 {
		return allBytes(s, func(c byte) bool { return c == '-' || isHexDigit(c) })
	}
	digits, letters := countBytes(s, isDigit), countBytes(s, isLetter)
	if len(s) >= minHash && digits > 0 && allBytes(s, isHexDigit) {
		return true
	}
	// A word of letters and a short number, such as a version, is no id.
	return len(s) >= minToken && digits >= 4 && letters > 0 && digits+letters == len(s)
}

// countBytes returns for how many bytes of s is holds.
func countBytes(s string, is func(byte) bool) (n int) {
	for i := 0; i < len(s); i++ {
		if is(s[i]) {
			n++
		}
	}
	return n
}

// withoutGenerated returns a name without its generated end: the two hashes of a
// deployment's pod, the one of a job or daemon set, the number of a replica.
func withoutGenerated(name string) string {
	cut := name
	for range 2 {
		i := strings.LastIndexByte(cut, '-')
		if i <= 0 || !isGenerated(cut[i+1:]) {
			break
		}
		cut = cut[:i]
	}
	return cut
}

// isGenerated reports whether Kubernetes generated the end of a name. Its random
// letters exclude vowels and the digits that look like them; replicas are counted. The
// alphabet is that of Kubernetes' SafeEncodeString: bcdfghjklmnpqrstvwxz2456789.
func isGenerated(end string) bool {
	if end == "" {
		return false
	}
	if allBytes(end, isDigit) {
		return true
	}
	if len(end) != 5 && (len(end) < 8 || len(end) > 10) {
		return false
	}
	// Five letters are enough for a pod; longer ends need a digit to be no word.
	digit := false
	for i := 0; i < len(end); i++ {
		if strings.IndexByte("bcdfghjklmnpqrstvwxz2456789", end[i]) < 0 {
			// Hashes of older versions are hexadecimal.
			return len(end) >= 8 && isID(end)
		}
		digit = digit || isDigit(end[i])
	}
	return digit || len(end) == 5
}

// allBytes reports whether s is not empty and is holds for each byte.
func allBytes(s string, is func(byte) bool) bool {
	for i := 0; i < len(s); i++ {
		if !is(s[i]) {
			return false
		}
	}
	return s != ""
}
