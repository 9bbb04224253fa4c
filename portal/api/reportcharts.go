package api

import "github.com/postern/postern/reports"

// ReportChart is what a chart shows.
type ReportChart struct {
	Name      string         `json:"name" doc:"Part of its address."`
	Title     string         `json:"title" doc:"What it shows."`
	Kind      string         `json:"kind" doc:"burndown, bars, stacked, dots or clock."`
	Unit      *string        `json:"unit" doc:"Of its values: count, ratio, seconds or times."`
	Series    []ReportSeries `json:"series" nullable:"false" doc:"Lines, or layers of bars."`
	Bands     []ReportBand   `json:"bands" nullable:"false" doc:"Incidents behind a chart over time."`
	Mark      *float64       `json:"mark" doc:"What the values are held against, in the chart's unit."`
	Marks     []int          `json:"marks" nullable:"false" doc:"Counts above each label of the first series; empty when none are counted."`
	MarksName *string        `json:"marks_name" doc:"What the marks count."`
	Table     *string        `json:"table" doc:"Key of the table with the same values."`
}

// ReportSeries is one line or layer of a chart.
type ReportSeries struct {
	Name   string        `json:"name" doc:"In words."`
	State  *string       `json:"state" doc:"ok, warn, bad or none (not measured)."`
	Points []ReportPoint `json:"points" nullable:"false" doc:"In the order they are drawn."`
}

// ReportPoint is one point of a series.
type ReportPoint struct {
	At    *string  `json:"at" format:"date-time" doc:"Its instant; null when it has only a label."`
	Label *string  `json:"label" doc:"Its name."`
	Value *float64 `json:"value" doc:"In the chart's unit; null is a gap."`
}

// ReportBand is a stretch of time behind a chart.
type ReportBand struct {
	Label string  `json:"label" doc:"The incident."`
	From  *string `json:"from" format:"date-time" doc:"Its beginning."`
	To    *string `json:"to" format:"date-time" doc:"Its end."`
	URL   *string `json:"url" doc:"Where it leads, path-absolute."`
}

func (s service) chart(c reports.Chart) ReportChart {
	return ReportChart{
		Name: c.Name, Title: c.Title, Kind: string(c.Kind), Unit: text(c.Unit), Mark: c.Mark, Marks: list(c.Marks), MarksName: text(c.MarksName), Table: text(c.Twin),
		Series: each(c.Series, func(x reports.Series) ReportSeries { return ReportSeries{x.Name, text(x.Tone), each(x.Points, point)} }),
		Bands: each(c.Bands, func(b reports.Band) ReportBand {
			return ReportBand{b.Label, instant(b.From), instant(b.To), s.to(b.Link)}
		}),
	}
}

func point(p reports.Point) ReportPoint { return ReportPoint{instant(p.At), text(p.Label), p.Value} }
