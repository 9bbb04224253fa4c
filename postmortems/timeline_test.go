package postmortems

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// rows compiles a post-mortem with a start and a body, and returns each row of the timeline as
// "time text"; "?" marks a row without a day.
func rows(t *testing.T, started, body string) []string {
	t.Helper()
	front := "---\ntitle: x\nowner: o\ntimes:\n  started: " + started + "\n---\n"
	doc, problems, err := compileText(front + body)
	if err != nil || HasError(problems) {
		t.Fatal(problems, err)
	}
	var out []string
	for _, e := range doc.Timeline {
		at := "?"
		switch e.At.Precision {
		case Exact:
			at = e.At.At.Format("2006-01-02T15:04")
		case Day:
			at = e.At.At.Format(time.DateOnly)
		}
		out = append(out, strings.TrimSpace(at+" "+e.Text+" "+e.Source))
	}
	return out
}

func TestTimelinePlacesRowsOnDays(t *testing.T) {
	for name, c := range map[string]struct {
		started, body string
		want          []string
	}{
		"past midnight": {"2026-10-03T23:50:00Z", "## Timeline\n- 23:50 a\n- 23:58 b\n- 00:05 c\n- 01:10 d\n",
			[]string{"2026-10-03T23:50 a", "2026-10-03T23:58 b", "2026-10-04T00:05 c", "2026-10-04T01:10 d"}},
		"first row after midnight": {"2026-10-03T23:58:00Z", "## Timeline\n- 00:05 a\n", []string{"2026-10-04T00:05 a"}},
		"lead-up on the same day": {"2026-10-03T23:58:00Z", "## Timeline\n- 14:00 deploy\n- 23:58 impact\n",
			[]string{"2026-10-03T14:00 deploy", "2026-10-03T23:58 impact"}},
		"out of order": {"2026-10-03T08:00:00Z", "## Timeline\n- 08:10 a\n- 08:04 b\n",
			[]string{"2026-10-03T08:10 a", "2026-10-03T08:04 b"}},
		"author's own zone": {"2026-10-04T01:00:00+08:00", "## 时间线\n- 01:00 开始\n- 01:04 告警\n",
			[]string{"2026-10-03T17:00 开始", "2026-10-03T17:04 告警"}},
		"zone of the heading": {"2026-10-03T08:00:00Z", "## Timeline (all times UTC+8)\n- 16:04 a\n", []string{"2026-10-03T08:04 a"}},
		"ambiguous zone": {"2026-10-03T08:00:00Z", "## Timeline (CST)\n- 16:04 a\n- 16:05 UTC b\n",
			[]string{"? a", "2026-10-03T16:05 b"}},
		"date of the heading": {"null", "## Timeline\n### 3 October 2026\n- 08:04 a\n### 2026-10-05\n- 07:00 b\n",
			[]string{"2026-10-03T08:04 a", "2026-10-05T07:00 b"}},
		"date as a row": {"null", "## Timeline\n- 2026-10-03\n- 08:04 a\n- 2026-10-04: quiet\n- 09:00 b\n",
			[]string{"2026-10-03T08:04 a", "2026-10-04 quiet", "2026-10-04T09:00 b"}},
		"year is the nearest": {"2026-01-01T00:10:00Z", "## 时间线\n- 12月31日 23:50 a\n- 1月1日 0:10 b\n",
			[]string{"2025-12-31T23:50 a", "2026-01-01T00:10 b"}},
		"offsets from the start": {"2026-10-03T08:00:00Z", "## Timeline\n- T+5m a\n- T-1h b\n",
			[]string{"2026-10-03T08:05 a", "2026-10-03T07:00 b"}},
		"offsets without a start": {"2026-10-03", "## Timeline\n- T+5m a\n", []string{"? a"}},
		"day is known":            {"2026-10-03", "## Timeline\n- 08:04 a\n", []string{"2026-10-03T08:04 a"}},
		"ambiguous date":          {"2026-10-03T08:00:00Z", "## Timeline\n- 10/03/2026 08:04 a\n- 08:05 b\n", []string{"? a", "? b"}},
		"table": {"2026-10-03T08:00:00Z",
			"## Timeline\n\n| Time (UTC) | Event | Source |\n|--|--|--|\n| 08:04 | alert | graph |\n| soon | nothing | - |\n",
			[]string{"2026-10-03T08:04 alert graph"}},
		"table with day, date and zone": {"2022-01-27T20:00:00Z",
			"## Timeline\n\n| Day | Date (2022) | Time (UTC+1) | Event |\n|--|--|--|--|\n| Fri | Jan 28 | 02:34 | charge |\n",
			[]string{"2022-01-28T01:34 charge"}},
		"table without a known header": {"2026-10-03T08:00:00Z", "## 时间线\n\n| 一 | 二 |\n|--|--|\n| 08:04 | 告警 |\n",
			[]string{"2026-10-03T08:04 告警"}},
		"not a timeline": {"2026-10-03T08:00:00Z", "## Detection\n- 08:04 alert\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := rows(t, c.started, c.body); !slices.Equal(got, c.want) {
				t.Errorf("got\n %q, want\n %q", got, c.want)
			}
		})
	}
}

func TestTimelinePreservesTheWrittenTime(t *testing.T) {
	doc, _, err := compileText(sampleBody("## Timeline\n\n- **08:04 - 08:10 UTC**: rollback of *pool*\n"))
	if err != nil || len(doc.Timeline) != 1 {
		t.Fatal(doc.Timeline, err)
	}
	if e := doc.Timeline[0]; e.Raw != "08:04 - 08:10 UTC" || e.Text != "rollback of *pool*" || e.Line != 10 {
		t.Errorf("%+v", e)
	}
}

func TestReadZone(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"UTC": 0, "Z": 0, "GMT+1": time.Hour, "UTC-05:30": -5*time.Hour - 30*time.Minute, "+0800": 8 * time.Hour, "CEST": 2 * time.Hour,
		"北京时间":  8 * time.Hour,
		"UTC−5": -5 * time.Hour, "Asia/Shanghai": 8 * time.Hour, "America/Argentina/Buenos_Aires": -3 * time.Hour,
		"Pacific Daylight Time": -7 * time.Hour, "JST)": 9 * time.Hour,
	} {
		read, ok := readZone(in)
		if !ok || read.zone == nil {
			t.Errorf("%q is not understood: %+v", in, read)
			continue
		}
		if _, offset := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).In(read.zone).Zone(); time.Duration(offset)*time.Second != want {
			t.Errorf("readZone(%q) = %d s", in, offset)
		}
	}
	for _, in := range []string{"CST", "PT", "IST", "UTC+99", "BST", "Europe/Atlantis", "+99:00", "Pacific", "Eastern time", "local time",
		"London time", "horário de Brasília", "当地时间"} {
		read, ok := readZone(in)
		if !ok {
			read, ok = vagueZone(in)
		}
		if !ok || read.zone != nil {
			t.Errorf("%q: %+v %v, want a zone that is stated and not understood", in, read, ok)
		}
	}
	for _, in := range []string{"", "ESTIMATE", "Zone", "UTCx", "Start time", "alert", "8", "+8", "etc/passwd", "Pacificos"} {
		read, ok := readZone(in)
		if !ok {
			read, ok = vagueZone(in)
		}
		if ok {
			t.Errorf("%q was read as a zone: %+v", in, read)
		}
	}
}

func FuzzTimeline(f *testing.F) {
	f.Add("2026-10-03T08:00:00Z", "## Timeline\n- 23:50 a\n- 00:05 b\n")
	f.Add("null", "## 时间线 2026年10月3日\n| 时间 | 事件 |\n|--|--|\n| 8:04 | 告警 |\n")
	f.Add("2026-10-03", "# Timeline (UTC-3)\n- T+5m x\n- 31 Feb 08:04 y\n- 12月31日 y")
	f.Fuzz(func(t *testing.T, started, body string) {
		doc, _, err := compileText("---\ntimes: {started: " + started + "}\n---\n" + body)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range doc.Timeline {
			if e.At.Known() && (e.At.At.Year() < 1800 || e.At.At.Year() > 10000 || e.At.At.Location() != time.UTC) {
				t.Fatalf("%+v", e)
			}
			if e.Line < 1 || e.Raw == "" {
				t.Fatalf("%+v lost its place", e)
			}
		}
	})
}
