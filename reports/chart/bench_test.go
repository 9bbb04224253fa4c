package chart_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	gochart "github.com/wcharczuk/go-chart/v2"

	"github.com/postern/postern/reports/chart"
	"github.com/postern/postern/reports/chart/charttest"
)

// fifty are 50 series of a month of 5-minute buckets: 8,640 points each.
func fifty() chart.Lines {
	l := chart.Lines{Title: "Fifty services", Unit: chart.Percent, From: charttest.Day(0), To: charttest.Day(30)}
	for i := range 50 {
		l.Lines = append(l.Lines, chart.Line{Name: "s",
			Points: charttest.Wave(8640, 5*time.Minute, func(k int) float64 { return 0.99 + 0.01*math.Sin(float64(k*(i+1))/500) })})
	}
	return l
}

// BenchmarkFiftySeries prints our PNG and SVG of fifty series beside go-chart's
// own PNG of all their points.
func BenchmarkFiftySeries(b *testing.B) {
	d := drawer(b)
	f := fifty()
	b.Run("png", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.PNG(f, chart.Light); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("svg", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.SVG(f); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("gochart-all-points", func(b *testing.B) {
		g := gochart.Chart{Width: 1560, Height: 560}
		for _, line := range f.Lines {
			s := gochart.TimeSeries{}
			for _, p := range line.Points {
				s.XValues, s.YValues = append(s.XValues, p.At), append(s.YValues, p.Value)
			}
			g.Series = append(g.Series, s)
		}
		for b.Loop() {
			var out bytes.Buffer
			if err := g.Render(gochart.PNG, &out); err != nil {
				b.Fatal(err)
			}
		}
	})
}
