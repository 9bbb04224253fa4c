package export_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/base/messages/messagestest"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/export"
)

// small is a report with one of everything.
func small() reports.Report {
	at := time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)
	half := 0.5
	count := func(x float64, text string) reports.Value {
		return reports.Value{Text: text, Number: &x, Unit: reports.Count, Tone: reports.Bad, Link: "/x y"}
	}
	chart := func(kind reports.ChartKind, name string) reports.Chart {
		return reports.Chart{
			Name: name, Title: "Time to recover", Kind: kind, Unit: reports.Seconds, Mark: number(600),
			Bands: []reports.Band{{From: at, To: at.Add(time.Hour), Label: "INC-1", Link: "/incidents/INC-1"}},
			Series: []reports.Series{{Name: "closed", Points: []reports.Point{{At: at, Value: number(90), Label: "pool"}, {At: at},
				{Label: "no time", Value: number(3600)}}}},
			Marks: []int{2, 0, 1, 7}, MarksName: "incidents",
		}
	}
	twin := chart(reports.Dots, "twin")
	twin.Twin = "incidents"
	return reports.Report{
		Name: "weekly", Title: "Weekly", Period: "2026-W47", Heading: "Week 47", Zone: "Asia/Shanghai", Scope: "team pay",
		Words: "Calm *week*\n<b>",
		From:  at.AddDate(0, 0, -4), To: at.AddDate(0, 0, 3), AsOf: at, Verdict: reports.Verdict{Text: "41 of 44 met", Tone: reports.Warn},
		Headline: []reports.Figure{{Key: "slos", Label: "SLOs met", Value: count(41, "41"), Note: "of 44"}},
		Changed:  []reports.Line{{Key: "c", Text: "More pages.", Tone: reports.Bad}},
		Acts:     []reports.Line{{Key: "a", Who: "pay", Text: "Fix it", Link: "/actions"}},
		Charts:   []reports.Chart{chart(reports.Dots, "recover"), twin},
		Sections: []reports.Section{{
			Key: "s", Title: "Incidents", Note: "All of them.", Figures: []reports.Figure{{Label: "n", Value: reports.Value{Text: "−3"}}},
			Lines: []reports.Line{{Who: "pay", Text: "late"}}, Charts: []string{"recover", "twin", "absent"},
			Tables: []reports.Table{{
				Key: "incidents", Title: "List", Note: "By start.", Left: 2,
				Columns: []reports.Column{{Title: "Incident"}, {Title: "Length", Numeric: true}},
				Rows: []reports.Row{{Cells: []reports.Value{{Text: "INC-1", Link: "/incidents/INC-1"},
					{Text: "90 s", Number: number(90), Unit: reports.Seconds}}}},
			}},
		}, {Key: "e", Title: "Slow SQL", Empty: "No slow statements."}},
		Derivations: []reports.Derivation{{
			Key: "d", Title: "SLOs met", Formula: "met / all", Source: "buckets", Link: "/slos", From: at, To: at.Add(time.Hour), Coverage: &half,
			Revision: "abc",
			Terms:    []reports.Term{{Name: "met", Value: reports.Value{Text: "41", Number: number(41)}}},
		}},
	}
}

// TestSmallReport holds every line of both forms of a report with one of everything.
func TestSmallReport(t *testing.T) {
	t.Parallel()
	rows, err := export.CSV(messagestest.English(t), small())
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{"small.csv": strings.ReplaceAll(string(rows), "\r\n", "\n"),
		"small.md": string(export.Markdown(messagestest.English(t), small(), "https://kb.example"))} {
		t.Run(name, func(t *testing.T) {
			want, err := os.ReadFile("testdata/" + name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if lines := strings.Count(string(rows), "\n"); strings.Count(string(rows), "\r\n") != lines {
		t.Error("a line of the CSV does not end with CRLF")
	}
}
