package export

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports"
)

// csvHead names the columns.
func csvHead() []string {
	return []string{"section", "item", "column", "text", "number", "unit", "state", "link"}
}

// CSV is the report as one row a value, RFC 4180 with CRLF. Text that a
// spreadsheet would take for a formula is led in by an apostrophe.
func CSV(r reports.Report) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	rows := [][]string{csvHead(), {"report", r.Title, "period", r.Heading, "", "", "", ""}, {"report", r.Title, "verdict", r.Verdict.Text, "", "", string(r.Verdict.Tone), ""}}
	for _, f := range r.Headline {
		rows = append(rows, csvRow("headline", f.Label, f.Note, f.Value))
	}
	for _, s := range r.Sections {
		if s.Empty != "" {
			rows = append(rows, []string{s.Title, "", "", s.Empty, "", "", string(reports.Gap), ""})
		}
		for _, f := range s.Figures {
			rows = append(rows, csvRow(s.Title, f.Label, f.Note, f.Value))
		}
		for _, t := range s.Tables {
			for _, row := range t.Rows {
				for n, v := range row.Cells {
					rows = append(rows, csvRow(s.Title, row.Cells[0].Text, t.Columns[n].Title, v))
				}
			}
		}
	}
	for _, row := range rows {
		for n := range row {
			row[n] = harmless(row[n])
		}
		if err := w.Write(row); err != nil {
			return nil, fault.Wrap(fault.Internal, "export.CSV", "the table cannot be written", err)
		}
	}
	w.Flush()
	return b.Bytes(), fault.Wrap(fault.Internal, "export.CSV", "the table cannot be written", w.Error())
}

func csvRow(section, item, column string, v reports.Value) []string {
	n := ""
	if v.Number != nil {
		n = strconv.FormatFloat(*v.Number, 'g', -1, 64)
	}
	return []string{section, item, column, v.Text, n, string(v.Unit), string(v.Tone), v.Link}
}

// harmless keeps a spreadsheet from running text: what begins like a formula gets
// an apostrophe, which spreadsheets hide. A plain number is none.
func harmless(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}
