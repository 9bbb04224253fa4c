package api

import (
	"context"
	"encoding/base64"
	"net/url"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/sql"
)

// Signals are the folded views of what feeds, post-mortems and people said. What
// its methods return is shared and must not be written to.
type Signals interface {
	// Policy is how incidents are judged.
	Policy() incident.Policy
	// Incidents gives those that touch [from, to), newest start first.
	Incidents(ctx context.Context, from, to time.Time) ([]incident.Incident, error)
	// Incident gives one by its id or any other of its names.
	Incident(ctx context.Context, id string) (incident.Incident, error)
	// Episodes gives the episodes that overlap [from, to), newest start first.
	Episodes(ctx context.Context, from, to time.Time) ([]alert.Episode, error)
	// Changes gives the changes of [from, to), newest first.
	Changes(ctx context.Context, from, to time.Time) ([]change.Linked, error)
	// Statements follows the slow statements over [from, to), longest total first.
	Statements(ctx context.Context, from, to time.Time) ([]sql.Followed, error)

	// Edit keeps corrections of one incident, all or none, and gives it as it is
	// then. Enter keeps an incident that a person tells of; fresh is false when it
	// was there already. Errors are fault.Invalid, NotFound and Conflict, with the
	// field.
	Edit(ctx context.Context, hand incident.Hand, id string, edits ...incident.Edit) (incident.Incident, error)
	Enter(ctx context.Context, hand incident.Hand, v incident.Voice) (in incident.Incident, fresh bool, err error)
}

// SpanRequest is the part of a request that says which time it is about.
type SpanRequest struct {
	From   string `query:"from" doc:"From this instant (RFC 3339) or day on, inclusive. Without it, the last 30 days; for incidents, the last 366."`
	To     string `query:"to" doc:"Before this instant or day. Without it, now. At most 400 days after from; for incidents, ten years."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many to answer with."`
	Cursor string `query:"cursor" doc:"The next of the answer before, with the same filters."`
}

// reach is how far back a list goes.
type reach struct {
	preset time.Duration // when nobody says from when
	most   time.Duration // between from and to: all of it is read for one answer
}

// dayLength is what spans are counted in.
const dayLength = 24 * time.Hour

// factsReach is of lists that are read from the feeds' facts, and incidentsReach of
// the incidents, which are folded as a whole and kept.
func factsReach() reach     { return reach{30 * dayLength, 400 * dayLength} }
func incidentsReach() reach { return reach{366 * dayLength, 3660 * dayLength} }

// span reads the request's time.
func (s service) span(in SpanRequest, r reach) (from, to time.Time, err error) {
	// Whole hours, so that the same question is answered from the same view.
	to = s.now().UTC().Truncate(time.Hour).Add(time.Hour)
	if in.To != "" {
		if to, err = readInstant("to", in.To); err != nil {
			return from, to, err
		}
	}
	from = to.Add(-r.preset)
	if in.From != "" {
		if from, err = readInstant("from", in.From); err != nil {
			return from, to, err
		}
	}
	if !from.Before(to) {
		return from, to, fault.New(fault.Invalid, "api", "from: it must lie before to")
	}
	if to.After(from.Add(r.most)) {
		return from, to, fault.Newf(fault.Invalid, "api", "from: it may lie at most %d days before to; ask for shorter spans, one after the other", r.most/dayLength)
	}
	return from, to, nil
}

// readInstant reads a parameter that bounds times: an instant, or a day in UTC.
func readInstant(name, value string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fault.Newf(fault.Invalid, "api", "%s: write an instant such as 2026-11-21T14:03:00Z, or a day", name)
}

// pageAfter cuts one page out of a list: what follows the item that the cursor
// names. key must tell the items apart.
func pageAfter[T any](all []T, key func(T) string, in SpanRequest) (page []T, next *string, err error) {
	if in.Cursor != "" {
		last, err := base64.RawURLEncoding.DecodeString(in.Cursor)
		i := slices.IndexFunc(all, func(t T) bool { return key(t) == string(last) })
		if err != nil || i < 0 {
			return nil, nil, fault.New(fault.Invalid, "api", "cursor: it does not belong to this list; begin again without it")
		}
		all = all[i+1:]
	}
	if len(all) <= in.Limit {
		return all, nil, nil
	}
	all = all[:in.Limit]
	return all, text(base64.RawURLEncoding.EncodeToString([]byte(key(all[len(all)-1])))), nil
}

// incidentURL is where people read an incident.
func (s service) incidentURL(id string) string {
	return s.prefix + (&url.URL{Path: "/incidents/" + id}).EscapedPath()
}

// fits tells whether a filter is off or met.
func fits(filter string, values ...string) bool {
	return filter == "" || slices.Contains(values, filter)
}

// registerSignals registers what is asked of the folded views.
func (s service) registerSignals(api huma.API) {
	get(api, "/incidents", "list-incidents", "List incidents, folded from all that tell of them", s.incidents)
	get(api, "/incidents/{id}", "read-incident", "Read one incident with what each source says", s.incident)
	s.registerHand(api)
	get(api, "/alerts", "list-alerts", "List the firings of alerts", s.alerts)
	get(api, "/changes", "list-changes", "List changes and the incidents that they caused", s.changes)
	get(api, "/slow-sql", "list-slow-sql", "List slow statements, without their values", s.slowSQL)
}
