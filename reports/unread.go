package reports

import (
	"cmp"
	"slices"
	"strings"
)

// What of the inputs may be Unread.
const (
	UnreadIncidents  = "incidents"
	UnreadAlerts     = "alerts"
	UnreadChanges    = "changes"
	UnreadStatements = "slow statements"
	UnreadDrills     = "drills"
)

// Unread is a part of the inputs that could not be gathered: there is too much of
// it, or it is damaged. What depends on it is not known, which is not the same as
// none.
type Unread struct {
	What string // one of the constants, or a single thing
	Why  string // for people
	// Damaged says that it will be the same the next time: what is stored of it cannot
	// be read. Otherwise there is too much of it.
	Damaged bool `json:",omitempty"`
	// Sections are the keys of those that rest on it, for what is none of the constants.
	Sections []string `json:",omitempty"`
}

// without returns why a part of the inputs is not there; "" it is.
func (c *compiler) without(what string) string {
	for _, u := range c.in.Unread {
		if u.What == what {
			return cmp.Or(clean(u.Why, textRunes), "it could not be read")
		}
	}
	return ""
}

// blank returns why a section cannot be made; "" it can.
func (c *compiler) blank(key string) string {
	needs := map[string]string{
		Incidents: UnreadIncidents, Response: UnreadIncidents, Dependencies: UnreadIncidents, Policy: UnreadIncidents,
		Alerts: UnreadAlerts, Changes: UnreadChanges, SlowSQL: UnreadStatements, Drills: UnreadDrills,
	}
	what, has := needs[key]
	if !has {
		return ""
	}
	return c.without(what)
}

// section makes one section. One whose inputs could not be read has its title and
// the reason, and no chart or figure of it is left in the report.
func (c *compiler) section(key string, make func() Section) Section {
	charts, derivations := len(c.charts), len(c.derivations)
	s := c.made(key, make)
	if why := c.blank(key); why != "" {
		c.charts, c.derivations = c.charts[:charts], c.derivations[:derivations]
		return Section{Key: key, Title: s.Title, Empty: "Not known: " + why + "."}
	}
	if why := c.without(UnreadIncidents); why != "" && slices.Contains([]string{Budget, Objectives, Coverage, Review, Windows, Risk}, key) {
		s.Note = joined(s.Note, "Incidents are not known here: "+why+".")
	}
	return c.incomplete(s)
}

// incomplete says in a section what of its inputs is missing.
func (c *compiler) incomplete(s Section) Section {
	var missing []string
	for _, u := range c.in.Unread {
		if slices.Contains(u.Sections, s.Key) {
			missing = append(missing, capital(title(u.What))+" could not be read: "+clean(u.Why, textRunes)+".")
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
func (c *compiler) unknownFigures(figures []Figure) []Figure {
	why := c.without(UnreadIncidents)
	if why == "" {
		return figures
	}
	labels := map[string]string{"incidents": "incidents", "open": "open incidents", "detect": "detected within " + durationText(c.in.Targets.DetectWithin)}
	for i, f := range figures {
		if label := labels[f.Key]; label != "" {
			figures[i] = Figure{Key: f.Key, Label: label, Value: Value{Text: "not known", Tone: Gap, Unit: f.Value.Unit}, Note: "see data quality"}
		}
	}
	return figures
}

// incidentsUnread is what the verdict says when incidents are not known; "" they are.
func (c *compiler) incidentsUnread() string {
	for _, u := range c.in.Unread {
		switch {
		case u.What == UnreadIncidents && u.Damaged:
			return "Incidents are not known: they could not be read."
		case u.What == UnreadIncidents:
			return "Incidents are not known: there are too many to be counted."
		}
	}
	return ""
}

// unreadTable lists what could not be read.
func (c *compiler) unreadTable() Table {
	t := Table{Key: "unread", Title: "Not counted", Columns: []Column{{Key: "what", Title: "What"}, {Key: "why", Title: "Why"}}}
	for _, u := range c.in.Unread {
		t.Rows = append(t.Rows, Row{Key: "unread-" + u.What, Cells: []Value{{Text: title(u.What), Tone: Gap, Link: "/feeds"}, words(clean(u.Why, textRunes))}})
	}
	return t
}
