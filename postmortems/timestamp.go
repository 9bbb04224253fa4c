package postmortems

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stamp is a time as a timeline writes it: any combination of a date, a clock and a
// zone, or an offset from the start. At least one of date, clock and offset is set; a
// vague date counts, even one whose day is 0.
type stamp struct {
	year   int // 0: not written
	month  time.Month
	day    int  // 0: no date
	vague  bool // an impossible or ambiguous date, such as 10/03/2026
	clock  bool
	hour   int
	minute int
	second int
	zone   *time.Location // nil: not written, or not understood
	words  string         // the zone as written; "": not written
	offset *time.Duration // T+5m
	dated  string         // the date as written, for messages
	named  *time.Weekday  // the day of the week beside the clock; nil: not written
}

const (
	clockExpr = `(\d{1,2})[:：](\d{2})(?:[:：](\d{2})(?:[.,]\d{1,9})?)?`
	monthExpr = `(?i:(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?` +
		`|nov(?:ember)?|dec(?:ember)?)\b)\.?`
)

// The parts of a stamp, each at the beginning of the remaining text.
var (
	leadIn        = regexp.MustCompile(`^[\s*_~≈\[(（【"“-]*(?i:(?:at|around|about|approx\.?|approximately|ca\.?|circa|约|大约)\s*)?`)
	betweenParts  = regexp.MustCompile(`^(?:\s*[T,，@]\s*|\s+(?i:at)\s+|\s+|[)\]）】]\s*)?`)
	trailing      = regexp.MustCompile(`^[\s*_)\]）】"”]*(?:[-–—:：|,，、.>→]+[\s*_]*)?`)
	relativeClock = regexp.MustCompile(`^[Tt]\s*([+−-])\s*` + clockExpr)
	relativeParts = regexp.MustCompile(`^[Tt]\s*([+−-])\s*(?:(\d{1,3})\s*(?:hours?|h|小时))?\s*(?:(\d{1,4})\s*(?:minutes?|mins?|m|分钟?))?` +
		`\s*(?:(\d{1,5})\s*(?:seconds?|secs?|s|秒))?`)
	relativeZero   = regexp.MustCompile(`^[Tt]0\b`)
	weekday        = regexp.MustCompile(`^(?i:(mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nes|nesday|r|rs|rsday|ur|urday)?\b)\.?,?\s+`)
	dateISO        = regexp.MustCompile(`^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*[日号])?`)
	dateHan        = regexp.MustCompile(`^(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?`)
	dateMonthFirst = regexp.MustCompile(`^` + monthExpr + `\s+(\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s+(\d{4})\b)?`)
	dateDayFirst   = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?` + monthExpr + `(?:,?\s+(\d{4})\b)?`)
	dateSlashed    = regexp.MustCompile(`^(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})\b`)
	yearOfTwo      = regexp.MustCompile(`^,?\s*['’‘]\d{2}\b`)
	halfDay        = regexp.MustCompile(`^(上午|凌晨|早上|中午|下午|晚上|北京时间)\s*`)
	clockDigits    = regexp.MustCompile(`^` + clockExpr)
	clockHan       = regexp.MustCompile(`^(\d{1,2})\s*[点时]\s*(?:(\d{1,2})\s*分?)?(?:(\d{1,2})\s*秒)?`)
	clockHour      = regexp.MustCompile(`^(\d{1,2})()()(?i:\s?([ap])\.?m\b\.?)`)
	halfAfter      = regexp.MustCompile(`^(?i:\s?([ap])\.?m\b\.?)`)
	shortOffset    = regexp.MustCompile(`^(([+\-−])\d{1,2}(:\d{2})?)(?:[\s)）\]：,，|]|:(?:\s|$)|$)`)
	clockWord      = regexp.MustCompile(`^\s*(?:h|hrs?|hours|Uhr)\b\.?`)
	zoneGap        = regexp.MustCompile(`^[)）\]】]?[\s*_]*,?[\s*_]*([(（\[]\s*)?`)
	zoneClose      = regexp.MustCompile(`^\s*[)）\]]`)
	rangeMark      = regexp.MustCompile(`^[*_]*\s*(?:-|−|–|—|~|～|→|至|到|(?i:to|until)\s)\s*`)
	beforeEnd      = regexp.MustCompile(`^[\sT,]*`)
	runsOn         = regexp.MustCompile(`^(?:[0-9]|:[0-9]|%)`)
)

// stampReader reads a stamp at the beginning of a text, part by part. Each method reads
// one part from the beginning of rest.
type stampReader struct {
	rest string
	iso  bool // date and clock are joined by T, so an offset may follow

	seconds bool // the clock states seconds
	stamp
}

// parseStamp reads the stamp that a text begins with and returns the text behind it. It
// is not ok when the text begins with none. Of a range ("08:04 - 08:10") it returns the
// start. rest has no separators at its beginning. If the text begins with none, rest is
// text. "8:045" and "80%" are numbers that go on and no times.
func parseStamp(text string) (s stamp, rest string, ok bool) {
	r := stampReader{rest: text}
	r.take(leadIn)
	if !r.relative() {
		before := r.rest
		dated := r.date()
		mark := r.rest
		if dated {
			r.dated = trimRaw(strings.TrimSuffix(before, mark))
		}
		if m := r.take(betweenParts); m != nil {
			r.iso = dated && strings.Contains(m[0], "T")
		}
		if !r.time() {
			r.rest = mark
			if !dated {
				return stamp{}, text, false
			}
		}
	}
	// "10 May 20261" or "08:04:30.5%" is something else.
	if continues(r.rest) {
		return stamp{}, text, false
	}
	r.zoned()
	r.rangeEnd()
	r.take(trailing)
	return r.stamp, r.rest, true
}

// take removes what an anchored expression matches and returns its groups. It returns
// nil and changes nothing when the expression does not match.
func (r *stampReader) take(expr *regexp.Regexp) []string {
	m := expr.FindStringSubmatch(r.rest)
	if m != nil {
		r.rest = r.rest[len(m[0]):]
	}
	return m
}

// continues reports whether a number or word goes on, so that what was read is not a
// time.
func continues(rest string) bool { return runsOn.MatchString(rest) }

// relative reads T+5m, T+1h5m, T+00:05 and T0. "T" alone, or followed by other letters,
// is none.
func (r *stampReader) relative() bool {
	mark := r.rest
	if m := r.take(relativeClock); m != nil {
		h, minute, sec := number(m[2]), number(m[3]), number(m[4])
		r.setOffset(m[1], time.Duration(h)*time.Hour+time.Duration(minute)*time.Minute+time.Duration(sec)*time.Second)
		return true
	}
	m := r.take(relativeParts)
	if m != nil && m[2]+m[3]+m[4] != "" {
		r.setOffset(m[1], time.Duration(number(m[2]))*time.Hour+time.Duration(number(m[3]))*time.Minute+time.Duration(number(m[4]))*time.Second)
		return true
	}
	r.rest = mark
	if r.take(relativeZero) != nil {
		r.setOffset("+", 0)
		return true
	}
	return false
}

// setOffset sets the offset from the start. sign is "+", or a minus sign in one of its
// forms.
func (r *stampReader) setOffset(sign string, d time.Duration) {
	if sign != "+" {
		d = -d
	}
	r.offset = &d
}

// date reads a date, with or without a year, and marks ambiguous ones. It returns true
// for a date that is vague, too: the text states one.
func (r *stampReader) date() bool {
	if m := r.take(weekday); m != nil {
		day := time.Weekday(strings.Index("sunmontuewedthufrisat", strings.ToLower(m[1])) / 3)
		r.named = &day
	}
	if dated := r.dayOfYear(); !dated || r.year != 0 {
		return dated
	}
	r.vague = r.take(yearOfTwo) != nil || r.vague // March 5, '27
	return true
}

// dayOfYear reads a date after the day of the week. Of a date with slashes or hyphens
// day and month are distinguished only if one of them is over 12 or both are equal.
func (r *stampReader) dayOfYear() bool {
	if m := r.take(dateISO); m != nil {
		return r.setDate(number(m[1]), number(m[2]), number(m[3]))
	}
	if m := r.take(dateHan); m != nil {
		return r.setDate(0, number(m[1]), number(m[2]))
	}
	if m := r.take(dateMonthFirst); m != nil {
		return r.setDate(number(m[3]), monthNumber(m[1]), number(m[2]))
	}
	if m := r.take(dateDayFirst); m != nil {
		return r.setDate(number(m[3]), monthNumber(m[2]), number(m[1]))
	}
	if m := r.take(dateSlashed); m != nil {
		a, b, year := number(m[1]), number(m[3]), number(m[4])
		if a > 12 || m[2] == "." && b <= 12 { // with dots the day always comes first
			return r.setDate(year, b, a)
		}
		r.vague = b <= 12 && a != b
		return r.setDate(year, a, b)
	}
	return false
}

// setDate sets a date; an impossible one is vague. It returns true. A day that its
// month does not have (31 April) is found later, when the year is known.
func (r *stampReader) setDate(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 || day > 31 || year != 0 && (year < 1970 || year > 9999) {
		r.vague, r.day = true, 0
		return true
	}
	r.year, r.month, r.day = year, time.Month(month), day
	return true
}

// time reads a clock: 8:04, 08:04:30, 8:04 pm, 8 pm, 下午3:10, 8点04分. After an impossible
// clock, such as 25:00, it returns false and the text is consumed; parseStamp resets
// it.
func (r *stampReader) time() bool {
	mark := r.rest
	half := ""
	if m := r.take(halfDay); m != nil {
		half = m[1]
		if half == "北京时间" {
			r.zone, r.words = fixedZone(8*60), half
		}
	}
	m := r.take(clockDigits)
	if m == nil {
		m = r.take(clockHan)
	}
	if m == nil {
		if m = r.take(clockHour); m != nil {
			half = m[4]
		}
	}
	if m == nil {
		r.rest = mark
		return false
	}
	if ap := r.take(halfAfter); ap != nil {
		half = ap[1]
	}
	r.hour, r.minute, r.second = hourOfDay(number(m[1]), half), number(m[2]), number(m[3])
	r.seconds = m[3] != ""
	r.clock = r.hour <= 23 && r.minute <= 59 && r.second <= 59
	return r.clock
}

// hourOfDay returns an hour on the clock of 24 hours; half is the half of the day, ""
// if none was stated. 12 pm is noon and 12 am midnight. 中午, 上午, 凌晨 and 早上 do not change
// the hour.
func hourOfDay(hour int, half string) int {
	switch {
	case (half == "下午" || half == "晚上" || strings.EqualFold(half, "p")) && hour < 12:
		return hour + 12
	case strings.EqualFold(half, "a") && hour == 12:
		return 0
	}
	return hour
}

// zoned reads a zone after a clock, with or without brackets. A zone that is stated and
// not understood sets words without a zone, so that no default replaces it.
func (r *stampReader) zoned() {
	if !r.clock {
		return
	}
	mark := r.rest
	r.take(clockWord)
	bracket := r.take(zoneGap)[1] != ""
	read, ok := zoneOrPlace(r.rest, bracket)
	if m := shortOffset.FindStringSubmatch(r.rest); !ok && m != nil && (bracket || r.iso || r.offsetAlone(m, len(mark) > len(r.rest))) {
		r.zone, r.words, r.rest = nil, m[1], r.rest[len(m[1]):] // -08 is an offset in hours or the end of a range
		if bracket {
			r.take(zoneClose)
		}
		return
	}
	if ok && !bracket {
		read, ok = r.unbracketed(read, len(mark)-len(r.rest) == 0)
	}
	if !ok {
		r.rest = mark
		return
	}
	r.zone, r.words = read.zone, read.words
	r.rest = r.rest[len(read.words):]
	if bracket {
		r.take(zoneClose)
	}
}

// zoneOrPlace reads a zone, a vague one, or in brackets the name of a place, which is
// not a zone. ok is false when the text begins with none of them.
func zoneOrPlace(text string, bracket bool) (read zoneRead, ok bool) {
	if read, ok = readZone(text); !ok {
		read, ok = vagueZone(text)
	}
	if inside := insideBracket(text); !ok && bracket && wholePlace(inside) != "" {
		return zoneRead{nil, inside}, true
	}
	return read, ok
}

// insideBracket returns a short text up to its closing bracket, "" when there is none.
// Only the first maxPlace bytes are searched.
func insideBracket(text string) string {
	for i, r := range text[:min(len(text), maxPlace)] {
		if strings.ContainsRune(")）]】", r) {
			return text[:i]
		}
	}
	return ""
}

// offsetAlone reports whether "+8" without a label is an offset: after a date with its
// year, at the end of the text, or with minutes. "-9:00" is the end of a range, and so
// is "-9" directly after the clock (apart is false). m are the groups of shortOffset.
func (r *stampReader) offsetAlone(m []string, apart bool) bool {
	if m[3] != "" {
		return m[2] == "+"
	}
	return (apart || m[2] == "+") && (r.year != 0 || len(m[0]) == len(r.rest))
}

// unbracketed decides whether text after a clock without brackets is a zone:
// "08:40-08:50" is a range, "+1000 errors" is ambiguous, and MSK may be the name of a
// team. glued reports that nothing separates clock and zone. It returns false when the
// text is the end of a range, and a read without a zone when it may be either.
func (r *stampReader) unbracketed(read zoneRead, glued bool) (zoneRead, bool) {
	if slices.Contains(ambiguousWords(), read.words) {
		read.zone = nil
	}
	if band := zoneBand.FindStringSubmatch(read.words); band != nil && band[2] != "八" {
		read.zone = nil // 东一区 may be a part of a data centre
	}
	m := zoneOffset.FindStringSubmatch(read.words)
	if m == nil || r.iso {
		return read, true
	}
	colon := strings.Contains(read.words, ":")
	if !colon && m[2][0] != '0' {
		read.zone = nil // +1000 users
	}
	if m[1] == "+" || !colon || r.day != 0 && glued && r.seconds {
		return read, true
	}
	end := number(m[2])*60 + number(m[3])
	if read.zone == nil || end > r.hour*60+r.minute {
		return read, false // end of a range
	}
	read.zone = nil // 22:00-02:00 may be a range over midnight or an offset
	return read, true
}

// rangeEnd removes the end of a range. A zone after it applies to the start, too. The
// end itself is not part of the stamp.
func (r *stampReader) rangeEnd() {
	if !r.clock && r.day == 0 {
		return
	}
	mark := r.rest
	if r.take(rangeMark) == nil {
		return
	}
	// The end is read by the same rules, and discarded.
	end := stampReader{rest: r.rest}
	dated := end.date()
	end.take(beforeEnd)
	if timed := end.time(); !timed && !dated || continues(end.rest) {
		r.rest = mark
		return
	}
	end.zoned()
	if r.words == "" {
		r.zone, r.words = end.zone, end.words
	}
	r.rest = end.rest
}

// number parses digits that an expression has matched; "" is 0. It cannot fail for such
// digits.
func number(digits string) int {
	n, _ := strconv.Atoi(digits) // at most five digits
	return n
}

// monthNumber returns the number of a month by the first three letters of its name.
// name is a match of monthExpr, so its first three letters are in the list.
func monthNumber(name string) int {
	return strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(name[:3]))/3 + 1
}
