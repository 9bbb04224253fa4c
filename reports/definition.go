package reports

import (
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// Definition is which report is made, of what, when and for whom.
type Definition struct {
	Name  string // unique; its address is /reports/NAME
	Title string
	Kind  period.Kind
	Zone  string // IANA name
	Scope Scope
	// Publish is the time of day in Zone from which a period's report is made; nil is when
	// the grace is over (see Grace).
	Publish *time.Duration
	// Sections are the keys of the chosen sections, in order; empty is all of the kind.
	Sections   []string
	Recipients []Recipient
	// Quiet is the time of day in Zone in which nothing is delivered; nil: none.
	Quiet *QuietHours

	Path string // file in the repository; "" for a built-in one
	Hash string // of the file
}

// Recipient is where a report is delivered.
type Recipient struct {
	Kind    string // "mail", or the name of a configured channel
	Address string
}

// QuietHours are a range of the time of day, since midnight. It spans midnight when From is
// after To.
type QuietHours struct{ From, To time.Duration }

// Scope restricts a report to some services. Every field that is set must match; an empty
// Scope is the whole organisation.
type Scope struct {
	Teams    []string
	Services []string
	Labels   map[string][]string // one of the values of every label
}

// Whole reports whether the scope is the whole organisation.
func (s Scope) Whole() bool { return len(s.Teams) == 0 && len(s.Services) == 0 && len(s.Labels) == 0 }

// Admits reports whether a service is in the scope.
func (s Scope) Admits(x slo.Service) bool {
	if len(s.Teams) > 0 && !slices.Contains(s.Teams, x.Team) {
		return false
	}
	if len(s.Services) > 0 && !slices.Contains(s.Services, x.Name) {
		return false
	}
	for name, values := range s.Labels {
		has := x.Labels[name]
		if name == "tier" && x.Tier != "" {
			has = append(slices.Clone(has), x.Tier) // the annotation counts as a label
		}
		if !slices.ContainsFunc(values, func(v string) bool { return slices.Contains(has, v) }) {
			return false
		}
	}
	return true
}

// String returns the scope as reports and their headings show it; "" is the whole
// organisation. Reports store and compare it, so its form is fixed.
func (s Scope) String() string {
	var parts []string
	if len(s.Teams) > 0 {
		parts = append(parts, "team "+strings.Join(s.Teams, ", "))
	}
	if len(s.Services) > 0 {
		parts = append(parts, "service "+strings.Join(s.Services, ", "))
	}
	names := make([]string, 0, len(s.Labels))
	for name := range s.Labels {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		parts = append(parts, name+" "+strings.Join(s.Labels[name], ", "))
	}
	return strings.Join(parts, "; ")
}

// Location returns the definition's zone. Definitions are checked when they are pushed, so an
// unknown zone is one of a newer tz database: it is UTC then.
func (d Definition) Location() *time.Location {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// BuiltIn returns the definitions that need no configuration: the whole organisation by day,
// week and month, in one zone. A report of an earlier version with another title would be
// revised: Same compares titles unless both are built in.
func BuiltIn(zone string) []Definition {
	return []Definition{
		{Name: string(period.Daily), Title: "Daily report", Kind: period.Daily, Zone: zone},
		{Name: string(period.Weekly), Title: "Weekly report", Kind: period.Weekly, Zone: zone},
		{Name: string(period.Monthly), Title: "Monthly report", Kind: period.Monthly, Zone: zone},
	}
}

// Grace returns how long after the end of a period its report waits for late data.
func Grace(kind period.Kind) time.Duration {
	switch kind {
	case period.Weekly:
		return 2 * time.Hour
	case period.Monthly:
		return 6 * time.Hour
	}
	return 15 * time.Minute
}

// CloseAfter is how long after its end a period is revised when data comes late.
const CloseAfter = 35 * 24 * time.Hour

// Due returns the instant from which a period's report is made: its end and the grace, or
// the definition's time of day when that is later.
func (d Definition) Due(p period.Period) time.Time {
	due := p.To.Add(Grace(d.Kind))
	if d.Publish == nil {
		return due
	}
	// The time of day on the first day after the period, by the wall clock: 08:00 is 08:00 on
	// days on which the clock changes.
	y, m, day := p.To.In(p.Zone).Date()
	minutes := int(*d.Publish / time.Minute)
	if at := time.Date(y, m, day, 0, minutes, 0, 0, p.Zone); at.After(due) {
		return at
	}
	return due
}

// history returns how many periods before its own a report covers.
func history(kind period.Kind) int {
	switch kind {
	case period.Weekly:
		return 7 // eight weeks
	case period.Monthly:
		return 12 // the same month of the year before
	}
	return 7 // the same weekday of the week before
}

// Spans returns the periods that a report of p compares, oldest first; the last is p.
func Spans(p period.Period) []period.Period {
	n := history(p.Kind)
	spans := make([]period.Period, n+1)
	spans[n] = p
	for i := n; i > 0; i-- {
		spans[i-1] = spans[i].Prev()
	}
	return spans
}
