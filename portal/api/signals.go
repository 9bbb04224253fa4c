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

// Signals are the folded views of what feeds, post-mortems and people reported. What
// the methods return is shared and must not be modified.
type Signals interface {
	// Policy returns the targets and rules for evaluating incidents.
	Policy() incident.Policy
	// Incidents returns the incidents that overlap [from, to), latest start first.
	Incidents(ctx context.Context, from, to time.Time) ([]incident.Incident, error)
	// Incident returns one by its id or another reference.
	Incident(ctx context.Context, id string) (incident.Incident, error)
	// Episodes returns the alert episodes that overlap [from, to), latest start first.
	Episodes(ctx context.Context, from, to time.Time) ([]alert.Episode, error)
	// Changes returns the changes of [from, to), newest first.
	Changes(ctx context.Context, from, to time.Time) ([]change.Linked, error)
	// Statements returns the slow statements over [from, to), longest total first.
	Statements(ctx context.Context, from, to time.Time) ([]sql.Followed, error)

	// Edit stores corrections of one incident, all or none, and returns the corrected
	// incident. Errors are fault.Invalid, fault.NotFound and fault.Conflict, with the
	// field.
	Edit(ctx context.Context, hand incident.Hand, id string, edits ...incident.Edit) (incident.Incident, error)
	// Enter stores an incident that a person entered; fresh is false when it existed
	// already.
	Enter(ctx context.Context, hand incident.Hand, v incident.Record) (in incident.Incident, fresh bool, err error)
}

// SpanRequest is the part of a request that selects a time span and a page.
type SpanRequest struct {
	From   string `query:"from" doc:"Start, inclusive: RFC 3339 or a date. Default: 30 days before to; for incidents, 366 days."`
	To     string `query:"to" doc:"End, exclusive. Default: now. At most 400 days after from; for incidents, ten years."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"Maximum number of entries in the response."`
	Cursor string `query:"cursor" doc:"The value of next in the previous response; send it with the same filters."`
}

// reach bounds the time span of a list. Everything in the span is read for one
// response, and the page is cut out of it.
type reach struct {
	preset time.Duration // before to, when from is not given
	most   time.Duration // between from and to, since all of it is read for one response
}

// dayLength is the unit of the spans.
const dayLength = 24 * time.Hour

// factsReach applies to lists that are read from the facts of feeds; incidentsReach to
// incidents, which are folded as a whole and cached.
func factsReach() reach     { return reach{30 * dayLength, 400 * dayLength} }
func incidentsReach() reach { return reach{366 * dayLength, 3660 * dayLength} }

// span returns the requested time span. Its default end is rounded up to a whole hour,
// so that repeated requests use the same cached view.
func (s service) span(in SpanRequest, r reach) (from, to time.Time, err error) {

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
		return from, to, fault.Newf(fault.Invalid, "api",
			"from: it may lie at most %d days before to; ask for shorter spans, one after the other", r.most/dayLength)
	}
	return from, to, nil
}

// readInstant reads a parameter that is a time, or a date, which is its midnight in
// UTC. Any other value is fault.Invalid with the name of the parameter.
func readInstant(name, value string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fault.Newf(fault.Invalid, "api", "%s: write an instant such as 2026-11-21T14:03:00Z, or a day", name)
}

// pageAfter returns one page of a list: the items after the one that the cursor names.
// The cursor is the key of the last item, so a page stays correct when newer items
// arrive. key must be unique among the items. It fails with fault.Invalid when the list
// no longer has the item.
func pageAfter[T any](all []T, key func(T) string, in SpanRequest) (page []T, next *string, err error) {
	if in.Cursor != "" {
		// The cursor is opaque to clients: base64 keeps them from building one.
		last, err := base64.RawURLEncoding.DecodeString(in.Cursor)
		i := slices.IndexFunc(all, func(t T) bool { return key(t) == string(last) })
		if err != nil || i < 0 {
			return nil, nil, fault.New(fault.Invalid, "api", "cursor: it does not belong to this list; start again without it")
		}
		all = all[i+1:]
	}
	if len(all) <= in.Limit {
		return all, nil, nil
	}
	all = all[:in.Limit]
	return all, text(base64.RawURLEncoding.EncodeToString([]byte(key(all[len(all)-1])))), nil
}

// incidentURL returns the URL of the page of an incident. The id is escaped, because
// sources may use any character in it.
func (s service) incidentURL(id string) string {
	return s.prefix + (&url.URL{Path: "/incidents/" + id}).EscapedPath()
}

// fits reports whether a filter is empty or matches one of the values.
func fits(filter string, values ...string) bool {
	return filter == "" || slices.Contains(values, filter)
}

// registerSignals adds the operations on incidents, alerts, changes and statements.
func (s service) registerSignals(api huma.API) {
	get(api, "/incidents", "list-incidents", "List incidents, merged from all their sources", s.incidents)
	get(api, "/incidents/{id}", "read-incident", "Read one incident with what each source states", s.incident)
	s.registerIncidentEdits(api)
	get(api, "/alerts", "list-alerts", "List alert episodes", s.alerts)
	get(api, "/changes", "list-changes", "List changes and the incidents that they caused", s.changes)
	get(api, "/slow-sql", "list-slow-sql", "List slow SQL statements, without their values", s.slowSQL)
}
