package compile

import (
	"fmt"
	"strings"

	"github.com/postern/postern/reports"
)

// attempt makes one part of a report and returns "", or why it could not be made: a
// panic becomes a Failure and costs nothing but the part. The charts and derivations of
// the part are removed, since a chart that no section shows would still be in the
// report.
func (c *compiler) attempt(part string, run func()) (why string) {
	charts, derivations := len(c.charts), len(c.derivations)
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		why = reports.Because(v)
		c.charts, c.derivations = c.charts[:charts], c.derivations[:derivations]
		c.failures = append(c.failures, reports.Failure{Part: part, Why: why})
		if c.panicked != nil {
			c.panicked(part, v)
		}
	}()
	run()
	return ""
}

// made returns one section, or one with the reason why it could not be made. Its key is
// that of the table, whatever the section returned.
func (c *compiler) made(row Section) (s reports.Section) {
	if why := c.attempt(sectionTitle(row.Key), func() { s = row.make(c) }); why != "" {
		s = reports.Section{Title: sectionTitle(row.Key), Empty: c.Text("report_body.not_made", "Why", why), State: reports.NotMade}
	}
	s.Key = row.Key
	return s
}

// sectionTitle names a section that has no title of its own because it was not made.
func sectionTitle(key string) string { return capital(strings.ReplaceAll(key, "_", " ")) }

// noteFailures adds to the verdict and to the data quality of a report which parts of
// it are missing, so that it never looks whole when it is not. What could not be read
// because there is too much of it is named in the verdict, but is no Failure. It is
// called after all parts were tried. It changes the verdict's tone to at least Warn.
func (c *compiler) noteFailures(r *reports.Report) {
	var parts []string
	for _, u := range c.in.Unread {
		parts = append(parts, title(u.What))
		if u.Damaged {
			r.Failures = append(r.Failures, reports.Failure{Part: title(u.What), Why: clipText(u.Why)})
		}
	}
	t := reports.Table{Key: "failures", Title: c.Text("report_body.failures_title"), Columns: []reports.Column{
		c.words("part", "report_body.col_part"), c.words("why", "report_body.col_why"),
	}}
	for n, f := range c.failures {
		parts = append(parts, f.Part)
		r.Failures = append(r.Failures, f)
		t.Rows = append(t.Rows, reports.Row{Key: fmt.Sprintf("failure-%d", n),
			Cells: []reports.Value{{Text: f.Part, Tone: reports.Warn}, sentence(f.Why)}})
	}
	if len(parts) == 0 {
		return
	}
	r.Verdict.Text = strings.TrimSpace(r.Verdict.Text + " " + c.Text("report_body.incomplete", "Parts", c.listed(parts, 3)))
	r.Verdict.Facts = append(r.Verdict.Facts, reports.Fact{Key: "incomplete", Number: reports.Number(float64(len(parts)))})
	if r.Verdict.Tone == reports.Good || r.Verdict.Tone == reports.Plain {
		r.Verdict.Tone = reports.Warn
	}
	// The table of failures is the first of the section about data quality. If that
	// section itself was not made, it has the table and its reason.
	for n := range r.Sections {
		if s := &r.Sections[n]; s.Key == reports.Quality && len(t.Rows) > 0 {
			t.Limit(mostListed)
			if s.Tables = append([]reports.Table{t}, s.Tables...); len(s.Tables) == 1 && s.State != reports.NotMade {
				s.Empty = ""
			}
		}
	}
}
