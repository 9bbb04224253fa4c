package postmortems

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// rollOver is how far back the clock must go from one row to the next to mean
// the next day. Rows that are merely out of order differ by less.
const rollOver = 6 * time.Hour

// timelineReader places the rows of timelines on days, in the order written.
type timelineReader struct {
	started Instant
	zone    *time.Location // of rows that state none
	lost    bool           // the section states a zone that is not known: rows stay unplaced

	day      time.Time // midnight UTC that stands for the civil day in use; zero: none
	guessed  bool      // day is that of the start, and the next row may lie beside it
	previous time.Time // instant of the row before; zero: none

	entries []TimelineEntry
	undated int // rows with a clock that no day is known for
}

// readTimeline makes typed rows of the sections that are timelines.
func readTimeline(body Body, fm FrontMatter, st stated) *timelineReader {
	t := &timelineReader{started: fm.Times.Started, zone: time.UTC}
	if st.zone != nil {
		t.zone = st.zone
	}
	base := *t
	section := -1
	for _, row := range body.Rows {
		if row.Section < 0 || row.Section >= len(body.Sections) || body.Sections[row.Section].Role != RoleTimeline {
			continue
		}
		if row.Section != section {
			t.enter(body.Sections[row.Section].Heading, fm, base, section < 0)
			section = row.Section
		}
		if row.Header != nil {
			t.tableRow(row)
		} else if len(row.Cells) > 0 {
			t.listItem(row)
		}
	}
	return t
}

// enter begins a section: its heading may state the day and the zone.
func (t *timelineReader) enter(heading string, fm FrontMatter, base timelineReader, first bool) {
	if zone, stated := zoneIn(heading); stated {
		t.zone, t.lost = zone, zone == nil
	} else if first {
		t.zone = base.zone
	}
	if day, ok := dateWithin(heading); ok {
		t.day, t.guessed, t.previous = day, false, time.Time{}
		return
	}
	if !t.day.IsZero() {
		return
	}
	switch {
	case t.started.Precision == Exact && t.zone != nil:
		t.day, t.guessed = civilDay(t.started.At.In(t.zone)), true
	case t.started.Known():
		t.day = civilDay(t.started.At)
	case !fm.Date.IsZero():
		t.day = civilDay(fm.Date)
	}
}

// civilDay is midnight UTC of the calendar day that t shows in its own zone.
func civilDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// dateWithin finds the first date with a year in a text.
func dateWithin(text string) (time.Time, bool) {
	starts := wordStart.FindAllStringIndex(text, 50) // a heading has no more words
	for _, at := range starts {
		s, _, ok := parseStamp(text[at[0]:])
		if ok && s.year != 0 && !s.vague {
			return s.date(s.year)
		}
	}
	return time.Time{}, false
}

var wordStart = regexp.MustCompile(`[\p{L}\p{N}]+`)

// date is midnight UTC of the stamp's calendar day; false for a day that no
// month has.
func (s stamp) date(year int) (time.Time, bool) {
	d := time.Date(year, s.month, s.day, 0, 0, 0, 0, time.UTC)
	return d, d.Day() == s.day && d.Month() == s.month
}

func (t *timelineReader) listItem(row Row) {
	s, rest, ok := parseStamp(row.Cells[0])
	if !ok {
		return
	}
	raw := strings.TrimSpace(strings.TrimSuffix(row.Cells[0], rest))
	t.add(TimelineEntry{Raw: trimRaw(raw), Text: prose(rest), Line: row.Line}, s)
}

// trimRaw takes separators off the time as written.
func trimRaw(raw string) string { return strings.Trim(raw, " \t*_-–—:：|,，、>→") }

// tableRow reads the columns by their headers; without a header that names a
// time, the first column is one.
func (t *timelineReader) tableRow(row Row) {
	c := timelineColumns(row.Header)
	var times []string
	for _, i := range c.times {
		if i < len(row.Cells) {
			times = append(times, strings.TrimSpace(row.Cells[i]))
		}
	}
	raw := strings.TrimSpace(strings.Join(times, " "))
	s, rest, ok := parseStamp(raw)
	if !ok {
		return
	}
	if s.year == 0 {
		s.year = c.year
	}
	if s.zone == nil && !s.vague && c.zoned {
		s.zone, s.vague = c.zone, c.zone == nil
	}
	entry := TimelineEntry{Raw: raw, Text: prose(cell(row, c.text)), Source: oneLine(cell(row, c.source)), Line: row.Line}
	if entry.Text == "" {
		entry.Text = prose(rest)
	}
	t.add(entry, s)
}

func cell(row Row, i int) string {
	if i < 0 || i >= len(row.Cells) {
		return ""
	}
	return row.Cells[i]
}

// columns says what the columns of a timeline table hold.
type columns struct {
	times        []int
	text, source int // -1: none
	year         int // stated by a header; 0: none
	zone         *time.Location
	zoned        bool
}

var yearWithin = regexp.MustCompile(`\b(?:19|20)\d\d\b`)

func timelineColumns(header []string) columns {
	c := columns{text: -1, source: -1}
	for i, h := range header {
		switch foldHeading(h) {
		case "time", "times", "date", "day", "when", "timestamp", "date time", "datetime", "clock", "start", "start time", "t", "时间", "日期", "时刻", "时间点", "开始时间":
			c.times = append(c.times, i)
			if zone, stated := zoneIn(h); stated {
				c.zone, c.zoned = zone, true
			}
			if y := yearWithin.FindString(h); y != "" {
				c.year, _ = strconv.Atoi(y)
			}
		case "event", "events", "description", "what", "what happened", "action", "activity", "details", "detail", "message", "note", "notes", "update", "entry",
			"事件", "描述", "内容", "操作", "动作", "说明", "过程", "详情":
			if c.text < 0 {
				c.text = i
			}
		case "source", "link", "links", "data", "data link", "by", "who", "actor", "person", "reference", "evidence", "来源", "链接", "人员", "操作人", "执行人", "处理人", "负责人":
			if c.source < 0 {
				c.source = i
			}
		}
	}
	return c.completed(len(header))
}

// completed fills in what no header named, from left to right.
func (c columns) completed(n int) columns {
	if len(c.times) == 0 && n > 0 {
		c.times = []int{0}
	}
	taken := map[int]bool{c.text: true, c.source: true}
	for _, i := range c.times {
		taken[i] = true
	}
	for i := range n {
		if !taken[i] && c.text < 0 {
			c.text, taken[i] = i, true
		} else if !taken[i] && c.source < 0 {
			c.source, taken[i] = i, true
		}
	}
	return c
}

// add places a row and keeps it. A row that is only a date sets the day of those
// below it.
func (t *timelineReader) add(entry TimelineEntry, s stamp) {
	entry.At = t.place(s)
	if entry.Text == "" && !s.clock && s.offset == nil {
		return
	}
	t.entries = append(t.entries, entry)
}

// place finds the instant of a stamp.
func (t *timelineReader) place(s stamp) Instant {
	if s.offset != nil {
		if t.started.Precision != Exact {
			return Instant{}
		}
		return Instant{At: t.started.At.Add(*s.offset), Precision: Exact}
	}
	if s.day != 0 || s.vague && !s.clock {
		t.setDay(s)
	}
	if t.day.IsZero() {
		if s.clock && s.day == 0 && !s.vague && !t.lost {
			t.undated++
		}
		return Instant{}
	}
	if !s.clock {
		return Instant{At: t.day, Precision: Day}
	}
	zone, known := t.zoneOf(s)
	if !known {
		return Instant{}
	}
	return Instant{At: t.roll(s, zone).UTC(), Precision: Exact}
}

// zoneOf is the zone of a row: its own, else that of its section; false when the
// one that counts is not known.
func (t *timelineReader) zoneOf(s stamp) (*time.Location, bool) {
	switch {
	case s.vague:
		return nil, false
	case s.zone != nil:
		return s.zone, true
	}
	return t.zone, t.zone != nil && !t.lost
}

// setDay takes over the date of a stamp; one that cannot be read leaves no day.
func (t *timelineReader) setDay(s stamp) {
	t.guessed, t.previous = false, time.Time{}
	year := s.year
	if year == 0 {
		year = t.nearestYear(s)
	}
	if day, ok := s.date(year); ok && year != 0 && !s.vague {
		t.day = day
		return
	}
	t.day = time.Time{}
}

// nearestYear is the year that brings a date without one nearest to the day in
// use, or to the start; 0 when neither is known.
func (t *timelineReader) nearestYear(s stamp) int {
	reference := t.day
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

// roll puts a clock on the day in use, or on the next when the clock went back
// past midnight. The first row below no date lies nearest to the start.
func (t *timelineReader) roll(s stamp, zone *time.Location) time.Time {
	on := func(day time.Time) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), s.hour, s.minute, s.second, 0, zone)
	}
	at := on(t.day)
	switch {
	case t.guessed:
		for _, day := range []time.Time{t.day.AddDate(0, 0, -1), t.day.AddDate(0, 0, 1)} {
			if on(day).Sub(t.started.At).Abs() < at.Sub(t.started.At).Abs() {
				t.day, at = day, on(day)
			}
		}
		t.guessed = false
	case !t.previous.IsZero() && t.previous.Sub(at) > rollOver:
		t.day = t.day.AddDate(0, 0, 1)
		at = on(t.day)
	}
	t.previous = at
	return at
}
