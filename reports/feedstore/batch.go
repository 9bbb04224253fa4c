package feedstore

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

// A batch applies the bodies of one commit, one after the other, within one
// write transaction. The database may run the transaction again, so that a
// batch has no effect outside of it, and each job's answer starts empty with
// every run.

// batch is one commit while it is built. It reads each day, counter and
// span once and writes them in finish.
type batch struct {
	w          kv.Writer
	seq        uint64
	days       map[string]*openDay // open days of buckets, by key
	counters   counters
	touched    map[string]bool // kind 0 day
	changed    map[string]bool // keys of entities whose span finish recomputes
	events     map[string]int  // number of events by entity key
	daySources map[string]int  // number of sources by SLO and day
	wrote      bool            // a reader can see a difference
	usedBudget budgetCounters
}

// newBatch returns an empty batch in the transaction of w. most are the budgets.
func newBatch(w kv.Writer, most Budget) (*batch, error) {
	seq, err := kv.Version(w, bMeta, []byte(seqKey))
	return &batch{
		w:          w,
		seq:        seq + 1,
		days:       map[string]*openDay{},
		touched:    map[string]bool{},
		changed:    map[string]bool{},
		events:     map[string]int{},
		daySources: map[string]int{},
		counters:   counters{w: w, sources: map[string]*storedSource{}, days: map[string]*storedDay{}},
		usedBudget: newBudgetCounters(w, most),
	}, err
}

// outcome is the result for one fact. The order matters: the highest
// outcome of an item's facts is the item's.
type outcome uint8

const (
	duplicate outcome = iota
	accepted
	conflict
	overspent // new, and over a budget
)

// job stores one body and everything that follows from it. It sets the job's answer. An
// error is one of the database and ends the whole commit: what is wrong with an item is
// in the answer.
func (b *batch) job(j *job) error {
	j.answer = Result{}
	if j.notStored {
		if err := b.refusalDeadLetter(j); err != nil {
			return err
		}
		return b.counters.add(j, 1)
	}
	// The facts come first: whether the body is stored depends on what became of them.
	rest, err := b.facts(j)
	if err != nil {
		return err
	}
	if err := b.keepRaw(j, rest); err != nil {
		return err
	}
	if err := b.letters(j, rest.refused.Rejected); err != nil {
		return err
	}
	if err := b.overBudgetDeadLetter(j, rest.over); err != nil {
		return err
	}
	j.answer.list(rest.refused, rest.overs)
	b.wrote = b.wrote || j.answer.Accepted > 0
	return b.counters.add(j, len(j.answer.Rejected)+j.answer.Unlisted)
}

// notTaken holds the items of one body that were not stored.
type notTaken struct {
	refused feed.Decoded // rejected items, in the order of the body
	overs   feed.Decoded // items over budget
	over    []*feed.Fact // their facts
}

// facts stores the facts of a body and counts its items. An item with several facts has
// the highest outcome of them, and one rejection at most.
func (b *batch) facts(j *job) (s notTaken, err error) {
	s.refused = feed.Decoded{Rejected: slices.Clone(j.decoded.Rejected), Unlisted: j.decoded.Unlisted}
	items := map[int]outcome{}
	for i := range j.decoded.Facts {
		f := &j.decoded.Facts[i]
		got, why, err := b.storeChecked(j, f)
		if err != nil {
			return s, err
		}
		switch {
		case got == overspent:
			s.over = append(s.over, f)
			if items[f.Item] < conflict {
				s.overs.Reject(feed.Rejection{Index: f.Item, Reason: why})
			}
		case got == conflict && items[f.Item] < conflict:
			s.refused.Reject(feed.Rejection{Index: f.Item, Reason: why})
		}
		items[f.Item] = max(items[f.Item], got)
	}
	for _, got := range items {
		switch got {
		case accepted:
			j.answer.Accepted++
		case duplicate:
			j.answer.Duplicate++
		case overspent:
			j.answer.OverBudget++
		}
	}
	slices.SortStableFunc(s.refused.Rejected, byIndex)
	return s, nil
}

// byIndex compares rejections by their position in the body.
func byIndex(x, y feed.Rejection) int { return cmp.Compare(x.Index, y.Index) }

// keepRaw stores a raw body. It does not if the body has nothing but facts
// over budget: refused floods would otherwise still fill the disk.
func (b *batch) keepRaw(j *job, s notTaken) error {
	if j.raw == nil || len(s.over) > 0 && j.answer.Accepted == 0 && len(s.refused.Rejected) == 0 {
		return nil
	}
	return b.w.Put(bRaw, append(kv.TimeKey(j.received), j.sum[:8]...), j.raw)
}

// list adds the rejected items to the result, up to feed.MaxRejected of
// them.
func (a *Result) list(all ...feed.Decoded) {
	var out feed.Decoded
	for _, d := range all {
		out.Unlisted += d.Unlisted
		for _, r := range d.Rejected {
			out.Reject(r)
		}
	}
	slices.SortStableFunc(out.Rejected, byIndex)
	a.Unlisted = out.Unlisted
	for _, r := range out.Rejected {
		a.Rejected = append(a.Rejected, Rejected{r.Index, r.Reason})
	}
}

// storeChecked stores one fact of a body, or returns a conflict with the
// reason if its sender may not send it.
func (b *batch) storeChecked(j *job, f *feed.Fact) (got outcome, why string, err error) {
	if j.format == recorded {
		return b.fact(j, f)
	}
	switch {
	case reserved(f.Source):
		return conflict, fault.Message(errReserved(f.Source)), nil
	case !j.input.MayPost(f.Source):
		return conflict, fault.Message(errNotBound(j.input, f.Source)), nil
	case f.Kind == feed.SLI && f.Bucket != nil:
		if why := cmp.Or(notOverYet(f.Bucket, j.now), feed.CheckEvents(f.Bucket)); why != "" {
			return conflict, why, nil
		}
	}
	return b.fact(j, f)
}

// finish writes what the jobs changed. Spans are computed after all facts are stored,
// and before the counters of open things, which follow from them.
func (b *batch) finish() error {
	if err := b.storeDays(); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(b.changed)) {
		if err := b.recomputeSpan([]byte(key)); err != nil {
			return err
		}
	}
	if err := b.counters.store(); err != nil {
		return err
	}
	if err := b.usedBudget.store(); err != nil {
		return err
	}
	for key := range b.touched {
		if err := kv.PutNumber(b.w, bTouched, []byte(key), b.seq); err != nil {
			return err
		}
	}
	return kv.PutNumber(b.w, bMeta, []byte(seqKey), b.seq)
}

// touch marks the day of t as changed, so that followers of TouchedDays read it again.
func (b *batch) touch(kind feed.Kind, t time.Time) {
	b.touched[string(appendDay(append([]byte(kind), sep), t))] = true
}

// fact stores one fact. why is set if the fact is not stored. The order of the checks
// is that of their cost; a known fact passes the budgets and the bound of events.
func (b *batch) fact(j *job, f *feed.Fact) (got outcome, why string, err error) {
	if why := checkFact(f); why != "" {
		return conflict, why, nil
	}
	if f.Kind == feed.SLI {
		return b.bucket(j, f)
	}
	key := factKey(f)
	old, err := b.w.Get(bFact, key)
	damaged := kv.Unreadable(err)
	if err != nil && !damaged {
		return 0, "", err
	}
	isNew := old == nil && !damaged
	if isNew {
		if why, err := b.overBudget(j, f); why != "" || err != nil {
			return overspent, why, err
		}
	}
	body, err := b.encodeBody(f)
	switch {
	case err != nil:
		return 0, "", err
	case damaged: // the unreadable bytes are retained beside the new fact
		return accepted, "", b.replace(f, key, body)
	case !isNew:
		return b.update(f, key, body, old)
	}
	if why, err := b.tooManyEvents(f); why != "" || err != nil {
		return conflict, why, err
	}
	return accepted, "", b.add(f, key, body)
}

// update stores a fact whose key is stored already, if its revision is
// higher. Of two versions of a loose fact the lesser one is retained, in
// whatever order they come.
func (b *batch) update(f *feed.Fact, key, body, old []byte) (got outcome, why string, err error) {
	rev, known, err := splitFact(old)
	if err != nil {
		return 0, "", err
	}
	same := bytes.Equal(known, body)
	switch {
	case f.Rev < rev || f.Rev == rev && same:
		return duplicate, "", nil
	case f.Rev > rev:
		got = accepted
		if same {
			got = duplicate
		}
		return got, "", b.replace(f, key, body)
	case !f.Loose:
		return conflict, conflictReason(f), nil
	case bytes.Compare(body, known) < 0:
		return duplicate, "", b.replace(f, key, body)
	}
	return duplicate, "", nil
}

// conflictReason returns the message for a fact whose revision is stored
// with other content.
func conflictReason(f *feed.Fact) string {
	return fault.Newf(
		fault.Conflict,
		"",
		"conflict: %s %s was received before at revision %d with other content; the first content stays, send a higher rev to replace it",
		f.Kind,
		clip(f.Entity, 80),
		f.Rev,
	).Msg
}

// add stores a fact that is new. The span of its entity follows from the stored one and
// the fact, so that no other fact is read.
func (b *batch) add(f *feed.Fact, key, body []byte) error {
	if err := b.w.Put(bFact, key, joinFact(f.Rev, body)); err != nil {
		return err
	}
	b.touch(f.Kind, f.At)
	return b.extend(f)
}

// replace overwrites a stored fact and marks its entity, whose span may now
// be shorter.
func (b *batch) replace(f *feed.Fact, key, body []byte) error {
	if err := b.w.Put(bFact, key, joinFact(f.Rev, body)); err != nil {
		return err
	}
	b.touch(f.Kind, f.At)
	b.changed[string(entityKey(f))] = true
	return nil
}

// joinFact returns the stored form of a fact: its revision, then its body.
func joinFact(rev int64, body []byte) []byte {
	return append(binary.AppendVarint(nil, rev), body...)
}

// splitFact is the inverse of joinFact.
func splitFact(row []byte) (rev int64, body []byte, err error) {
	rev, n := binary.Varint(row)
	if n <= 0 {
		return 0, nil, fault.New(fault.Internal, "feedstore.fact", "a stored fact cannot be read")
	}
	return rev, row[n:], nil
}
