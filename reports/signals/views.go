package signals

import (
	"context"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/sql"
)

// Each view is a pure fold over facts, entries and corrections, for one
// window of time. Folding again with the same input gives the same view.

// folded holds all incidents, the newest start first, and an index of their
// names.
type folded struct {
	all     []incident.Incident
	byName  map[string]int
	holders map[string]int // number of incidents with a name: several after a split
	// shared has the incidents of a name that each has only within its
	// account: two trackers' 17, two pagers' PD-17.
	shared map[string][]int
	wide   bool // there are too many to fold at once; all else is empty
}

// find returns the place of the incident with a name. It returns
// fault.NotFound if there is none and fault.Conflict if there are several.
func (f folded) find(name string) (int, error) {
	const op = "signals.find"
	if at, known := f.byName[name]; known {
		return at, nil
	}
	several := f.shared[name]
	if len(several) == 0 {
		return 0, fault.New(fault.NotFound, op, "no feed, post-mortem or person reported such an incident")
	}
	const shown = 5
	var ids []string
	for _, at := range several[:min(len(several), shown)] {
		ids = append(ids, f.all[at].ID)
	}
	return 0, fault.Newf(
		fault.Conflict,
		op,
		"%d incidents are called %.80q, each within its source: %s; use one of these",
		len(several),
		name,
		strings.Join(ids, ", "),
	)
}

// own returns a name that no other incident has, so that a correction is
// not stored for another one too.
func (f folded) own(at int) string {
	in := f.all[at]
	if f.holders[in.ID] <= 1 {
		return in.ID
	}
	for _, name := range in.Refs {
		if f.holders[name] == 1 {
			return name
		}
	}
	return in.ID
}

// incidentsNow folds all incidents: a report from years ago may belong to
// an incident of today, so parts cannot be folded separately. If there are
// too many it returns wide, and parts are folded separately nevertheless.
func (r *Store) incidentsNow(ctx context.Context) (folded, error) {
	return r.incidents.get(ctx, r, window{}, []string{"incident"}, func(ctx context.Context, r *Store) (folded, error) {
		f, err := r.fold(ctx, beginning(), end())
		if fault.KindOf(err) == fault.TooWide {
			return folded{wide: true}, nil
		}
		return f, err
	})
}

// maxApart is how far outside a window, which is folded separately, a
// report may be and still be grouped with incidents in it.
const maxApart = 24 * time.Hour

// incidentsOf folds at least the incidents that overlap [from, to), and all
// others unless they are too many.
func (r *Store) incidentsOf(ctx context.Context, from, to time.Time) (folded, error) {
	f, err := r.incidentsNow(ctx)
	if err != nil || !f.wide {
		return f, err
	}
	return r.spans.get(ctx, r, window{from, to}, []string{"incident"}, func(ctx context.Context, r *Store) (folded, error) {
		return r.fold(ctx, from.Add(-maxApart), to.Add(maxApart))
	})
}

// fold returns the incidents of the reports that overlap [from, to), and of
// all post-mortems and entries.
func (r *Store) fold(ctx context.Context, from, to time.Time) (folded, error) {
	voices, err := r.opt.Feeds.Voices(ctx, from, to)
	if err != nil {
		return folded{}, err
	}
	documents, err := r.opt.Documents.Voices(ctx)
	if err != nil {
		return folded{}, err
	}
	entries, err := r.entries(ctx)
	if err != nil {
		return folded{}, err
	}
	edits, err := r.edits(ctx)
	if err != nil {
		return folded{}, err
	}
	names, err := r.names(ctx)
	if err != nil {
		return folded{}, err
	}
	all := names.voices(slices.Concat(voices, documents, entries))
	f := folded{all: incident.Fold(all, edits, r.opt.Policy), byName: map[string]int{}, holders: map[string]int{}, shared: map[string][]int{}}
	for i := len(f.all) - 1; i >= 0; i-- { // the newest incident gets the name
		for _, name := range f.all[i].Refs {
			f.byName[name] = i
			f.holders[name]++
		}
	}
	for i, in := range f.all {
		f.byName[in.ID] = i
		for _, name := range in.Shared {
			f.shared[name] = append(f.shared[name], i)
		}
	}
	return f, nil
}

// Incidents returns the incidents that overlap [from, to): impact started
// before to and had not ended before from. The newest start is first. Like
// all lists it returns fault.TooWide if the range holds too many.
func (r *Store) Incidents(ctx context.Context, from, to time.Time) ([]incident.Incident, error) {
	f, err := r.incidentsOf(ctx, from, to)
	if err != nil {
		return nil, err
	}
	// They are sorted by start, descending.
	first := sort.Search(len(f.all), func(i int) bool { return f.all[i].When().Before(to) })
	var out []incident.Incident
	for _, in := range f.all[first:] {
		end, ended := in.End()
		if !in.When().Before(from) || in.Open || ended && end.At.After(from) {
			out = append(out, in)
		}
	}
	return out, nil
}

// Incident returns one incident by its id or any other name. It returns
// fault.NotFound if there is none and fault.Conflict if several have the
// name, each within its source.
func (r *Store) Incident(ctx context.Context, id string) (incident.Incident, error) {
	f, i, err := r.named(ctx, id)
	if err != nil {
		return incident.Incident{}, err
	}
	return f.all[i], nil
}

// named finds an incident by any of its names: among all, or if they are
// too many, among those of the last month, week or day.
func (r *Store) named(ctx context.Context, id string) (f folded, at int, err error) {
	if f, err = r.incidentsNow(ctx); err != nil {
		return f, 0, err
	}
	if !f.wide {
		at, err = f.find(id)
		return f, at, err
	}
	to := r.opt.Now().UTC().Truncate(time.Hour).Add(time.Hour)
	for _, days := range []int{31, 7, 1} {
		f, err = r.incidentsOf(ctx, to.AddDate(0, 0, -days), to)
		if err == nil {
			break
		}
		if fault.KindOf(err) != fault.TooWide {
			return f, 0, err
		}
	}
	if err != nil {
		return f, 0, err
	}
	if at, err = f.find(id); fault.KindOf(err) == fault.NotFound {
		err = fault.New(
			fault.NotFound,
			"signals.Incident",
			"there are too many incidents to search all of them, and none of the last days has this name",
		)
	}
	return f, at, err
}

// maxAhead is how far a sender's clock may be ahead.
const maxAhead = 5 * time.Minute

// Open returns the open incidents, without those whose start is in the
// future because of a sender's wrong clock.
func (r *Store) Open(ctx context.Context) ([]incident.Incident, error) {
	f, err := r.incidentsOf(ctx, r.opt.Now().UTC().Truncate(time.Hour).Add(maxApart), end().Add(-maxApart))
	if err != nil {
		return nil, err
	}
	var out []incident.Incident
	soon := r.opt.Now().Add(maxAhead)
	for _, in := range f.all {
		if in.Open && !in.Maintenance && in.When().Before(soon) {
			out = append(out, in)
		}
	}
	return out, nil
}

// Episodes returns the alert episodes that overlap [from, to), each with
// its incident, the newest start first.
func (r *Store) Episodes(ctx context.Context, from, to time.Time) ([]alert.Episode, error) {
	return r.episodes.get(
		ctx,
		r,
		window{from, to},
		[]string{"alert", "incident"},
		func(ctx context.Context, r *Store) ([]alert.Episode, error) {
			signals, err := r.opt.Feeds.Signals(ctx, from, to)
			if err != nil {
				return nil, err
			}
			all, err := r.Incidents(ctx, from.Add(-alert.LinkLead), to.Add(alert.LinkLead))
			if err != nil {
				return nil, err
			}
			names, err := r.names(ctx)
			if err != nil {
				return nil, err
			}
			episodes := alert.Fold(signals)
			for i := range episodes {
				episodes[i].Service = names.of(episodes[i].Service)
			}
			episodes = alert.Unify(episodes)
			alert.Link(episodes, ForAlerts(all))
			return episodes, nil
		},
	)
}

// ForAlerts returns what package alert needs to know of the incidents that count. An
// incident without an exact start is left out: no alert can be compared with a day.
func ForAlerts(all []incident.Incident) []alert.Incident {
	var out []alert.Incident
	for _, in := range all {
		start, ok := in.Times[incident.Started]
		if !ok {
			start, ok = in.Times[incident.Detected]
		}
		if !ok || start.DayOnly || !in.Counted() {
			continue
		}
		told, ok := in.Times[incident.Detected]
		if !ok {
			told = in.Times[incident.Acknowledged]
		}
		end, _ := in.End()
		out = append(out, alert.Incident{ID: in.ID, From: start.At, To: end.At, Told: told.At, Services: in.Services, Alerts: in.Alerts})
	}
	return out
}

// Changes returns the changes in [from, to) with their incidents, the
// newest first.
func (r *Store) Changes(ctx context.Context, from, to time.Time) ([]change.Linked, error) {
	return r.changes.get(
		ctx,
		r,
		window{from, to},
		[]string{"change", "incident"},
		func(ctx context.Context, r *Store) ([]change.Linked, error) {
			// An incident shortly after the window may be caused by the window's
			// last change, and a change before the window may be suspected for an
			// incident in it.
			const reach = change.SuspectWithin
			changes, err := r.opt.Feeds.Changes(ctx, from.Add(-reach), to.Add(reach))
			if err != nil {
				return nil, err
			}
			names, err := r.names(ctx)
			if err != nil {
				return nil, err
			}
			changes = slices.Clone(changes)
			for i := range changes {
				changes[i].Service = names.of(changes[i].Service)
			}
			f, err := r.incidentsOf(ctx, from.Add(-reach), to.Add(reach))
			if err != nil {
				return nil, err
			}
			linked := change.Connect(changes, forChanges(f.all))
			return slices.DeleteFunc(linked, func(l change.Linked) bool { return l.At.Before(from) || !l.At.Before(to) }), nil
		},
	)
}

// forChanges returns what package change needs to know of incidents. Times are left out
// where they are not exact or do not count; a stated link needs none.
func forChanges(all []incident.Incident) []change.Incident {
	var out []change.Incident
	for _, in := range all {
		if in.Maintenance {
			continue
		}
		c := change.Incident{ID: in.ID, Refs: in.Refs, Services: in.Services, Changes: in.Changes}
		if start, ok := in.Times[incident.Started]; ok && !start.DayOnly && in.Counted() {
			c.From = start.At
		}
		if end, ok := in.End(); ok && !end.DayOnly && in.Counted() {
			c.To = end.At
		}
		out = append(out, c)
	}
	return out
}

// Statements returns the slow statements of [from, to) with their history: the summary
// of the weeks before, and the observations since.
func (r *Store) Statements(ctx context.Context, from, to time.Time) ([]sql.Followed, error) {
	return r.statements.get(ctx, r, window{from, to}, []string{"sql"}, func(ctx context.Context, r *Store) ([]sql.Followed, error) {
		decisions, err := r.decisions(ctx)
		if err != nil {
			return nil, err
		}
		past, until, err := r.past(ctx, from, decisions)
		if err != nil {
			return nil, err
		}
		seen, err := r.opt.Feeds.Observations(ctx, until, to)
		if err != nil {
			return nil, err
		}
		services, err := r.opt.Services.Services(ctx)
		if err != nil {
			return nil, err
		}
		return sql.Follow(past, seen, decisions, services, sql.Window{From: from, To: to}), nil
	})
}

// Drills returns the drills in [from, to), the newest first.
func (r *Store) Drills(ctx context.Context, from, to time.Time) ([]incident.Drill, error) {
	return r.drills.get(ctx, r, window{from, to}, []string{"drill"}, func(ctx context.Context, r *Store) ([]incident.Drill, error) {
		all, err := r.opt.Feeds.Drills(ctx, from, to)
		if err != nil {
			return nil, err
		}
		names, err := r.names(ctx)
		if err != nil {
			return nil, err
		}
		all = incident.NewestDrills(all)
		for i := range all {
			all[i].Services = names.all(all[i].Services)
		}
		return all, nil
	})
}
