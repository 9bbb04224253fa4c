package signals

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/severity"
	"github.com/postern/postern/reports/incident"
)

// An entry is one more report of an incident, from the source "portal": it
// is folded with the reports of feeds and post-mortems, and wins over
// feeds.

// maxEntryList bounds each list of an entry.
const maxEntryList = 50

// storedEntry is an incident that a person entered, as it is stored.
type storedEntry struct {
	Who         string               `json:"who"`
	At          time.Time            `json:"at"`
	Rev         int64                `json:"rev"`
	Title       string               `json:"title"`
	Severity    string               `json:"severity,omitempty"`
	Services    []string             `json:"services,omitempty"`
	Environment string               `json:"environment,omitempty"`
	DetectedBy  string               `json:"detected_by,omitempty"`
	Aliases     []string             `json:"aliases,omitempty"`
	Alerts      []string             `json:"alerts,omitempty"`
	Changes     []string             `json:"changes,omitempty"`
	SLOs        []string             `json:"slos,omitempty"`
	Times       map[string]time.Time `json:"times,omitempty"`
}

// Enter stores an incident that a person reports and returns it; fresh is
// false if an equal one was there. Its ref is the id that the client chose,
// otherwise a generated one. A ref of an incident that is known already
// joins that incident. It returns fault.Invalid with the field if the entry
// is not valid, and fault.Conflict if there is another entry with that id.
func (r *Store) Enter(ctx context.Context, hand incident.Hand, v incident.Record) (in incident.Incident, fresh bool, err error) {
	now := r.opt.Now().UTC().Truncate(time.Microsecond)
	s := entryOf(hand.Who, now, v)
	id := v.Ref
	if id == "" {
		// The id is readable, and two entries of one day differ by their hash. An id
		// that collides is fault.Conflict, and the person enters the incident again.
		sum := sha256.Sum256([]byte(hand.Who + "\x00" + s.Title + now.String()))
		id = "E-" + now.Format("20060102") + "-" + hex.EncodeToString(sum[:2])
	}
	again := false
	asked := s
	// A retry has another time and is the same request nevertheless.
	asked.At, asked.Who = time.Time{}, ""
	id, fresh, err = r.once(
		ctx,
		hand,
		[]any{"enter", v.Ref, asked},
		func() error { return checkEntry(v, s) },
		func(w kv.Writer) (string, error) {
			again, err = sameEntry(w, id, s)
			if err != nil || again {
				return id, err
			}
			return id, put(w, bEntry, kv.Join(id), s)
		},
	)
	if err != nil {
		return in, false, err
	}
	in, err = r.Incident(ctx, id)
	return in, fresh && !again, err
}

// entryOf returns the stored form of a report. Milestones without a time are left out.
func entryOf(who string, now time.Time, v incident.Record) storedEntry {
	s := storedEntry{
		Who:         who,
		At:          now,
		Rev:         1,
		Title:       strings.TrimSpace(v.Title),
		Severity:    v.Severity,
		Services:    v.Services,
		Environment: v.Environment,
		DetectedBy:  v.DetectedBy,
		Aliases:     v.Aliases,
		Alerts:      v.Alerts,
		Changes:     v.Changes,
		SLOs:        v.SLOs,
		Times:       map[string]time.Time{},
	}
	for m, at := range v.Times {
		if !at.At.IsZero() {
			s.Times[string(m)] = at.At.UTC()
		}
	}
	return s
}

// checkEntry returns the first error of an entry, for the person who enters
// it.
func checkEntry(v incident.Record, s storedEntry) error {
	bad := func(field, format string, args ...any) error {
		return fault.Newf(fault.Invalid, "signals.Enter", format, args...).In(field)
	}
	for field, list := range map[string][]string{"title": {s.Title}, "id": {v.Ref}, "severity": {s.Severity}, "environment": {s.Environment},
		"detected_by": {s.DetectedBy},
		"services":    s.Services, "aliases": s.Aliases, "alerts": s.Alerts, "changes": s.Changes, "slos": s.SLOs} {
		if len(list) > maxEntryList {
			return bad(field, "%s has more than %d values", field, maxEntryList)
		}
		if slices.ContainsFunc(list, func(text string) bool { return len(text) > maxText }) {
			return bad(field, "a text of the entry is longer than %d bytes", maxText)
		}
	}
	switch start := s.Times[string(incident.Started)]; {
	case s.Title == "":
		return bad("title", "give the incident a title")
	case v.Ref != "" && !validID(v.Ref):
		return bad("id", "an id has 1 to 64 letters, digits, - and _, and is no bare number: every tracker has a 17")
	case s.Severity != "" && !severity.Known(s.Severity):
		return bad("severity", "severity is "+severity.Range)
	case start.IsZero():
		return bad("started", "say when impact started")
	default:
		return checkTimes(s.Times, start, bad)
	}
}

// checkTimes checks the milestones of an entry. Wrong times of a feed only
// make an incident uncertain, but a person can correct them at once.
func checkTimes(times map[string]time.Time, start time.Time, bad func(field, format string, args ...any) error) error {
	for _, m := range slices.Sorted(maps.Keys(times)) {
		switch at := times[m]; {
		case !slices.Contains(incident.Milestones(), incident.Milestone(m)):
			return bad(m, "%.40q is no milestone: they are started, detected, acknowledged, diagnosed, mitigated, recovered and resolved", m)
		case at.Year() < incident.FirstYear || at.Year() > incident.LastYear:
			return bad(m, "%s is not between the years %d and %d", m, incident.FirstYear, incident.LastYear)
		case at.Before(start):
			return bad(m, "%s is before the start of impact", m)
		}
	}
	return nil
}

// validID reports whether an id can be an address. r|0x20 is the lower-case form of an
// ASCII letter.
func validID(id string) bool {
	digits := 0
	for _, r := range id {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r|0x20 >= 'a' && r|0x20 <= 'z', r == '-', r == '_':
		default:
			return false
		}
	}
	return id != "" && len(id) <= 64 && digits < len(id)
}

// sameEntry reports whether an equal entry with the id is stored; a
// different one is fault.Conflict.
func sameEntry(r kv.Reader, id string, s storedEntry) (bool, error) {
	old, err := r.Get(bEntry, kv.Join(id))
	if err != nil || old == nil {
		return false, err
	}
	var before storedEntry
	if err := json.Unmarshal(old, &before); err != nil {
		return false, fault.Wrap(fault.Internal, "signals.Enter", "a stored entry cannot be read", err)
	}
	// Who entered it and when do not make it another entry.
	before.At, before.Who, before.Rev = s.At, s.Who, s.Rev
	was, err := json.Marshal(before)
	if err != nil {
		return false, fault.Wrap(fault.Internal, "signals.Enter", "", err)
	}
	is, err := json.Marshal(s)
	if err != nil {
		return false, fault.Wrap(fault.Internal, "signals.Enter", "", err)
	}
	if string(was) != string(is) {
		return false, fault.New(fault.Conflict, "signals.Enter", "another incident was entered with this id; correct that one, or "+
			"choose another id").
			In("id")
	}
	return true, nil
}

// voice returns a stored entry as a report of its incident.
func (s storedEntry) voice(ref string) incident.Record {
	v := incident.Record{
		Source:      Source,
		Form:        "portal",
		Ref:         ref,
		Rev:         s.Rev,
		At:          s.At,
		By:          s.Who,
		Title:       s.Title,
		Severity:    s.Severity,
		Services:    s.Services,
		Environment: s.Environment,
		DetectedBy:  s.DetectedBy,
		Aliases:     s.Aliases,
		Alerts:      s.Alerts,
		Changes:     s.Changes,
		SLOs:        s.SLOs,
		Times:       map[incident.Milestone]incident.Moment{},
	}
	for m, at := range s.Times {
		v.Times[incident.Milestone(m)] = incident.Moment{At: at}
	}
	return v
}
