package reports

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// Compile makes the report of one period. It depends on nothing but its
// arguments, and on the order of none of their lists.
//
// A part that cannot be made loses nothing but itself: its section says why, and the
// verdict that the report is incomplete.
func Compile(def Definition, p period.Period, in Inputs) Report {
	return CompileObserved(def, p, in, nil)
}

// CompileObserved is Compile that calls panicked, unless it is nil, from within the
// recovery of each part in which the program failed, so that its stack can be logged.
func CompileObserved(def Definition, p period.Period, in Inputs, panicked func(part string, v any)) Report {
	c := newCompiler(def, p, in)
	c.panicked = panicked
	c.attempt("the sorting of the data", c.prepare)
	r := Report{
		Format: Format, Name: def.Name, Title: clean(def.Title, titleRunes), Kind: p.Kind, Period: p.ID, Heading: Heading(p),
		Zone: p.Zone.String(), From: p.From.UTC(), To: p.To.UTC(), AsOf: c.asOf.UTC(),
		Scope: clean(def.Scope.String(), textRunes), Words: in.Words,
	}
	if r.Title == "" {
		r.Title = title(def.Name)
	}
	for _, key := range sectionsOf(def) {
		if make := c.maker(key); make != nil {
			r.Sections = append(r.Sections, c.section(key, make))
		}
	}
	c.attempt("Headline", func() { r.Headline = c.unknownFigures(c.headline()) })
	if why := c.attempt("Verdict", func() { r.Verdict = c.verdict() }); why != "" {
		r.Verdict = Verdict{Tone: Warn, Text: "There is no verdict: " + why + "."}
	}
	c.attempt("What changed", func() { r.Changed = c.changed() })
	c.attempt("Who acts", func() { r.Acts = c.acts() })
	r.Charts = c.charts
	c.noteFailures(&r)
	c.finish(&r)
	return r
}

// maker gives the function that makes a section. Arithmetic comes last, when all
// derivations are known.
func (c *compiler) maker(key string) func() Section {
	return map[string]func() Section{
		Objectives: c.objectives, Risk: c.risk, Budget: c.budget, Incidents: c.incidentSection, Response: c.response,
		Dependencies: c.dependencies, Alerts: c.alerts, Changes: c.changeSection, SlowSQL: c.slowSQL, Drills: c.drills,
		Coverage: c.coverage, Actions: c.actions, Quality: c.quality, Definitions: c.definitions, Review: c.review,
		Knowledge: c.knowledge, Windows: c.windows, Policy: c.policy, Arithmetic: c.arithmetic, Glossary: c.glossary,
	}[key]
}

// compiler holds the inputs as one report sees them: in scope, in order.
type compiler struct {
	def   Definition
	p     period.Period
	spans []period.Period
	asOf  time.Time
	in    Inputs

	services map[string]slo.Service // all, also those out of scope
	inScope  map[string]bool
	facts    incidentFacts
	titles   map[string]string // of SLOs

	charts      []Chart
	derivations []Derivation
	failures    []Failure
	panicked    func(part string, v any) // nil: no one listens
}

func newCompiler(def Definition, p period.Period, in Inputs) *compiler {
	c := &compiler{def: def, p: p, spans: Spans(p), asOf: in.AsOf, in: in, services: map[string]slo.Service{}, inScope: map[string]bool{}, titles: map[string]string{}}
	if c.asOf.IsZero() || c.asOf.After(p.To) {
		c.asOf = p.To
	}
	for _, s := range in.Services {
		c.services[s.Name] = s
		c.inScope[s.Name] = def.Scope.Admits(s)
	}
	return c
}

// prepare puts the inputs into one order and sorts the incidents by what they count
// for.
func (c *compiler) prepare() {
	c.narrow()
	for _, o := range c.in.Objectives {
		c.titles[o.SLO.Name] = cmp.Or(title(o.SLO.Title), title(o.SLO.Name))
	}
	c.facts = c.sortIncidents()
}

// admits tells whether a service is in scope; one that no document describes is,
// when the scope is the whole organisation.
func (c *compiler) admits(name string) bool {
	if c.def.Scope.Whole() {
		return true
	}
	return c.inScope[name]
}

func (c *compiler) admitsAny(names []string) bool {
	return c.def.Scope.Whole() || slices.ContainsFunc(names, c.admits)
}

// narrow keeps what is in scope and puts every list into one order.
func (c *compiler) narrow() {
	in := &c.in
	in.Objectives = kept(in.Objectives, func(o Objective) bool { return c.admits(o.SLO.Service) },
		func(a, b Objective) int {
			return cmp.Or(cmp.Compare(a.SLO.Service, b.SLO.Service), cmp.Compare(a.SLO.Name, b.SLO.Name))
		})
	in.Incidents = kept(in.Incidents, func(i Incident) bool { return c.admitsAny(i.Services) },
		func(a, b Incident) int {
			return cmp.Or(impactStart(a).Compare(impactStart(b)), cmp.Compare(a.ID, b.ID))
		})
	in.Episodes = keptSame(in.Episodes, c, func(x *alert.Episode) string { return x.Service }, compareEpisodes)
	in.Changes = keptSame(in.Changes, c, func(x *change.Linked) string { return x.Service }, compareChanges)
	in.Statements = kept(in.Statements, func(s Statement) bool { return c.admits(s.Service) },
		func(a, b Statement) int {
			return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), cmp.Compare(a.Digest, b.Digest), cmp.Compare(a.Database, b.Database))
		})
	in.Drills = kept(in.Drills, func(d incident.Drill) bool { return c.admitsAny(d.Services) },
		func(a, b incident.Drill) int {
			return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
		})
	in.Actions = kept(in.Actions, func(a Action) bool { return c.admitsAny(a.Services) },
		func(a, b Action) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Key, b.Key)) })
	for n := range in.Actions {
		in.Actions[n] = in.Actions[n].asOf(c.asOf)
	}
	in.Gaps = kept(in.Gaps, func(s Search) bool { return s.Count > 0 },
		func(a, b Search) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Query, b.Query)) })
	in.Feeds = kept(in.Feeds, func(Feed) bool { return true },
		func(a, b Feed) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Format, b.Format)) })
	in.Unread = kept(in.Unread, func(Unread) bool { return true }, func(a, b Unread) int { return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Why, b.Why)) })
	in.Edits = kept(in.Edits, func(e DefinitionEdit) bool { return c.p.Contains(e.At) },
		func(a, b DefinitionEdit) int {
			return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.SLO, b.SLO), cmp.Compare(a.What, b.What))
		})
}

// kept copies what is wanted, in order.
func kept[T any](all []T, want func(T) bool, order func(a, b T) int) []T {
	var out []T
	for _, x := range all {
		if want(x) {
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, order)
	return out
}

// keptSame is kept for things of one service each.
func keptSame[T any](all []T, c *compiler, serviceOf func(*T) string, order func(a, b T) int) []T {
	return kept(all, func(x T) bool { return c.admits(serviceOf(&x)) }, order)
}

// team is who answers for a service.
func (c *compiler) team(name string) string {
	return title(cmp.Or(c.services[name].Team, c.services[name].Owner))
}

func (c *compiler) serviceTitle(name string) string {
	return cmp.Or(title(c.services[name].Title), title(name), "no service")
}

// before is the period that this one is compared with: the one before, and for a
// day the same weekday of the week before.
func (c *compiler) before() int { return len(c.spans) - 2 }

// last is the report's own period among the spans.
func (c *compiler) last() int { return len(c.spans) - 1 }

// span names a span in a column's head.
func spanTitle(p period.Period) string {
	switch p.Kind {
	case period.Weekly:
		return p.ID[len("2026-"):]
	case period.Monthly:
		return p.From.Format("Jan 06")
	}
	return p.From.Format("Mon 2 Jan")
}

// Heading is a period as people say it: "Week 47, 16 to 22 November 2026".
func Heading(p period.Period) string {
	last := p.To.Add(-time.Nanosecond).In(p.Zone)
	switch p.Kind {
	case period.Monthly:
		return p.From.Format("January 2006")
	case period.Weekly:
		_, week := p.From.ISOWeek()
		from := p.From.Format("2 January 2006")
		switch {
		case p.From.Month() == last.Month():
			from = p.From.Format("2")
		case p.From.Year() == last.Year():
			from = p.From.Format("2 January")
		}
		return fmt.Sprintf("Week %d, %s to %s", week, from, last.Format("2 January 2006"))
	}
	s := p.From.Format("Monday, 2 January 2006")
	if h := p.Length(); h != 24*time.Hour {
		s += " (a day of " + hoursText(h) + ")"
	}
	return s
}

func hoursText(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%.1f hours", d.Hours())
}

// derive remembers how a figure was made and gives its key.
func (c *compiler) derive(d Derivation) string {
	if d.From.IsZero() {
		d.From, d.To = c.p.From, c.asOf
	}
	d.From, d.To = d.From.UTC(), d.To.UTC()
	c.derivations = append(c.derivations, d)
	return d.Key
}

// finish puts the derivations in, bounds the keys that were made of text from
// outside, and leaves no list nil, so that it is [] and not null.
func (c *compiler) finish(r *Report) {
	r.Derivations = c.derivations
	for _, s := range r.Sections {
		for _, t := range s.Tables {
			for n := range t.Rows {
				t.Rows[n].Key = clean(t.Rows[n].Key, textRunes)
			}
		}
	}
	if r.Changed == nil {
		r.Changed = []Line{}
	}
	if r.Acts == nil {
		r.Acts = []Line{}
	}
	if r.Charts == nil {
		r.Charts = []Chart{}
	}
	if r.Derivations == nil {
		r.Derivations = []Derivation{}
	}
	r.credible()
}

// milestone is when an incident reached a step; zero when not known or only to
// the day.
func milestone(i Incident, m incident.Milestone) time.Time {
	s := i.Times[m]
	if s.DayOnly {
		return time.Time{}
	}
	return s.At
}
