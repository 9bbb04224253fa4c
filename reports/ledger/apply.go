package ledger

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
	w        kv.Writer
	seq      uint64
	days     map[string]*openDay // buckets that this commit changes, by key
	tallies  tallies
	touched  map[string]bool // kind 0 day
	changed  map[string]bool // keys of entities whose span is made anew at the end
	events   map[string]int  // events of an incident, by the key of its entity
	speakers map[string]int  // sources of a day of an SLO, by the beginning of its keys
	wrote    bool            // something that a reader can see
}

func newBatch(w kv.Writer) (*batch, error) {
	seq, err := kv.Number(w, bMeta, []byte(seqKey))
	return &batch{
		w: w, seq: seq + 1, days: map[string]*openDay{}, touched: map[string]bool{}, changed: map[string]bool{}, events: map[string]int{}, speakers: map[string]int{},
		tallies: tallies{w: w, sources: map[string]*storedSource{}, days: map[string]*storedDay{}},
	}, err
}

// outcome is what became of one fact.
type outcome uint8

const (
	duplicate outcome = iota
	accepted
	conflict
)

// job stores one body and everything that follows from it.
func (b *batch) job(j *job) error {
	j.answer = Answer{}
	if j.raw != nil {
		key := append(kv.TimeKey(j.received), j.sum[:8]...)
		if err := b.w.Put(bRaw, key, j.raw); err != nil {
			return err
		}
	}
	listed := feed.Decoded{Rejected: slices.Clone(j.decoded.Rejected), Unlisted: j.decoded.Unlisted}
	items := map[int]outcome{}
	for i := range j.decoded.Facts {
		f := &j.decoded.Facts[i]
		got, why, err := b.told(j, f)
		if err != nil {
			return err
		}
		if got == conflict && items[f.Item] != conflict {
			listed.Reject(feed.Rejection{Index: f.Item, Reason: why})
		}
		items[f.Item] = max(items[f.Item], got)
	}
	for _, got := range items {
		switch got {
		case accepted:
			j.answer.Accepted++
		case duplicate:
			j.answer.Duplicate++
		}
	}
	rejected := listed.Rejected
	j.answer.Unlisted = listed.Unlisted
	slices.SortStableFunc(rejected, func(x, y feed.Rejection) int { return cmp.Compare(x.Index, y.Index) })
	for _, r := range rejected {
		j.answer.Rejected = append(j.answer.Rejected, Rejected{r.Index, r.Reason})
	}
	if err := b.letters(j, rejected); err != nil {
		return err
	}
	b.wrote = b.wrote || j.answer.Accepted > 0
	return b.tallies.add(j, len(rejected)+listed.Unlisted)
}

// told stores one fact of a body, unless its sender cannot have said it.
func (b *batch) told(j *job, f *feed.Fact) (got outcome, why string, err error) {
	if j.format == recorded {
		return b.fact(f)
	}
	switch {
	case ours(f.Source):
		return conflict, fault.Message(errOurs(f.Source)), nil
	case !j.input.SpeaksFor(f.Source):
		return conflict, fault.Message(errForeign(j.input, f.Source)), nil
	case f.Kind == feed.SLI && f.Bucket != nil:
		if why := unmeasured(f.Bucket, j.now); why != "" {
			return conflict, why, nil
		}
	}
	return b.fact(f)
}

// finish writes what was gathered over the jobs.
func (b *batch) finish() error {
	if err := b.storeDays(); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(b.changed)) {
		if err := b.respan([]byte(key)); err != nil {
			return err
		}
	}
	if err := b.tallies.store(); err != nil {
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

// fact stores one fact; why is set for a conflict.
func (b *batch) fact(f *feed.Fact) (got outcome, why string, err error) {
	if why := checkFact(f); why != "" {
		return conflict, why, nil
	}
	if f.Kind == feed.SLI {
		return b.bucket(f)
	}
	body, err := b.encodeBody(f)
	if err != nil {
		return 0, "", err
	}
	key := factKey(f)
	old, err := b.w.Get(bFact, key)
	if err != nil {
		return 0, "", err
	}
	if old == nil {
		if why, err := b.crowded(f); why != "" || err != nil {
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
