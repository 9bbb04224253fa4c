package ndjson

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
)

// Each type has one method that fills the fact from the line. A method
// returns fault.Invalid with the name of the field that is missing or
// wrong.

// bucket decodes an SLI bucket. The fact has no key: feedstore identifies a bucket by
// its SLO and start.
func (l *line) bucket(f *feed.Fact) error {
	const op = "ndjson.sli"
	start, err := feed.ReadTime(l.Start)
	if err != nil {
		return err
	}
	length, err := readLength(l.Len)
	if err != nil {
		return err
	}
	if l.SLO == "" || start.IsZero() {
		return fault.New(fault.Invalid, op, "slo or start is missing")
	}
	// Absent counts are no zeros: a bucket without traffic has to state it.
	if l.Total == nil || l.Good == nil && l.Bad == nil {
		return fault.New(fault.Invalid, op, "good or total is missing; no traffic is good 0 of total 0, a gap is no line at all")
	}
	if err := l.counts(); err != nil {
		return err
	}
	// Adding 0 turns -0, which JSON can write, into 0.
	b := &slo.Bucket{Start: start, Len: length, Total: *l.Total + 0, Coverage: 1, Rev: l.Rev}
	if l.Good != nil {
		b.Good = *l.Good + 0
	} else {
		b.Good = *l.Total - *l.Bad
	}
	if l.Coverage != nil {
		b.Coverage = *l.Coverage
	}
	if err := feed.Coverage().Check("coverage", b.Coverage); err != nil {
		return err
	}
	f.Kind, f.Entity, f.At, f.Bucket = feed.SLI, feed.Text(l.SLO), start, b
	return nil
}

// counts checks the counted events. total must be set, and good or bad. bad
// above total is rejected; good above total is not, because two queries of
// one scrape are not evaluated at the same instant.
func (l *line) counts() error {
	for _, n := range []struct {
		name  string
		count *float64
	}{{"total", l.Total}, {"good", l.Good}, {"bad", l.Bad}} {
		if n.count == nil {
			continue
		}
		if err := feed.Events().Check(n.name, *n.count); err != nil {
			return err
		}
	}
	if l.Good == nil && *l.Bad > *l.Total {
		return fault.Newf(fault.Invalid, "ndjson.sli", "bad is %v of a total of %v", *l.Bad, *l.Total)
	}
	return nil
}

// readLength parses "5m" or a number of seconds, each with or without quotes. An absent
// length is fault.Invalid. Whether the length is plausible is checked for the facts of
// all formats alike.
func readLength(raw json.RawMessage) (time.Duration, error) {
	text := strings.Trim(string(raw), `"`)
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		return time.Duration(n) * time.Second, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fault.Newf(fault.Invalid, "ndjson.len", `len is %s; write "1m", "5m" or "1h"`, feed.Text(string(raw)))
	}
	return d, nil
}

// readMoment parses an instant, or a day if only the day is known. A day is midnight
// UTC, marked as DayOnly; "" is the zero Moment.
func readMoment(s string) (m incident.Moment, err error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return incident.Moment{At: t, DayOnly: true}, nil
	}
	m.At, err = feed.ReadTime(s)
	return m, err
}

// incident decodes a complete incident report. At is its earliest milestone; a report
// without any could not be ordered by time or retained by age, and is fault.Invalid.
func (l *line) incident(f *feed.Fact) error {
	v := &incident.Record{
		Source: f.Source, Form: Name, Ref: f.Entity, Aliases: feed.Texts(l.Aliases...), Rev: l.Rev, Title: feed.Text(l.Title),
		RawSeverity: feed.Text(l.Severity), Services: feed.Texts(append(l.Services, l.Service)...), Environment: feed.Text(l.Environment),
		Status: feed.Text(l.Status), URL: feed.Text(l.URL), DetectedBy: feed.Text(l.DetectedBy), Maintenance: l.Maintenance,
		Deleted: l.Deleted, DuplicateOf: feed.Text(l.DuplicateOf), PostmortemID: feed.Text(l.PostmortemID), Alerts: feed.Texts(l.Alerts...),
		Changes: feed.Texts(l.Changes...), SLOs: feed.Texts(l.SLOs...), Times: map[incident.Milestone]incident.Moment{},
	}
	// The fields of the line win over those of "times".
	for _, x := range []struct {
		milestone     incident.Milestone
		own, fallback string
	}{
		{incident.Started, l.Started, l.Times.Started}, {incident.Detected, l.Detected, l.Times.Detected},
		{incident.Acknowledged, l.Acknowledged, l.Times.Acknowledged}, {incident.Diagnosed, l.Diagnosed, l.Times.Diagnosed},
		{incident.Mitigated, l.Mitigated, l.Times.Mitigated}, {incident.Recovered, l.Recovered, l.Times.Recovered},
		{incident.Resolved, l.Resolved, l.Times.Resolved},
	} {
		text := x.own
		if text == "" {
			text = x.fallback
		}
		m, err := readMoment(text)
		if err != nil {
			return fault.Newf(fault.Invalid, "ndjson.incident", "%s: %s", x.milestone, feed.Reason(err))
		}
		if m.At.IsZero() {
			continue
		}
		v.Times[x.milestone] = m
		if f.At.IsZero() || m.At.Before(f.At) {
			f.At = m.At
		}
	}
	if f.At.IsZero() {
		return fault.New(fault.Invalid, "ndjson.incident", "no milestone is stated; give started or detected at least")
	}
	v.At = f.At
	f.Kind, f.Incident = feed.Incident, v
	return nil
}

// change decodes a change. The time is required. A change has one service: of a list
// the first is used.
func (l *line) change(f *feed.Fact) (err error) {
	if f.At, err = feed.ReadTime(l.Time); err != nil {
		return err
	}
	if f.At.IsZero() {
		return fault.New(fault.Invalid, "ndjson.change", "time is missing")
	}
	c := &change.Change{
		ID:          f.Entity,
		Source:      f.Source,
		Service:     feed.Text(l.Service),
		Environment: feed.Text(l.Environment),
		At:          f.At,
		Kind:        feed.Text(l.Kind),
		Outcome: feed.Text(
			l.Outcome,
		),
		Artifact:  feed.Text(l.Artifact),
		Title:     feed.Text(l.Title),
		URL:       feed.Text(l.URL),
		Author:    feed.Text(l.Author),
		Rev:       l.Rev,
		Incidents: feed.Texts(l.Incidents...),
		Freeze:    l.Freeze,
		Rollback:  l.Rollback,
	}
	if c.Kind == "" {
		c.Kind = "deployed"
	}
	if c.Service == "" && len(l.Services) > 0 {
		c.Service = feed.Text(l.Services[0])
	}
	if c.Committed, err = feed.ReadTime(l.Committed); err != nil {
		return err
	}
	f.Kind, f.Change = feed.Change, c
	return nil
}

// drill decodes a drill. Its time is "time", otherwise "started".
func (l *line) drill(f *feed.Fact) (err error) {
	if f.At, err = feed.ReadTime(l.Time); err != nil {
		return err
	}
	if f.At.IsZero() {
		if f.At, err = feed.ReadTime(l.Started); err != nil {
			return err
		}
	}
	if f.At.IsZero() {
		return fault.New(fault.Invalid, "ndjson.drill", "time is missing")
	}
	d := &incident.Drill{
		ID: f.Entity, Source: f.Source, Title: feed.Text(l.Title), Services: feed.Texts(append(l.Services, l.Service)...), At: f.At,
		Outcome: feed.Text(l.Outcome), Document: feed.Text(l.Document), Rev: l.Rev,
	}
	// The steps are seconds in the feed and durations in the drill.
	for _, x := range []struct {
		name string
		to   **time.Duration
		from *float64
	}{{"detect_seconds", &d.Detect, l.Detect}, {"diagnose_seconds", &d.Diagnose, l.Diagnose}, {"recover_seconds", &d.Recover, l.Recover}} {
		if x.from == nil {
			continue
		}
		if err := feed.DrillTime().Check(x.name, *x.from); err != nil {
			return err
		}
		s := time.Duration(*x.from * float64(time.Second))
		*x.to = &s
	}
	f.Kind, f.Drill = feed.Drill, d
	return nil
}
