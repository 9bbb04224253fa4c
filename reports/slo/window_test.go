package slo_test

import (
	"testing"
	"time"

	"github.com/postern/postern/reports/slo"
)

func TestParseWindow(t *testing.T) {
	for text, want := range map[string]time.Duration{"5m": fiveM, "1h": time.Hour, "28d": 28 * day, "4w": 28 * day, "1M": 30 * day,
		"1Q": 90 * day, "1Y": 365 * day} {
		count, unit, err := slo.ParseWindow(text)
		w := slo.Window{Count: count, Unit: unit}
		if err != nil || w.Length() != want || w.String() != text {
			t.Errorf("%s: %v, %s, %v", text, w.Length(), w, err)
		}
	}
	for _, text := range []string{"", "d", "0d", "-1d", "+1d", "01d", "1D", "1.5h", "1s", "1 d", "1dd", "99999999999999999999d",
		"9223372036854775807d", "36501d", "1000000Y", "30500568904944w"} {
		if count, unit, err := slo.ParseWindow(text); err == nil {
			t.Errorf("%q was read as %d %s", text, count, unit)
		}
	}
}

func TestCalendarWindowsFollowTheCalendar(t *testing.T) {
	york, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip(err)
	}
	at := func(y int, m time.Month, d, h int) time.Time { return time.Date(y, m, d, h, 0, 0, 0, york) }
	for name, c := range map[string]struct {
		unit           string
		start, t       time.Time
		wantFrom, want time.Time
	}{
		"month":             {"M", at(2022, 1, 1, 0), at(2026, 2, 14, 9), at(2026, 2, 1, 0), at(2026, 3, 1, 0)},
		"month of the 31st": {"M", at(2022, 1, 31, 0), at(2026, 3, 5, 0), at(2026, 2, 28, 0), at(2026, 3, 31, 0)},
		"week over spring":  {"w", at(2022, 1, 1, 12), at(2026, 3, 9, 0), at(2026, 3, 7, 12), at(2026, 3, 14, 12)},
		"quarter":           {"Q", at(2022, 1, 1, 0), at(2026, 11, 30, 0), at(2026, 10, 1, 0), at(2027, 1, 1, 0)},
		"before the anchor": {"M", at(2022, 1, 1, 0), at(2021, 12, 31, 23), at(2021, 12, 1, 0), at(2022, 1, 1, 0)},
	} {
		from, to := slo.Window{Count: 1, Unit: c.unit, Start: c.start, Zone: york}.At(c.t)
		if !from.Equal(c.wantFrom) || !to.Equal(c.want) {
			t.Errorf("%s: [%s, %s), want [%s, %s)", name, from, to, c.wantFrom, c.want)
		}
	}
	w := slo.Window{Rolling: true, Count: 28, Unit: "d"}
	if from, to := w.At(epoch); !to.Equal(epoch) || to.Sub(from) != 28*day {
		t.Errorf("rolling: [%s, %s)", from, to)
	}
}
