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

// batch is one commit in the making.
type batch struct {
	w          kv.Writer
	seq        uint64
	days       map[string]*openDay // buckets that this commit changes, by key
	counters   counters
	touched    map[string]bool // kind 0 day
	changed    map[string]bool // keys of entities whose span is made anew at the end
	events     map[string]int  // events of an incident, by the key of its entity
	daySources map[string]int  // sources of a day of an SLO, by the beginning of its keys
	wrote      bool            // something that a reader can see
	usedBudget budgetCounters
}

func newBatch(w kv.Writer, most Budget) (*batch, error) {
	seq, err := kv.Version(w, bMeta, []byte(seqKey))
	return &batch{
		w: w, seq: seq + 1, days: map[string]*openDay{}, touched: map[string]bool{}, changed: map[string]bool{}, events: map[string]int{}, daySources: map[string]int{},
		counters:   counters{w: w, sources: map[string]*storedSource{}, days: map[string]*storedDay{}},
		usedBudget: newBudgetCounters(w, most),
	}, err
}

// outcome is what became of one fact.
type outcome uint8

const (
	duplicate outcome = iota
	accepted
	conflict
	overspent // new, and over the budget of its source
)

// job stores one body and everything that follows from it.
func (b *batch) job(j *job) error {
	j.answer = Result{}
	if j.notStored {
		if err := b.refusalDeadLetter(j); err != nil {
			return err
		}
		return b.counters.add(j, 1)
	}
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

// said is what became of the items of one body that were not taken.
type notTaken struct {
	refused feed.Decoded // items that cannot be used, in the order of the body
	overs   feed.Decoded // items over budget
	over    []*feed.Fact // their facts
}

// facts stores the facts of a body and counts its items.
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

func byIndex(x, y feed.Rejection) int { return cmp.Compare(x.Index, y.Index) }

// keepRaw stores a body as it came, unless all that is new in it is over budget:
// otherwise a flood that is refused would fill the disk all the same.
func (b *batch) keepRaw(j *job, s notTaken) error {
	if j.raw == nil || len(s.over) > 0 && j.answer.Accepted == 0 && len(s.refused.Rejected) == 0 {
		return nil
	}
	return b.w.Put(bRaw, append(kv.TimeKey(j.received), j.sum[:8]...), j.raw)
}

// list names the items that were not taken, as far as one answer does.
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

// told stores one fact of a body, unless its sender cannot have said it.
func (b *batch) storeChecked(j *job, f *feed.Fact) (got outcome, why string, err error) {
	if j.format == recorded {
		return b.fact(j, f)
	}
	switch {
	case reserved(f.Source):
		return conflict, fault.Message(errReserved(f.Source)), nil
	case !j.input.SpeaksFor(f.Source):
		return conflict, fault.Message(errNotBound(j.input, f.Source)), nil
	case f.Kind == feed.SLI && f.Bucket != nil:
		if why := cmp.Or(notOverYet(f.Bucket, j.now), feed.CheckEvents(f.Bucket)); why != "" {
			return conflict, why, nil
		}
	}
	return b.fact(j, f)
}

// finish writes what was gathered over the jobs.
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

// touch notes that something was written about the day of t.
func (b *batch) touch(kind feed.Kind, t time.Time) {
	b.touched[string(appendDay(append([]byte(kind), sep), t))] = true
}

// fact stores one fact of a job; why is set when it is not taken.
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
	if old == nil && !damaged {
		if why, err := b.overBudget(j, f); why != "" || err != nil {
			return overspent, why, err
		}
	}
	body, err := b.encodeBody(f)
	if err != nil {
		return 0, "", err
	}
	if damaged { // its bytes are kept beside what the sender says again
		return accepted, "", b.replace(f, key, body)
	}
	if old == nil {
		if why, err := b.tooManyEvents(f); why != "" || err != nil {
			return conflict, why, err
		}
		return accepted, "", b.add(f, key, body)
	}
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

func conflictReason(f *feed.Fact) string {
	return fault.Newf(fault.Conflict, "", "conflict: %s %s was received before at revision %d with other content; what was first is kept, send a higher rev to replace it",
		f.Kind, clip(f.Entity, 80), f.Rev).Msg
}

func (b *batch) add(f *feed.Fact, key, body []byte) error {
	if err := b.w.Put(bFact, key, joinFact(f.Rev, body)); err != nil {
		return err
	}
	b.touch(f.Kind, f.At)
	return b.extend(f)
}

func (b *batch) replace(f *feed.Fact, key, body []byte) error {
	if err := b.w.Put(bFact, key, joinFact(f.Rev, body)); err != nil {
		return err
	}
	b.touch(f.Kind, f.At)
	b.changed[string(entityKey(f))] = true
	return nil
}

// joinFact is the stored form of a fact: its revision and its body.
func joinFact(rev int64, body []byte) []byte {
	return append(binary.AppendVarint(nil, rev), body...)
}

func splitFact(row []byte) (rev int64, body []byte, err error) {
	rev, n := binary.Varint(row)
	if n <= 0 {
		return 0, nil, fault.New(fault.Internal, "ledger.fact", "a stored fact cannot be read")
	}
	return rev, row[n:], nil
}
