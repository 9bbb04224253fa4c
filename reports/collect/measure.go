package collect

import (
	"context"
	"slices"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// measured is the result of measuring one SLO. there is false when the SLO was not in
// force at the end of the period: it is not in the report, but its edits are.
type measured struct {
	objective reports.Objective // of a composite nothing but the SLO
	there     bool
	at        func(t time.Time) (slo.SLO, bool) // the definition in force
	costs     map[string][]reports.Spend        // by incident
	edits     []reports.DefinitionEdit
	err       error
}

// occasion is what the SLOs of one report are measured for.
type occasion struct {
	p    period.Period
	in   *reports.Inputs            // without objectives yet
	near map[string]map[string]bool // what each service depends on
}

// measure fills in out step by step, so that what is known remains when a step fails.
// The definition is that in force just before the end of the data; earlier spans are
// measured by the definitions of their own time.
func (c *Collector) measure(ctx context.Context, name string, o occasion, out *measured) error {
	p, in := o.p, o.in
	versions, err := c.src.Catalog.Versions(ctx, name)
	if err != nil {
		return err
	}
	out.edits = editsIn(versions, p)
	at := func(t time.Time) (slo.SLO, bool) { return inForce(versions, t) }
	s, ok := at(in.AsOf.Add(-time.Nanosecond))
	if !ok {
		return nil
	}
	if len(s.Parts) > 0 {
		out.objective.SLO, out.there, out.at = s, true, at
		return nil
	}
	out.objective.SLO, out.at = s, at
	m := reports.Measurement{SLO: s, At: at}
	if m.Buckets, err = c.src.Ledger.Buckets(ctx, s.SeriesName(), m.Need(p, in.AsOf), in.AsOf); err != nil {
		return err
	}
	out.objective, out.there = reports.Measure(m, p, in.AsOf), true
	if out.objective.Estimated, err = c.estimated(ctx, s, p, in.AsOf); err != nil {
		return err
	}
	// An incident can cost an SLO that it names, one of its own services, or one of a
	// service that depends on these.
	near := o.near[s.Service]
	out.costs = map[string][]reports.Spend{}
	for _, i := range in.Incidents {
		if !slices.Contains(i.SLOs, s.Name) && !slices.ContainsFunc(i.Services, func(x string) bool { return x == s.Service || near[x] }) {
			continue
		}
		if spent := reports.Costs(out.objective, m.Buckets, i.Incident, p, in.AsOf); len(spent) > 0 {
			out.costs[i.ID] = spent
		}
	}
	return nil
}

// estimated counts the buckets of a period that are estimates.
func (c *Collector) estimated(ctx context.Context, s slo.SLO, p period.Period, asOf time.Time) (int, error) {
	if c.src.Estimates == nil {
		return 0, nil
	}
	to := p.To
	if asOf.Before(to) {
		to = asOf
	}
	all, err := c.src.Estimates.Estimated(ctx, s.SeriesName(), p.From, to)
	return len(all), err
}

// partsOf returns the SLOs that a composite is made of, as far as they were measured.
func partsOf(s slo.SLO, done []measured) (parts []reports.Objective) {
	for _, m := range done {
		if m.there && slices.ContainsFunc(s.Parts, func(p slo.Part) bool { return p.SLO == m.objective.SLO.Name }) {
			parts = append(parts, m.objective)
		}
	}
	return parts
}

// inForce returns the definition that counted at an instant; ok is false when there was
// none. versions are in order of time. The first also counts for all time before it:
// data from before a definition was pushed would otherwise have no target.
func inForce(versions []Version, t time.Time) (slo.SLO, bool) {
	if len(versions) == 0 {
		return slo.SLO{}, false
	}
	at := versions[0]
	for _, v := range versions[1:] {
		if !v.From.After(t) {
			at = v
		}
	}
	return at.SLO, !at.Gone
}

// editsIn returns the changes of a definition in a period. The first definition is not
// a change. The texts are in English: they are facts of the report and are compared
// between revisions.
func editsIn(versions []Version, p period.Period) (all []reports.DefinitionEdit) {
	for n := 1; n < len(versions); n++ {
		v := versions[n]
		if !p.Contains(v.From) {
			continue
		}
		what := versions[n-1].What + " → " + v.What
		switch {
		case v.Gone:
			what = "removed; it was " + versions[n-1].What
		case versions[n-1].Gone:
			what = "defined again: " + v.What
		case v.What == versions[n-1].What:
			what = "the query or another detail; still " + v.What
		}
		all = append(all, reports.DefinitionEdit{SLO: v.SLO.Name, At: v.From, What: what, Who: v.Who})
	}
	return all
}
