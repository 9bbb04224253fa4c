package chart

import (
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/base/messages/messagestest"
)

func hour(h int) time.Time { return time.Date(2026, 11, 23, h, 0, 0, 0, time.UTC) }

// drawn returns a figure as the SVG of a page.
func drawn(t testing.TB, f Figure) string {
	t.Helper()
	d, err := NewDrawer(nil, messagestest.English(t))
	if err != nil {
		t.Fatal(err)
	}
	svg, err := d.Inline(f, "c")
	if err != nil {
		t.Fatal(err)
	}
	return string(svg)
}

var textElement = regexp.MustCompile(`<text [^>]*>([^<]*)</text>`)

// texts returns the texts of an SVG in the order of drawing.
func texts(svg string) (out []string) {
	for _, m := range textElement.FindAllStringSubmatch(svg, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestTables(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		figure Figure
		want   Table
	}{
		"lines": {
			Lines{Unit: Percent, Zone: shanghai, Lines: []Line{
				{Name: "a\u202e", Points: []Point{{hour(1), 0.5}, {hour(2), math.NaN()}}},
				{Name: "b", Points: []Point{{hour(2), 1}, {hour(3), 0.25}}},
			}},
			Table{Head: []string{"Time", "a", "b"}, Rows: [][]string{
				{"2026-11-23 09:00 +08:00", "50 %", ""}, {"2026-11-23 10:00 +08:00", "no data", "100 %"}, {"2026-11-23 11:00 +08:00", "", "25 %"},
			}},
		},
		"bars": {
			Bars{Unit: Seconds, Bars: []Bar{{Name: "a", Value: 90, Note: "so far"}, {Name: "b", Value: math.NaN()}}, Most: 1},
			Table{Head: []string{"Name", "Value", "Note"}, Rows: [][]string{{"a", "90 s", "so far"}, {"b", "no data", ""}}},
		},
		"columns": {
			Columns{Unit: Count, Names: []string{"Mon", "Tue"}, Stacks: []Stack{{Name: "x", Values: []float64{3, 4}},
				{Name: "y", Values: []float64{1}}}},
			Table{Head: []string{"Period", "x", "y"}, Rows: [][]string{{"Mon", "3", "1"}, {"Tue", "4", "0"}}},
		},
		"columns with marks": {
			Columns{Names: []string{"Mon", "Tue"}, Stacks: []Stack{{Name: "x", Values: []float64{3, 4}}}, Marks: []int{2}, MarksName: "incidents"},
			Table{Head: []string{"Period", "x", "incidents"}, Rows: [][]string{{"Mon", "3", "2"}, {"Tue", "4", "0"}}},
		},
		"shares": {
			Shares{Parts: []SharePart{{Name: "met"}, {Name: "missed"}},
				Rows: []Share{{Name: "w", Parts: []int{3, 1}}, {Name: "v", Parts: []int{-2}}}},
			Table{Head: []string{"", "met", "missed", "n"}, Rows: [][]string{{"w", "3", "1", "4"}, {"v", "−2", "0", "0"}}},
		},
		"dots": {
			Dots{Unit: Seconds, Dots: []Dot{{At: hour(1), Value: 600, Label: "x"}, {At: hour(2), Value: 60, Open: true}}},
			Table{Head: []string{"Time", "What", "Value"}, Rows: [][]string{
				{"2026-11-23 01:00 +00:00", "x", "10 min"}, {"2026-11-23 02:00 +00:00", "", "at least 1 min so far"},
			}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.figure.Table(messagestest.English(t))); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("clock", func(t *testing.T) {
		var k Clock
		k.Counts[2][23] = 1500
		got := k.Table(messagestest.English(t))
		if len(got.Head) != 25 || got.Head[24] != "23" || len(got.Rows) != 7 || got.Rows[2][0] != "Wed" || got.Rows[2][24] != "1,500" ||
			got.Rows[0][1] != "0" {
			t.Errorf("%+v", got)
		}
	})
}

func TestEmptyFiguresSayWhy(t *testing.T) {
	t.Parallel()
	day := Lines{From: hour(0), To: hour(23)}
	gaps := day
	gaps.Lines = []Line{{Points: []Point{{hour(1), math.NaN()}}}}
	outside := day
	outside.Lines = []Line{{Points: []Point{{hour(23).Add(time.Hour), 5}}}}
	logs := day
	logs.Log, logs.Lines = true, []Line{{Points: []Point{{hour(1), 0}}}}
	for name, f := range map[string]Figure{
		"No data in this time": day, "No data in this time ": gaps, "No data in this time  ": outside, "No data in this time   ": logs,
		"No data to compare": Bars{}, "No data in this time    ": Columns{Names: []string{"Mon"}}, "No data": Shares{},
		"Nothing in this time": Dots{Dots: []Dot{{Value: 0}, {Value: -1}}}, "No pages in this time": Clock{},
		"not measured yet": Lines{Empty: "not measured yet"}, "no rule": Bars{Empty: "no rule"}, "no row": Shares{Empty: "no row"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := texts(drawn(t, f)); len(got) != 1 || got[0] != strings.TrimSpace(name) {
				t.Errorf("the figure has the texts %q", got)
			}
		})
	}
}

func TestBarsCountWhatTheyLeaveOut(t *testing.T) {
	t.Parallel()
	b := Bars{Unit: Count, Most: 2}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		b.Bars = append(b.Bars, Bar{Name: name, Value: 3, Note: "note"})
	}
	want := []string{"a", "3  note", "b", "3  note", "and 3 more"}
	if diff := cmp.Diff(want, texts(drawn(t, b))); diff != "" {
		t.Error(diff)
	}
	for n, rows := range map[int]float64{1: 2, 2: 2, 3: 3, 12: 12, 13: 13, 40: 13} {
		if _, h := (Bars{Bars: make([]Bar, n)}).size(); h != rows*barRow+4 {
			t.Errorf("%d bars are %v high, want %v rows", n, h, rows)
		}
	}
}

// rects returns the bounds of the filled areas of a class, in units.
func rects(svg, class string) (out [][4]int) {
	re := regexp.MustCompile(`<path d="M(-?\d+) (-?\d+)L(-?\d+) -?\d+L-?\d+ (-?\d+)L-?\d+ -?\d+Z" class="` + class + `"`)
	for _, m := range re.FindAllStringSubmatch(svg, -1) {
		var r [4]int
		for i := range r {
			r[i] = atoi(m[i+1])
		}
		out = append(out, r)
	}
	return out
}

func atoi(s string) (n int) {
	sign := 1
	if s[0] == '-' {
		sign, s = -1, s[1:]
	}
	for _, c := range s {
		n = 10*n + int(c-'0')
	}
	return sign * n
}

func TestBarsHaveTheLengthOfTheirValue(t *testing.T) {
	t.Parallel()
	svg := drawn(t, Bars{Unit: Count, Bars: []Bar{{Name: "a", Value: 100}, {Name: "b", Value: 50}, {Name: "c", Value: -25}, {Name: "d"}}})
	bars := rects(svg, "f-accent")
	if len(bars) != 3 {
		t.Fatalf("%d bars: %v", len(bars), bars)
	}
	width := func(r [4]int) float64 { return float64(r[2] - r[0]) }
	if r := width(bars[0]) / width(bars[1]); math.Abs(r-2) > 0.02 {
		t.Errorf("100 is %v times as long as 50", r)
	}
	if r := width(bars[1]) / width(bars[2]); math.Abs(r-2) > 0.02 {
		t.Errorf("50 is %v times as long as −25", r)
	}
	if bars[0][0] != bars[1][0] || bars[2][2] != bars[0][0] {
		t.Errorf("the bars do not meet at zero: %v", bars)
	}
}

func TestColumnsStack(t *testing.T) {
	t.Parallel()
	f := Columns{
		Unit: Count, Names: []string{"Mon"}, Height: 300,
		Stacks: []Stack{{Name: "x", Values: []float64{10}, Role: OK}, {Name: "y", Values: []float64{20}, Role: Bad},
			{Name: "z", Values: []float64{-5}, Role: Warn}},
	}
	svg := drawn(t, f)
	low, high := rects(svg, "f-ok"), rects(svg, "f-bad")
	// The first of each is the sample of the legend.
	if len(low) != 2 || len(high) != 2 {
		t.Fatalf("%v %v", low, high)
	}
	if low[1][1] != high[1][3] {
		t.Errorf("the layers %v and %v do not touch", low[1], high[1])
	}
	if r := float64(high[1][3]-high[1][1]) / float64(low[1][3]-low[1][1]); math.Abs(r-2) > 0.05 {
		t.Errorf("20 is %v times as high as 10", r)
	}
	if tops, highest := f.tops(); tops[0] != 30 || highest != 30 {
		t.Errorf("the sums are %v, the highest %v", tops, highest)
	}
	if w, h := f.size(); w != figureWidth || h != 300 {
		t.Errorf("%v by %v", w, h)
	}
}

func TestColumnsNameEveryNth(t *testing.T) {
	t.Parallel()
	f := Columns{Unit: Count, Stacks: []Stack{{Name: "x"}}}
	for i := range 90 {
		f.Names = append(f.Names, hour(0).AddDate(0, 0, i).Format("2 Jan 2006"))
		f.Stacks[0].Values = append(f.Stacks[0].Values, 1)
	}
	svg := drawn(t, f)
	names := 0
	for _, s := range texts(svg) {
		if strings.HasSuffix(s, "2026") || strings.HasSuffix(s, "2027") {
			names++
		}
	}
	if names < 5 || names > 12 {
		t.Errorf("%d of 90 columns are named", names)
	}
}

func TestSharesDivide(t *testing.T) {
	t.Parallel()
	svg := drawn(t, Shares{
		Parts: []SharePart{{Name: "met", Role: OK}, {Name: "missed", Role: Bad}},
		Rows:  []Share{{Name: "detected", Parts: []int{3, 1}}, {Name: "none", Parts: []int{0, 0}}},
	})
	met, missed := rects(svg, "f-ok"), rects(svg, "f-bad")
	if len(met) != 2 || len(missed) != 2 {
		t.Fatalf("%v %v", met, missed)
	}
	if r := float64(met[1][2]-met[1][0]) / float64(missed[1][2]-missed[1][0]); math.Abs(r-3) > 0.05 {
		t.Errorf("3 of 4 is %v times as long as 1 of 4", r)
	}
	if diff := cmp.Diff([]string{"met", "missed", "detected", "n 4", "3 met", "1 missed", "none", "n 0"}, texts(svg)); diff != "" {
		t.Error(diff)
	}
}

func TestDotsKeepToTheAxis(t *testing.T) {
	t.Parallel()
	d := Dots{Unit: Seconds, From: hour(0), To: hour(12), Dots: []Dot{{At: hour(6), Value: 60, Label: "short"},
		{At: hour(7), Value: 1e9, Label: "long"}}}
	dr, err := NewDrawer(nil, messagestest.English(t))
	if err != nil {
		t.Fatal(err)
	}
	c := dr.canvas(d, &svgRenderer{face: dr.face}, Light, false)
	p := newPlot(c, logAxis(60, 1e9, Seconds), 0)
	p.x = timeAxis(d.From, d.To, time.UTC, p.right-p.left)
	for _, k := range []struct {
		dot Dot
		ok  bool
		y   float64
	}{
		{Dot{At: hour(6), Value: 60}, true, p.bottom}, {Dot{At: hour(6), Value: 1e9}, true, p.top}, {Dot{At: hour(6), Value: 1}, true, p.bottom},
		{Dot{At: hour(6)}, false, 0}, {Dot{At: hour(6), Value: math.Inf(1)}, false, 0}, {Dot{At: hour(13), Value: 60}, false, 0},
		{Dot{At: hour(0).Add(-time.Hour), Value: 60}, false, 0}, {Dot{At: hour(12), Value: 60}, true, p.bottom},
	} {
		if _, y, ok := d.place(p, k.dot); ok != k.ok || ok && math.Abs(y-k.y) > 0.01 {
			t.Errorf("%+v is at %v, %v, want %v, %v", k.dot, y, ok, k.y, k.ok)
		}
	}
	found := strings.Join(texts(drawn(t, d)), "\n")
	if !strings.Contains(found, "long") || strings.Contains(found, "short") {
		t.Errorf("the longest dot is named and no other: %s", found)
	}
}

func TestClockShowsEveryOtherHour(t *testing.T) {
	t.Parallel()
	k := Clock{}
	k.Counts[0][5], k.Counts[6][0] = 3, 123456
	got := texts(drawn(t, k))
	want := []string{"0", "2", "4", "6", "8", "10", "12", "14", "16", "18", "20", "22", "Mon", "3", "Tue", "Wed", "Thu", "Fri", "Sat",
		"Sun", "123k"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLegend(t *testing.T) {
	t.Parallel()
	dr, err := NewDrawer(nil, messagestest.English(t))
	if err != nil {
		t.Fatal(err)
	}
	c := dr.canvas(Bars{}, &svgRenderer{face: dr.face}, Light, false)
	entries := func(n int) []legendEntry {
		out := make([]legendEntry, n)
		for i := range out {
			out[i].name = strings.Repeat("n", 30) // as wide as a name can be
		}
		return out
	}
	for n, want := range map[int]float64{0: 0, 1: 0, 2: 1, 3: 1, 4: 2, 9: 3, 40: 3} {
		if got := legendHeight(c, entries(n)); got != want*lineSpace {
			t.Errorf("%d entries are %v high, want %v lines", n, got, want)
		}
	}
	rows := legendRows(c, entries(40))
	last := rows[len(rows)-1]
	shown := 0
	for _, row := range rows {
		shown += len(row)
	}
	if got, want := last[len(last)-1].name, "and "+Count.Exact(messagestest.English(t), float64(40-shown+1))+" more"; got != want {
		t.Errorf("%d entries are shown, and the last says %q, want %q", shown-1, got, want)
	}
}

func TestMarksAndBandsAreNamedOnce(t *testing.T) {
	t.Parallel()
	f := Lines{
		Unit: Count, From: hour(0), To: hour(12), Lines: []Line{{Name: "a", Points: []Point{{hour(1), 1}, {hour(11), 9}}}},
		Marks: []Mark{{5, "target"}, {5.001, "same place"}, {math.NaN(), "nowhere"}},
		Bands: []Band{{hour(2), hour(3), "incident"}, {hour(3), hour(4), "covered by the first name"}, {hour(20), hour(21), "outside"}},
	}
	got := strings.Join(texts(drawn(t, f)), "\n")
	for text, want := range map[string]int{"target": 1, "same place": 0, "nowhere": 0, "incident": 1, "outside": 0} {
		if n := strings.Count(got, text); n != want {
			t.Errorf("%q is written %d times, want %d:\n%s", text, n, want, got)
		}
	}
	if n := strings.Count(drawn(t, f), `class="f-bad"`); n < 2 {
		t.Errorf("%d bands are drawn", n)
	}
}

func TestLinesOfOnePointAreDots(t *testing.T) {
	t.Parallel()
	l := Lines{Unit: Count, From: hour(0), To: hour(12), MaxGap: time.Hour,
		Lines: []Line{{Points: []Point{{hour(1), 1}, {hour(5), 2}, {hour(6), 3}}}}}
	svg := drawn(t, l)
	if n := strings.Count(svg, `class="f-s1"`); n != 1 {
		t.Errorf("%d dots for one point between gaps", n)
	}
	if n := strings.Count(svg, `class="k-s1"`); n != 1 {
		t.Errorf("%d lines for one run of two points", n)
	}
}
