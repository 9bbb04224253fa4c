package compile

import (
	"fmt"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
)

// attempt runs one part of the making of a report. A panic in it becomes a Failure and
// loses nothing but the part.
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

// made makes one section, or one that says why it could not be made.
func (c *compiler) made(row Section) (s reports.Section) {
	if why := c.attempt(sectionTitle(row.Key), func() { s = row.make(c) }); why != "" {
		s = reports.Section{Title: sectionTitle(row.Key), Empty: "This section could not be made: " + why + "."}
	}
	s.Key = row.Key
	return s
}

// sectionTitle names a section that has no title of its own because it was not made.
func sectionTitle(key string) string { return capital(strings.ReplaceAll(key, "_", " ")) }

// noteFailures says in the verdict and in the data quality of a report which parts of
// it are missing: it never looks whole when it is not.
func (c *compiler) noteFailures(r *reports.Report) {
	var parts []string
	for _, u := range c.in.Unread {
		parts = append(parts, title(u.What))
		if u.Damaged {
			r.Failures = append(r.Failures, reports.Failure{Part: title(u.What), Why: humanize.Clip(u.Why, reports.TextRunes)})
		}
	}
	t := reports.Table{Key: "failures", Title: "Parts that could not be made", Columns: []reports.Column{{Key: "part", Title: "Part"}, {Key: "why", Title: "Why"}}}
	for n, f := range c.failures {
		parts = append(parts, f.Part)
		r.Failures = append(r.Failures, f)
		t.Rows = append(t.Rows, reports.Row{Key: fmt.Sprintf("failure-%d", n), Cells: []reports.Value{{Text: f.Part, Tone: reports.Warn}, words(f.Why)}})
	}
	if len(parts) == 0 {
		return
	}
	r.Verdict.Text = strings.TrimSpace(r.Verdict.Text + " This report is incomplete: " + listed(parts, 3) + " could not be made or read.")
	if r.Verdict.Tone == reports.Good || r.Verdict.Tone == reports.Plain {
		r.Verdict.Tone = reports.Warn
	}
	for n := range r.Sections {
		if s := &r.Sections[n]; s.Key == reports.Quality && len(t.Rows) > 0 {
			t.Limit(mostAtLook)
			if s.Tables = append([]reports.Table{t}, s.Tables...); len(s.Tables) == 1 && !strings.HasPrefix(s.Empty, "This section") {
				s.Empty = ""
			}
		}
	}
}
