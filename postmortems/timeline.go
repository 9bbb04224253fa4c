package postmortems

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// rollOver is how far the clock must go back from one row to the next to mean the next
// day. Rows that are only out of order differ by less.
const rollOver = 6 * time.Hour

// restartOver is rollOver for the first row of another list or table, which may
// describe the same hours again.
const restartOver = 12 * time.Hour

// timelineReader places the rows of timelines on days, in the order written. If the
// document states a zone or a day that is not understood, the rows stay without a time;
// no default replaces it.
type timelineReader struct {
	started Instant
	scopes  []zoneScope // of the current section, outermost first

	day       time.Time        // midnight UTC that represents the current civil day; zero: none
	dayStated bool             // the timeline itself states the day
	guessed   bool             // day is that of the start; the next row may be on the day before or after
	previous  time.Time        // instant of the row before; zero: none
	lastDay   time.Time        // the last day that was known
	lostDay   *timelineFinding // why no day is known; nil: one is, or none was ever stated
	unread    unreadClock
	rowZones  map[string]*timelineFinding // zones of rows and columns that are not understood, as written
	table     string                      // header of the current table; "": a list
	header    []string                    // the same as cells
	layout    columns                     // the columns of the current table
	restart   bool                        // the next row is the first of another list or table

	rows    []timelineRow
	found   []*timelineFinding
	undated int // rows with a clock and without a known day
}

// timelineRow is an entry and whether its place can be trusted. Rows that are not
// stated have a narrower limit in outside and give no suggestion.
type timelineRow struct {
	entry  TimelineEntry
	stated bool // the timeline states both day and zone of the row
}

// timelineFinding is a warning about a timeline. rows counts the rows that stay without a
// time because of it.
type timelineFinding struct {
	rule    string
	line    int
	message string
	rows    int
}

// zoneScope is the zone of the rows below one heading and its subheadings. found is the
// warning if the claim is not understood, nil otherwise.
type zoneScope struct {
	level int
	claim *zoneClaim // nil: the heading states none
	found *timelineFinding
}

// readTimeline reads the rows of all sections that are timelines. Rows are read in the
// order of the document, because the day of a row follows from those above it. Without
// a timeline the reader is empty.
func readTimeline(body Body, fm FrontMatter, st frontContext) *timelineReader {
	t := &timelineReader{started: fm.Times.Started, rowZones: map[string]*timelineFinding{}}
	if !slices.ContainsFunc(body.Sections, func(s Section) bool { return s.Role == RoleTimeline }) {
		return t
	}
	// Zones are collected before the rows are read: a sentence below a list counts for the
	// list, too.
	t.firstDay()
	claims := claimsBeside(body)
	t.scopes = []zoneScope{{claim: documentClaim(body)}}
	t.scopes[0].found = t.findZone(t.scopes[0].claim)
	if t.scopes[0].claim == nil && st.zone != nil {
		t.scopes[0] = zoneScope{claim: &zoneClaim{zone: st.zone}}
	}
	// Sections without rows are entered as well: their headings may state a day or a zone.
	section := -1
	for _, row := range body.Rows {
		if row.Section < 0 || row.Section >= len(body.Sections) || body.Sections[row.Section].Role != RoleTimeline || len(row.Cells) == 0 {
			continue
		}
		for ; section < row.Section; section++ {
			if s := body.Sections[section+1]; s.Role == RoleTimeline {
				t.enter(s, claims[section+1])
			}
		}
		switch {
		case row.Paragraph:
			t.paragraph(row)
		case row.Header != nil:
			t.tableRow(row)
		default:
			t.listItem(row)
		}
	}
	return t
}

// firstDay sets the day of the rows above the first date: that of the start. Without a
// start there is none.
func (t *timelineReader) firstDay() {
	switch t.started.Precision {
	case Exact:
		t.day, t.guessed = civilDay(t.started.At), true
	case Day:
		t.day = civilDay(t.started.At)
	}
}

// claimsBeside returns the zones that sentences beside the rows of each timeline state,
// by section. Sentences below the rows count like those above. Rows with a time are not
// sentences. Two statements that contradict each other leave the zone unknown.
func claimsBeside(body Body) map[int]*zoneClaim {
	claims := map[int]*zoneClaim{}
	for _, row := range body.Rows {
		if row.Section < 0 || row.Section >= len(body.Sections) || body.Sections[row.Section].Role != RoleTimeline || len(row.Cells) != 1 {
			continue
		}
		if _, _, isRow := parseStamp(row.Cells[0]); isRow {
			continue
		}
		claim := besideClaim(row.Cells[0])
		if claim == nil {
			continue
		}
		claim.line = row.Line
		if other := claims[row.Section]; other != nil && (other.zone == nil || claim.zone == nil || !sometimesEqual(other.zone, claim.zone)) {
			claim = &zoneClaim{words: claim.words, line: row.Line} // two contradicting statements
		}
		claims[row.Section] = claim
	}
	return claims
}

// documentClaim returns the zone that a sentence outside the timelines states for all
// times of the document; nil when there is none. Headings come before rows. The first
// statement counts.
func documentClaim(body Body) *zoneClaim {
	for _, s := range body.Sections {
		if s.Role == RoleTimeline {
			continue
		}
		if claim := textClaim(strings.Trim(s.Heading, "() "), aboutAll); claim != nil {
			claim.line = s.Line
			return claim
		}
		for _, m := range inBrackets.FindAllStringSubmatch(s.Heading, -1) {
			if claim := textClaim(m[1], aboutAll); claim != nil {
				claim.line = s.Line
				return claim
			}
		}
	}
	for _, row := range body.Rows {
		if row.Section >= 0 && row.Section < len(body.Sections) && body.Sections[row.Section].Role == RoleTimeline {
			continue
		}
		if claim := textClaim(strings.Join(row.Cells, ": "), aboutAll); claim != nil {
			claim.line = row.Line
			return claim
		}
	}
	return nil
}

// enter begins a section: its heading, or a sentence in it, may state the day and the
// zone. A heading with an understood zone wins over a sentence. Scopes of sections at
// the same or a deeper level end here.
func (t *timelineReader) enter(s Section, beside *zoneClaim) {
	for len(t.scopes) > 1 && t.scopes[len(t.scopes)-1].level >= s.Level {
		t.scopes = t.scopes[:len(t.scopes)-1]
	}
	claim := headingClaim(s.Heading)
	if claim != nil {
		claim.line = s.Line
	}
	if beside != nil && (claim == nil || claim.zone == nil) {
		claim = beside
	}
	t.scopes = append(t.scopes, zoneScope{level: s.Level, claim: claim, found: t.findZone(claim)})
	t.dayOf(s.Heading, s.Line)
}

// findZone returns the warning about a zone that is not understood, nil if it is
// understood.
func (t *timelineReader) findZone(claim *zoneClaim) *timelineFinding {
	if claim == nil || claim.zone != nil {
		return nil
	}
	return t.find(ruleTimelineZone, claim.line, fmt.Sprintf("%q states a time zone that is not understood; "+
		"write UTC, an offset such as UTC+8, or a name such as %s", claim.words, exampleZone(claim.words)))
}

// find adds a finding. It is reported only if rows stay without a time because of it.
func (t *timelineReader) find(rule string, line int, message string) *timelineFinding {
	f := &timelineFinding{rule: rule, line: line, message: message}
	t.found = append(t.found, f)
	return f
}

// listItem reads a list item. A list after a table may begin with the same hours again.
func (t *timelineReader) listItem(row Row) {
	if t.table != "" {
		t.table, t.restart = "", true
	}
	s, rest, ok := parseStamp(row.Cells[0])
	if !ok {
		t.unreadRow(row.Cells[0], row.Line)
		return
	}
	if words := dayBehind.FindString(rest); words != "" && s.clock && s.day == 0 {
		s.vague, s.dated = true, strings.Trim(words, " *_()（[")
	}
	raw := strings.TrimSpace(strings.TrimSuffix(row.Cells[0], rest))
	t.add(TimelineEntry{Raw: trimRaw(raw), Text: prose(rest), Line: row.Line}, s)
}

// unreadRow handles a row that does not begin with a time. If it begins with a day that
// is not understood, the current day no longer applies. Such a row is no entry: its
// text stays on the page.
func (t *timelineReader) unreadRow(text string, line int) {
	const beginning = 24 // bytes: "The following morning at"
	words := unreadDay(text)
	if at := strings.Index(text, words); words != "" && at <= beginning {
		t.loseDay(words, line)
	}
}

// trimRaw removes separators around the time as written. They are those that authors
// put between a time and its text.
func trimRaw(raw string) string { return strings.Trim(raw, " \t*_-–—:：|,，、>→") }

// tableRow reads a table row by the headers of its columns. If no header names a time,
// the first column is one. The zone of the cell wins over that of the column. In a row
// with surplus cells the columns are not certain, so that no time behind the first
// column is used and the cells become one text.
func (t *timelineReader) tableRow(row Row) {
	if t.table == "" || !sameTable(t.header, row.Header) {
		t.enterTable(row)
	}
	c := t.layout
	raw, claim := c.stampCells(row)
	s, rest, ok := parseStamp(raw)
	if !ok {
		t.unreadRow(raw, row.Line)
		return
	}
	if s.year == 0 {
		s.year = c.year
	}
	if s.words == "" && claim != nil {
		s.zone, s.words = claim.zone, claim.words
	}
	if place := wholePlace(rest); s.clock && s.words == "" && place != "" {
		s.words = place // the whole cell is "08:10 Lima"
	}
	entry := TimelineEntry{Raw: raw, Text: prose(cell(row, c.text)), Source: oneLine(cell(row, c.source)), Line: row.Line}
	if len(row.Cells) > len(row.Header) && slices.Max(c.times) > 0 { // the column of the time is not certain
		t.rows = append(t.rows, timelineRow{entry: TimelineEntry{Raw: raw, Text: prose(strings.Join(row.Cells, " | ")), Line: row.Line}})
		return
	}
	if len(row.Cells) > len(row.Header) { // the columns behind the surplus cell have shifted
		entry.Text, entry.Source = prose(strings.Join(row.Cells[max(c.text, 0):], " | ")), ""
	}
	if entry.Text == "" {
		entry.Text = prose(rest)
	}
	t.add(entry, s)
}

// enterTable reads a header, once per table: it may be as long as the text, and every row
// carries it. A date in the header is the day of the rows if it has a year or is not
// understood.
func (t *timelineReader) enterTable(row Row) {
	t.header, t.layout = row.Header, timelineColumns(row.Header)
	header := strings.Join(row.Header, "|")
	if header == t.table {
		return
	}
	t.table, t.restart = header, true
	if s, ok := dateIn(header); ok && (s.year != 0 || s.vague) {
		t.setDay(s, row.Line)
	}
}

// sameTable reports whether two rows have the same header.
func sameTable(a, b []string) bool { return len(a) > 0 && slices.Equal(a, b) }

// cell returns a cell of a row, "" when the row has no such cell.
func cell(row Row, i int) string {
	if i < 0 || i >= len(row.Cells) {
		return ""
	}
	return row.Cells[i]
}

// add places a row and stores it. A row that is only a date sets the day of the rows
// below. Offsets from the start (T+5m) count as clocks.
func (t *timelineReader) add(entry TimelineEntry, s stamp) {
	at, stated := t.place(s, entry.Line)
	if entry.Text == "" && !s.clock && s.offset == nil {
		return
	}
	entry.At = at
	t.rows = append(t.rows, timelineRow{entry, stated})
}

// place returns the instant of a stamp, and whether the timeline itself states day and
// zone. A row that cannot be placed counts for the finding that prevents it. The day of
// a row with an understood date applies to the rows below, too.
func (t *timelineReader) place(s stamp, line int) (at Instant, stated bool) {
	if s.offset != nil {
		if t.started.Precision != Exact {
			return Instant{}, false
		}
		return Instant{At: t.started.At.Add(*s.offset), Precision: Exact}, true
	}
	zone, zoneStated, lost := t.zoneOf(s, line)
	if s.clock && lost != nil {
		lost.rows++
		t.unplaced(s, line)
		return Instant{}, false
	}
	if s.day != 0 || s.vague {
		t.setDay(s, line)
	}
	switch {
	// A day that was stated and lost differs from one that was never stated: only for the
	// former is there a place to correct.
	case t.day.IsZero() && t.lostDay != nil:
		t.lostDay.rows++
		return Instant{}, false
	case t.day.IsZero():
		if s.clock {
			t.undated++
		}
		return Instant{}, false
	case !s.clock:
		return Instant{At: t.day, Precision: Day}, false
	}
	t.unread = unreadClock{}
	instant, ok := t.roll(s, zone)
	if !ok {
		t.endDay(ruleTimelineDate, line, "this time does not occur, or occurs twice, on its day in its zone, "+
			"or its day of the week is another; write date and offset, such as 2026-10-03 08:04 +02:00")
		t.lostDay.rows++
		return Instant{}, false
	}
	return Instant{At: instant.UTC(), Precision: Exact}, zoneStated && t.dayStated
}

// zoneOf returns the zone of a row: its own, otherwise that of its section, its
// document or the start. lost is the finding when the zone that applies is not
// understood. The zone of the start is not stated by the timeline. Without any it is
// UTC.
func (t *timelineReader) zoneOf(s stamp, line int) (zone *time.Location, stated bool, lost *timelineFinding) {
	if s.words != "" {
		if s.zone != nil {
			return s.zone, true, nil
		}
		if t.rowZones[s.words] == nil {
			t.rowZones[s.words] = t.findZone(&zoneClaim{words: cutRunes(oneLine(s.words), quotedRunes), line: line})
		}
		return nil, true, t.rowZones[s.words]
	}
	for i := len(t.scopes) - 1; i >= 0; i-- {
		if claim := t.scopes[i].claim; claim != nil {
			return claim.zone, claim.words != "", t.scopes[i].found
		}
	}
	return time.UTC, false, nil
}
