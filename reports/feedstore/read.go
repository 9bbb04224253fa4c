package feedstore

import (
	"bytes"
	"context"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/sql"
)

// Reads return facts merged per entity, in order of the end of their span.
// They see one consistent state of the database.

// eachEntity calls fn with the keys of the entities of a kind whose span overlaps
// [from, to), by the end of the span. Entities that ended before from are not read;
// those that begin at to or later are read and skipped. An error of fn ends it and is
// returned.
func eachEntity(r kv.Reader, kind feed.Kind, from, to time.Time, fn func(entity []byte) error) error {
	prefix := append([]byte(kind), sep)
	first := append(bytes.Clone(prefix), kv.TimeKey(from)...)
	_, past := kv.Prefix(prefix)
	for item, err := range r.Scan(bEnds, first, past) {
		if err != nil {
			return err
		}
		start, ok := kv.TimeOf(item.Value)
		if !ok {
			kv.Skip(r, bEnds, item.Key, fault.New(fault.Internal, "feedstore.read", "it is no time"))
			continue
		}
		if !start.Before(to) {
			continue
		}
		if err := fn(entityOf(kind, item.Key)); err != nil {
			return err
		}
	}
	return nil
}

// eachFact calls fn with the facts of the entities of a kind whose span
// overlaps [from, to).
func (l *Store) eachFact(ctx context.Context, kind feed.Kind, from, to time.Time, fn func(feed.Fact)) error {
	return l.within(ctx, kind, from, to, func(r kv.Reader, g *readLimit) error {
		return eachEntity(r, kind, from, to, func(entity []byte) error {
			facts, err := readFacts(r, entity, g)
			for _, f := range facts {
				fn(f)
			}
			return err
		})
	})
}

// Voices returns one incident report per source and incident that overlaps
// [from, to), merged from its events. An incident that has not ended
// overlaps everything after its start.
func (l *Store) Voices(ctx context.Context, from, to time.Time) (out []incident.Record, err error) {
	err = l.within(ctx, feed.Incident, from, to, func(r kv.Reader, g *readLimit) error {
		return eachEntity(r, feed.Incident, from, to, func(entity []byte) error {
			facts, err := readFacts(r, entity, g)
			if v, ok := feed.Whole(facts); ok && err == nil {
				out = append(out, l.withSeverity(v))
			}
			return err
		})
	})
	return out, err
}

// withSeverity returns the report with the severity that its source's word is mapped
// to. A severity that the source states itself stays.
func (l *Store) withSeverity(v incident.Record) incident.Record {
	if v.Severity == "" && v.RawSeverity != "" && l.opt.Severity != nil {
		v.Severity, _ = l.opt.Severity(v.RawSeverity)
	}
	return v
}

// Signals returns all signals of the alert episodes that overlap [from,
// to).
func (l *Store) Signals(ctx context.Context, from, to time.Time) (out []alert.Signal, err error) {
	err = l.eachFact(ctx, feed.Alert, from, to, func(f feed.Fact) { out = append(out, *f.Alert) })
	return out, err
}

// Changes returns the changes in [from, to).
func (l *Store) Changes(ctx context.Context, from, to time.Time) (out []change.Change, err error) {
	err = l.eachFact(ctx, feed.Change, from, to, func(f feed.Fact) {
		if within(f.At, from, to) {
			out = append(out, *f.Change)
		}
	})
	return out, err
}

// Drills returns the drills in [from, to).
func (l *Store) Drills(ctx context.Context, from, to time.Time) (out []incident.Drill, err error) {
	err = l.eachFact(ctx, feed.Drill, from, to, func(f feed.Fact) {
		if within(f.At, from, to) {
			out = append(out, *f.Drill)
		}
	})
	return out, err
}

// TicketUpdate is the state of a ticket at a time.
type TicketUpdate struct {
	feed.TicketEvent
	Source string
	At     time.Time
}

// Tickets returns the ticket updates in [from, to).
func (l *Store) Tickets(ctx context.Context, from, to time.Time) (out []TicketUpdate, err error) {
	err = l.eachFact(ctx, feed.Ticket, from, to, func(f feed.Fact) {
		if within(f.At, from, to) {
			out = append(out, TicketUpdate{*f.Ticket, f.Source, f.At})
		}
	})
	return out, err
}

// Observations returns the observations of slow statements in [from, to).
// Snapshots of counters are returned as differences, each with the time of
// the later snapshot.
func (l *Store) Observations(ctx context.Context, from, to time.Time) (out []sql.Observation, err error) {
	statements := map[string]string{}
	err = l.within(ctx, feed.SQL, from, to, func(r kv.Reader, g *readLimit) error {
		return eachEntity(r, feed.SQL, from, to, func(entity []byte) error {
			facts, err := factsOf(r, entity, from, to, g)
			if err != nil {
				return err
			}
			seen := make([]sql.Observation, 0, len(facts))
			for i := range facts {
				o := *facts[i].SQL
				if i > 0 {
					shareTexts(&o, &seen[i-1])
				}
				seen = append(seen, o)
			}
			for _, o := range sql.Differences(seen) {
				if !within(o.At, from, to) {
					continue
				}
				if o.Statement, err = statement(r, statements, o.Digest); err != nil {
					return err
				}
				out = append(out, o)
			}
			return nil
		})
	})
	return out, err
}

// shareTexts makes an observation share the texts of the one before it
// where they are equal, as those of a statement that is observed all day.
func shareTexts(o, before *sql.Observation) {
	for _, t := range [][2]*string{{&o.Source, &before.Source}, {&o.Instance, &before.Instance}, {&o.Database, &before.Database},
		{&o.User, &before.User}, {&o.Digest, &before.Digest}, {&o.Tag, &before.Tag}} {
		if *t[0] == *t[1] {
			*t[0] = *t[1]
		}
	}
}

// statement returns the text of a digest, with a cache for the read; "" if none is
// stored.
func statement(r kv.Reader, known map[string]string, digest string) (string, error) {
	if s, ok := known[digest]; ok || digest == "" {
		return s, nil
	}
	b, err := r.Get(bStatement, []byte(field(digest)))
	if kv.Unreadable(err) {
		err = nil // the statement is then listed by its digest, without text
	}
	known[digest] = string(b)
	return known[digest], err
}

// within reports whether t is in [from, to).
func within(t, from, to time.Time) bool { return !t.Before(from) && t.Before(to) }
