package postmortems

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// civilDay returns midnight UTC of the calendar day that t has in its own zone. All
// civil days are represented in UTC, so that they can be compared and counted without a
// zone.
func civilDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// date returns midnight UTC of the stamp's calendar day; false for a day that does not
// exist. time.Date would turn 31 February into March: the comparison excludes that.
func (s stamp) date(year int) (time.Time, bool) {
	d := time.Date(year, s.month, s.day, 0, 0, 0, 0, time.UTC)
	return d, d.Day() == s.day && d.Month() == s.month
}

// Statements about the day without a date that can be parsed.
var (
	wordStart = regexp.MustCompile(`[\p{L}\p{N}]+`)
	dayHint   = regexp.MustCompile(`(?i)\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:next|following|previous|second|third|fourth` +
		`|fifth|another) (?:day|morning|afternoon|evening|night|week|month)\b` +
		`|\b(?:day|week) (?:\d+|one|two|three|four|five)\b|\b(?:yesterday|tomorrow|overnight)\b|\b(?:\d+|one|two|three|four|five|several` +
		`|some) (?:days?|weeks?|months?) (?:later|after|before|earlier|prior)\b` +
		`|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)s?\b|\b(?:nächsten|naechsten|folgenden) (?:tag|morgen` +
		`|abend)|\b(?:tags darauf|übermorgen)\b` +
		`|\b(?:segunda|terça|quarta|quinta|sexta)(?:-feira| feira)\b|\b(?:dia|día|manhã|mañana) (?:seguinte|siguiente)\b|\b(?:domingo` +
		`|lunes|martes|miércoles|jueves|viernes)\b|\blendemain\b|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b` +
		`|\b\d{1,2}(?:\.|º|er)? (?:de )?(?:januar|jänner|februar|märz|mai|juni|juli|oktober|dezember|janeiro|fevereiro|março|maio|junho` +
		`|julho|setembro|outubro|dezembro|enero|febrero|marzo|mayo|junio|julio|septiembre|octubre|noviembre|diciembre|janvier|février` +
		`|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|abril|agosto)\b` +
		`|(?:^|[\s(])[+]\d{1,2} ?(?:d|days?)\b|\bd\s?[+]\s?\d{1,2}\b|\b(?:\d{4}-)?w\d{1,2}\b|\b\d{4}-\d{3}\b|\b(?:the )?day after\b|明天|后天` +
		`|後天|昨天|翌朝|第.日` +
		`|次日|翌日|隔天|前一天|后一天|当晚|第[二三四五六七八九十\d]+[天日]|[一二两三四五六七八九十\d]+[天日周]后|星期[一二三四五六日天]|周[一二三四五六日天]|[月火水木金土日]曜` +
		`|[一二三四五六七八九十\d]{1,3}月[一二三四五六七八九十\d]{1,3}[日号]|\b(?:morning|afternoon|evening|night) after\b` +
		`|\d{4}\s*年\s*\d{1,2}\s*月|` + monthExpr + `,?\s*(?:\d{4}|['’‘]\d{2})\b|(?:^|[\s./-])['’‘]\d{2}(?:\W|$)`)
	numericDate = regexp.MustCompile(`^\D{0,12}(\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?|\d{1,2}\.\d{1,2}\.(?:\d{2,4})?)(?:[\s(（,，:：)\]]|$)`)

	// wordedDate matches a date whose month is not a known name ("12 Foo 2026"), or a
	// numbered day in another language ("Tag 2"), at the start of a text.
	wordedDate = regexp.MustCompile(`^\D{0,12}?(\d{1,2}(?:st|nd|rd|th|\.)? \p{Lu}\p{L}{2,11}\.?,? (?:19|20)\d{2}` +
		`|\p{Lu}\p{L}{2,11}\.? \d{1,2}(?:st|nd|rd|th)?, (?:19|20)\d{2}|(?:Tag|Jour|Día|Dia|Giorno) \d{1,2})(?:\s*[(（,，:：)\]–—-]|$)`)
)

// dateIn returns the first date of a text, with or without a year, including one that
// is not understood. At most the first 50 words are tried, which bounds the time for a
// long text.
func dateIn(text string) (stamp, bool) {
	const words = 50 // a heading has fewer
	for _, at := range wordStart.FindAllStringIndex(text, words) {
		s, _, ok := parseStamp(text[at[0]:])
		if ok && (s.day != 0 || s.vague) {
			return s, true
		}
	}
	return stamp{}, false
}

// unreadDay returns words of a text that refer to a day and are not a date; "" when
// there are none. 24/7 is not a date.
func unreadDay(text string) string {
	if m := numericDate.FindStringSubmatch(text); m != nil && m[1] != "24/7" {
		return m[1]
	}
	if m := wordedDate.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return dayHint.FindString(text)
}

// dayBehind matches a day that is stated after the clock of a row.
var dayBehind = regexp.MustCompile(`^[\s*_]*[(（\[]?\s*(?i:(?:the )?(?:next|following|previous) (?:day|morning|afternoon|evening` +
	`|night|week|(?:mon|tues|wednes|thurs|fri|satur|sun)day)|[+-]\d{1,2} ?(?:d|days?)|\d{1,2} days? (?:later|before|earlier))\b` +
	`|^[\s*_]*[(（\[]\s*(?:次日|翌日|隔天)`)

// dayOf applies the day that a heading or a short paragraph states. A day that is not
// understood ends the current one. A text that refers to no day changes nothing.
func (t *timelineReader) dayOf(text string, line int) {
	if s, ok := dateIn(text); ok {
		t.setDay(s, line)
	} else if words := unreadDay(text); words != "" {
		t.loseDay(words, line)
	}
}

// shortParagraph is how long, in runes, a paragraph between lists may be to state the
// day of the rows below.
const shortParagraph = 80

// paragraph applies the day that a paragraph states. A long paragraph is prose in which
// dates have other meanings.
func (t *timelineReader) paragraph(row Row) {
	text := strings.TrimSpace(row.Cells[0])
	s, rest, ok := parseStamp(text)
	switch {
	case ok && s.clock: // a paragraph with the form of a row is not an entry
		if s.day != 0 || s.vague {
			t.setDay(s, row.Line)
		}
	case ok && (s.day != 0 || s.vague) && utf8.RuneCountInString(rest) <= shortParagraph:
		t.setDay(s, row.Line)
	case utf8.RuneCountInString(text) <= shortParagraph:
		t.dayOf(text, row.Line)
	}
}

// setDay applies the date of a stamp. After one that is not understood no day is known.
// A date without a year needs a known day or the start.
func (t *timelineReader) setDay(s stamp, line int) {
	year := s.year
	if year == 0 {
		year = t.nearestYear(s)
	}
	day, ok := s.date(year)
	switch {
	case !s.vague && year == 0:
		t.endDay(ruleTimelineDate, line, fmt.Sprintf("%q has no year; write the whole date, such as 2026-10-03, or set times.started",
			cutRunes(oneLine(s.dated), quotedRunes)))
		return
	case s.vague || !ok:
		t.loseDay(s.dated, line)
		return
	}
	t.day, t.dayStated, t.guessed, t.previous, t.lostDay = day, true, false, time.Time{}, nil
	t.unread = unreadClock{}
}

// loseDay ends the current day because of a day that is not understood. words are
// quoted in the message.
func (t *timelineReader) loseDay(words string, line int) {
	t.endDay(ruleTimelineDate, line, fmt.Sprintf("%q is a day that is not understood; write the date, such as 2026-10-03",
		cutRunes(oneLine(words), quotedRunes)))
}

// endDay leaves the rows below without a day until one is stated. The finding counts
// the rows that follow.
func (t *timelineReader) endDay(rule string, line int, message string) {
	if !t.day.IsZero() {
		t.lastDay = t.day
	}
	t.day, t.dayStated, t.guessed, t.previous = time.Time{}, false, false, time.Time{}
	t.unread = unreadClock{}
	t.lostDay = t.find(rule, line, message)
}

// nearestYear returns the year that brings a date without one nearest to the current
// day, or to the start; 0 when neither is known. An incident over New Year has dates of
// two years.
func (t *timelineReader) nearestYear(s stamp) int {
	reference := t.lastDay
	if !t.day.IsZero() {
		reference = t.day
	}
	if reference.IsZero() {
		reference = t.started.At
	}
	if reference.IsZero() {
		return 0
	}
	best, year := time.Duration(1<<62), 0
	for _, y := range []int{reference.Year(), reference.Year() - 1, reference.Year() + 1} {
		if d := time.Date(y, s.month, s.day, 0, 0, 0, 0, time.UTC).Sub(reference).Abs(); d < best {
			best, year = d, y
		}
	}
	return year
}

// unreadClock is the clock of the last row whose zone is not understood. If the next
// one is earlier, an unknown number of days has passed.
type unreadClock struct {
	known bool
	since time.Duration // since midnight
}

// unplaced handles a row whose zone is not understood. Its date is one in that zone, so
// the rows below have a day only if it is the current one. Without a date only a clock
// that goes back shows that a day has passed.
func (t *timelineReader) unplaced(s stamp, line int) {
	if s.day != 0 {
		year := s.year
		if year == 0 {
			year = t.nearestYear(s)
		}
		if day, ok := s.date(year); !ok || s.vague || !day.Equal(t.day) {
			t.loseDay(s.dated, line)
		}
		return
	}
	since := time.Duration(s.hour)*time.Hour + time.Duration(s.minute)*time.Minute
	if t.unread.known && t.unread.since-since > rollOver {
		t.endDay(ruleTimelineZone, line, "the clock goes back here in a zone that is not understood, "+
			"so the day of the rows below is not known; write the date in the next row")
	}
	t.unread = unreadClock{known: true, since: since}
}

// roll puts a clock on the current day, or on the next if the clock went back past
// midnight. The first row without a date is placed nearest to the start. It is not ok
// when the clock does not occur on that day in its zone, or occurs twice. It updates
// the current day, also after a row that rolled over. dayStated stays only as long as
// the day is the stated one.
func (t *timelineReader) roll(s stamp, zone *time.Location) (at time.Time, ok bool) {
	on := func(day time.Time) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), s.hour, s.minute, s.second, 0, zone)
	}
	day := t.day
	switch {
	// The start may be shortly before or after midnight in the zone of the rows.
	case t.guessed:
		day = civilDay(t.started.At.In(zone))
		for _, other := range []time.Time{day.AddDate(0, 0, -1), day.AddDate(0, 0, 1)} {
			if on(other).Sub(t.started.At).Abs() < on(day).Sub(t.started.At).Abs() {
				day = other
			}
		}
	case !t.previous.IsZero():
		back := rollOver
		if t.restart {
			back = restartOver
		}
		if day = civilDay(t.previous.In(zone)); t.previous.Sub(on(day)) > back {
			day = day.AddDate(0, 0, 1)
		}
	}
	if at = on(day); !occursOnce(at, s) {
		return at, false
	}
	// "Mon 08:04" without a date must agree with the day that was inferred.
	if s.day == 0 && s.named != nil && day.Weekday() != *s.named {
		return at, false
	}
	t.restart = false
	t.dayStated = t.dayStated && day.Equal(t.day)
	t.day, t.guessed, t.previous, t.lastDay = day, false, at, day
	return at, true
}

// occursOnce reports whether a clock occurs exactly once on its day. It does not when
// clocks are put forward or back. time.Date normalises a clock that does not occur, so
// that hour or minute differ. One that occurs twice has another instant with the offset
// in force before or after.
func occursOnce(at time.Time, s stamp) bool {
	if at.Hour() != s.hour || at.Minute() != s.minute {
		return false
	}
	for _, near := range []time.Duration{-12 * time.Hour, 12 * time.Hour} {
		_, offset := at.Add(near).Zone()
		_, own := at.Zone()
		if other := at.Add(time.Duration(own-offset) * time.Second); !other.Equal(at) && other.Hour() == at.Hour() &&
			other.Minute() == at.Minute() {
			return false
		}
	}
	return true
}
