package query

import (
	"strconv"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/dockind"
	"github.com/postern/postern/portal/base/severity"
)

// Field is the name of a qualifier.
type Field uint8

// The qualifiers of the language.
const (
	NoField     Field = iota
	Kind              // kind:runbook
	Service           // service:payments
	Severity          // severity:SEV2
	Tag               // tag:dns
	Factor            // factor:config-change
	Owner             // owner:team-db
	Author            // author:"Ada Lovelace"
	DetectedBy        // detected-by:customer
	Status            // status:archived
	Path              // path:runbooks/db
	Title             // title:failover
	Has               // has:actions
	OpenActions       // open-actions:yes
	After             // after:2026-01-31, inclusive
	Before            // before:2026-02, exclusive
	Year              // year:2026
	Detect            // detect:>5m
	Diagnose          // diagnose:>10m
	Recover           // recover:>=1h30m
)

// MaxValueBytes is the maximum length of a qualifier's value. No name in a document
// is longer.
const MaxValueBytes = 256

// fieldNames is indexed by Field.
var fieldNames = [...]string{
	"", "kind", "service", "severity", "tag", "factor", "owner", "author", "detected-by",
	"status", "path", "title", "has", "open-actions", "after", "before", "year",
	"detect", "diagnose", "recover",
}

// String returns the name as written in a query.
func (f Field) String() string { return fieldNames[f] }

// Fields returns the names of all qualifiers, for help texts.
func Fields() []string { return append([]string(nil), fieldNames[1:]...) }

// fieldOf returns the field with a name, ignoring case; NoField if there is none.
func fieldOf(name string) Field {
	for i, n := range fieldNames[1:] {
		if strings.EqualFold(n, name) {
			return Field(i + 1)
		}
	}
	return NoField
}

// The values of the qualifiers that take one of a fixed list.
var (
	kinds     = dockind.Keys(dockind.Found())
	statuses  = []string{"draft", "review", "published", "archived"}
	hasValues = []string{"actions"}
)

// newFilter returns the Filter of a field and the text of its value. If the value is
// not valid, problem is a message for the reader that names the valid ones.
func newFilter(f Field, value string) (filter Filter, problem string) {
	out := Filter{Field: f, Value: value}
	if value == "" || len(value) > MaxValueBytes || strings.ContainsRune(value, '"') {
		return out, f.String() + ": needs a value of at most 256 bytes"
	}
	switch f {
	case Kind:
		return out.oneOf(kinds)
	case Status:
		return out.oneOf(statuses)
	case Has:
		return out.oneOf(hasValues)
	case Severity:
		return out.severity()
	case OpenActions:
		return out.yesNo()
	case After, Before:
		return out.day()
	case Year:
		return out.year()
	case Detect, Diagnose, Recover:
		return out.duration()
	default:
		return out, ""
	}
}

// oneOf accepts the listed values in any case, and their English plural.
func (f Filter) oneOf(values []string) (Filter, string) {
	v := strings.ToLower(f.Value)
	for _, known := range values {
		if v == known || v == known+"s" {
			f.Value = known
			return f, ""
		}
	}
	return f, f.Field.String() + ": takes one of " + strings.Join(values, ", ")
}

// severity accepts 2, SEV2 and sev2.
func (f Filter) severity() (Filter, string) {
	if name, ok := severity.Parse(f.Value); ok {
		f.Value = name
		return f, ""
	}
	return f, "severity: takes " + severity.Range
}

// yesNo accepts yes, no, true and false in any case.
func (f Filter) yesNo() (Filter, string) {
	switch strings.ToLower(f.Value) {
	case "yes", "true":
		f.Value, f.Yes = "yes", true
	case "no", "false":
		f.Value, f.Yes = "no", false
	default:
		return f, f.Field.String() + ": takes yes or no"
	}
	return f, ""
}

// day parses 2026-01-31, 2026-01 or 2026 to the first day of that range.
func (f Filter) day() (Filter, string) {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, f.Value); err == nil && len(f.Value) == len(layout) {
			f.Time = t.UTC()
			return f, ""
		}
	}
	return f, f.Field.String() + ": takes a date such as 2026-01-31, 2026-01 or 2026"
}

// year parses a year of four digits to its first day.
func (f Filter) year() (Filter, string) {
	t, err := time.Parse("2006", f.Value)
	if err != nil {
		return f, "year: takes a year such as 2026"
	}
	f.Time = t.UTC()
	return f, ""
}

// duration parses >5m, <=1h30m, 90s or 2d. A bare number means seconds, as in the API.
func (f Filter) duration() (Filter, string) {
	op, rest := cutOp(f.Value)
	seconds, ok := parseSeconds(rest)
	if !ok {
		return f, f.Field.String() + ": takes a comparison such as >5m, <=1h30m or <2d"
	}
	f.Op, f.Seconds = op, seconds
	f.Value = op.String() + formatSeconds(seconds)
	return f, ""
}

// cutOp cuts the operator off a comparison. Without one it is Equal.
func cutOp(s string) (Op, string) {
	for _, op := range []Op{GreaterOrEqual, LessOrEqual, Greater, Less, Equal} {
		if rest, ok := strings.CutPrefix(s, op.String()); ok {
			return op, rest
		}
	}
	return Equal, s
}

// maxSeconds is ten years, longer than any incident.
const maxSeconds = 10 * 366 * 24 * 60 * 60

// unitSeconds lists the units of a duration, longest first.
var unitSeconds = []struct {
	name    byte
	seconds int64
}{{'w', 7 * 86400}, {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}

// parseSeconds parses a number of seconds or a sequence such as 1h30m. ok is false
// if s is neither, or more than maxSeconds.
func parseSeconds(s string) (seconds int64, ok bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, n >= 0 && n <= maxSeconds && s[0] != '+' && s[0] != '-'
	}
	if s == "" {
		return 0, false
	}
	var total int64
	for s != "" {
		i := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		n, err := strconv.ParseInt(s[:i], 10, 32)
		if err != nil || i == len(s) {
			return 0, false
		}
		unit := secondsOf(s[i] | 0x20)
		if total += n * unit; unit == 0 || total > maxSeconds {
			return 0, false
		}
		s = s[i+1:]
	}
	return total, true
}

// secondsOf returns the length of a unit, 0 if it is unknown.
func secondsOf(unit byte) int64 {
	for _, u := range unitSeconds {
		if u.name == unit {
			return u.seconds
		}
	}
	return 0
}

// formatSeconds returns the canonical form of a duration, such as 1d2h.
func formatSeconds(n int64) string {
	if n == 0 {
		return "0s"
	}
	var b strings.Builder
	// Weeks are accepted, but never written.
	for _, u := range unitSeconds[1:] {
		if k := n / u.seconds; k > 0 {
			b.WriteString(strconv.FormatInt(k, 10))
			b.WriteByte(u.name)
			n -= k * u.seconds
		}
	}
	return b.String()
}
