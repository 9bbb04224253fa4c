package compile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/postern/postern/reports"
)

// without returns why a part of the inputs is missing; "" it is not. what is one of the
// Unread constants. An unread part without a reason has a general one, so the result is
// never "" for it.
func (c *compiler) without(what string) string {
	for _, u := range c.in.Unread {
		if u.What == what {
			return cmp.Or(clipText(u.Why), c.Text("report_body.could_not_be_read"))
		}
	}
	return ""
}

// section makes one section. One whose inputs could not be read has its title and the
// reason, and no chart or figure of it is left in the report. The section is made
// nevertheless, because only it knows its title. One that only mentions incidents is
// shown with a note.
func (c *compiler) section(row Section) reports.Section {
	charts, derivations := len(c.charts), len(c.derivations)
	s := c.made(row)
	if why := c.without(row.Needs); row.Needs != "" && why != "" {
		c.charts, c.derivations = c.charts[:charts], c.derivations[:derivations]
		return reports.Section{Key: row.Key, Title: s.Title, Empty: c.Text("report_body.not_read", "Why", why), State: reports.NotRead}
	}
	if why := c.without(reports.UnreadIncidents); why != "" && row.Mentions {
		s.Note, s.State = joined(s.Note, c.Text("report_body.incidents_not_read", "Why", why)), reports.PartRead
	}
	return c.incomplete(s)
}

// incomplete states in a section what of its inputs is missing. It is about parts that
// name the sections that need them, such as documents; those of the table are handled
// by section.
func (c *compiler) incomplete(s reports.Section) reports.Section {
	var missing []string
	for _, u := range c.in.Unread {
		if slices.Contains(u.Sections, s.Key) {
			missing = append(missing, c.Text("report_body.part_not_read", "Part", capital(title(u.What)), "Why", clipText(u.Why)))
		}
	}
	if len(missing) == 0 {
		return s
	}
	s.State = cmp.Or(s.State, reports.PartRead)
	text := strings.Join(missing, " ")
	if s.Empty != "" {
		s.Empty = text // it has no data because of this, not because there is none
		return s
	}
	s.Note = joined(text+" "+c.Text("report_body.rest_incomplete"), s.Note)
	return s
}

// joined joins two sentences, either of which may be empty.
func joined(a, b string) string { return strings.TrimSpace(a + " " + b) }

// unknownFigures replaces the figures of the headline that count what could not be
// read. Without it a report whose incidents could not be read would state that there
// were none.
func (c *compiler) unknownFigures(figures []reports.Figure) []reports.Figure {
	if c.without(reports.UnreadIncidents) == "" {
		return figures
	}
	labels := map[string]string{"incidents": c.Text("report_body.incidents"), "open": c.Text("report_body.open_incidents"),
		"detect": c.detectLabel()}
	for i, f := range figures {
		if label := labels[f.Key]; label != "" {
			v := c.state("report_body.state_not_known", reports.Gap)
			v.Unit = f.Value.Unit
			figures[i] = reports.Figure{Key: f.Key, Label: label, Value: v, Note: c.Text("report_body.see_quality")}
		}
	}
	return figures
}

// incidentsUnread returns what the verdict states when incidents are not known; "" they
// are. Damaged data and too much of it have different sentences.
func (c *compiler) incidentsUnread() string {
	for _, u := range c.in.Unread {
		switch {
		case u.What == reports.UnreadIncidents && u.Damaged:
			return c.Text("report_body.verdict_incidents_damaged")
		case u.What == reports.UnreadIncidents:
			return c.Text("report_body.verdict_incidents_too_many")
		}
	}
	return ""
}

// unreadTable lists what could not be read. It is in the section about data quality.
func (c *compiler) unreadTable() reports.Table {
	t := reports.Table{Key: "unread", Title: c.Text("report_body.unread_title"), Columns: []reports.Column{
		c.words("what", "report_body.col_what"), c.words("why", "report_body.col_why"),
	}}
	for _, u := range c.in.Unread {
		what := reports.Value{Text: title(u.What), Tone: reports.Gap, Link: "/feeds"}
		t.Rows = append(t.Rows, reports.Row{Key: "unread-" + u.What, Cells: []reports.Value{what, sentence(clipText(u.Why))}})
	}
	return t
}
