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

// folded are all incidents there are, newest start first, and where each of their
// names leads.
type folded struct {
	all     []incident.Incident
	byName  map[string]int
	holders map[string]int // how many incidents have a name: what was split
	// shared are the incidents of a name that each has within its account only: two
	// trackers' 17, two pagers' PD-17.
	shared map[string][]int
	wide   bool // there are too many to be folded as a whole; the others are empty
}

// find returns the place of the incident that a name leads to. fault.NotFound: there
// is none; fault.Conflict: there are several.
func (f folded) find(name string) (int, error) {
	const op = "register.find"
	if at, known := f.byName[name]; known {
		return at, nil
	}
	several := f.shared[name]
	if len(several) == 0 {
		return 0, fault.New(fault.NotFound, op, "no feed, post-mortem or person told of such an incident")
	}
	const shown = 5
	var ids []string
	for _, at := range several[:min(len(several), shown)] {
		ids = append(ids, f.all[at].ID)
	}
	return 0, fault.Newf(fault.Conflict, op, "%d incidents are called %.80q, each within its source: %s; ask for one of them by that", len(several), name, strings.Join(ids, ", "))
}

// own is a name that an incident shares with no other: what a person said of it must
// not be kept for another one too.
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

// incidentsNow folds all incidents: a voice from years ago may be grouped with
// one of today, so no part can be folded alone. Where there are too many for that,
// it gives wide, and parts are folded alone all the same (folded.wide).
func (r *Store) incidentsNow(ctx context.Context) (folded, error) {
	return r.incidents.get(ctx, r, window{}, []string{"incident"}, func(ctx context.Context, r *Store) (folded, error) {
		f, err := r.fold(ctx, beginning(), end())
		if fault.KindOf(err) == fault.TooWide {
			return folded{wide: true}, nil
		}
		return f, err
	})
}

// apart is how far a voice may lie outside a window that is folded alone and still
// be grouped with what is in it.
const apart = 24 * time.Hour

// incidentsOf folds the incidents that touch [from, to), and all others unless they
// are too many.
func (r *Store) incidentsOf(ctx context.Context, from, to time.Time) (folded, error) {
	f, err := r.incidentsNow(ctx)
	if err != nil || !f.wide {
		return f, err
	}
	return r.spans.get(ctx, r, window{from, to}, []string{"incident"}, func(ctx context.Context, r *Store) (folded, error) {
		return r.fold(ctx, from.Add(-apart), to.Add(apart))
	})
}

// fold puts the incidents together of the voices that touch [from, to), and of all
// that post-mortems and people say.
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
	for i := len(f.all) - 1; i >= 0; i-- { // the newest incident has the name
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

// Incidents gives the incidents that touch [from, to): impact began before to and
// was not over before from. The newest start comes first. As all lists do, it
// returns fault.TooWide when the time holds too many.
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

// Incident returns one incident by its id or any other of its names. fault.NotFound:
// there is none; fault.Conflict: several have the name, each within its source.
func (r *Store) Incident(ctx context.Context, id string) (incident.Incident, error) {
	f, i, err := r.named(ctx, id)
	if err != nil {
		return incident.Incident{}, err
	}
	return f.all[i], nil
}

// named finds an incident by any of its names among all, and where they are too
// many, among those of the last month, week and day.
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
		err = fault.New(fault.NotFound, "register.Incident", "there are too many incidents to look through all of them, and none of the last days has this name")
	}
	return f, at, err
}

// maxAhead is how far a sender's clock may be ahead without a word.
const maxAhead = 5 * time.Minute

// Open gives the incidents that are not over. One whose start lies in the future,
// as a sender with a wrong clock tells it, is not open yet.
func (r *Store) Open(ctx context.Context) ([]incident.Incident, error) {
	f, err := r.incidentsOf(ctx, r.opt.Now().UTC().Truncate(time.Hour).Add(apart), end().Add(-apart))
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

// Episodes gives the episodes of alerts that overlap [from, to), each with its
// incident, newest start first.
func (r *Store) Episodes(ctx context.Context, from, to time.Time) ([]alert.Episode, error) {
	return r.episodes.get(ctx, r, window{from, to}, []string{"alert", "incident"}, func(ctx context.Context, r *Store) ([]alert.Episode, error) {
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
	})
}

// ForAlerts says what alerts need to know of the incidents that count.
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

// Changes gives the changes of [from, to) with their incidents, newest first.
func (r *Store) Changes(ctx context.Context, from, to time.Time) ([]change.Linked, error) {
	return r.changes.get(ctx, r, window{from, to}, []string{"change", "incident"}, func(ctx context.Context, r *Store) ([]change.Linked, error) {
		// An incident shortly after the window can be one of the window's last
		// change, and is suspected of the last change before it.
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
	})
}

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

// Statements follows the slow statements over [from, to).
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

// Drills gives the drills of [from, to), newest first.
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
