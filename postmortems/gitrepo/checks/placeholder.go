package checks

import (
	"bytes"
	"math"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// unmasked accepts a token of an issuer's form unless it is blanked out or the issuer's
// own example.
func unmasked(data []byte, at span) bool {
	return !isMasked(string(data[at.start:at.end]))
}

// password accepts any value that is not a placeholder: passwords need not look random.
func password(data []byte, at span) bool {
	return !isPlaceholder(string(data[at.start:at.end]))
}

// random accepts values that no person would write: long, mixed and uneven. It is for
// places where an ordinary word may appear. A false positive there refuses an honest
// push.
func random(data []byte, at span) bool {
	value := string(data[at.start:at.end])
	return !isPlaceholder(value) && !isWords(value) && entropy(value) >= minEntropy
}

// inAddress accepts the password of an address, unless the host is the author's own
// machine or in a domain reserved for examples (RFC 2606). The span is that of the
// password; an "@" and the host follow it.
func inAddress(data []byte, at span) bool {
	if isPlaceholder(string(data[at.start:at.end])) {
		return false
	}
	host := data[at.end+1:]
	if i := bytes.IndexAny(host, "/:?#\"'<>)` \t\r\n"); i >= 0 {
		host = host[:i]
	}
	name := strings.ToLower(string(host))
	switch {
	case name == "localhost", strings.HasPrefix(name, "127."), strings.HasPrefix(string(data[at.end+1:]), "[::1]"):
		return false
	case name == "example", strings.HasSuffix(name, ".example"), strings.HasSuffix(name, ".invalid"), strings.HasSuffix(name, ".test"):
		return false
	}
	for _, domain := range []string{"example.com", "example.org", "example.net"} {
		if name == domain || strings.HasSuffix(name, "."+domain) {
			return false
		}
	}
	return true
}

// keyNear is the largest distance in bytes from the first line of a key block to its key.
const keyNear = 400

// keyLine matches a run of base64 that is longer than any word.
var keyLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z0-9+/]{40}`) })

// hasKey accepts a private key, not a mention of one: the bytes of a key must follow. A
// document may quote the first line of a key file to explain it. The span is that of
// this line.
func hasKey(data []byte, at span) bool {
	run := keyLine().Find(data[at.end:min(len(data), at.end+keyNear)])
	return run != nil && !isMasked(string(run))
}

// isMasked reports whether a part of a token was blanked out, or the token is a
// documented example of AWS and others or the public key of Azure's storage emulator.
func isMasked(value string) bool {
	if strings.Contains(strings.ToUpper(value), "EXAMPLE") || strings.HasPrefix(value, "Eby8vdM02xNOcqFlq") {
		return true
	}
	// A run of one character ("xxxxxx", "000000") or very few different ones are a mask.
	distinct := map[byte]bool{}
	run := 1
	for i := range len(value) {
		distinct[value[i]] = true
		if i > 0 && value[i] == value[i-1] {
			if run++; run == 6 { // happens by chance in one of a hundred million tokens
				return true
			}
		} else {
			run = 1
		}
	}
	return len(distinct) < 6 && len(value) >= 12
}

// placeholderWords are parts of values that replace a secret. They are matched in lower
// case anywhere in the value, so that "my-dummy-token" counts.
const placeholderWords = "example password passwd passphrase changeme change-me change_me placeholder redacted secret " +
	"your dummy sample xxx *** ... --- ___ hidden insert replace foobar"

// trivialWords are whole values that are not secrets. Digits at the end of a value are
// ignored: "admin123" is one of them.
const trivialWords = "pass pwd token key user username root admin guest test none null nil true false empty string " +
	"postgres mysql redis rabbitmq minio env value apikey"

// isPlaceholder reports whether a value replaces a secret: a variable, markup, a
// placeholder word, prose in another script, or a well-known password. "%40" is an
// escaped "@", which real passwords in addresses contain; other percent signs are
// formats such as %s.
func isPlaceholder(value string) bool {
	if value == "" || strings.ContainsAny(value, "<>{}$%|") && !strings.Contains(value, "%40") || isMasked(value) {
		return true
	}
	if strings.IndexFunc(value, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		return true // prose, an ellipsis, typographic quotes
	}
	if strings.ContainsAny(value[:1], "=([*!&@-_.") || isCall(value) {
		return true
	}
	lower := strings.ToLower(value)
	for word := range strings.FieldsSeq(placeholderWords) {
		if strings.Contains(lower, word) {
			return true
		}
	}
	for word := range strings.FieldsSeq(trivialWords) {
		if strings.TrimRight(lower, "0123456789") == word {
			return true
		}
	}
	return strings.HasPrefix(lower, "1234") || strings.HasPrefix(lower, "abc123") || strings.HasPrefix(lower, "qwerty")
}

// isCall reports whether a value is code that reads the secret: os.environ[…],
// getenv(…), config.get.
func isCall(value string) bool {
	name := strings.TrimLeft(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.")
	return name != value && name != "" && (name[0] == '(' || name[0] == '[') ||
		strings.HasPrefix(value, "os.") || strings.HasPrefix(value, "process.env") || strings.HasPrefix(value, "secrets.")
}

// isWords reports whether a value is a name such as auth-service-2024 or kv/prod/token,
// not random text: each part between separators has only letters or only digits. Parts
// of up to four bytes may mix both ("eu1", "v2").
func isWords(value string) bool {
	for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return strings.ContainsRune("-_./:+=", r) }) {
		digits, lower, upper := 0, 0, 0
		for i := range len(part) {
			switch c := part[i]; {
			case c >= '0' && c <= '9':
				digits++
			case c >= 'a' && c <= 'z':
				lower++
			case c >= 'A' && c <= 'Z':
				upper++
			}
		}
		if digits > 0 && lower+upper > 0 && len(part) > 4 {
			return false
		}
	}
	return true
}

// minEntropy in bits per byte is between words (below 3.3) and 32 random hexadecimal
// digits (about 3.6); base64 has more. A value of n bytes has at most log2(n) bits, so
// values of fewer than ten bytes never reach it.
const minEntropy = 3.3

// entropy returns the Shannon entropy of a value in bits per byte:
// −Σ p(b) log2 p(b) over the frequencies p of its bytes.
func entropy(value string) float64 {
	var count [256]int
	for i := range len(value) {
		count[value[i]]++
	}
	bits := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(value))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}
