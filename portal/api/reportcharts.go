package api

import "github.com/postern/postern/reports"

// ReportChart is the data of a chart. The rendered chart is at the report's URL, and
// the table named by Table has the same values as text.
type ReportChart struct {
	Name      string         `json:"name" doc:"The name, part of its URL."`
	Title     string         `json:"title" doc:"The title."`
	Kind      string         `json:"kind" doc:"burndown, bars, stacked, dots or clock."`
	Unit      *string        `json:"unit" doc:"Unit of the values: count, ratio, seconds or times."`
	Series    []ReportSeries `json:"series" nullable:"false" doc:"Lines, or layers of bars."`
	Bands     []ReportBand   `json:"bands" nullable:"false" doc:"Incidents shown behind the curve."`
	Mark      *float64       `json:"mark" doc:"The target line, in the chart's unit."`
	Marks     []int          `json:"marks" nullable:"false" doc:"Counts above each label of the first series; empty if there are none."`
	MarksName *string        `json:"marks_name" doc:"What the marks count."`
	Table     *string        `json:"table" doc:"Key of the table with the same values."`
}

// ReportSeries is one line or layer of a chart.
type ReportSeries struct {
	Name   string        `json:"name" doc:"The name for people."`
	State  *string       `json:"state" doc:"ok, warn, bad or none (not measured)."`
	Points []ReportPoint `json:"points" nullable:"false" doc:"In drawing order."`
}

// ReportPoint is one point of a series.
type ReportPoint struct {
	At    *string  `json:"at" format:"date-time" doc:"The time; null if the point has only a label."`
	Label *string  `json:"label" doc:"The label."`
	Value *float64 `json:"value" doc:"The value in the chart's unit; null is a gap."`
}

// ReportBand is a span of time marked in a chart.
type ReportBand struct {
	Label string  `json:"label" doc:"The incident."`
	From  *string `json:"from" format:"date-time" doc:"Start."`
	To    *string `json:"to" format:"date-time" doc:"End."`
	URL   *string `json:"url" doc:"Path-absolute URL of the details."`
}

// chart converts a chart to its JSON form. Points without a value are gaps, not zeros.
func (s service) chart(c reports.Chart) ReportChart {
	return ReportChart{
		Name: c.Name, Title: c.Title, Kind: string(c.Kind), Unit: text(c.Unit), Mark: c.Mark, Marks: list(c.Marks),
		MarksName: text(c.MarksName), Table: text(c.Twin),
		Series: each(c.Series, func(x reports.Series) ReportSeries { return ReportSeries{x.Name, text(x.Tone), each(x.Points, point)} }),
		Bands: each(c.Bands, func(b reports.Band) ReportBand {
			return ReportBand{b.Label, instant(b.From), instant(b.To), s.to(b.Link)}
		}),
	}
}

// point converts a point to its JSON form.
func point(p reports.Point) ReportPoint { return ReportPoint{instant(p.At), text(p.Label), p.Value} }
