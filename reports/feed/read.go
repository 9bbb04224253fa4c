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

// Limits of what is kept of one item. Longer text is cut, longer lists are ended:
// what a feed says is shown in tables.
const (
	MaxText = 2 << 10 // bytes
	MaxList = 200
	// MaxRejected is how many items of one body are told to be unusable one by one.
	MaxRejected = 1000
)

// Text is s without surrounding blanks, cut to MaxText bytes at a character.
func Text(s string) string {
	s = strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD"))
	if len(s) <= MaxText {
		return s
	}
	return strings.ToValidUTF8(s[:MaxText], "")
}

// Texts are the non-empty ones among s, each cut, none twice, in their order.
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

// ReadJSON reads a body that is one JSON value. The error (fault.Invalid) says
// what is wrong in words for the sender.
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

// Trouble words an error of encoding/json for the sender, who does not know the
// names of Go's types.
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

// ReadTime reads an instant as feeds write it: RFC 3339 with or without fractions
// and colons in the offset. Empty and "null" are the zero time.
func ReadTime(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "" || s == "null" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 -0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fault.Newf(fault.Invalid, "feed.ReadTime", "the time %q is not written as 2026-11-24T12:00:00Z", Text(s))
}

// Epoch reads a count of seconds, milliseconds, microseconds or nanoseconds since
// 1970: which one is told from its magnitude, since senders mix them in one
// object. Dates from 1973 to 5138 are told rightly. 0 is the zero time.
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

// Reason is the words of an error for a Rejection.
func Reason(err error) string { return fault.Message(err) }

// timeKey is how a fact is keyed by its time, so that the order of keys is that of
// time and a part of an entity's facts can be found.
const timeKey = "2006-01-02T15:04:05.000000Z"

// TimeKey is the key of a fact that its source keys by its time.
func TimeKey(t time.Time) string { return t.UTC().Format(timeKey) }

// IsTimeKey tells whether a key is one of TimeKey.
func IsTimeKey(key string) bool {
	t, err := time.Parse(timeKey, key)
	return err == nil && TimeKey(t) == key
}
