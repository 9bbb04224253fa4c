package postmortems

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestParseStamp(t *testing.T) {
	type want struct {
		date, clock, zone, rest string
	}
	for in, w := range map[string]want{
		"08:04 alert fires":                          {"", "08:04:00", "", "alert fires"},
		"8:04 - alert":                               {"", "08:04:00", "", "alert"},
		"08:04:33: alert":                            {"", "08:04:33", "", "alert"},
		"**08:04** alert":                            {"", "08:04:00", "", "alert"},
		"[08:04] alert":                              {"", "08:04:00", "", "alert"},
		"~08:04 alert":                               {"", "08:04:00", "", "alert"},
		"2026-10-03 08:04 UTC alert":                 {"2026-10-03", "08:04:00", "+00:00", "alert"},
		"2026-10-03T08:04:00Z alert":                 {"2026-10-03", "08:04:00", "+00:00", "alert"},
		"2026-10-03T08:04:00+08:00 alert":            {"2026-10-03", "08:04:00", "+08:00", "alert"},
		"14:02 (UTC+8) alert":                        {"", "14:02:00", "+08:00", "alert"},
		"14:02 UTC+05:30 alert":                      {"", "14:02:00", "+05:30", "alert"},
		"08:09 AM UTC Issue":                         {"", "08:09:00", "+00:00", "Issue"},
		"12:18 PM: replies":                          {"", "12:18:00", "", "replies"},
		"12:18 am: replies":                          {"", "00:18:00", "", "replies"},
		"8pm deploy":                                 {"", "20:00:00", "", "deploy"},
		"10月3日 8:04 告警触发":                            {"0000-10-03", "08:04:00", "", "告警触发"},
		"2026年10月3日 08:04：发现":                        {"2026-10-03", "08:04:00", "", "发现"},
		"下午3:10 恢复":                                  {"", "15:10:00", "", "恢复"},
		"8点04分 恢复":                                   {"", "08:04:00", "", "恢复"},
		"08:04（北京时间）恢复":                              {"", "08:04:00", "+08:00", "恢复"},
		"Oct 3, 2026 08:04 alert":                    {"2026-10-03", "08:04:00", "", "alert"},
		"October 3rd 08:04 alert":                    {"0000-10-03", "08:04:00", "", "alert"},
		"3 Oct 2026, 08:04 alert":                    {"2026-10-03", "08:04:00", "", "alert"},
		"Fri Jan 28 02:34 alert":                     {"0000-01-28", "02:34:00", "", "alert"},
		"11-20-2023 - A researcher":                  {"2023-11-20", "", "", "A researcher"},
		"2026-10-03 shipped":                         {"2026-10-03", "", "", "shipped"},
		"08:04 - 08:10 rollback":                     {"", "08:04:00", "", "rollback"},
		"08:04–08:10 UTC rollback":                   {"", "08:04:00", "+00:00", "rollback"},
		"2026-10-03 23:55 - 2026-10-04 00:10 outage": {"2026-10-03", "23:55:00", "", "outage"},
		"08:04 PST alert":                            {"", "08:04:00", "-08:00", "alert"},
	} {
		s, rest, ok := parseStamp(in)
		got := want{rest: rest}
		if s.day != 0 {
			got.date = time.Date(s.year, s.month, s.day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		}
		if s.clock {
			got.clock = time.Date(0, 1, 1, s.hour, s.minute, s.second, 0, time.UTC).Format(time.TimeOnly)
		}
		if s.zone != nil {
			got.zone = time.Date(2026, 1, 1, 0, 0, 0, 0, s.zone).Format("-07:00")
		}
		if !ok || got != w || s.vague {
			t.Errorf("parseStamp(%q) = %+v %v vague %v, want %+v", in, got, ok, s.vague, w)
		}
	}
}

func TestParseStampRelative(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"T+5m alert": 5 * time.Minute, "T+1h05m alert": 65 * time.Minute, "T+00:05 alert": 5 * time.Minute, "T-30s alert": -30 * time.Second,
		"T0 alert": 0, "t + 5 min: alert": 5 * time.Minute, "T+5分钟 alert": 5 * time.Minute,
	} {
		s, rest, ok := parseStamp(in)
		if !ok || s.offset == nil || *s.offset != want || rest != "alert" {
			t.Errorf("parseStamp(%q) = %v %q %v", in, s.offset, rest, ok)
		}
	}
}

func TestParseStampRefusesOtherText(t *testing.T) {
	for _, in := range []string{
		"", "alert fires", "3 replicas were lost", "10.0.0.1 refused", "99:99 nonsense", "24:00 nonsense", "1:1 ratio",
		"12:345 ratio", "80% of users",
		"Separate 5 pools", "Maybe 10 more", "Sunset at 5", "T-shirt 5", "[Time] First indication", "https://example.com", "v2026",
	} {
		if s, rest, ok := parseStamp(in); ok {
			t.Errorf("parseStamp(%q) = %+v %q", in, s, rest)
		}
	}
	for _, in := range []string{"08:04 CST alert", "08:04 IST alert", "10/03/2026 08:04 alert", "2026-02-99 x", "08:04 PT alert"} {
		if s, _, ok := parseStamp(in); !ok || !s.vague && (s.zone != nil || s.words == "") {
			t.Errorf("parseStamp(%q) = %+v %v: want an ambiguous stamp", in, s, ok)
		}
	}
}

func FuzzParseStamp(f *testing.F) {
	for _, s := range []string{"08:04 a", "2026-10-03T08:04:00Z b", "10月3日 8:04", "T+5m c", "08:04 - 08:10 UTC",
		"Oct 3rd, 2026 at 8 pm (UTC+8)", "下午3点"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, rest, ok := parseStamp(text)
		if !strings.HasSuffix(text, rest) || !utf8.ValidString(rest) && utf8.ValidString(text) {
			t.Fatalf("the rest %q is not the end of %q", rest, text)
		}
		if !ok && rest != text {
			t.Fatalf("%q was refused and shortened to %q", text, rest)
		}
		if s.hour > 23 && s.clock || s.minute > 59 && s.clock || s.month > 12 || s.day > 31 {
			t.Fatalf("%q gives %+v", text, s)
		}
		dateIn(text)
		headingClaim(text)
		besideClaim(text)
		textClaim(text, aboutAll)
		dayIn(text)
	})
}
