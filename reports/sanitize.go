package reports

import (
	"encoding/json"
	"fmt"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports/slo"
)

// Sanitized returns inputs that can be hashed and stored: rows with a number that JSON
// cannot write (infinite, not a number) or a time beyond the year 9999 keep what is certain
// of them, or are dropped, and Unread lists them. Inputs without such rows are returned
// unchanged. No decoder and no rule of the portal admits such a number; this keeps one that
// got in from stopping every report.
func (in Inputs) Sanitized() Inputs {
	if writes(in) {
		return in
	}
	n := &in
	n.Objectives = sound(n, n.Objectives, func(o Objective) string { return called("the SLO", o.SLO.Name) }, soundObjective, Objectives,
		Budget)
	n.Incidents = sound(n, n.Incidents, func(i Incident) string { return called("the incident", i.ID) }, soundIncident, Incidents, Budget)
	n.Statements = sound(n, n.Statements, func(s Statement) string { return called("the slow statement", s.Digest) }, soundStatement, SlowSQL)
	n.Services = leftOut(n, n.Services, "a service", Objectives)
	n.Episodes = leftOut(n, n.Episodes, "an alert", Alerts)
	n.Changes = leftOut(n, n.Changes, "a change", Changes)
	n.Drills = leftOut(n, n.Drills, "a drill", Drills)
	n.Documents = leftOut(n, n.Documents, "a document", Coverage)
	n.Drafts = leftOut(n, n.Drafts, "a draft", Coverage)
	n.Actions = leftOut(n, n.Actions, "an action item", Actions)
	n.Gaps = leftOut(n, n.Gaps, "a search", Knowledge)
	n.Feeds = leftOut(n, n.Feeds, "a source", Quality)
	n.Edits = leftOut(n, n.Edits, "a change of a definition", Definitions)
	return in
}

// called names one row: "the incident INC-7".
func called(kind, name string) string { return kind + " " + humanize.Clip(name, TitleRunes) }

// writes reports whether JSON can write a value.
func writes(v any) bool {
	_, err := json.Marshal(v)
	return err == nil
}

// incredible is why a row is not what was stored.
const incredible = "one of its numbers is infinite, not a number, or a time beyond the year 9999"

// sound repairs the rows that cannot be written, or drops them.
func sound[T any](in *Inputs, rows []T, what func(T) string, repair func(T) T, sections ...string) []T {
	var out []T
	for _, row := range rows {
		if !writes(row) {
			in.Unread = append(in.Unread, NewUnread(what(row), incredible, true, sections...))
			if row = repair(row); !writes(row) {
				continue
			}
		}
		out = append(out, row)
	}
	return out
}

// leftOut drops the rows that cannot be written, and counts them.
func leftOut[T any](in *Inputs, rows []T, one string, sections ...string) []T {
	var out []T
	for _, row := range rows {
		if writes(row) {
			out = append(out, row)
		}
	}
	if n := len(rows) - len(out); n > 0 {
		in.Unread = append(in.Unread, NewUnread(fmt.Sprintf("%s (%d of %d)", one, n, len(rows)), incredible, true, sections...))
	}
	return out
}

// soundObjective keeps the name of an objective; its data is invalid.
func soundObjective(o Objective) Objective {
	return o.Invalid(incredible)
}

// Invalid returns an objective of which only the definition is known, and why.
func (o Objective) Invalid(why string) Objective {
	invalid := func(r slo.Result) slo.Result {
		return slo.Result{From: writable(r.From), To: writable(r.To), State: slo.Invalid, Reason: why, Hash: r.Hash}
	}
	out := Objective{SLO: o.SLO, Window: invalid(o.Window)}
	if !writes(out.SLO) {
		out.SLO = slo.SLO{Name: o.SLO.Name, Title: o.SLO.Title, Service: o.SLO.Service, Window: o.SLO.Window, Hash: o.SLO.Hash}
	}
	for _, r := range o.Results {
		out.Results = append(out.Results, invalid(r))
	}
	return out
}

// soundIncident keeps an incident without its costs.
func soundIncident(i Incident) Incident {
	i.Spent = nil
	return i
}

// soundStatement keeps a statement without its numbers.
func soundStatement(s Statement) Statement {
	return Statement{
		Digest: s.Digest, Text: s.Text, Database: s.Database, Service: s.Service, Team: s.Team, State: s.State,
		FirstSeen: writable(s.FirstSeen), Odd: s.Odd + 1,
	}
}
