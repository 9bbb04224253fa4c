package auth

import (
	"crypto/sha256"
	"encoding/base32"
	"io"
	"math/big"
	"strings"

	"github.com/postern/postern/portal/base/fault"
)

const (
	// SecretPrefix begins the secret of every token, so that people and secret
	// scanners recognize one.
	SecretPrefix = "pst_"
	// SecretPattern matches the secret of a token in text.
	SecretPattern = SecretPrefix + `[0-9A-Za-z]{43}`

	secretBytes = 32 // of randomness: 256 bits cannot be guessed
	secretChars = 43 // of base 62 that hold them
	idBytes     = 5  // of randomness in a public id
	idChars     = 8  // of base 32 that hold them
)

// random62 returns 32 random bytes in base 62, with leading zeros, so that every text
// has the same length.
func random62(random io.Reader) (string, error) {
	b, err := draw(random, secretBytes)
	if err != nil {
		return "", err
	}
	text := new(big.Int).SetBytes(b).Text(62)
	return strings.Repeat("0", secretChars-len(text)) + text, nil
}

// randomID returns a random public id of 8 characters, a-z and 2-7. It is no secret: 40
// bits make a collision rare, and addToken looks for an unused one.
func randomID(random io.Reader) (string, error) {
	b, err := draw(random, idBytes)
	if err != nil {
		return "", err
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(b)), nil
}

// draw returns n random bytes; fault.Internal if the source of randomness fails.
func draw(random io.Reader, n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, fault.Wrap(fault.Internal, "auth.draw", "the system returned no randomness", err)
	}
	return b, nil
}

// hash returns the SHA-256 of a secret, which is stored instead of it. A secret has 256
// random bits, so a slow password hash would add nothing.
func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// looksLikeSecret reports whether a text has the form of a secret, so that others are
// not looked up in the database: most requests with a wrong credential cost no read.
func looksLikeSecret(s string) bool {
	text, ok := strings.CutPrefix(s, SecretPrefix)
	return ok && isBase62(text)
}

// isBase62 reports whether a text has the length and the characters of random62.
func isBase62(s string) bool {
	if len(s) != secretChars {
		return false
	}
	for _, c := range []byte(s) {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return false
		}
	}
	return true
}
