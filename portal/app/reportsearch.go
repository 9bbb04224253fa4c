package app

import (
	"context"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
	"github.com/postern/postern/search"
)

// reportID is the prefix of the ids of reports in the index: report/NAME/PERIOD. The
// ids of documents have no slash.
const reportID = "report/"

// indexedOf returns the id in the index that a change of another topic than the
// library's is about; "" for none.
func indexedOf(c kv.Change) string {
	if c.Topic != reportstore.Topic {
		return ""
	}
	parts, ok := kv.Split(c.Key)
	if !ok || len(parts) != 2 {
		return ""
	}
	return reportID + parts[0] + "/" + parts[1]
}

// reportDocuments returns the reports among the ids as search indexes them, in their
// newest revision. Reports that do not exist, cannot be read or are not worth finding
// are left out, and search removes them.
func (s source) reportDocuments(ctx context.Context, ids []string) (docs []search.Document, err error) {
	for _, id := range ids {
		name, p, _ := strings.Cut(strings.TrimPrefix(id, reportID), "/")
		r, err := s.archive.Report(ctx, name, p, 0)
		if fault.KindOf(err) == fault.NotFound || kv.Unreadable(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if worthFinding(r.Report) {
			docs = append(docs, reportDocument(id, r))
		}
	}
	return docs, nil
}

// worthFinding reports whether search indexes a report. Days without events are left
// out: otherwise a hundred reports of quiet days would rank before the result a reader
// needs.
func worthFinding(r reports.Report) bool {
	if r.Kind != period.Daily || r.Verdict.Tone == reports.Bad {
		return true
	}
	_, incidents := r.Table("incidents")
	return incidents
}

// indexedTables are the keys of tables whose rows contain words that readers search
// for.
func indexedTables() []string {
	return []string{"looks", "incidents", "carried", "spends", "dependencies", "noisy", "linked", "statements", "drills",
		"missing", "unmeasured", "definitions"}
}

// reportDocument returns a published report in the form of the index. Its date is the
// last day of the period: To is exclusive.
func reportDocument(id string, p reportstore.Published) search.Document {
	r := p.Report
	d := search.Document{
		ID: id, Address: "/reports/" + r.Name + "/" + r.Period, Path: "reports/" + r.Name + "/" + r.Period, Kind: "report",
		Title:   r.Title + ": " + r.Heading,
		Summary: r.Verdict.Text, Lang: "en", Status: "published", Date: r.To.Add(-1).UTC(),
		Sections: []search.Section{{Text: r.Verdict.Text + "\n" + r.Words + "\n" + sentences(r.Changed) + "\n" + sentences(r.Acts)}},
	}
	for _, s := range r.Sections {
		if text := indexedText(s); text != "" {
			d.Sections = append(d.Sections, search.Section{Heading: s.Title, Anchor: s.Key, Text: text})
		}
	}
	return d
}

// indexedText returns the text of a section for search: a line for each row.
func indexedText(s reports.Section) string {
	var text strings.Builder
	for _, t := range s.Tables {
		if !slices.Contains(indexedTables(), t.Key) {
			continue
		}
		for _, row := range t.Rows {
			for _, c := range row.Cells {
				text.WriteString(c.Text + " · ")
			}
			text.WriteByte('\n')
		}
	}
	return text.String()
}

// sentences returns one line of text for each line of a report.
func sentences(lines []reports.Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.Who + " " + l.Text + "\n")
	}
	return b.String()
}

// reportIDs returns the ids of all published reports, including those that
// reportDocuments leaves out. A list of ids is small enough for memory.
func (s source) reportIDs(ctx context.Context) (ids []string, err error) {
	const page = 500
	for cursor := ""; ; {
		rows, next, err := s.archive.List(ctx, reportstore.Filter{Limit: page, Cursor: cursor})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			ids = append(ids, reportID+r.Name+"/"+r.Period)
		}
		if cursor = next; cursor == "" {
			return ids, nil
		}
	}
}
