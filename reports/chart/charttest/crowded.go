package charttest

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/postern/postern/reports/chart"
)

// longName is as long as titles of incidents and rules get. A figure has to shorten it,
// or to give it less room than the data. The Chinese part is wider than as many Latin
// letters.
const longName = "Checkout answers 500 for every customer in eu-1 while the acquirer refuses one card scheme 结算服务在华东一区返回错误"

// crowdedFigures have more than there is room for: points, series, names, bands, dots
// beside each other, and numbers of many digits. The cases and the faults that they
// would show:
//
//   - lines-10000: more points than pixels
//   - lines-50, bars-long, columns-long: legends and labels that cover the data
//     or each other
//   - lines-25-hours: an axis that assumes days of 24 hours
//   - lines-bands: labels of bands that overlap or leave the figure at its right edge
//   - lines-large, bars-long: tick labels of many digits, and a bar too small to be seen
//   - columns-90: more names than fit, and marks over columns
//   - shares-small: parts of less than a pixel, and rows of very different totals
//   - dots-crowded, clock-full: marks at one place, and numbers that exceed their cell
func crowdedFigures() map[string]chart.Figure {
	return map[string]chart.Figure{
		"lines-10000": chart.Lines{Title: "Ten thousand points", Unit: chart.Percent, From: Day(0), To: Day(28),
			Lines: []chart.Line{{Name: "SLI", Points: Wave(10_000, 4*time.Minute,
				func(i int) float64 { return 0.99 + 0.009*math.Sin(float64(i*i)/700) })}}},
		"lines-50":       fiftyLines(),
		"lines-25-hours": dstDay(),
		"lines-bands": chart.Lines{Title: "Budget left, with incidents close to each other and at the end", Unit: chart.Percent, From: Day(0),
			To: Day(28), Min: number(0), Max: number(1), Step: true,
			Lines: []chart.Line{{Name: "budget left", Points: Wave(29, 24*time.Hour, func(i int) float64 { return 1 - float64(i)/40 })}},
			Marks: []chart.Mark{mark(0, "spent")},
			Bands: []chart.Band{band(Day(3), Day(3).Add(time.Hour), longName), band(Day(9), Day(9).Add(time.Hour), "INC-1"),
				band(Day(10), Day(10).Add(2*time.Hour), "INC-2"), band(Day(26), Day(26).Add(time.Hour), "Payments refused at the weekend"),
				band(Day(27), Day(28), "INC-4")}},
		"lines-large": chart.Lines{Title: "Requests a day", From: Day(0), To: Day(28),
			Lines: []chart.Line{{Name: "requests", Points: Wave(28, 24*time.Hour, func(i int) float64 { return 1e9 + 3e8*math.Sin(float64(i)) })}}},
		"bars-long": chart.Bars{Title: longName, Unit: chart.Percent,
			Bars: []chart.Bar{bar(longName, 3.19, "of its 28-day window", chart.Bad), bar(longName, -12.5, "", chart.Paper),
				bar("短", 0.00001, "", chart.Paper)}},
		"columns-90": chart.Columns{Title: "Ninety days, incidents on many", Names: names(90), Marks: counts(90, 3), MarksName: "incidents",
			Stacks: []chart.Stack{{Name: "deployments", Values: ramp(90, 12)}}},
		"columns-long": chart.Columns{Title: "Long names of teams", Names: []string{longName, "结算与清算平台团队 on call", longName},
			Stacks: manyStacks(9)},
		"shares-small": chart.Shares{Title: "Small parts", Parts: oneFiveTen(), Rows: []chart.Share{share(longName, []int{10_000, 1, 1}),
			share("W47, n = 1,234", []int{0, 0, 1234}), share("W48", []int{1, 600, 600})}},
		"dots-crowded": crowdedDots(),
		"clock-full":   fullClock(),
	}
}

// fiftyLines has more series than fit into a legend.
func fiftyLines() chart.Lines {
	l := chart.Lines{Title: "Fifty services", Unit: chart.Percent, From: Day(0), To: Day(28)}
	for i := range 50 {
		l.Lines = append(l.Lines, chart.Line{Name: fmt.Sprintf("service-%02d", i),
			Points: Wave(28, 24*time.Hour, func(k int) float64 { return 0.99 + 0.01*math.Sin(float64(k*(i+1))/50) })})
	}
	return l
}

// dstDay is the day on which Berlin's clocks go back: 02:30 comes twice.
func dstDay() chart.Lines {
	// Without the tz database the day has 24 hours.
	berlin := time.FixedZone("+02", 2*3600)
	if zone, err := time.LoadLocation("Europe/Berlin"); err == nil {
		berlin = zone
	}
	from := time.Date(2026, 10, 25, 0, 0, 0, 0, berlin)
	l := chart.Lines{Title: "A day of 25 hours in Berlin", Unit: chart.Percent, Zone: berlin, From: from, To: from.AddDate(0, 0, 1)}
	line := chart.Line{Name: "SLI"}
	for i := range 25 {
		line.Points = append(line.Points, chart.Point{At: from.Add(time.Duration(i) * time.Hour), Value: 0.999 + 0.0001*float64(i%5)})
	}
	l.Lines = []chart.Line{line}
	return l
}

// crowdedDots has dots from a minute to two days, every eleventh of them open, with
// labels that are too long.
func crowdedDots() chart.Dots {
	d := chart.Dots{Title: "Forty incidents", Unit: chart.Seconds, From: Day(0), To: Day(28), Marks: []chart.Mark{mark(600, "10 min")}}
	for i := range 40 {
		d.Dots = append(d.Dots, dot(Day(0).Add(time.Duration(i*17)*time.Hour), 60*math.Exp(float64(i%9)),
			fmt.Sprintf("Incident %d, %s", i, longName), i%11 == 0, chart.Paper))
	}
	return d
}

// fullClock has a count in every cell, from one digit to five: the largest ones have to
// fit.
func fullClock() (k chart.Clock) {
	k.Title = "A page in every hour"
	for day := range k.Counts {
		for hour := range k.Counts[day] {
			k.Counts[day][hour] = 1 + (day*24+hour)*(day*24+hour)/2
		}
	}
	return k
}

// counts returns n counts that go from 0 to most and start again.
func counts(n, most int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i % (most + 1)
	}
	return out
}

// manyStacks returns n series whose names have different lengths, for a legend of
// several lines.
func manyStacks(n int) []chart.Stack {
	out := make([]chart.Stack, n)
	for i := range out {
		out[i] = chart.Stack{Name: strings.Repeat("team ", 1+i%4) + fmt.Sprint(i), Values: []float64{float64(i), 2, 3}}
	}
	return out
}
