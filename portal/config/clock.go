package config

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Night is a span of the local day between two wall-clock times. It may include
// midnight.
type Night struct{ From, To time.Duration }

// clockLayout is a time of day without seconds.
const clockLayout = "15:04"

// parseClock reads a time of day as the duration since midnight; ok is false for any
// other text. 24:00 is refused.
func parseClock(text string) (time.Duration, bool) {
	t, err := time.Parse(clockLayout, text)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err == nil
}

// clockText writes the duration since midnight as a time of day. It is the inverse of
// parseClock, so that a printed value can be read again.
func clockText(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", d/time.Hour, d%time.Hour/time.Minute)
}

// clock is a time of day in wall-clock time, such as 08:00, stored as the duration
// since midnight.
func clock(at *time.Duration) value {
	return scalar[time.Duration]{at: at, print: func(d time.Duration) any { return clockText(d) },
		shape: map[string]any{"type": "string", "pattern": `^[0-2]?[0-9]:[0-5][0-9]$`},
		parse: func(text string) (time.Duration, error) {
			d, ok := parseClock(text)
			if !ok {
				return 0, mustBe("a time of the day such as 08:00", text)
			}
			return d, nil
		}}
}

// night is two times of day, such as 22:00-08:00. Equal times would be a night of no or
// of 24 hours, and are refused.
func night(at *Night) value {
	return scalar[Night]{at: at, print: func(n Night) any { return clockText(n.From) + "-" + clockText(n.To) },
		shape: map[string]any{"type": "string", "pattern": `^[0-2]?[0-9]:[0-5][0-9]-[0-2]?[0-9]:[0-5][0-9]$`},
		parse: func(text string) (Night, error) {
			from, to, _ := strings.Cut(text, "-")
			n, ok := Night{}, false
			if n.From, ok = parseClock(from); ok {
				n.To, ok = parseClock(to)
			}
			if !ok || n.From == n.To {
				return Night{}, mustBe("two different times of the day such as 22:00-08:00", text)
			}
			return n, nil
		}}
}

// turn is the length of a shift: a whole number of hours that divides a day, so that
// shifts change at the same hours every day. Reports count pages by shift.
func turn(at *time.Duration) value {
	return scalar[time.Duration]{at: at, print: func(d time.Duration) any { return span(d) },
		shape: map[string]any{"enum": []string{"1h", "2h", "3h", "4h", "6h", "8h", "12h", "24h"}},
		parse: func(text string) (time.Duration, error) {
			d, err := time.ParseDuration(text)
			const day = 24 * time.Hour
			if err != nil || d < time.Hour || d > day || d%time.Hour != 0 || day%d != 0 {
				return 0, mustBe("a part of a day in whole hours: 1h, 2h, 3h, 4h, 6h, 8h, 12h or 24h", text)
			}
			return d, nil
		}}
}

// maxTerm bounds a term, in runes: it is printed in heads of tables.
const maxTerm = 24

// term is one or two words as they are written within a sentence. Only letters, marks,
// spaces, hyphens and apostrophes are accepted, because the term is put into sentences
// and table heads unquoted.
func term(at *string) value {
	return scalar[string]{at: at, print: printed, shape: map[string]any{"type": "string", "minLength": 1, "maxLength": maxTerm},
		parse: func(text string) (string, error) {
			bad := func(r rune) bool {
				return !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(" -'", r)
			}
			if strings.TrimSpace(text) != text || text == "" || len([]rune(text)) > maxTerm || strings.ContainsFunc(text, bad) {
				return "", mustBe(fmt.Sprintf("a word such as located, of at most %d letters", maxTerm), text)
			}
			return text, nil
		}}
}
