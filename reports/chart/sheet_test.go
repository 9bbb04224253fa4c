package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

func day(n int) time.Time { return time.Date(2026, 11, 1+n, 0, 0, 0, 0, time.UTC) }

// wave is a line with some life in it.
func wave(n int, step time.Duration, f func(i int) float64) []Point {
	points := make([]Point, n)
	for i := range points {
		points[i] = Point{day(0).Add(time.Duration(i) * step), f(i)}
	}
	return points
}

const hostile = "<script>alert(1)</script>]]>\u202e& \"'\x00 支付网关 " + "\U0001F4A3"

func number(v float64) *float64 { return &v }

// sheet is every figure in every edge case.
func sheet() map[string]Figure {
	all := lineFigures()
	maps.Copy(all, otherFigures())
	return all
}

// lineFigures are the edge cases of curves over time.
func lineFigures() map[string]Figure {
	shanghai := time.FixedZone("+08", 8*3600)
	availability := func(i int) float64 {
		if i%97 == 40 {
			return 0.9931
		}
		return 0.9995 + 0.0003*math.Sin(float64(i)/9)
	}
	lines := func(title string, l Lines) Lines {
		l.Title, l.From, l.To = title, orTime(l.From, day(0)), orTime(l.To, day(28))
		return l
	}
	many := Lines{Unit: Percent}
	for i := range 12 {
		many.Lines = append(many.Lines, Line{Name: fmt.Sprintf("service-%02d 服务", i), Points: wave(28, 24*time.Hour, func(k int) float64 { return 0.99 + 0.0008*float64((k*i)%9) })})
	}
	gaps := wave(28*24, time.Hour, availability)
	gaps = append(gaps[:200], gaps[320:]...)
	gaps[400].Value = math.NaN()
	gaps[401].Value = math.Inf(1)
	burndown := wave(29, 24*time.Hour, func(i int) float64 {
		if i > 18 {
			return 1 - float64(i)*0.02 - 0.7
		}
		return 1 - float64(i)*0.02
	})
	return map[string]Figure{
		"lines-sli": lines("Availability of checkout by hour, objective 99.9 %", Lines{Unit: Percent, Zone: shanghai, MaxGap: time.Hour,
			Lines: []Line{{Name: "SLI", Points: gaps}}, Marks: []Mark{{0.999, "objective 99.9 %"}},
			Bands: []Band{{day(12), day(12).Add(9 * time.Hour), "INC-2291"}, {day(20), day(20).Add(10 * time.Minute), "INC-2301"}}}),
		"lines-burndown": lines("Remaining budget, below zero on 20 November", Lines{Unit: Percent, Step: true, Min: number(-0.25), Max: number(1),
			Lines: []Line{{Name: "budget", Points: burndown}}, Marks: []Mark{{0, "spent"}}, Bands: []Band{{day(18), day(19), "INC-2291, 18 %"}}}),
		"lines-burn-rate": lines("Burn rate over 1 hour", Lines{Unit: Times, Log: true,
			Lines: []Line{{Name: "1 h", Points: wave(28*24, time.Hour, func(i int) float64 { return math.Abs(math.Sin(float64(i)/50)) * 20 })}}, Marks: []Mark{{14.4, "page at 14.4"}}}),
		"lines-flat":     lines("All 100 %", Lines{Unit: Percent, Lines: []Line{{Name: "SLI", Points: wave(100, time.Hour, func(int) float64 { return 1 })}}, To: day(4)}),
		"lines-zero":     lines("All zero", Lines{Lines: []Line{{Name: "n", Points: wave(10, 24*time.Hour, func(int) float64 { return 0 })}}, To: day(10)}),
		"lines-one":      lines("One point", Lines{Unit: Percent, Lines: []Line{{Name: "SLI", Points: wave(1, time.Hour, func(int) float64 { return 0.5 })}}}),
		"lines-none":     lines("No point", Lines{Unit: Percent, Lines: []Line{{Name: "SLI"}}, Empty: "checkout was not measured in this time"}),
		"lines-nan":      lines("Only gaps", Lines{Unit: Percent, Lines: []Line{{Name: "SLI", Points: wave(9, time.Hour, func(int) float64 { return math.NaN() })}}}),
		"lines-many":     lines("Twelve services", many),
		"lines-backward": lines("To before from", Lines{From: day(3), To: day(1), Lines: []Line{{Name: "x", Points: wave(50, time.Hour, availability)}}}),
		"lines-hostile":  lines(hostile, Lines{Lines: []Line{{Name: hostile, Points: wave(5, 24*time.Hour, availability)}, {Name: strings.Repeat("长", 10<<10), Points: wave(5, 24*time.Hour, availability)}}, Marks: []Mark{{0.9994, hostile}}, Bands: []Band{{day(1), day(2), hostile}}}),
	}
}

// otherFigures are the edge cases of the figures without a curve.
func otherFigures() map[string]Figure {
	shanghai := time.FixedZone("+08", 8*3600)
	return map[string]Figure{
		"bars":          Bars{Title: "Who spent the budget: bad events by service", Bars: []Bar{{"checkout", 14066, "61 %", Bad}, {"payment-gw", 6022, "26 %", Paper}, {"库存服务 inventory", 2011, "9 %", Paper}, {"search-api", 803, "", Paper}}},
		"bars-equal":    Bars{Title: "All equal", Bars: []Bar{{Name: "a", Value: 5}, {Name: "b", Value: 5}}},
		"bars-zero":     Bars{Title: "All zero", Bars: []Bar{{Name: "a"}, {Name: "b"}}},
		"bars-negative": Bars{Title: "Budget left", Unit: Percent, Bars: []Bar{{"checkout", -2.57, "", Bad}, {"orders", 0.61, "", OK}, {"search", math.NaN(), "", None}}},
		"bars-many":     Bars{Title: "Forty rules", Bars: manyBars(40)},
		"bars-none":     Bars{Title: "Nothing"},
		"bars-hostile":  Bars{Title: hostile, Bars: []Bar{{hostile, 3, hostile, Paper}, {strings.Repeat("x", 10<<10), 2, "", Paper}}},
		"columns": Columns{Title: "Deployments by day, with incidents", Names: names(28), Marks: []int{0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1}, MarksName: "incident",
			Stacks: []Stack{{Name: "succeeded", Values: ramp(28, 9)}, {Name: "failed", Values: ramp(28, 2), Role: Bad}}},
		"columns-teams":   Columns{Title: "Time in slow statements by team and week", Unit: Seconds, Names: []string{"W44", "W45", "W46", "W47"}, Stacks: []Stack{{Name: "payments", Values: []float64{3200, 3100, 900, 1200}}, {Name: "orders", Values: []float64{1200, 1800, 2400, 2000}}, {Name: "无主 nobody", Values: []float64{100, 0, 60, 700}}}},
		"columns-zero":    Columns{Title: "All zero", Names: names(5), Stacks: []Stack{{Name: "x", Values: make([]float64, 5)}}},
		"columns-equal":   Columns{Title: "All equal", Names: names(5), Stacks: []Stack{{Name: "x", Values: []float64{3, 3, 3, 3, 3}}}},
		"columns-one":     Columns{Title: "One", Names: names(1), Stacks: []Stack{{Name: "x", Values: []float64{7}}}},
		"columns-short":   Columns{Title: "Fewer values than names", Names: names(5), Stacks: []Stack{{Name: "x", Values: []float64{3, math.Inf(1)}}}},
		"columns-none":    Columns{Title: "None"},
		"columns-hostile": Columns{Title: hostile, Names: []string{hostile, "b"}, Stacks: []Stack{{Name: hostile, Values: []float64{1, 2}}, {Name: "y", Values: []float64{1, 2}}}},
		"shares":          Shares{Title: "1-5-10 this week", Parts: oneFiveTen(), Rows: []Share{{"Detect in 1 min", []int{2, 2, 1}}, {"Diagnose in 5 min", []int{3, 1, 1}}, {"Recover in 10 min", []int{1, 4, 0}}, {"Nothing", nil}}},
		"shares-none":     Shares{Title: "None", Parts: oneFiveTen()},
		"shares-hostile":  Shares{Title: hostile, Parts: []SharePart{{hostile, OK}, {"b", Bad}}, Rows: []Share{{hostile, []int{1, -4}}}},
		"dots": Dots{Title: "Incidents by start and time to mitigate", Unit: Seconds, From: day(0), To: day(28), Zone: shanghai, Marks: []Mark{{600, "10 min"}},
			Dots: []Dot{{day(2), 240, "INC-1", false, Paper}, {day(9), 1860, "INC-2291 结算中断", false, Bad}, {day(13), 93600, "INC-7: a long one with a long name", false, Bad}, {day(26), 11400, "INC-9", true, Paper}}},
		"dots-none":    Dots{Title: "None", Unit: Seconds, From: day(0), To: day(7)},
		"dots-zero":    Dots{Title: "Zero length", Unit: Seconds, From: day(0), To: day(7), Dots: []Dot{{At: day(1)}}},
		"dots-hostile": Dots{Title: hostile, Unit: Seconds, From: day(0), To: day(7), Dots: []Dot{{At: day(1), Value: 3, Label: hostile}}},
		"clock":        Clock{Title: "Pages by hour and weekday", Counts: [7][24]int{{2: 3, 3: 1, 9: 2}, {14: 9}, {}, {2: 4, 22: 1}, {}, {5: 12}, {0: 1, 23: 2}}},
		"clock-none":   Clock{Title: "Quiet"},
	}
}

func orTime(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}

func oneFiveTen() []SharePart { return []SharePart{{"met", OK}, {"missed", Bad}, {"unknown", None}} }

func names(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = day(i).Format("2 Jan")
	}
	return out
}

func ramp(n, most int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64((i * 7) % (most + 1))
	}
	return out
}

func manyBars(n int) []Bar {
	out := make([]Bar, n)
	for i := range out {
		out[i] = Bar{Name: fmt.Sprintf("Rule%02d", i), Value: float64(n - i)}
	}
	return out
}

func drawer(t testing.TB) *Drawer {
	t.Helper()
	d, err := NewDrawer(nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Every figure in every edge case is well-formed in all forms, says nothing raw
// of what came from outside, and comes out the same twice.
func TestSheet(t *testing.T) {
	d := drawer(t)
	for name, f := range sheet() {
		t.Run(name, func(t *testing.T) {
			inline, err := d.Inline(f, "c1")
			if err != nil {
				t.Fatal(err)
			}
			alone, err := d.SVG(f)
			if err != nil {
				t.Fatal(err)
			}
			checkSVG(t, inline)
			checkSVG(t, alone)
			if bytes.Contains(inline, []byte("style=")) || bytes.Contains(inline, []byte("<style")) {
				t.Error("the inline form has styles, which the page's policy forbids")
			}
			again, err := d.SVG(f)
			if err != nil || !bytes.Equal(alone, again) {
				t.Errorf("drawn twice it differs (%v)", err)
			}
			picture, err := d.PNG(f, Light)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
				t.Error(err)
			}
			if rows := f.Table(); len(rows.Head) == 0 {
				t.Error("there is no table")
			}
			golden(t, name+".svg", alone)
		})
	}
}

func checkSVG(t *testing.T, svg []byte) {
	t.Helper()
	const most = 160 << 10
	if len(svg) > most {
		t.Errorf("%d bytes", len(svg))
	}
	for _, bad := range []string{"<script", "]]>", "\u202e", "\x00", "NaN", "Inf", "92233720368547"} {
		if bytes.Contains(svg, []byte(bad)) {
			t.Errorf("it holds %q", bad)
		}
	}
	checkWellFormed(t, svg)
}

func checkWellFormed(t *testing.T, svg []byte) {
	t.Helper()
	for x := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := x.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
	}
}

// golden compares with testdata, which a human looked at.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at it and run the test with -update", path)
	}
}
