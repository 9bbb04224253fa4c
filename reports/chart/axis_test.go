package chart

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// labels returns the labels of an axis in order.
func labels(a axis) (out []string) {
	for _, t := range a.ticks {
		out = append(out, t.label)
	}
	return out
}

func TestLogAxisMarks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		low, high float64
		unit      Unit
		want      []string
	}{
		"between marks":            {3, 700, Times, []string{"2×", "5×", "10×", "20×", "50×", "100×", "200×", "500×", "1,000×"}},
		"from mark to mark":        {2, 20, Times, []string{"2×", "5×", "10×", "20×"}},
		"just above the last mark": {2, 20.001, Times, []string{"2×", "5×", "10×", "20×", "50×"}},
		"one value on a mark":      {10, 10, Count, []string{"10", "20"}},
		"one value between marks":  {15, 15, Count, []string{"10", "20"}},
		"below all marks":          {1e-9, 1e-8, Count, []string{"0.01", "0.02"}},
		"above all marks":          {1e9, 1e12, Count, []string{"100,000", "1,000,000"}},
		"small numbers":            {0.01, 0.1, Count, []string{"0.01", "0.02", "0.05", "0.1"}},
		"durations":                {45, 7200, Seconds, []string{"15 s", "1 min", "5 min", "10 min", "30 min", "1 h", "4 h"}},
		"long durations":           {86400, 100 * 86400, Seconds, []string{"24 h", "3 d", "10 d", "30 d", "100 d"}},
		"longer than all marks":    {100 * 86400, 1e9, Seconds, []string{"30 d", "100 d"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := logAxis(c.low, c.high, c.unit)
			if diff := cmp.Diff(c.want, labels(a)); diff != "" {
				t.Error(diff)
			}
			if a.min != a.ticks[0].value || a.max != a.ticks[len(a.ticks)-1].value || !a.log {
				t.Errorf("the axis from %v to %v does not end with its marks", a.min, a.max)
			}
		})
	}
}

// TestLogAxisIsTight holds that the axis covers its values and has no mark more than
// it needs at either end.
func TestLogAxisIsTight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		low := math.Pow(10, rapid.Float64Range(-2, 5.9).Draw(t, "low"))
		high := low * math.Pow(10, rapid.Float64Range(0, 3).Draw(t, "width"))
		high = min(high, 1e6)
		a := logAxis(low, high, Count)
		n := len(a.ticks)
		if a.min > low || a.max < high || n < 2 {
			t.Fatalf("%v to %v has the axis %v to %v", low, high, a.min, a.max)
		}
		if n > 2 && (a.ticks[1].value <= low || a.ticks[n-2].value >= high) {
			t.Fatalf("%v to %v has the marks %v", low, high, labels(a))
		}
	})
}

func TestPositionOnAxes(t *testing.T) {
	t.Parallel()
	linear, log := axis{min: 10, max: 30}, axis{min: 1, max: 100, log: true}
	for _, c := range []struct {
		axis    axis
		v, want float64
	}{
		{linear, 10, 0}, {linear, 20, 0.5}, {linear, 30, 1}, {linear, 40, 1.5}, {linear, 0, -0.5},
		{log, 1, 0}, {log, 10, 0.5}, {log, 100, 1}, {log, 0, -6}, {log, -5, -6},
	} {
		if got := c.axis.position(c.v); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v on %v to %v (log %v) is at %v, want %v", c.v, c.axis.min, c.axis.max, c.axis.log, got, c.want)
		}
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		values    []float64
		low, high float64
		ok        bool
	}{
		{nil, inf, -inf, false}, {[]float64{nan, inf, -inf}, inf, -inf, false}, {[]float64{5}, 5, 5, true},
		{[]float64{3, nan, -2, inf, 7}, -2, 7, true},
	} {
		low, high, ok := span(c.values...)
		if low != c.low || high != c.high || ok != c.ok {
			t.Errorf("span(%v) = %v, %v, %v", c.values, low, high, ok)
		}
	}
}

func TestNiceStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		raw  float64
		unit Unit
		want float64
	}{
		{0.3, Times, 0.5}, {1, Times, 1}, {1.01, Times, 2}, {2, Times, 2}, {2.1, Times, 5}, {5, Times, 5}, {5.1, Times, 10}, {10, Times, 10},
		{0.0012, Percent, 0.002}, {0.3, Count, 1}, {0, Count, 1}, {-3, Count, 1}, {math.NaN(), Times, 1}, {math.Inf(1), Times, 1}, {7, Count, 10},
		{0.5, Seconds, 1}, {1, Seconds, 1}, {2, Seconds, 5}, {45, Seconds, 60}, {60, Seconds, 60}, {61, Seconds, 120}, {301, Seconds, 600},
		{601, Seconds, 1800}, {3601, Seconds, 7200}, {7201, Seconds, 21600}, {43201, Seconds, 86400}, {86400, Seconds, 86400},
		{86401, Seconds, 100000},
	} {
		if got := niceStep(c.raw, c.unit); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("niceStep(%v, %d) = %v, want %v", c.raw, c.unit, got, c.want)
		}
	}
}

func TestLinearAxisLabels(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		low, high float64
		unit      Unit
		want      []string
	}{
		"counts":               {0, 37, Count, []string{"0", "10", "20", "30", "40"}},
		"on the marks":         {0, 40, Count, []string{"0", "10", "20", "30", "40"}},
		"few counts":           {0, 2, Count, []string{"0", "1", "2"}},
		"below zero":           {-1.2, 1, Percent, []string{"−200 %", "−100 %", "0 %", "100 %"}},
		"a perfect SLI":        {1, 1, Percent, []string{"99.0 %", "99.5 %", "100.0 %"}},
		"one count":            {5, 5, Count, []string{"4", "5", "6"}},
		"zero":                 {0, 0, Times, []string{"−1.0×", "−0.5×", "0.0×", "0.5×", "1.0×"}},
		"minutes":              {0, 200, Seconds, []string{"0 s", "1 min", "2 min", "3 min", "4 min"}},
		"beyond whole numbers": {1e300, 1e300, Count, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := linearAxis(c.low, c.high, 5, c.unit)
			if c.want == nil {
				if len(a.ticks) < 2 {
					t.Errorf("%v", labels(a))
				}
				return
			}
			if diff := cmp.Diff(c.want, labels(a)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTimeAxisSteps(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 11, 18, 9, 30, 0, 0, shanghai) // a Wednesday
	for name, c := range map[string]struct {
		length time.Duration
		room   float64
		want   []string
	}{
		"hours":           {3 * time.Hour, 720, []string{"10:00", "11:00", "12:00"}},
		"three hours":     {14 * time.Hour, 360, []string{"12:00", "15:00", "18:00", "21:00"}},
		"six hours":       {24 * time.Hour, 300, []string{"12:00", "18:00", "00:00", "06:00"}},
		"half days":       {36 * time.Hour, 216, []string{"18 Nov 12:00", "19 Nov 00:00", "19 Nov 12:00"}},
		"days":            {72 * time.Hour, 216, []string{"19 Nov", "20 Nov", "21 Nov"}},
		"two days":        {8 * 24 * time.Hour, 300, []string{"20 Nov", "22 Nov", "24 Nov", "26 Nov"}},
		"Mondays":         {28 * 24 * time.Hour, 300, []string{"23 Nov", "30 Nov", "7 Dec", "14 Dec"}},
		"every other one": {28 * 24 * time.Hour, 144, []string{"30 Nov", "14 Dec"}},
		"months":          {92 * 24 * time.Hour, 216, []string{"Dec 2026", "Jan 2027", "Feb 2027"}},
		"quarters":        {270 * 24 * time.Hour, 216, []string{"Jan 2027", "Apr 2027", "Jul 2027"}},
		"years":           {3 * 365 * 24 * time.Hour, 216, []string{"2027", "2028", "2029"}},
		"no room":         {3 * 365 * 24 * time.Hour, 0, []string{"2027"}},
		"no time":         {0, 720, nil},
		"backwards":       {-time.Hour, 720, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := timeAxis(from, from.Add(c.length), shanghai, c.room)
			if diff := cmp.Diff(c.want, labels(a)); diff != "" {
				t.Error(diff)
			}
			if a.max <= a.min {
				t.Errorf("the axis ends at %v and begins at %v", a.max, a.min)
			}
		})
	}
}

// TestTimeAxisOverAChangeOfClocks holds that marks are at full local hours, each once,
// on the days with 23 and with 25 hours.
func TestTimeAxisOverAChangeOfClocks(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		day  time.Time
		want []string
	}{
		"spring": {time.Date(2026, 3, 29, 0, 0, 0, 0, berlin), []string{"00:00", "01:00", "03:00", "04:00", "05:00"}},
		"autumn": {time.Date(2026, 10, 25, 0, 0, 0, 0, berlin), []string{"00:00", "01:00", "02:00", "03:00", "04:00"}},
	} {
		t.Run(name, func(t *testing.T) {
			to := time.Date(c.day.Year(), c.day.Month(), c.day.Day(), 5, 0, 0, 0, berlin)
			if name == "autumn" {
				to = time.Date(c.day.Year(), c.day.Month(), c.day.Day(), 4, 0, 0, 0, berlin)
			}
			a := timeAxis(c.day, to, berlin, 720)
			if diff := cmp.Diff(c.want, labels(a)); diff != "" {
				t.Error(diff)
			}
			for i := 1; i < len(a.ticks); i++ {
				if a.ticks[i].value <= a.ticks[i-1].value {
					t.Errorf("mark %d is not after the one before it", i)
				}
			}
		})
	}
}

func TestReduceKeepsShortLines(t *testing.T) {
	t.Parallel()
	points := []xy{{0, 1}, {1, 5}, {2, -5}, {3, 2}, {4, 2}}
	if diff := cmp.Diff(points, reduce(points, 0, 4, 2), cmp.AllowUnexported(xy{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(points, reduce(points, 4, 4, 1), cmp.AllowUnexported(xy{})); diff != "" {
		t.Errorf("an axis without length: %s", diff)
	}
	want := []xy{{0, 1}, {1, 5}, {2, -5}, {4, 2}}
	if diff := cmp.Diff(want, reduce(points, 0, 5, 1), cmp.AllowUnexported(xy{})); diff != "" {
		t.Errorf("one column: %s", diff)
	}
}

func TestStepped(t *testing.T) {
	t.Parallel()
	got := stepped([]xy{{0, 1}, {1, 3}, {5, 2}})
	want := []xy{{0, 1}, {1, 1}, {1, 3}, {5, 3}, {5, 2}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(xy{})); diff != "" {
		t.Error(diff)
	}
	if got := stepped(nil); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestSplitJoinsWithinTheGap(t *testing.T) {
	t.Parallel()
	points := []xy{{0, 1}, {10, 1}, {20.009, 1}, {31, 1}, {math.Inf(1), 2}}
	for gap, want := range map[float64]int{10: 2, 11: 1, 9: 4, 0: 1} {
		if got := split(points, gap); len(got) != want {
			t.Errorf("a gap of %v splits into %d runs, want %d", gap, len(got), want)
		}
	}
}
