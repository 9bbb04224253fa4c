package config

import (
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// printed returns a text for the printed configuration, nil for "".
func printed(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// line is a text without control characters.
func line(at *string) value {
	return scalar[string]{at: at, print: printed, shape: map[string]any{"type": "string", "minLength": 1},
		parse: func(text string) (string, error) {
			if text == "" || strings.ContainsFunc(text, unicode.IsControl) {
				return "", mustBe("a text of one line", text)
			}
			return text, nil
		}}
}

// word is one of the given words, in the same case.
func word(at *string, words ...string) value {
	return scalar[string]{at: at, print: printed, shape: map[string]any{"enum": words},
		parse: func(text string) (string, error) {
			if !slices.Contains(words, text) {
				return "", mustBe(strings.Join(words, " or "), text)
			}
			return text, nil
		}}
}

// zone is the name of a time zone of the tz database. "Local" is refused: it would give
// reports another meaning on another machine.
func zone(at *string) value {
	return scalar[string]{at: at, print: printed, shape: map[string]any{"type": "string", "minLength": 1},
		parse: func(text string) (string, error) {
			if _, err := time.LoadLocation(text); err != nil || text == "" || text == "Local" {
				return "", mustBe("a time zone of the tz database, such as Europe/Berlin", text)
			}
			return text, nil
		}}
}

// yes is true or false. The other words that YAML reads as booleans are refused, as a
// flag would refuse them.
func yes(at *bool) value {
	return scalar[bool]{at: at, print: func(b bool) any { return b }, shape: map[string]any{"type": "boolean"},
		parse: func(text string) (bool, error) {
			if text != "true" && text != "false" {
				return false, mustBe("true or false", text)
			}
			return text == "true", nil
		}}
}

// number is a whole number with bounds. Underscores may separate digits.
func number(at *int, least, most int) value {
	what := fmt.Sprintf("a whole number from %d to %d", least, most)
	return scalar[int]{at: at, print: func(n int) any { return n },
		shape: map[string]any{"type": "integer", "minimum": least, "maximum": most},
		parse: func(text string) (int, error) {
			n, err := strconv.Atoi(strings.ReplaceAll(text, "_", ""))
			if err != nil || n < least || n > most {
				return 0, mustBe(what, text)
			}
			return n, nil
		}}
}

// duration is a duration in the syntax of Go: 90s, 1h30m. It has no days; 90 days are
// 2160h. The bounds are inclusive.
func duration(at *time.Duration, least, most time.Duration) value {
	what := fmt.Sprintf("a duration from %s to %s, such as 90s or 1h30m", span(least), span(most))
	return scalar[time.Duration]{at: at, print: func(d time.Duration) any { return span(d) },
		shape: map[string]any{"type": "string", "pattern": `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`},
		parse: func(text string) (time.Duration, error) {
			d, err := time.ParseDuration(text)
			if err != nil || d < least || d > most {
				return 0, mustBe(what, text)
			}
			return d, nil
		}}
}

// span writes a duration without trailing zero units: 10m0s is 10m. The text can be
// read back, unlike that of package humanize.
func span(d time.Duration) string {
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = s[:len(s)-2]
		}
	}
	return s
}

// size is a number of bytes with a binary unit: 64MiB. A number without a unit is
// refused. The bounds are inclusive.
func size(at *int64, least, most int64) value {
	what := fmt.Sprintf("a size from %s to %s, in B, KiB, MiB or GiB", sizeText(least), sizeText(most))
	return scalar[int64]{at: at, print: func(n int64) any { return sizeText(n) },
		shape: map[string]any{"type": "string", "pattern": `^[0-9]+ ?(B|KiB|MiB|GiB)$`},
		parse: func(text string) (int64, error) {
			n, ok := parseBytes(text)
			if !ok || n < least || n > most {
				return 0, mustBe(what, text)
			}
			return n, nil
		}}
}

// unit is one unit of sizes.
type unit struct {
	name  string
	bytes int64
}

// units returns the units of sizes, the largest first.
func units() []unit { return []unit{{"GiB", gib}, {"MiB", mib}, {"KiB", kib}, {"B", 1}} }

// parseBytes reads a size. ok is false for another syntax or beyond 63 bits. The units
// are tried from the largest, since each ends with "B".
func parseBytes(text string) (int64, bool) {
	for _, u := range units() {
		digits, found := strings.CutSuffix(text, u.name)
		if !found {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSuffix(digits, " "), 10, 63)
		if err != nil || int64(n) > math.MaxInt64/u.bytes {
			return 0, false
		}
		return int64(n) * u.bytes, true
	}
	return 0, false
}

// sizeText writes a size in the largest unit that divides it. The text can be read back
// without loss, unlike that of package humanize.
func sizeText(n int64) string {
	for _, u := range units() {
		if n%u.bytes == 0 && n != 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return "0B"
}

// address is host:port; an empty host is every interface. The port is written back as a
// number, so that "0080" is stored as "80".
func address(at *string) value {
	return scalar[string]{at: at, print: printed, shape: map[string]any{"type": "string"},
		parse: func(text string) (string, error) {
			host, port, err := net.SplitHostPort(text)
			n, errPort := strconv.ParseUint(port, 10, 16)
			if err != nil || errPort != nil || strings.ContainsFunc(host, notInHost) {
				return "", mustBe("host:port with a port from 0 to 65535, such as 127.0.0.1:8080 or [::1]:8080", text)
			}
			return net.JoinHostPort(host, strconv.FormatUint(n, 10)), nil
		}}
}

// notInHost reports whether a rune cannot be part of a host.
func notInHost(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-:%_", r)
}

// link is an absolute HTTP URL; trailing slashes are removed, because paths are
// appended to it. A query or a fragment would end up in the middle of such an address.
func link(at **url.URL) value {
	return scalar[*url.URL]{at: at, shape: map[string]any{"type": "string", "pattern": "^https?://"},
		print: func(u *url.URL) any {
			if u == nil {
				return nil
			}
			return u.String()
		},
		parse: func(text string) (*url.URL, error) {
			u, err := url.Parse(strings.TrimRight(text, "/"))
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" ||
				u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(u.Path, "//") {
				return nil, mustBe("a URL such as https://kb.example.org or https://example.org/kb, without user, query or fragment", text)
			}
			return u, nil
		}}
}

// level is the level of log messages.
func level(at *slog.Level) value {
	names := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	words := []string{"debug", "info", "warn", "error"}
	return scalar[slog.Level]{at: at, shape: map[string]any{"enum": words},
		print: func(l slog.Level) any { return strings.ToLower(l.String()) },
		parse: func(text string) (slog.Level, error) {
			l, ok := names[text]
			if !ok {
				return 0, mustBe(strings.Join(words, ", "), text)
			}
			return l, nil
		}}
}

// secret is a text that is neither printed nor quoted in an error.
func secret(at *Secret) value {
	return scalar[Secret]{at: at, shape: map[string]any{"type": "string", "minLength": minSecret, "writeOnly": true},
		print: func(s Secret) any { return printed(s.String()) },
		parse: func(text string) (Secret, error) {
			if len(text) < minSecret || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
				return Secret{}, mustBe(fmt.Sprintf("%d or more printable ASCII characters without spaces", minSecret), "")
			}
			return NewSecret(text), nil
		}}
}

// password is a secret that another system defines: any text of one line.
func password(at *Secret) value {
	return scalar[Secret]{at: at, shape: map[string]any{"type": "string", "minLength": 1, "writeOnly": true},
		print: func(s Secret) any { return printed(s.String()) },
		parse: func(text string) (Secret, error) {
			if text == "" || strings.ContainsFunc(text, unicode.IsControl) {
				return Secret{}, mustBe("a text of one line", "")
			}
			return NewSecret(text), nil
		}}
}

// minSecret is the minimum length of a secret in bytes, against guessing.
const minSecret = 16
