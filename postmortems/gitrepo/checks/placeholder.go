package checks

import (
	"bytes"
	"math"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// unmasked tells a token of an issuer's form from one that was blanked out or is
// the issuer's own example.
func unmasked(data []byte, at span) bool {
	return !isMasked(string(data[at.start:at.end]))
}

// password takes any value that is no placeholder: passwords need not look random.
func password(data []byte, at span) bool {
	return !isPlaceholder(string(data[at.start:at.end]))
}

// random takes values that no person would write: long, mixed and uneven. It is
// for places where an ordinary word may stand.
func random(data []byte, at span) bool {
	value := string(data[at.start:at.end])
	return !isPlaceholder(value) && !isWords(value) && entropy(value) >= minEntropy
}

// inAddress takes a password of an address, unless the address is of the
// author's own machine or of a domain reserved for examples (RFC 2606).
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

// keyNear is how far behind the first line of a key block its bytes begin, at most.
const keyNear = 400

// keyLine is a run of base64 as long as no word.
var keyLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z0-9+/]{40}`) })

// hasKey tells a private key from a mention of one: key bytes follow.
func hasKey(data []byte, at span) bool {
	run := keyLine().Find(data[at.end:min(len(data), at.end+keyNear)])
	return run != nil && !isMasked(string(run))
}

// isMasked tells tokens of which a part was blanked out, the documented examples
// of AWS and others, and the public key of Azure's storage emulator.
func isMasked(value string) bool {
	if strings.Contains(strings.ToUpper(value), "EXAMPLE") || strings.HasPrefix(value, "Eby8vdM02xNOcqFlq") {
		return true
	}
	distinct := map[byte]bool{}
	run := 1
	for i := range len(value) {
		distinct[value[i]] = true
		if i > 0 && value[i] == value[i-1] {
			if run++; run == 6 { // by chance one in a hundred million tokens
				return true
			}
		} else {
			run = 1
		}
	}
	return len(distinct) < 6 && len(value) >= 12
}

// placeholderWords stand in a value instead of a secret.
const placeholderWords = "example password passwd passphrase changeme change-me change_me placeholder redacted secret your dummy sample xxx *** ... --- ___ hidden insert replace foobar"

// trivialWords are whole values that are no secrets.
const trivialWords = "pass pwd token key user username root admin guest test none null nil true false empty string postgres mysql redis rabbitmq minio env value apikey"

// isPlaceholder tells values that stand for a secret: variables, markup, words
// that say so, prose of other scripts, and passwords everybody knows.
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

// isCall tells code that fetches the secret: os.environ[…], getenv(…), config.get.
func isCall(value string) bool {
	name := strings.TrimLeft(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.")
	return name != value && name != "" && (name[0] == '(' || name[0] == '[') ||
		strings.HasPrefix(value, "os.") || strings.HasPrefix(value, "process.env") || strings.HasPrefix(value, "secrets.")
}

// isWords tells names such as auth-service-2024 or kv/prod/token from random
// text: between separators there are only letters of one kind, or only digits.
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

// minEntropy, in bits a character, lies between words (below 3.3) and random hex
// of 32 digits (about 3.6), base64 being higher.
const minEntropy = 3.3

// entropy is Shannon's, in bits a byte, of the value's own byte frequencies.
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
