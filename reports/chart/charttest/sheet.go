// Package charttest has the sheet that charts are tested with: every kind of figure in
// every edge case. The tests of the chart package draw it into golden files, and a
// browser test checks how it looks. It stores nothing.
//
// A new kind of figure, or a fault that was found in one, gets a case here. The key of
// a case is the name of its golden file; it begins with the kind of figure.
package charttest

import (
	"fmt"
	"maps"
	"math"
	"strings"
	"time"

	"github.com/postern/postern/reports/chart"
)

// Day is the n-th day of the sheet's month, from 0.
func Day(n int) time.Time { return time.Date(2026, 11, 1+n, 0, 0, 0, 0, time.UTC) }

// Wave returns a line of n points, one each step from Day(0) on, with the values of f.
func Wave(n int, step time.Duration, f func(i int) float64) []chart.Point {
	points := make([]chart.Point, n)
	for i := range points {
		points[i] = chart.Point{At: Day(0).Add(time.Duration(i) * step), Value: f(i)}
	}
	return points
}

// Hostile is a name as a source that is not trusted may send it. It has markup, the end
// of a CDATA section, a mark that reverses the direction of text, quotes, a zero byte,
// and a character outside the basic plane. In SVG none of it may be markup, and a PNG
// must still be drawn.
const Hostile = "<script>alert(1)</script>]]>\u202e& \"'\x00 支付网关 " + "\U0001F4A3"

// number returns a pointer to v, for optional bounds of an axis.
func number(v float64) *float64 { return &v }

// Sheet returns every figure in every edge case, by name.
func Sheet() map[string]chart.Figure {
	all := lineFigures()
	maps.Copy(all, otherFigures())
	maps.Copy(all, crowdedFigures())
	return all
}

// lineFigures returns the edge cases of curves over time. Those without a value to draw
// (none, nan), with a scale of no height (flat, zero) and with an end before the start
// (backward) would divide by zero, draw NaN as a coordinate, or never end.
func lineFigures() map[string]chart.Figure {
	shanghai := time.FixedZone("+08", 8*3600)
	availability := func(i int) float64 {
		if i%97 == 40 {
			return 0.9931
		}
		return 0.9995 + 0.0003*math.Sin(float64(i)/9)
	}
	lines := func(title string, l chart.Lines) chart.Lines {
		l.Title, l.From, l.To = title, orTime(l.From, Day(0)), orTime(l.To, Day(28))
		return l
	}
	many := chart.Lines{Unit: chart.Percent}
	for i := range 12 {
		many.Lines = append(many.Lines, chart.Line{Name: fmt.Sprintf("service-%02d 服务", i),
			Points: Wave(28, 24*time.Hour, func(k int) float64 { return 0.99 + 0.0008*float64((k*i)%9) })})
	}
	gaps := Wave(28*24, time.Hour, availability)
	// Hours without data, and values that are no numbers, interrupt the line.
	gaps = append(gaps[:200], gaps[320:]...)
	gaps[400].Value = math.NaN()
	gaps[401].Value = math.Inf(1)
	// A budget that one incident exhausts: the axis must show values below zero.
	burndown := Wave(29, 24*time.Hour, func(i int) float64 {
		if i > 18 {
			return 1 - float64(i)*0.02 - 0.7
		}
		return 1 - float64(i)*0.02
	})
	return map[string]chart.Figure{
		"lines-sli": lines("Availability of checkout by hour, objective 99.9 %",
			chart.Lines{Unit: chart.Percent, Zone: shanghai, MaxGap: time.Hour,
				Lines: []chart.Line{{Name: "SLI", Points: gaps}}, Marks: []chart.Mark{mark(0.999, "objective 99.9 %")},
				Bands: []chart.Band{band(Day(12), Day(12).Add(9*time.Hour), "INC-2291"), band(Day(20), Day(20).Add(10*time.Minute), "INC-2301")}}),
		"lines-burndown": lines("Remaining budget, below zero on 20 November", chart.Lines{Unit: chart.Percent, Step: true, Min: number(-0.25),
			Max:   number(1),
			Lines: []chart.Line{{Name: "budget", Points: burndown}}, Marks: []chart.Mark{mark(0, "spent")},
			Bands: []chart.Band{band(Day(18), Day(19), "INC-2291, 18 %")}}),
		"lines-burn-rate": lines("Burn rate over 1 hour", chart.Lines{Unit: chart.Times, Log: true,
			Lines: []chart.Line{{Name: "1 h", Points: Wave(28*24, time.Hour,
				func(i int) float64 { return math.Abs(math.Sin(float64(i)/50)) * 20 })}}, Marks: []chart.Mark{mark(14.4, "page at 14.4")}}),
		"lines-flat": lines("All 100 %", chart.Lines{Unit: chart.Percent,
			Lines: []chart.Line{{Name: "SLI", Points: Wave(100, time.Hour, func(int) float64 { return 1 })}}, To: Day(4)}),
		"lines-zero": lines("All zero", chart.Lines{Lines: []chart.Line{{Name: "n",
			Points: Wave(10, 24*time.Hour, func(int) float64 { return 0 })}}, To: Day(10)}),
		"lines-one": lines("One point", chart.Lines{Unit: chart.Percent,
			Lines: []chart.Line{{Name: "SLI", Points: Wave(1, time.Hour, func(int) float64 { return 0.5 })}}}),
		"lines-none": lines("No point", chart.Lines{Unit: chart.Percent, Lines: []chart.Line{{Name: "SLI"}},
			Empty: "checkout was not measured in this time"}),
		"lines-nan": lines("Only gaps", chart.Lines{Unit: chart.Percent,
			Lines: []chart.Line{{Name: "SLI", Points: Wave(9, time.Hour, func(int) float64 { return math.NaN() })}}}),
		"lines-many": lines("Twelve services", many),
		"lines-backward": lines("To before from",
			chart.Lines{From: Day(3), To: Day(1), Lines: []chart.Line{{Name: "x", Points: Wave(50, time.Hour, availability)}}}),
		"lines-hostile": lines(Hostile, chart.Lines{Lines: []chart.Line{{Name: Hostile, Points: Wave(5, 24*time.Hour, availability)},
			{Name: strings.Repeat("长", 10<<10), Points: Wave(5, 24*time.Hour, availability)}}, Marks: []chart.Mark{mark(0.9994, Hostile)},
			Bands: []chart.Band{band(Day(1), Day(2), Hostile)}}),
	}
}

// otherFigures returns the edge cases of the figures without a curve. Every kind has
// one without data and one with Hostile names; equal and zero values test the scale,
// negative ones and values that are no numbers test the base line.
func otherFigures() map[string]chart.Figure {
	shanghai := time.FixedZone("+08", 8*3600)
	return map[string]chart.Figure{
		"bars": chart.Bars{Title: "Who spent the budget: bad events by service",
			Bars: []chart.Bar{bar("checkout", 14066, "61 %", chart.Bad), bar("payment-gw", 6022, "26 %", chart.Paper),
				bar("库存服务 inventory", 2011, "9 %", chart.Paper), bar("search-api", 803, "", chart.Paper)}},
		"bars-equal": chart.Bars{Title: "All equal", Bars: []chart.Bar{{Name: "a", Value: 5}, {Name: "b", Value: 5}}},
		"bars-zero":  chart.Bars{Title: "All zero", Bars: []chart.Bar{{Name: "a"}, {Name: "b"}}},
		"bars-negative": chart.Bars{Title: "Budget left", Unit: chart.Percent, Bars: []chart.Bar{bar("checkout", -2.57, "", chart.Bad),
			bar("orders", 0.61, "", chart.OK), bar("search", math.NaN(), "", chart.None)}},
		"bars-many": chart.Bars{Title: "Forty rules", Bars: manyBars(40)},
		"bars-none": chart.Bars{Title: "Nothing"},
		"bars-hostile": chart.Bars{Title: Hostile, Bars: []chart.Bar{bar(Hostile, 3, Hostile, chart.Paper),
			bar(strings.Repeat("x", 10<<10), 2, "", chart.Paper)}},
		"columns": chart.Columns{Title: "Deployments by day, with incidents", Names: names(28),
			Marks: []int{0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1}, MarksName: "incident",
			Stacks: []chart.Stack{{Name: "succeeded", Values: ramp(28, 9)}, {Name: "failed", Values: ramp(28, 2), Role: chart.Bad}}},
		"columns-teams": chart.Columns{Title: "Time in slow statements by team and week", Unit: chart.Seconds,
			Names: []string{"W44", "W45", "W46", "W47"}, Stacks: []chart.Stack{{Name: "payments", Values: []float64{3200, 3100, 900, 1200}},
				{Name: "orders", Values: []float64{1200, 1800, 2400, 2000}}, {Name: "无主 unassigned", Values: []float64{100, 0, 60, 700}}}},
		"columns-zero": chart.Columns{Title: "All zero", Names: names(5), Stacks: []chart.Stack{{Name: "x", Values: make([]float64, 5)}}},
		"columns-equal": chart.Columns{Title: "All equal", Names: names(5),
			Stacks: []chart.Stack{{Name: "x", Values: []float64{3, 3, 3, 3, 3}}}},
		"columns-one": chart.Columns{Title: "One", Names: names(1), Stacks: []chart.Stack{{Name: "x", Values: []float64{7}}}},
		"columns-short": chart.Columns{Title: "Fewer values than names", Names: names(5),
			Stacks: []chart.Stack{{Name: "x", Values: []float64{3, math.Inf(1)}}}},
		"columns-none": chart.Columns{Title: "None"},
		"columns-hostile": chart.Columns{Title: Hostile, Names: []string{Hostile, "b"},
			Stacks: []chart.Stack{{Name: Hostile, Values: []float64{1, 2}}, {Name: "y", Values: []float64{1, 2}}}},
		"shares": chart.Shares{Title: "1-5-10 this week", Parts: oneFiveTen(),
			Rows: []chart.Share{share("Detect in 1 min", []int{2, 2, 1}), share("Diagnose in 5 min", []int{3, 1, 1}),
				share("Recover in 10 min", []int{1, 4, 0}), share("Nothing", nil)}},
		"shares-none": chart.Shares{Title: "None", Parts: oneFiveTen()},
		"shares-hostile": chart.Shares{Title: Hostile, Parts: []chart.SharePart{part(Hostile, chart.OK), part("b", chart.Bad)},
			Rows: []chart.Share{share(Hostile, []int{1, -4})}},
		"dots": chart.Dots{Title: "Incidents by start and time to mitigate", Unit: chart.Seconds, From: Day(0), To: Day(28), Zone: shanghai,
			Marks: []chart.Mark{mark(600, "10 min")},
			Dots: []chart.Dot{dot(Day(2), 240, "INC-1", false, chart.Paper), dot(Day(9), 1860, "INC-2291 结算中断", false, chart.Bad),
				dot(Day(13), 93600, "INC-7: a long one with a long name", false, chart.Bad), dot(Day(26), 11400, "INC-9", true, chart.Paper)}},
		"dots-none": chart.Dots{Title: "None", Unit: chart.Seconds, From: Day(0), To: Day(7)},
		"dots-zero": chart.Dots{Title: "Zero length", Unit: chart.Seconds, From: Day(0), To: Day(7), Dots: []chart.Dot{{At: Day(1)}}},
		"dots-hostile": chart.Dots{Title: Hostile, Unit: chart.Seconds, From: Day(0), To: Day(7),
			Dots: []chart.Dot{{At: Day(1), Value: 3, Label: Hostile}}},
		"clock": chart.Clock{Title: "Pages by hour and weekday", Counts: [7][24]int{{2: 3, 3: 1, 9: 2}, {14: 9}, {}, {2: 4, 22: 1},
			{}, {5: 12}, {0: 1, 23: 2}}},
		"clock-none": chart.Clock{Title: "Quiet"},
	}
}

// orTime returns t, or another time when t is zero.
func orTime(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}

// oneFiveTen returns the parts of the figure about the targets of the response.
func oneFiveTen() []chart.SharePart {
	return []chart.SharePart{part("met", chart.OK), part("missed", chart.Bad), part("unknown", chart.None)}
}

// names returns the names of n days.
func names(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = Day(i).Format("2 Jan")
	}
	return out
}

// ramp returns n values from 0 to most without an order, so that neighbouring columns
// differ.
func ramp(n, most int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64((i * 7) % (most + 1))
	}
	return out
}

// manyBars returns n bars, the longest first.
func manyBars(n int) []chart.Bar {
	out := make([]chart.Bar, n)
	for i := range out {
		out[i] = chart.Bar{Name: fmt.Sprintf("Rule%02d", i), Value: float64(n - i)}
	}
	return out
}

func mark(v float64, label string) chart.Mark { return chart.Mark{Value: v, Label: label} }

func band(from, to time.Time, label string) chart.Band {
	return chart.Band{From: from, To: to, Label: label}
}

func bar(name string, v float64, note string, role chart.Role) chart.Bar {
	return chart.Bar{Name: name, Value: v, Note: note, Role: role}
}

func share(name string, parts []int) chart.Share { return chart.Share{Name: name, Parts: parts} }

func part(name string, role chart.Role) chart.SharePart {
	return chart.SharePart{Name: name, Role: role}
}

func dot(at time.Time, v float64, label string, open bool, role chart.Role) chart.Dot {
	return chart.Dot{At: at, Value: v, Label: label, Open: open, Role: role}
}
