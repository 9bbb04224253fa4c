package compile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
)

// without returns why a part of the inputs is not there; "" it is.
func (c *compiler) without(what string) string {
	for _, u := range c.in.Unread {
		if u.What == what {
			return cmp.Or(humanize.Clip(u.Why, reports.TextRunes), "it could not be read")
		}
	}
	return ""
}

// section makes one section. One whose inputs could not be read has its title and
// the reason, and no chart or figure of it is left in the report.
func (c *compiler) section(row Section) reports.Section {
	charts, derivations := len(c.charts), len(c.derivations)
	s := c.made(row)
	if why := c.without(row.Needs); row.Needs != "" && why != "" {
		c.charts, c.derivations = c.charts[:charts], c.derivations[:derivations]
		return reports.Section{Key: row.Key, Title: s.Title, Empty: "Not known: " + why + "."}
	}
	if why := c.without(reports.UnreadIncidents); why != "" && row.Mentions {
		s.Note = joined(s.Note, "Incidents are not known here: "+why+".")
	}
	return c.incomplete(s)
}

// incomplete says in a section what of its inputs is missing.
func (c *compiler) incomplete(s reports.Section) reports.Section {
	var missing []string
	for _, u := range c.in.Unread {
		if slices.Contains(u.Sections, s.Key) {
			missing = append(missing, capital(title(u.What))+" could not be read: "+humanize.Clip(u.Why, reports.TextRunes)+".")
		}
	}
	switch text := strings.Join(missing, " "); {
	case text == "":
	case s.Empty != "":
		s.Empty = text // nothing is there, and not because there was nothing
	default:
		s.Note = joined(text+" What follows is incomplete.", s.Note)
	}
	return s
}

func joined(a, b string) string { return strings.TrimSpace(a + " " + b) }

// unknownFigures replaces the figures of the headline that count what could not be
// read.
func (c *compiler) unknownFigures(figures []reports.Figure) []reports.Figure {
	why := c.without(reports.UnreadIncidents)
	if why == "" {
		return figures
	}
	labels := map[string]string{"incidents": "incidents", "open": "open incidents", "detect": "detected within " + durationText(c.in.Targets.DetectWithin)}
	for i, f := range figures {
		if label := labels[f.Key]; label != "" {
			figures[i] = reports.Figure{Key: f.Key, Label: label, Value: reports.Value{Text: "not known", Tone: reports.Gap, Unit: f.Value.Unit}, Note: "see data quality"}
		}
	}
	return figures
}

// incidentsUnread is what the verdict says when incidents are not known; "" they are.
func (c *compiler) incidentsUnread() string {
	for _, u := range c.in.Unread {
		switch {
		case u.What == reports.UnreadIncidents && u.Damaged:
			return "Incidents are not known: they could not be read."
		case u.What == reports.UnreadIncidents:
			return "Incidents are not known: there are too many to be counted."
		}
	}
	return ""
}

// unreadTable lists what could not be read.
func (c *compiler) unreadTable() reports.Table {
	t := reports.Table{Key: "unread", Title: "Not counted", Columns: []reports.Column{{Key: "what", Title: "What"}, {Key: "why", Title: "Why"}}}
	for _, u := range c.in.Unread {
		t.Rows = append(t.Rows, reports.Row{Key: "unread-" + u.What, Cells: []reports.Value{{Text: title(u.What), Tone: reports.Gap, Link: "/feeds"}, words(humanize.Clip(u.Why, reports.TextRunes))}})
	}
	return t
}
