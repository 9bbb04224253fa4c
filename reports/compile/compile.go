package compile

import (
	"cmp"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// Options are how a report is compiled, apart from what it is made of.
type Options struct {
	// Printer writes the texts, in its language. It must not be nil.
	Printer *messages.Printer
	// Panicked is called, unless it is nil, from within the recovery of each part in
	// which the program failed, so that its stack can be logged.
	Panicked func(part string, v any)
}

// Report returns the report of one period. It depends on the definition, the period and
// the inputs alone, and on the order of none of their lists.
//
// A part that cannot be made costs nothing but itself: its section states why, and the
// verdict states that the report is incomplete. in is not changed. It never fails: at
// worst every section states why it could not be made. Text from outside is clipped,
// and the result is sanitized, so it can be stored and shown as it is.
func Report(def reports.Definition, p period.Period, in reports.Inputs, opt Options) reports.Report {
	return All().Report(def, p, in, opt)
}

// Report returns the report of one period with the sections of the table. Tests use a
// table of their own, to make a section fail.
func (t Sections) Report(def reports.Definition, p period.Period, in reports.Inputs, opt Options) reports.Report {
	c := newCompiler(def, p, in, opt)
	// The order below matters: sections add charts and derivations, which are in the
	// report in the order in which they were made; the failures must be noted when
	// everything else has been tried, and finish comes last.
	c.attempt(c.Text("report_body.part_sorting"), c.prepare)
	r := reports.Report{
		Format: reports.Format, Layout: reports.Layout, Name: def.Name, Title: humanize.Clip(def.Title, reports.TitleRunes), Kind: p.Kind,
		Period:  p.ID,
		Heading: c.heading(),
		Zone:    p.Zone.String(), From: p.From.UTC(), To: p.To.UTC(), AsOf: c.asOf.UTC(),
		Scope: humanize.Clip(def.Scope.String(), reports.TextRunes), Words: in.Words,
	}
	if r.Title == "" {
		r.Title = title(def.Name)
	}
	for _, s := range t.of(def) {
		r.Sections = append(r.Sections, c.section(s))
	}
	c.attempt(c.Text("report_body.part_headline"), func() { r.Headline = c.unknownFigures(c.headline()) })
	// A report without a verdict would look as if there were nothing to state.
	if why := c.attempt(c.Text("report_body.part_verdict"), func() { r.Verdict = c.verdict() }); why != "" {
		r.Verdict = reports.Verdict{Tone: reports.Warn, Text: c.Text("report_body.no_verdict", "Why", why),
			Facts: []reports.Fact{{Key: "no_verdict"}}}
	}
	c.attempt(c.Text("report_body.part_changed"), func() { r.Changed = c.changed() })
	c.attempt(c.Text("report_body.part_acts"), func() { r.Acts = c.acts() })
	r.Charts = c.charts
	c.noteFailures(&r)
	c.finish(&r)
	return r
}

// compiler holds the inputs as one report sees them: in scope, in order. It is used for
// one report by one goroutine. Methods read the inputs and may be called repeatedly;
// only chart, derive and attempt add to it.
type compiler struct {
	*messages.Printer
	def   reports.Definition
	p     period.Period
	spans []period.Period
	asOf  time.Time
	in    reports.Inputs

	services map[string]slo.Service // all, also those out of scope
	inScope  map[string]bool
	facts    incidentFacts
	titles   map[string]string // of SLOs

	charts      []reports.Chart
	derivations []reports.Derivation
	failures    []reports.Failure
	panicked    func(part string, v any)
}

// newCompiler returns a compiler of the inputs as they are; prepare sorts them. The
// inputs end with the period at the latest: what came later belongs to the next report.
func newCompiler(def reports.Definition, p period.Period, in reports.Inputs, opt Options) *compiler {
	c := &compiler{
		Printer: opt.Printer, panicked: opt.Panicked, def: def, p: p, spans: reports.Spans(p), asOf: in.AsOf, in: in,
		services: map[string]slo.Service{}, inScope: map[string]bool{}, titles: map[string]string{},
	}
	if c.asOf.IsZero() || c.asOf.After(p.To) {
		c.asOf = p.To
	}
	for _, s := range in.Services {
		c.services[s.Name] = s
		c.inScope[s.Name] = def.Scope.Admits(s)
	}
	return c
}

// prepare sorts the inputs and divides the incidents by how they are counted. Every
// section reads what it sets, so when it fails all of them do. Titles are of SLOs in
// scope only: c.titles is also the test whether an SLO is in the report.
func (c *compiler) prepare() {
	c.narrow()
	for _, o := range c.in.Objectives {
		c.titles[o.SLO.Name] = cmp.Or(title(o.SLO.Title), title(o.SLO.Name))
	}
	c.facts = c.sortIncidents()
}

// admits reports whether a service is in scope. One without a definition is, when the
// scope is the whole organisation. For any other scope it is not, because neither its
// team nor its labels are known.
func (c *compiler) admits(name string) bool {
	if c.def.Scope.Whole() {
		return true
	}
	return c.inScope[name]
}

// admitsAny reports whether one of the services is in scope. An incident of several
// services is in the reports of all of them.
func (c *compiler) admitsAny(names []string) bool {
	return c.def.Scope.Whole() || slices.ContainsFunc(names, c.admits)
}

// narrow drops what is not in scope and sorts every list. It replaces the lists and
// leaves the elements of the inputs unchanged, since several reports may be compiled
// from the same inputs. Each order ends with a unique key, so that the report depends
// on no order of the inputs. Services, documents and drafts keep theirs: they are only
// looked up.
func (c *compiler) narrow() {
	in := &c.in
	in.Objectives = kept(in.Objectives, func(o reports.Objective) bool { return c.admits(o.SLO.Service) },
		func(a, b reports.Objective) int {
			return cmp.Or(cmp.Compare(a.SLO.Service, b.SLO.Service), cmp.Compare(a.SLO.Name, b.SLO.Name))
		})
	in.Incidents = kept(in.Incidents, func(i reports.Incident) bool { return c.admitsAny(i.Services) },
		func(a, b reports.Incident) int {
			return cmp.Or(a.ImpactStart().Compare(b.ImpactStart()), cmp.Compare(a.ID, b.ID))
		})
	in.Episodes = keptSame(in.Episodes, c, func(x *alert.Episode) string { return x.Service }, compareEpisodes)
	in.Changes = keptSame(in.Changes, c, func(x *change.Linked) string { return x.Service }, compareChanges)
	in.Statements = kept(in.Statements, func(s reports.Statement) bool { return c.admits(s.Service) },
		func(a, b reports.Statement) int {
			return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), cmp.Compare(a.Digest, b.Digest), cmp.Compare(a.Database, b.Database))
		})
	in.Drills = kept(in.Drills, func(d incident.Drill) bool { return c.admitsAny(d.Services) },
		func(a, b incident.Drill) int {
			return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
		})
	in.Actions = kept(in.Actions, func(a reports.Action) bool { return c.admitsAny(a.Services) },
		func(a, b reports.Action) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Key, b.Key)) })
	// Actions are as of the end of the period: kept has made a copy, so this changes no
	// input.
	for n := range in.Actions {
		in.Actions[n] = in.Actions[n].AsOf(c.asOf)
	}
	// Searches and sources have no service, so they are in every scope.
	in.Gaps = kept(in.Gaps, func(s reports.Search) bool { return s.Count > 0 },
		func(a, b reports.Search) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Query, b.Query)) })
	in.Feeds = kept(in.Feeds, func(reports.Feed) bool { return true },
		func(a, b reports.Feed) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Format, b.Format))
		})
	in.Unread = kept(in.Unread, func(reports.Unread) bool { return true },
		func(a, b reports.Unread) int { return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Why, b.Why)) })
	in.Edits = kept(in.Edits, func(e reports.DefinitionEdit) bool { return c.p.Contains(e.At) },
		func(a, b reports.DefinitionEdit) int {
			return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.SLO, b.SLO), cmp.Compare(a.What, b.What))
		})
}

// kept returns a copy of what is wanted, in order. It returns nil when nothing is
// wanted. The sort is stable, but equal elements still have the order of the inputs, so
// order must distinguish all that differ.
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

// keptSame is kept for things that have one service each, those in scope. serviceOf
// takes a pointer, because episodes are large and there may be many.
func keptSame[T any](all []T, c *compiler, serviceOf func(*T) string, order func(a, b T) int) []T {
	return kept(all, func(x T) bool { return c.admits(serviceOf(&x)) }, order)
}

// team returns the owner of a service, "" when it has none. It is the team, otherwise
// the person.
func (c *compiler) team(name string) string {
	return title(cmp.Or(c.services[name].Team, c.services[name].Owner))
}

// serviceTitle returns the title of a service, otherwise its name.
func (c *compiler) serviceTitle(name string) string {
	return cmp.Or(title(c.services[name].Title), title(name), c.Text("report_body.no_service"))
}

// derive adds how a figure is calculated and returns its key. A derivation without a
// span has that of the report.
func (c *compiler) derive(d reports.Derivation) string {
	if d.From.IsZero() {
		d.From, d.To = c.p.From, c.asOf
	}
	d.From, d.To = d.From.UTC(), d.To.UTC()
	c.derivations = append(c.derivations, d)
	return d.Key
}

// finish adds the derivations, bounds the keys that were made of text from outside, and
// leaves no list nil, so that it is [] and not null in JSON. Keys of rows contain ids
// from outside, which may have any length.
func (c *compiler) finish(r *reports.Report) {
	r.Derivations = c.derivations
	for _, s := range r.Sections {
		for _, t := range s.Tables {
			for n := range t.Rows {
				t.Rows[n].Key = humanize.Clip(t.Rows[n].Key, reports.TextRunes)
			}
		}
	}
	if r.Changed == nil {
		r.Changed = []reports.Line{}
	}
	if r.Acts == nil {
		r.Acts = []reports.Line{}
	}
	if r.Charts == nil {
		r.Charts = []reports.Chart{}
	}
	if r.Derivations == nil {
		r.Derivations = []reports.Derivation{}
	}
	r.Sanitize()
}
