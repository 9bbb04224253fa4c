package export_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/messages/messagestest"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/chart"
	"github.com/postern/postern/reports/export"
)

// Every chart of the golden reports can be drawn, with the values it has.
func TestGoldenReports(t *testing.T) {
	d, err := chart.NewDrawer(nil, messagestest.English(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"daily", "weekly", "monthly"} {
		raw, err := os.ReadFile(filepath.Join("..", "testdata", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var r reports.Report
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		for _, c := range r.Charts {
			f := export.Figure(messagestest.English(t), r, c)
			if f.Heading() != c.Title {
				t.Errorf("%s %s: headed %q", name, c.Name, f.Heading())
			}
			svg, err := d.Inline(f, c.Name)
			if err != nil {
				t.Fatal(err)
			}
			for x := xml.NewDecoder(bytes.NewReader(svg)); ; {
				if _, err := x.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s %s: %v", name, c.Name, err)
				}
			}
		}
	}
}

func number(v float64) *float64 { return &v }

func TestKinds(t *testing.T) {
	at := time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)
	r := reports.Report{Zone: "Asia/Shanghai", From: at.AddDate(0, 0, -4), To: at.AddDate(0, 0, 3), AsOf: at}
	burn := export.Figure(messagestest.English(t), r, reports.Chart{Kind: reports.Burndown, Unit: reports.Ratio, Mark: number(0),
		Series: []reports.Series{{Name: "left", Points: []reports.Point{{At: at.AddDate(0, 0, -28), Value: number(0.9)},
			{At: at}}}}}).(chart.Lines)
	if !burn.From.Equal(at.AddDate(0, 0, -28)) || burn.Zone.String() != "Asia/Shanghai" || len(burn.Marks) != 1 {
		t.Errorf("burndown %+v", burn)
	}
	shares := export.Figure(messagestest.English(t), r, reports.Chart{Kind: reports.Stacked, Unit: reports.Count, Series: []reports.Series{
		{Name: "met", Tone: reports.Good, Points: []reports.Point{{Label: "detect", Value: number(2)}}},
		{Name: "unknown", Tone: reports.Gap, Points: []reports.Point{{Label: "detect"}}},
	}}).(chart.Shares)
	if len(shares.Rows) != 1 || shares.Rows[0].Parts[0] != 2 || shares.Rows[0].Parts[1] != 0 || shares.Parts[1].Role != chart.None {
		t.Errorf("shares %+v", shares)
	}
	dots := export.Figure(messagestest.English(t), r, reports.Chart{Kind: reports.Dots, Unit: reports.Seconds, Mark: number(600),
		Series: []reports.Series{
			{Points: []reports.Point{{At: at, Value: number(900), Label: "INC-1"}, {At: at, Label: "INC-2"}}},
		}}).(chart.Dots)
	if len(dots.Dots) != 1 || dots.Dots[0].Role != chart.Bad {
		t.Errorf("dots %+v", dots)
	}
	bars := export.Figure(messagestest.English(t), r, reports.Chart{Kind: reports.Bars, Unit: reports.Ratio, Mark: number(0.2),
		Series: []reports.Series{
			{Points: []reports.Point{{Label: "checkout", Value: number(0.3)}, {Label: "orders", Value: number(0.1)}}},
		}}).(chart.Bars)
	if bars.Bars[0].Role != chart.Bad || bars.Bars[1].Role != chart.Paper {
		t.Errorf("bars %+v", bars)
	}
	days := export.Figure(messagestest.English(t), r, reports.Chart{Kind: reports.Stacked, Unit: reports.Count, Marks: []int{0, 3},
		MarksName: "incidents", Series: []reports.Series{
			{Name: "fine", Points: []reports.Point{{Label: "Mon 1", Value: number(4)}, {Label: "Tue 2", Value: number(2)}}},
		}}).(chart.Columns)
	if len(days.Names) != 2 || days.Marks[1] != 3 || days.MarksName != "incidents" {
		t.Errorf("columns %+v", days)
	}
	clock := export.Figure(messagestest.English(t), r, reports.Chart{Kind: reports.Clock, Unit: reports.Count,
		Series: append(make([]reports.Series, 6), reports.Series{
			Points: append(make([]reports.Point, 23), reports.Point{Value: number(5)}, reports.Point{Value: number(9)}),
		}, reports.Series{Points: []reports.Point{{Value: number(7)}}})}).(chart.Clock)
	if clock.Counts[6][23] != 5 || clock.Counts[0][0] != 0 {
		t.Errorf("clock %+v", clock)
	}
}
