package compile

import (
	"slices"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
)

// Section is one section of a report: a row of the table All. Every field but make may
// be read by other packages.
type Section struct {
	Key string
	// Kinds are the reports that have the section unless their definition chooses its
	// own sections; a definition may choose it for any kind.
	Kinds []period.Kind
	// Needs is what of the inputs the section counts, one of the Unread constants: without
	// it there is no section, only the reason. "" is nothing in particular.
	Needs string
	// Mentions is set where the section can do without the incidents, and has to state
	// that they are missing.
	Mentions bool
	// Always is set where the section is in every report, also when its definition chooses
	// others: what makes the numbers checkable is never left out.
	Always bool

	make func(*compiler) reports.Section
}

// Sections is a table of sections in the order in which a report has them. A definition
// may choose another order.
type Sections []Section

// All returns every section there is. Whatever lists sections (validation of
// definitions, its messages, the check of the docs) reads this table. It returns a new
// table each time. Keys are stored in definitions and reports and must not change; a
// new section is one row here and one method.
func All() Sections {
	const daily, weekly, monthly = period.Daily, period.Weekly, period.Monthly
	every := []period.Kind{daily, weekly, monthly}
	long := []period.Kind{weekly, monthly}
	month := []period.Kind{monthly}
	return Sections{
		{Key: reports.Objectives, Kinds: every, Mentions: true, make: (*compiler).objectives},
		{Key: reports.Windows, Kinds: month, Mentions: true, make: (*compiler).windows},
		{Key: reports.Risk, Kinds: []period.Kind{daily, weekly}, Mentions: true, make: (*compiler).risk},
		{Key: reports.Budget, Kinds: every, Mentions: true, make: (*compiler).budget},
		{Key: reports.Policy, Kinds: month, Needs: reports.UnreadIncidents, make: (*compiler).policy},
		{Key: reports.Incidents, Kinds: every, Needs: reports.UnreadIncidents, make: (*compiler).incidents},
		{Key: "response", Kinds: every, Needs: reports.UnreadIncidents, make: (*compiler).response},
		{Key: reports.Dependencies, Kinds: long, Needs: reports.UnreadIncidents, make: (*compiler).dependencies},
		{Key: reports.Alerts, Kinds: every, Needs: reports.UnreadAlerts, make: (*compiler).alerts},
		{Key: reports.Changes, Kinds: every, Needs: reports.UnreadChanges, make: (*compiler).changes},
		{Key: reports.SlowSQL, Kinds: every, Needs: reports.UnreadStatements, make: (*compiler).slowSQL},
		{Key: reports.Drills, Kinds: long, Needs: reports.UnreadDrills, make: (*compiler).drills},
		{Key: reports.Coverage, Kinds: every, Mentions: true, make: (*compiler).postmortems},
		{Key: reports.Actions, Kinds: every, make: (*compiler).actions},
		{Key: reports.Quality, Kinds: every, Always: true, make: (*compiler).quality},
		{Key: reports.Definitions, Kinds: every, make: (*compiler).definitions},
		{Key: reports.Review, Kinds: month, Mentions: true, make: (*compiler).review},
		{Key: reports.Knowledge, Kinds: long, make: (*compiler).gaps},
		{Key: reports.Arithmetic, Kinds: every, Always: true, make: (*compiler).calculation},
		{Key: reports.Glossary, Kinds: long, make: (*compiler).glossary},
	}
}

// Keys returns the keys of the sections, in their order.
func (t Sections) Keys() []string {
	keys := make([]string, 0, len(t))
	for _, s := range t {
		keys = append(keys, s.Key)
	}
	return keys
}

// of returns the sections of a definition: its own choice in its own order, otherwise
// those of its kind. Keys that are not in the table are skipped. Those that are always
// there follow the chosen ones.
func (t Sections) of(def reports.Definition) (all Sections) {
	if len(def.Sections) == 0 {
		for _, s := range t {
			if slices.Contains(s.Kinds, def.Kind) {
				all = append(all, s)
			}
		}
		return all
	}
	for _, key := range def.Sections {
		if n := slices.IndexFunc(t, func(s Section) bool { return s.Key == key }); n >= 0 {
			all = append(all, t[n])
		}
	}
	for _, s := range t {
		if s.Always && !slices.Contains(def.Sections, s.Key) {
			all = append(all, s)
		}
	}
	return all
}
