package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// Limits of one item. Longer text is cut and longer lists are ended,
// because items are shown in tables.
const (
	MaxText = 2 << 10 // bytes
	MaxList = 200
	// MaxRejected is how many rejected items of one body are listed.
	MaxRejected = 1000
)

// Text returns s without surrounding blanks, cut to MaxText bytes at a
// character.
func Text(s string) string {
	s = strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD"))
	if len(s) <= MaxText {
		return s
	}
	return strings.ToValidUTF8(s[:MaxText], "")
}

// Texts returns the distinct non-empty texts of s in their order, each cut,
// at most MaxList.
func Texts(s ...string) (out []string) {
	seen := map[string]bool{}
	for _, x := range s {
		x = Text(x)
		if x == "" || seen[x] || len(out) == MaxList {
			continue
		}
		seen[x] = true
		out = append(out, x)
	}
	return out
}

// ReadJSON decodes a body that is one JSON value. The error (fault.Invalid)
// has a message for the sender.
func ReadJSON(body []byte, v any) error {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(body)) == 0 {
		return fault.New(fault.Invalid, "feed.ReadJSON", "the body is empty")
	}
	if err := checkItems(body); err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fault.Wrap(fault.Invalid, "feed.ReadJSON", "this is not JSON of the format: "+Trouble(err), err)
	}
	return nil
}

// Trouble returns the message of an encoding/json error for the sender, who
// does not know the names of Go types.
func Trouble(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := e.Field
		if field == "" {
			field = "the value"
		}
		return fmt.Sprintf("%s: something else than %s is expected", Text(field), Text(e.Value))
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("%s, at byte %d", Text(e.Error()), e.Offset)
	}
	return Text(err.Error())
}

// ReadTime parses an instant as feeds write it: RFC 3339 with or without
// fractions and colons in the offset. Empty and "null" are the zero time.
// Other text is fault.Invalid.
func ReadTime(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "" || s == "null" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00",
		"2006-01-02 15:04:05.999999999 -0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fault.Newf(fault.Invalid, "feed.ReadTime", "the time %q is not written as 2026-11-24T12:00:00Z", Text(s))
}

// Epoch returns the instant of a count of seconds, milliseconds,
// microseconds or nanoseconds since 1970. The magnitude decides which,
// because senders mix them in one object; it decides correctly for 1973 to
// 5138. 0 is the zero time.
func Epoch(n int64) time.Time {
	switch {
	case n == 0:
		return time.Time{}
	case n >= 1e17 || n <= -1e17:
		return time.Unix(0, n).UTC()
	case n >= 1e14 || n <= -1e14:
		return time.UnixMicro(n).UTC()
	case n >= 1e11 || n <= -1e11:
		return time.UnixMilli(n).UTC()
	}
	return time.Unix(n, 0).UTC()
}

// Reason returns the message of an error for a Rejection.
func Reason(err error) string { return fault.Message(err) }

// timeKey is the layout of keys that are times, so that the order of keys
// is that of time and a range of an entity's facts can be found.
const timeKey = "2006-01-02T15:04:05.000000Z"

// TimeKey returns the key of a fact that its source identifies by time.
func TimeKey(t time.Time) string { return t.UTC().Format(timeKey) }

// IsTimeKey reports whether a key is one of TimeKey.
func IsTimeKey(key string) bool {
	t, err := time.Parse(timeKey, key)
	return err == nil && TimeKey(t) == key
}
