package postmortems

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// columns holds the meaning of the columns of a timeline table.
type columns struct {
	times        []int
	claims       []*zoneClaim // of each column of times; nil: it states no zone
	text, source int          // -1: none
	zone         int          // the column that states a zone for each row; -1: none
	year         int          // stated by a header; 0: none
}

// yearWithin matches a year in a header.
var yearWithin = regexp.MustCompile(`\b(?:19|20)\d\d\b`)

// timelineColumns assigns the columns of a table by its header. Of several columns for
// text, source or zone the first counts; of columns for times all do, because date and
// clock may be apart.
func timelineColumns(header []string) columns {
	c := columns{text: -1, source: -1, zone: -1}
	clocks := false
	for i, h := range header {
		switch columnHeading(h) {
		case "", "time", "times", "date", "day", "when", "timestamp", "date time", "datetime", "clock", "start", "start time", "t",
			"时间", "日期", "时刻", "时间点", "开始时间":
			if strings.TrimSpace(h) != "" {
				c.addTimes(i, h)
				clocks = clocks || !dayColumn.MatchString(h)
			}
		case "tz", "zone", "timezone", "time zone", "utc offset", "offset", "zeitzone", "fuso", "fuso horário", "zona horaria", "fuseau horaire",
			"时区", "時區", "タイムゾーン":
			if c.zone < 0 {
				c.zone = i
			}
		case "event", "events", "description", "what", "what happened", "action", "activity", "details", "detail", "message", "note", "notes",
			"update", "entry",
			"事件", "描述", "内容", "操作", "动作", "说明", "过程", "详情":
			if c.text < 0 {
				c.text = i
			}
		case "source", "link", "links", "data", "data link", "by", "who", "actor", "person", "reference", "evidence",
			"来源", "链接", "人员", "操作人", "执行人", "处理人", "负责人":
			if c.source < 0 {
				c.source = i
			}
		}
	}
	if !clocks && c.text >= 0 {
		c.times = append(c.times, placeColumns(header)...)
	}
	c = c.completed(len(header))
	for _, i := range c.times {
		if i < len(header) {
			c.claims = append(c.claims, columnClaim(header[i]))
		}
	}
	return c
}

// addTimes adds a column of times or days, and the year that its header states. Rows
// without a year then have this one.
func (c *columns) addTimes(i int, header string) {
	c.times = append(c.times, i)
	if y := yearWithin.FindString(header); y != "" {
		c.year, _ = strconv.Atoi(y)
	}
}

// dayColumn matches the header of a column of days.
var dayColumn = regexp.MustCompile(`(?i)^[\W_]*(?:date|day)\b|日期`)

// placeColumns returns the columns whose header is only the name of a place: if no other
// column has clocks, they do. Teams in two offices write one column for each.
func placeColumns(header []string) (out []int) {
	for i, h := range header {
		if wholePlace(h) != "" {
			out = append(out, i)
		}
	}
	return out
}

// columnHeading returns the folded header of a column without the zone it states:
// "Time, JST" becomes "time", and "PST" becomes "". A header that names only a zone is
// that of a column of times.
func columnHeading(header string) string {
	for _, read := range zonesIn(header, true) {
		header = strings.Replace(header, read.words, " ", 1)
		if strings.HasSuffix(strings.ToLower(read.words), "time") && strings.TrimSpace(header) == "" {
			header = "time" // "Local time"
		}
	}
	if place := columnPlace(header); place != "" && columnWords.MatchString(header) {
		header = strings.Replace(header, place, " ", 1) // "Time, Berlin"
	}
	return foldHeading(header)
}

// completed assigns columns that no header named, from left to right. n is the number
// of columns. The first is the time if no other is.
func (c columns) completed(n int) columns {
	if len(c.times) == 0 && n > 0 {
		c.times = []int{0}
	}
	taken := map[int]bool{c.text: true, c.source: true, c.zone: true}
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

// stampCells returns the cells with date and time, joined, and the zone that the header
// states for the clock among them. If several columns have a clock, one in UTC and one
// in local time, the first with an understood zone counts. The zone in a column of
// zones wins over that of a header. The order of the parts is that of the columns.
func (c columns) stampCells(row Row) (text string, claim *zoneClaim) {
	chosen := -1
	var parts []string
	for k, i := range c.times {
		if i >= len(row.Cells) {
			continue
		}
		s, _, _ := parseStamp(row.Cells[i])
		if !s.clock {
			parts = append(parts, strings.TrimSpace(row.Cells[i]))
			continue
		}
		if chosen >= 0 && (c.claims[chosen] == nil || c.claims[chosen].zone != nil || c.claims[k] == nil || c.claims[k].zone == nil) {
			continue
		}
		if chosen >= 0 {
			parts = parts[:len(parts)-1]
		}
		parts, chosen = append(parts, strings.TrimSpace(row.Cells[i])), k
	}
	if chosen >= 0 {
		claim = c.claims[chosen]
	} else if at := slices.IndexFunc(c.claims, func(x *zoneClaim) bool { return x != nil }); at >= 0 {
		claim = c.claims[at]
	}
	if own := cellClaim(cell(row, c.zone)); own != nil {
		claim = own
	}
	return strings.TrimSpace(strings.Join(parts, " ")), claim
}
