package postmortems

import (
	"slices"
	"strings"
	"testing"
)

// Stated zones and days are used. If one is not understood, its rows have no time ("?") and a
// warning is reported; no stated zone is replaced by UTC.
func TestTimelineNeverGuessesZoneOrDay(t *testing.T) {
	const started = "2026-03-05T08:00:00Z"
	for name, c := range map[string]struct {
		body string
		want []string
		rule string // of the warning; "": none
	}{
		// A sentence below the heading, above or below the rows, or at the top.
		"sentence":                 {"## Timeline\nAll times in PST.\n- 08:47 a\n", []string{"2026-03-05T16:47 a"}, ""},
		"sentence with a set zone": {"## Timeline\n(All times US/Pacific, 24-hour clock.)\n- 08:47 a\n", []string{"2026-03-05T16:47 a"}, ""},
		"sentence at the top": {"All times are in 24-hour PST8PDT.\n## Summary\nx\n## Timeline\n- 08:47 a\n",
			[]string{"2026-03-05T16:47 a"}, ""},
		"sentence below": {"## Timeline\n- 00:47 a\nTimes in CDT\n", []string{"2026-03-05T05:47 a"}, ""},
		"sentence in Portuguese": {"## Timeline\n(horário de Brasília)\n- 08:47 a\n- 08:50 UTC b\n", []string{"? a", "2026-03-05T08:50 b"},
			ruleTimelineZone},
		"sentence not understood": {"## Timeline\nAll times are in Nairobi.\n- 08:47 a\n", []string{"? a"}, ruleTimelineZone},
		"sentence of local time":  {"## Timeline\nThe times below are local.\n- 08:47 a\n", []string{"? a"}, ruleTimelineZone},
		"row of a table at top": {"| Time zone | CET |\n|--|--|\n| Time zone | CET |\n## Timeline\n- 09:47 a\n",
			[]string{"2026-03-05T08:47 a"}, ""},
		"two that differ":         {"## Timeline\nAll times in PST.\n- 08:47 a\nAll times in JST.\n", []string{"? a"}, ruleTimelineZone},
		"about times, no zone":    {"## Timeline\nAll times are approximate.\n- 08:47 a\n", []string{"2026-03-05T08:47 a"}, ""},
		"not about these times":   {"Response times in Europe rose.\n## Timeline\n- 08:47 a\n", []string{"2026-03-05T08:47 a"}, ""},
		"Chinese":                 {"所有时间均为北京时间。\n## 时间线\n- 16:47 a\n", []string{"2026-03-05T08:47 a"}, ""},
		"Chinese, not understood": {"## 时间线（当地时间）\n- 16:47 a\n", []string{"? a"}, ruleTimelineZone},
		"Russian in capitals":     {"ВРЕМЯ УКАЗАНО ПО UTC+3.\n## Timeline\n- 11:47 a\n", []string{"2026-03-05T08:47 a"}, ""},
		// Headings.
		"heading Europe/Berlin": {"## Timeline (Europe/Berlin)\n- 09:00 a\n", []string{"2026-03-05T08:00 a"}, ""},
		"heading US/Pacific":    {"## Timeline (US/Pacific)\n- 09:00 a\n", []string{"2026-03-05T17:00 a"}, ""},
		"heading [EST]":         {"## Timeline [EST]\n- 09:00 a\n", []string{"2026-03-05T14:00 a"}, ""},
		"heading local time":    {"## Timeline (local time)\n- 09:00 a\n", []string{"? a"}, ruleTimelineZone},
		"heading Eastern":       {"## Timeline (Eastern)\n- 09:00 a\n", []string{"? a"}, ruleTimelineZone},
		"heading Asia/Atlantis": {"## Timeline (Asia/Atlantis)\n- 09:00 a\n", []string{"? a"}, ruleTimelineZone},
		"heading of two":        {"## Timeline (UTC / PST)\n- 09:00 a\n", []string{"? a"}, ruleTimelineZone},
		"heading says it twice": {"## Timeline (Europe/Berlin, CET)\n- 09:00 a\n", []string{"2026-03-05T08:00 a"}, ""},
		"sub-heading only": {"## Timeline (UTC)\n### Ops (PST)\n- 08:00 a\n### Desk\n- 17:00 b\n",
			[]string{"2026-03-05T16:00 a", "2026-03-05T17:00 b"}, ""},
		// Columns.
		"column [UTC+8]":     {"## Timeline\n\n| Time [UTC+8] | Event |\n|--|--|\n| 09:00 | a |\n", []string{"2026-03-05T01:00 a"}, ""},
		"column, JST":        {"## Timeline\n\n| Time, JST | Event |\n|--|--|\n| 09:00 | a |\n", []string{"2026-03-05T00:00 a"}, ""},
		"column PST":         {"## Timeline\n\n| PST | Event |\n|--|--|\n| 09:00 | a |\n", []string{"2026-03-05T17:00 a"}, ""},
		"column of a city":   {"## Timeline\n\n| Time (Europe/Paris) | Event |\n|--|--|\n| 09:00 | a |\n", []string{"2026-03-05T08:00 a"}, ""},
		"column local":       {"## Timeline\n\n| Local time | Event |\n|--|--|\n| 09:00 | a |\n", []string{"? a"}, ruleTimelineZone},
		"column London time": {"## Timeline\n\n| London time | Event |\n|--|--|\n| 09:00 | a |\n", []string{"? a"}, ruleTimelineZone},
		"columns of two": {"## Timeline\n\n| Local time | UTC | Event |\n|--|--|--|\n| 09:00 | 08:00 | a |\n",
			[]string{"2026-03-05T08:00 a"}, ""},
		"column start time": {"## Timeline (UTC)\n\n| Start time | Event |\n|--|--|\n| 09:00 | a |\n", []string{"2026-03-05T09:00 a"}, ""},
		// Rows.
		"row Los Angeles": {"## Timeline\n- 00:00 America/Los_Angeles a\n- 08:05 Pacific b\n- 09:15 Europe/Berlin c\n",
			[]string{"2026-03-05T08:00 a", "? b", "2026-03-05T08:15 c"}, ruleTimelineZone},
		"row UTC minus":  {"## Timeline\n- 08:00 UTC - 10 pods gone\n", []string{"2026-03-05T08:00 10 pods gone"}, ""},
		"row UTC−5":      {"## Timeline\n- 03:00 UTC−5 a\n", []string{"2026-03-05T08:00 a"}, ""},
		"row, small pst": {"## Timeline\n- 03:00 pst a\n", []string{"2026-03-05T11:00 a"}, ""},
		"row of a team":  {"## Timeline (UTC)\n- 08:30 MSK brokers restart\n", []string{"? brokers restart"}, ruleTimelineZone},
		"row of counts":  {"## Timeline (UTC)\n- 08:30 +1000 errors\n", []string{"? errors"}, ruleTimelineZone},
		"row with Uhr":   {"## Timeline\n- 09:30 Uhr MEZ a\n", []string{"2026-03-05T08:30 a"}, ""},
		"month that is none": {"## Timeline (UTC)\n- 08:00 a\n### 12 Foo 2026\n- 09:20 b\n", []string{"2026-03-05T08:00 a", "? b"},
			ruleTimelineDate},
		"month that is none first": {"## Timeline (UTC)\n- 08:00 a\n### Mrz 6, 2026\n- 09:20 b\n", []string{"2026-03-05T08:00 a", "? b"},
			ruleTimelineDate},
		"day counted in German": {"## Timeline (UTC)\n- 08:00 a\n### Tag 2: Nachlese\n- 09:20 b\n", []string{"2026-03-05T08:00 a", "? b"},
			ruleTimelineDate},
		"day in Chinese numerals": {"## 时间线 (UTC)\n- 08:00 a\n### 三月六日\n- 09:20 b\n", []string{"2026-03-05T08:00 a", "? b"}, ruleTimelineDate},
		"the morning after": {"## Timeline (UTC)\n- 08:00 a\n### Morning after\n- 09:20 b\n", []string{"2026-03-05T08:00 a", "? b"},
			ruleTimelineDate},
		"a tag, no day": {"## Timeline (UTC)\n- 08:00 a\n### Tag 4.2 rolled out\n- 09:20 b\n",
			[]string{"2026-03-05T08:00 a", "2026-03-05T09:20 b"}, ""},
		"a range, no day": {"## Timeline (UTC)\n- 08:00 a\n### Between 5 and 2000 requests\n- 09:20 b\n",
			[]string{"2026-03-05T08:00 a", "2026-03-05T09:20 b"}, ""},
		"clock twice": {"## Timeline (Europe/Berlin)\n- 2026-10-25 02:30 a\n- 2026-10-25 04:00 b\n",
			[]string{"? a", "2026-10-25T03:00 b"}, ruleTimelineDate},
		"clock never": {"## Timeline (Europe/Berlin)\n- 2026-03-29 02:30 a\n", []string{"? a"}, ruleTimelineDate},
		"one row unread": {"## Timeline (UTC)\n- 08:00 a\n- 2026-03-05 02:10 CST b\n- 08:20 c\n",
			[]string{"2026-03-05T08:00 a", "? b", "2026-03-05T08:20 c"}, ruleTimelineZone},
		"other day": {"## Timeline (UTC)\n- 08:00 a\n- 2026-03-06 02:10 CST b\n- 08:20 c\n",
			[]string{"2026-03-05T08:00 a", "? b", "? c"}, ruleTimelineZone},
		"unread midnight": {"## Timeline (UTC)\n- 08:00 a\n- 23:10 PT b\n- 01:10 PT c\n- 08:20 d\n",
			[]string{"2026-03-05T08:00 a", "? b", "? c", "? d"}, ruleTimelineZone},
		"zones in turn": {"## Timeline (UTC)\n- 2026-03-05 01:00 JST a\n- 16:10 b\n",
			[]string{"2026-03-04T16:00 a", "2026-03-04T16:10 b"}, ""},
		"row of an hour's offset": {"## Timeline\n- 2026-03-05T08:10-08 a\n- 2026-03-05 08:20 (+8) b\n- 08:10 Z+1 c\n",
			[]string{"? a", "? b", "? c"}, ruleTimelineZone},
		// Zones that are changed by what follows or precedes them.
		"heading GMT+5.5":     {"## Timeline (GMT+5.5)\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"heading UTC plus 2":  {"## Timeline (UTC plus 2)\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"heading UTC + 2h":    {"## Timeline (UTC + 2h)\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"heading (+2)":        {"## Timeline (+2)\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"heading not UTC":     {"## Timeline (not UTC)\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"sentence behind UTC": {"## Timeline\nTimes are five hours behind UTC.\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"sentence to get UTC": {"## Timeline\nAdd 5 hours to get UTC.\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"column UTC-ish":      {"## Timeline\n\n| Time (UTC-ish) | Event |\n|--|--|\n| 08:10 | a |\n", []string{"? a"}, ruleTimelineZone},
		"column of zones": {"## Timeline\n\n| Time | TZ | Event |\n|--|--|--|\n| 08:10 | PST | a |\n| 16:20 | | b |\n",
			[]string{"2026-03-05T16:10 a", "2026-03-05T16:20 b"}, ""},
		"column of zones, last": {"## Timeline\n\n| Time | Event | Time zone |\n|--|--|--|\n| 08:10 | a | US/Eastern |\n",
			[]string{"2026-03-05T13:10 a"}, ""},
		"column of cities": {"## Timeline\n\n| Time | Zone | Event |\n|--|--|--|\n| 08:10 | Berlin | a |\n", []string{"? a"},
			ruleTimelineZone},
		// Places: stated, and no zone.
		"row (Lima)":              {"## Timeline\n- 08:10 (Lima) a\n", []string{"? a"}, ruleTimelineZone},
		"row (São Paulo, Brazil)": {"## Timeline\n- 08:10 (São Paulo, Brazil) a\n", []string{"? a"}, ruleTimelineZone},
		"row (munich office)":     {"## Timeline\n- **08:10** (munich office) a\n", []string{"? a"}, ruleTimelineZone},
		"row manila time":         {"## Timeline\n- 08:10 manila time a\n", []string{"? a"}, ruleTimelineZone},
		"row 首尔时间":                {"## Timeline\n- 08:10 首尔时间 a\n- 08:11（里斯本时间）b\n", []string{"? a", "? b"}, ruleTimelineZone},
		"row [08:10] (JST)": {"## Timeline\n- [17:10] (JST) a\n- (17:11) JST b\n- [08:12] (Lima) c\n",
			[]string{"2026-03-05T08:10 a", "2026-03-05T08:11 b", "? c"}, ruleTimelineZone},
		"row of a person": {"## Timeline\n- 08:10 (Alice) a\n- 08:11 (Davis) b\n- 08:12（张三）c\n- 08:13 (auth-api) d\n",
			[]string{"2026-03-05T08:10 (Alice) a", "2026-03-05T08:11 (Davis) b", "2026-03-05T08:12 （张三）c", "2026-03-05T08:13 (auth-api) d"}, ""},
		"row about a city": {"## Timeline\n- 08:10 Berlin cluster fails over\n- 08:11 (Berlin cluster) b\n- 08:12 响应时间变长\n- " +
			"08:13（恢复时间）c\n", []string{"2026-03-05T08:10 Berlin cluster fails over", "2026-03-05T08:11 (Berlin cluster) b",
			"2026-03-05T08:12 响应时间变长", "2026-03-05T08:13 （恢复时间）c"}, ""},
		"heading (Manila)":    {"## Timeline (Manila)\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"heading (in Manila)": {"## Timeline (in Manila)\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"sentence of a city":  {"All times Manila.\n## Timeline\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"heading [new york]":  {"## Timeline [new york]\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"heading Manila time": {"## Timeline — Manila time\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"heading 首尔时间":        {"## 时间线 - 首尔时间\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"heading （柏林）":        {"## 时间线（柏林）\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"heading of other words": {"## Timeline (Berlin outage)\n- 08:10 a\n### Recovery time\n- 08:20 b\n### 恢复时间（摘要）\n- 08:30 c\n",
			[]string{"2026-03-05T08:10 a", "2026-03-05T08:20 b", "2026-03-05T08:30 c"}, ""},
		"column (Berlin)": {"## Timeline\n\n| Time (Berlin) | Event |\n|--|--|\n| 08:10 | a |\n", []string{"? a"}, ruleTimelineZone},
		"column Berlin":   {"## Timeline\n\n| Berlin | Event |\n|--|--|\n| 08:10 | a |\n", []string{"? a"}, ruleTimelineZone},
		"column Berlin, numbered": {"## Timeline\n\n| No | Berlin | Event |\n|--|--|--|\n| 1 | 08:10 | a |\n", []string{"? a 1"},
			ruleTimelineZone},
		"column Berlin beside UTC": {"## Timeline\n\n| Berlin | UTC | Event |\n|--|--|--|\n| 09:10 | 08:10 | a |\n",
			[]string{"2026-03-05T08:10 a 09:10"}, ""},
		"column Time, Berlin": {"## Timeline\n\n| Time, Berlin | Event |\n|--|--|\n| 08:10 | a |\n", []string{"? a"}, ruleTimelineZone},
		"column 时间（柏林）":       {"## Timeline\n\n| 时间（柏林） | Event |\n|--|--|\n| 08:10 | a |\n", []string{"? a"}, ruleTimelineZone},
		"column 时间（里斯本时间）":    {"## Timeline\n\n| 时间（里斯本时间） | Event |\n|--|--|\n| 08:10 | a |\n", []string{"? a"}, ruleTimelineZone},
		"column 发现时间":         {"## Timeline\n\n| 发现时间 | Event |\n|--|--|\n| 08:10 | a |\n", []string{"2026-03-05T08:10 a"}, ""},
		"cell of a city":      {"## Timeline\n\n| Time | Event |\n|--|--|\n| 08:10 Lima | a |\n", []string{"? a"}, ruleTimelineZone},
		"paragraph （东九区）":     {"## 时间线\n（东九区）\n- 17:10 a\n", []string{"2026-03-05T08:10 a"}, ""},
		"paragraph （西五区）":     {"## 时间线\n（时间为西5时区）\n- 03:10 a\n", []string{"2026-03-05T08:10 a"}, ""},
		"paragraph （东五区半）":    {"## 时间线\n（东五区半）\n- 03:10 a\n", []string{"? a"}, ruleTimelineZone},
		"paragraph （华东一区）":    {"## 时间线\n（华东一区）\n- 08:10 a\n- 08:20 东一区 b\n", []string{"2026-03-05T08:10 a", "? b"}, ruleTimelineZone},
		"paragraph （首尔时间）":    {"## 时间线\n（首尔时间）\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"paragraph 里斯本时间":     {"## 时间线\n- 08:10 a\n\n里斯本时间\n", []string{"? a"}, ruleTimelineZone},
		"paragraph (Manila)":  {"## Timeline\n(Manila)\n- 08:10 a\n", []string{"? a"}, ruleTimelineZone},
		"paragraph of a city": {"## Timeline\nBerlin\n- 08:10 a\n", []string{"2026-03-05T08:10 a"}, ""},
		"offset of one digit": {"## Timeline\n- 2026-03-05 08:10 +8 a\n- 2026-03-05 08:11 -5 b\n- 08:12 +8:00 c\n- 2026-03-05 08:13 " +
			"+08 d\n- 2026-03-05 08:14+8: e\n", []string{"? a", "? b", "? c", "? d", "? e"}, ruleTimelineZone},
		"cell of one digit": {"## Timeline\n\n| Time | Event |\n|--|--|\n| 08:10 +8 | a |\n", []string{"? a"}, ruleTimelineZone},
		"counts, no offset": {"## Timeline\n- 08:10 +8 pods\n- 2026-03-05 08:10-08:?? x\n- 2026-03-05 08:11 - 8 pods gone\n- 08:12 " +
			"-9:00 c\n", []string{"2026-03-05T08:10 +8 pods", "2026-03-05T08:10 08:?? x", "2026-03-05T08:11 8 pods gone", "2026-03-05T08:12 c"}, ""},
		"year of two digits": {"## Timeline (UTC)\n- 08:00 a\n### March '27\n- 08:10 b\n### March 5, '27\n- 08:20 c\n### 5 March " +
			"’27\n- 08:30 d\n### 2027年3月\n- 08:40 e\n### Q1 '27\n- 08:50 f\n", []string{"2026-03-05T08:00 a", "? b", "? c", "? d", "? e", "? f"},
			ruleTimelineDate},
		// Days in other languages and behind the clock.
		"German days": {"## Timeline (UTC)\n- 08:00 a\n### Am nächsten Tag\n- 08:10 b\n### Freitag\n- 08:20 c\n### Montag, 9. März\n- " +
			"08:30 d\n", []string{"2026-03-05T08:00 a", "? b", "? c", "? d"}, ruleTimelineDate},
		"Portuguese days": {"## Timeline (UTC)\n- 08:00 a\n### No dia seguinte\n- 08:10 b\n### 7 de março\n- 08:20 c\n",
			[]string{"2026-03-05T08:00 a", "? b", "? c"}, ruleTimelineDate},
		"day behind": {"## Timeline (UTC)\n- 08:00 a\n- 09:10 (next day) b\n- 09:20 c\n",
			[]string{"2026-03-05T08:00 a", "? (next day) b", "? c"}, ruleTimelineDate},
		"days later": {"## Timeline (UTC)\n- 08:00 a\n- 09:10 +1d b\n- 09:20 c\n", []string{"2026-03-05T08:00 a", "? +1d b", "? c"},
			ruleTimelineDate},
		"ISO week": {"## Timeline (UTC)\n- 08:00 a\n### 2026-W11\n- 08:10 b\n### 2026-070\n- 08:20 c\n### D+1\n- 08:30 d\n",
			[]string{"2026-03-05T08:00 a", "? b", "? c", "? d"}, ruleTimelineDate},
		// Ranges.
		"range": {"## Timeline (UTC)\n- 08:40-08:50 a\n- 09:10 b\n- 2026-03-05 16:30-16:45 c\n- 17:00 d\n",
			[]string{"2026-03-05T08:40 a", "2026-03-05T09:10 b", "2026-03-05T16:30 c", "2026-03-05T17:00 d"}, ""},
		"range in a table": {"## Timeline (UTC)\n- 17:00 z\n\n| Time | What |\n|--|--|\n| 10:05-10:20 | a |\n| 12:00-14:30 | b |\n",
			[]string{"2026-03-05T17:00 z", "2026-03-05T10:05 a", "2026-03-05T12:00 b"}, ""},
		"range or offset": {"## Timeline (UTC)\n- 08:30-02:00 a\n- 09:00 b\n", []string{"? a", "2026-03-05T09:00 b"}, ruleTimelineZone},
		"offset": {"## Timeline\n- 2026-03-05T03:10:00-05:00 a\n- 2026-03-05 10:40+02:00 b\n",
			[]string{"2026-03-05T08:10 a", "2026-03-05T08:40 b"}, ""},
		"range of a zone":  {"## Timeline\n- 08:40–08:50 PT a\n", []string{"? a"}, ruleTimelineZone},
		"range behind UTC": {"## Timeline\n- 08:04 UTC-08:10 a\n", []string{"2026-03-05T08:04 a"}, ""},
		// Days.
		"day first or month first": {"## Timeline (UTC)\n### 2026-03-05\n- 08:00 a\n### 03-10-2026\n- 09:00 b\n",
			[]string{"2026-03-05T08:00 a", "? b"}, ruleTimelineDate},
		"day with dots": {"## Timeline (UTC)\n### 06.03.2026\n- 08:00 a\n", []string{"2026-03-06T08:00 a"}, ""},
		"day without a year": {"## Timeline (UTC)\n### March 5\n- 08:00 a\n### March 9\n- 09:20 b\n### 3月12日\n- 08:00 c\n",
			[]string{"2026-03-05T08:00 a", "2026-03-09T09:20 b", "2026-03-12T08:00 c"}, ""},
		"next day": {"## Timeline (UTC)\n- 08:00 a\n### The next day\n- 09:00 b\n", []string{"2026-03-05T08:00 a", "? b"},
			ruleTimelineDate},
		"day of the week": {"## Timeline (UTC)\n- 08:00 a\n### Tuesday\n- 09:00 b\n", []string{"2026-03-05T08:00 a", "? b"},
			ruleTimelineDate},
		"day of the week in rows": {"## Timeline (UTC)\n- Thu 08:00 a\n- Fri 00:10 b\n- Tue 09:00 c\n- 09:30 d\n",
			[]string{"2026-03-05T08:00 a", "2026-03-06T00:10 b", "? c", "? d"}, ruleTimelineDate},
		"month and day in numbers": {"## Timeline (UTC)\n- 08:00 a\n### 03/07\n- 09:00 b\n", []string{"2026-03-05T08:00 a", "? b"},
			ruleTimelineDate},
		"row of an unread day": {"## Timeline (UTC)\n- 08:00 a\n- 次日 09:00 b\n- 10:00 c\n", []string{"2026-03-05T08:00 a", "? c"},
			ruleTimelineDate},
		"paragraph": {"## Timeline (UTC)\n- 08:00 a\n**March 7, 2026 (Saturday)**\n- 16:13 b\n2026-03-09\n- 17:00 c\n",
			[]string{"2026-03-05T08:00 a", "2026-03-07T16:13 b", "2026-03-09T17:00 c"}, ""},
		"paragraph of an unread day": {"## Timeline (UTC)\n- 08:00 a\nThe following morning:\n- 09:00 b\n",
			[]string{"2026-03-05T08:00 a", "? b"}, ruleTimelineDate},
		"numbered heading": {"## Timeline (UTC)\n- 08:00 a\n### 1.2 Later\n- 09:00 b\n",
			[]string{"2026-03-05T08:00 a", "2026-03-05T09:00 b"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := rows(t, started, c.body); !slices.Equal(got, c.want) {
				t.Errorf("got\n %q, want\n %q", got, c.want)
			}
			var rules []string
			for _, p := range timelineProblems(t, started, c.body) {
				rules = append(rules, p.Rule)
			}
			if reported := slices.Contains(rules, c.rule); c.rule != "" && !reported {
				t.Errorf("rules %q, want %s", rules, c.rule)
			} else if c.rule == "" && (slices.Contains(rules, ruleTimelineZone) || slices.Contains(rules, ruleTimelineDate)) {
				t.Errorf("unexpected rules %q", rules)
			}
		})
	}
}

// timelineProblems compiles a post-mortem as rows does and returns its problems.
func timelineProblems(t *testing.T, started, body string) []Problem {
	t.Helper()
	_, problems, err := compileText("---\ntitle: x\nowner: o\ntimes:\n  started: " + started + "\n---\n" + body)
	if err != nil {
		t.Fatal(err)
	}
	return problems
}

// A time is suggested as a milestone only when the timeline states day and zone.
func TestMilestoneIsSuggestedOnlyWhenStated(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"stated": {"## Timeline (UTC)\n### March 3\n- 23:50 a\n### March 5\n- 00:10 Detected by a customer\n",
			"set times.detected: 2026-03-05T00:10:00Z"},
		"stated in the row":    {"## Timeline\n- 2026-03-05 00:10 UTC detected by a customer\n", "set times.detected: 2026-03-05T00:10:00Z"},
		"no zone":              {"## Timeline\n### March 5\n- 00:10 Detected\n", "set times.detected"},
		"no day":               {"## Timeline (UTC)\n- 23:55 Detected\n", "set times.detected"},
		"past midnight":        {"## Timeline (UTC)\n### March 3\n- 23:55 a\n- 00:10 Detected\n", "set times.detected"},
		"a zone not known":     {"## Timeline (local time)\n### March 5\n- 00:10 Detected\n", "set times.detected"},
		"before the start":     {"## Timeline (UTC)\n### March 2\n- 00:10 Detected\n", "set times.detected"},
		"a day not understood": {"## Timeline (UTC)\n### 03/05/2026\n- 00:10 Detected\n", "set times.detected"},
	} {
		var got string
		for _, p := range timelineProblems(t, "2026-03-03T23:50:00Z", c.body) {
			if p.Rule == ruleMilestone {
				got = p.Message
			}
		}
		if !strings.HasSuffix(got, ": "+c.want) {
			t.Errorf("%s: %q, want the end %q", name, got, c.want)
		}
	}
}

// Rows far outside the incident are reported and never quoted as the fix.
func TestRowsFarOutsideTheIncident(t *testing.T) {
	const front = "---\ntitle: x\nowner: o\ntimes:\n  started: 2026-02-05T16:47:00Z\n  detected: 2026-02-05T16:57:00Z\n  mitigated: " +
		"2026-02-05T17:34:00Z\n---\n"
	for name, c := range map[string]struct {
		body, fixed string
		reported    bool
	}{
		"hours before":           {"## Timeline\n- 08:47 belt stops\n- 09:29 old firmware\n", "", true},
		"a week after, unstated": {"## Timeline\n- 2026-02-05 17:29 old firmware\n- 2026-02-12 09:00 supplier\n", "old firmware", true},
		"a week after, stated":   {"## Timeline (UTC)\n- 2026-02-05 17:29 old firmware\n- 2026-02-12 09:00 supplier\n", "old firmware", false},
		"a year off":             {"## Timeline (UTC)\n- 2025-02-05 17:29 old firmware\n", "", true},
		"lead-up":                {"## Timeline\n- 12:00 deploy\n- 17:29 old firmware\n", "old firmware", false},
	} {
		doc, problems, err := compileText(front + c.body)
		if err != nil {
			t.Fatal(err)
		}
		var fixed []string
		for _, e := range doc.Recovery() {
			fixed = append(fixed, e.Text)
		}
		if got := strings.Join(fixed, ", "); got != c.fixed {
			t.Errorf("%s: fixed by %q, want %q", name, got, c.fixed)
		}
		if reported := slices.ContainsFunc(problems, func(p Problem) bool { return p.Rule == ruleTimelineOutside }); reported != c.reported {
			t.Errorf("%s: reported %v, want %v: %v", name, reported, c.reported, problems)
		}
	}
}

// An ambiguous or impossible date is ignored and reported.
func TestActionDatesAreNeverGuessed(t *testing.T) {
	for due, want := range map[string]string{
		"2026-04-05": "2026-04-05", "04.05.2026": "2026-05-04", "25/04/2026": "2026-04-25", "4 May 2026": "2026-05-04", "2026年5月4日": "2026-05-04",
		"05/04/2026": "", "5-4-2026": "", "31.02.2026": "", "05/04/26": "", "May 4": "", "Friday": "",
	} {
		for _, body := range []string{"- [ ] Count again (@ana, due " + due + ")\n",
			"| Task | Owner | Due |\n|--|--|--|\n| Count again | ana | " + due + " |\n"} {
			doc, problems, err := compileText(sampleBody("## Action items\n\n" + body))
			if err != nil || len(doc.Actions) != 1 {
				t.Fatal(due, doc.Actions, err)
			}
			got := ""
			if !doc.Actions[0].Due.IsZero() {
				got = doc.Actions[0].Due.Format("2006-01-02")
			}
			reported := slices.ContainsFunc(problems, func(p Problem) bool { return p.Rule == ruleActionDate && p.Line > 0 })
			if got != want || reported != (want == "") {
				t.Errorf("%s in %q: due %q, reported %v", due, body, got, reported)
			}
		}
	}
}

// In a row with more cells than the header the columns are not certain: the row has its text,
// and a time only from the first column.
func TestRowsWithSurplusCells(t *testing.T) {
	got := rows(t, "2026-10-03T08:00:00Z", "## Timeline (UTC)\n\n| Time | Event | Source |\n|--|--|--|\n| 08:04 | a | b | graph |\n")
	if !slices.Equal(got, []string{"2026-10-03T08:04 a | b | graph"}) {
		t.Errorf("%q", got)
	}
	got = rows(t, "2026-10-03T08:00:00Z", "## Timeline (UTC)\n\n| Event | Time |\n|--|--|\n| a | 08:04 | 09:00 |\n")
	if !slices.Equal(got, []string{"? a | 08:04 | 09:00"}) {
		t.Errorf("%q", got)
	}
	doc, _, err := compileText(sampleBody("## Action items\n\n| Task | Owner | Due |\n|--|--|--|\n| Fix a | b | dan | 2026-11-01 |\n"))
	if err != nil || len(doc.Actions) != 1 || doc.Actions[0].Owner != "" || !doc.Actions[0].Due.IsZero() ||
		doc.Actions[0].Text != "Fix a | b | dan | 2026-11-01" {
		t.Errorf("%+v %v", doc.Actions, err)
	}
}
