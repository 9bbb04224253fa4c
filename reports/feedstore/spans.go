package feedstore

import (
	"bytes"
	"errors"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
)

// A span states when an entity can be relevant, so that a page finds the
// entities of its time without reading facts. Spans are derived from facts:
// `postern check` looks each of them up by its end, and a damaged one is
// computed again.

// open is the end of an entity that has not ended.
func open() time.Time { return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) }

// span is the time that an entity covers, and the time of its newest fact.
type span struct{ start, end, last time.Time }

// bytes returns the stored form.
func (s span) bytes() []byte {
	return append(append(kv.TimeKey(s.start), kv.TimeKey(s.end)...), kv.TimeKey(s.last)...)
}

// readSpan is the inverse of span.bytes.
func readSpan(b []byte) (s span, err error) {
	if len(b) != 24 {
		return s, fault.New(fault.Internal, "feedstore.entity", "a stored span cannot be read")
	}
	s.start, _ = kv.TimeOf(b[:8])
	s.end, _ = kv.TimeOf(b[8:16])
	s.last, _ = kv.TimeOf(b[16:])
	return s, nil
}

// spanOf returns the span of one fact. An incident's span is computed from
// all of its facts instead.
func spanOf(f *feed.Fact) span {
	if f.Kind != feed.Alert {
		return span{f.At, f.At, f.At}.exact()
	}
	s := span{f.Alert.StartsAt, f.Alert.EndsAt, f.At}
	if s.end.IsZero() {
		s.end = open()
	}
	return s.exact()
}

// exact returns the span in the precision of its stored form.
func (s span) exact() span {
	return span{fromMicros(micros(s.start)), fromMicros(micros(s.end)), fromMicros(micros(s.last))}
}

// with returns the span of both. An alert episode ends at its earliest
// reported end; any other entity extends to its last fact.
func (s span) with(o span, kind feed.Kind) span {
	if o.start.Before(s.start) {
		s.start = o.start
	}
	if kind == feed.Alert && o.end.Before(s.end) || kind != feed.Alert && o.end.After(s.end) {
		s.end = o.end
	}
	if o.last.After(s.last) {
		s.last = o.last
	}
	return s
}

// incidentSpan returns the span from the first to the last milestone. It is
// open if the impact has not ended.
func incidentSpan(v incident.Record, last time.Time) span {
	s := span{last: last}
	ended := false
	for m, at := range v.Times {
		if s.start.IsZero() || at.At.Before(s.start) {
			s.start = at.At
		}
		if at.At.After(s.end) {
			s.end = at.At
		}
		ended = ended || m == incident.Mitigated || m == incident.Recovered || m == incident.Resolved
	}
	if s.start.IsZero() {
		s.start = v.At
	}
	if s.start.IsZero() {
		s.start = last
	}
	if !ended {
		s.end = open()
	}
	return s.exact()
}

// extend adds a new fact to the span of its entity. An incident's span depends on all
// of its facts, so it is only marked for finish.
func (b *batch) extend(f *feed.Fact) error {
	key := entityKey(f)
	if f.Kind == feed.Incident {
		b.changed[string(key)] = true
		return nil
	}
	old, again, err := b.span(f.Kind, key)
	switch {
	case err != nil:
		return err
	case again:
		b.changed[string(key)] = true
		return nil
	case old == nil:
		return b.storeSpan(f.Kind, key, nil, spanOf(f))
	}
	return b.storeSpan(f.Kind, key, old, old.with(spanOf(f), f.Kind))
}

// recomputeSpan computes the span of an entity from all of its facts. It
// runs once per commit, which may add many of them.
func (b *batch) recomputeSpan(key []byte) error {
	kind := feed.Kind(key[:bytes.IndexByte(key, sep)])
	facts, err := readFacts(b.w, key, nil)
	if err != nil || len(facts) == 0 {
		return err
	}
	now := spanOf(&facts[0])
	for i := range facts[1:] {
		now = now.with(spanOf(&facts[i+1]), kind)
	}
	if v, ok := feed.Whole(facts); ok {
		now = incidentSpan(v, now.last)
	}
	old, _, err := b.span(kind, key)
	if err != nil {
		return err
	}
	return b.storeSpan(kind, key, old, now)
}

// span reads the span of an entity; nil if there is none. Spans are
// derived: one that cannot be read is deleted with its rows in ledger.ends,
// and again reports that it must be recomputed.
func (b *batch) span(kind feed.Kind, key []byte) (old *span, again bool, err error) {
	row, err := b.w.Get(bEntity, key)
	if err == nil && row == nil {
		return nil, false, nil
	}
	var s span
	if err == nil {
		if s, err = readSpan(row); err != nil {
			err = kv.Undecodable(b.w, "feedstore.entity", bEntity, key, err)
		}
	}
	if err == nil {
		return &s, false, nil
	}
	if !kv.Unreadable(err) {
		return nil, false, err
	}
	return nil, true, errors.Join(b.w.Delete(bEntity, key), b.dropEnds(kind, key))
}

// dropEnds deletes the rows of an entity in ledger.ends if its end is not known. It
// reads all rows of the kind, which only damage makes necessary.
func (b *batch) dropEnds(kind feed.Kind, entity []byte) error {
	from, past := kv.Prefix(append([]byte(kind), sep))
	for item, err := range b.w.Scan(bEnds, from, past) {
		if err != nil {
			return err
		}
		if !bytes.Equal(entityOf(kind, item.Key), entity) {
			continue
		}
		if err := b.w.Delete(bEnds, bytes.Clone(item.Key)); err != nil {
			return err
		}
	}
	return nil
}

// storeSpan writes the span of an entity and marks the days of its start
// and end as changed.
func (b *batch) storeSpan(kind feed.Kind, key []byte, old *span, now span) error {
	if err := b.usedBudget.moved(kind, key, old != nil && old.end.Equal(open()), now.end.Equal(open())); err != nil {
		return err
	}
	if old != nil {
		if *old == now {
			return nil
		}
		b.touch(kind, old.start)
		if old.end != now.end {
			if err := b.w.Delete(bEnds, endKey(kind, old.end, key)); err != nil {
				return err
			}
		}
	}
	b.touch(kind, now.start)
	if now.end.Before(open()) {
		b.touch(kind, now.end)
	}
	if err := b.w.Put(bEntity, key, now.bytes()); err != nil {
		return err
	}
	return b.w.Put(bEnds, endKey(kind, now.end, key), kv.TimeKey(now.start))
}

// readFacts returns all facts of one entity, in the order of their keys.
// They count against the limit.
func readFacts(r kv.Reader, entity []byte, g *readLimit) (facts []feed.Fact, err error) {
	from, to := kv.Prefix(append(bytes.Clone(entity), sep))
	return readRange(r, from, to, g)
}

// readRange returns the facts of a range of ledger.fact. They count against
// the limit.
func readRange(r kv.Reader, from, to []byte, g *readLimit) (facts []feed.Fact, err error) {
	for item, err := range r.Scan(bFact, from, to) {
		if err != nil {
			return nil, err
		}
		if err := g.take(item.Value); err != nil {
			return nil, err
		}
		f, err := readFact(item.Key, item.Value)
		if err != nil {
			kv.Skip(r, bFact, item.Key, err)
			continue
		}
		facts = append(facts, f)
	}
	return facts, nil
}

// factsOf returns the facts of one entity from the last one before from
// until to, in the order of their keys, if the keys are times: a counter
// that is read every minute has a year of them. Of any other entity it
// returns all facts.
func factsOf(r kv.Reader, entity []byte, from, to time.Time, g *readLimit) (facts []feed.Fact, err error) {
	prefix := append(bytes.Clone(entity), sep)
	first, past := kv.Prefix(prefix)
	for item, err := range r.Scan(bFact, first, past) {
		if err != nil {
			return nil, err
		}
		if !feed.IsTimeKey(string(item.Key[len(prefix):])) {
			return readFacts(r, entity, g)
		}
		break
	}
	keyOf := func(t time.Time) []byte { return append(bytes.Clone(prefix), feed.TimeKey(t)...) }
	begin := keyOf(from)
	for item, err := range r.ScanBack(bFact, first, begin) {
		if err != nil {
			return nil, err
		}
		begin = bytes.Clone(item.Key)
		break
	}
	return readRange(r, begin, keyOf(to.Add(time.Microsecond)), g) // keys are cut to microseconds
}
