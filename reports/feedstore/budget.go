package feedstore

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

// Budgets are counted by source and UTC day, and once more by token if the
// token is not bound to sources. Counters are read once per commit and
// written at its end. A counter of open things that is lost or damaged is
// computed again from the spans, so that it cannot drift.

// Budget bounds the distinct things that a source may bring: incidents,
// changes, alert episodes, drills, tickets, slow statements, and SLOs
// without a definition. Every list and report of their time reads them
// again, and they are retained for years, so a sender that makes up a new
// id for every message would exhaust the portal's memory and disk. Updates
// of known things always pass, and so do buckets of a defined SLO, which
// its grid of time bounds.
type Budget struct {
	// New is the number of new things that one source may bring in one UTC
	// day of the portal's clock; 0 is no bound. A token that may post for any
	// source has this budget once more, for all sources together that it
	// names.
	New int
	// Open is the number of incidents and alert episodes of one source that
	// may be open at once; 0 is no bound.
	Open int
}

// keepBudgets is how long the counters of a day are retained: longer than
// any clock is set back.
const keepBudgets = 8 * day

// The first byte of a key of ledger.budget.
const (
	newMark  = 'd' // then day(4), a mark and a name: new things of that day
	openMark = 'o' // then a source: what it has open
)

// The marks of whose counter a row is.
const (
	ofSource = 's'
	ofSender = 't'
)

// budgetCounters holds the counters that one commit changes.
type budgetCounters struct {
	w      kv.Writer
	most   Budget
	counts map[string]uint64 // by key of ledger.budget
	// opening counts the open incidents of a source that this commit adds.
	// Their spans, and the stored counter with them, are written at its end.
	opening map[string]uint64
	named   map[string]bool // SLOs without a definition that this commit adds
	fresh   map[string]bool // entities that this commit adds
}

func newBudgetCounters(w kv.Writer, most Budget) budgetCounters {
	return budgetCounters{
		w:       w,
		most:    most,
		counts:  map[string]uint64{},
		opening: map[string]uint64{},
		named:   map[string]bool{},
		fresh:   map[string]bool{},
	}
}

// newKey returns the key of the counter of new things of a source or a token on a day.
// mark keeps a token apart from a source of the same name.
func newKey(at time.Time, mark byte, name string) string {
	return string(append(append(appendDay([]byte{newMark}, at), mark), name...))
}

// openKey returns the key of the counter of open things of a source.
func openKey(source string) string { return string(openMark) + source }

// count returns the counter of a key with the changes of this commit.
func (s *budgetCounters) count(key string) (uint64, error) {
	if n, ok := s.counts[key]; ok {
		return n, nil
	}
	n, err := kv.Number(s.w, bBudget, []byte(key))
	if kv.Unreadable(err) {
		n, err = 0, nil // it restarts at 0: a damaged counter must not block a feed
	}
	if err == nil {
		s.counts[key] = n
	}
	return n, err
}

// open returns how many incidents and episodes of a source are open. If no
// counter is stored it counts their spans, once.
func (s *budgetCounters) open(source string) (uint64, error) {
	key := openKey(source)
	if n, ok := s.counts[key]; ok {
		return n, nil
	}
	row, err := s.w.Get(bBudget, []byte(key))
	if err != nil && !kv.Unreadable(err) {
		return 0, err
	}
	n, stored := kv.NumberOf(row)
	if !stored {
		if n, err = countOpen(s.w, source); err != nil {
			return 0, err
		}
	}
	s.counts[key] = n
	return n, nil
}

// countOpen counts the open incidents and episodes of a source by their ends. It reads
// one row for each.
func countOpen(r kv.Reader, source string) (n uint64, err error) {
	for _, kind := range []feed.Kind{feed.Incident, feed.Alert} {
		prefix := endKey(kind, open(), append(kv.Join(string(kind), source), sep))
		from, to := kv.Prefix(prefix)
		for _, err := range r.Scan(bEnds, from, to) {
			if err != nil {
				return 0, err
			}
			n++
		}
	}
	return n, nil
}

// moved updates the counter of open things for a span that changes from was
// open to is open. It must be called before the span is written.
func (s *budgetCounters) moved(kind feed.Kind, entity []byte, was, is bool) error {
	if was == is || kind != feed.Incident && kind != feed.Alert {
		return nil
	}
	parts, ok := kv.Split(entity)
	if !ok || len(parts) < 2 {
		return nil
	}
	n, err := s.open(parts[1])
	if err != nil {
		return err
	}
	switch {
	// A counter that is lower than it should be, after damage, must not wrap.
	case is:
		n++
	case n > 0:
		n--
	}
	s.counts[openKey(parts[1])] = n
	return nil
}

// store writes the counters.
func (s *budgetCounters) store() error {
	for key, n := range s.counts {
		if err := kv.PutNumber(s.w, bBudget, []byte(key), n); err != nil {
			return err
		}
	}
	return nil
}

// spend counts one new thing against its budgets. If one of them is used up
// it counts nothing and returns the reason.
func (s *budgetCounters) spend(j *job, f *feed.Fact, opens bool) (why string, err error) {
	if opens && s.most.Open > 0 {
		n, err := s.open(f.Source)
		if err != nil {
			return "", err
		}
		if n+s.opening[f.Source] >= uint64(s.most.Open) {
			return fmt.Sprintf(
				"over budget: source %q has %s incidents and alert episodes open at once; more are accepted once some have ended (feeds.budget_open)",
				clip(f.Source, maxSource),
				humanize.Number(s.most.Open),
			), nil
		}
	}
	// The budget of a token that is bound to no source covers all names that it posts
	// under; otherwise a new name would be a new budget.
	keys := []string{newKey(j.now, ofSource, f.Source)}
	if sender := j.input.Sender; sender != "" && len(j.input.Bound) == 0 {
		keys = append(keys, newKey(j.now, ofSender, sender))
	}
	for i, key := range keys {
		n, err := s.count(key)
		if err != nil {
			return "", err
		}
		if s.most.New > 0 && n >= uint64(s.most.New) {
			return overNewMessage(i == 0, f.Source, s.most.New), nil
		}
	}
	for _, key := range keys {
		s.counts[key]++
	}
	if opens && f.Kind == feed.Incident {
		s.opening[f.Source]++
	}
	return "", nil
}

// overNewMessage returns the reason for a new thing over Budget.New.
func overNewMessage(ofSource bool, source string, most int) string {
	const then = "known ones are still updated, new ones are accepted again from 00:00 UTC (feeds.budget_new)"
	if ofSource {
		return fmt.Sprintf("over budget: source %q has brought %s new things today; %s", clip(source, maxSource), humanize.Number(most), then)
	}
	return fmt.Sprintf(
		"over budget: this token, which is bound to no source, has brought %s new things under all its names today; %s",
		humanize.Number(most),
		then,
	)
}

// overBudget returns the reason why a fact about a new thing is over
// budget; "" if it is not. Facts that the portal records itself have no
// budget.
func (b *batch) overBudget(j *job, f *feed.Fact) (why string, err error) {
	if j.format == recorded {
		return "", nil
	}
	entity := entityKey(f)
	if b.usedBudget.fresh[string(entity)] {
		return "", nil
	}
	row, err := b.w.Get(bEntity, entity)
	if kv.Unreadable(err) {
		return "", nil // the entity is known, its span is not
	}
	if err != nil || row != nil {
		return "", err
	}
	if why, err = b.usedBudget.spend(j, f, opens(f)); why == "" && err == nil {
		b.usedBudget.fresh[string(entity)] = true
	}
	return why, err
}

// opens reports whether a first fact leaves its incident or episode open.
func opens(f *feed.Fact) bool {
	switch f.Kind {
	case feed.Alert:
		return f.Alert.EndsAt.IsZero()
	case feed.Incident:
		v, ok := feed.Whole([]feed.Fact{*f})
		return ok && incidentSpan(v, f.At).end.Equal(open())
	}
	return false
}

// undefinedSLO returns the reason why the first bucket of an SLO without a
// definition is over budget; "" if it is not.
func (b *batch) undefinedSLO(j *job, f *feed.Fact) (why string, err error) {
	if j.format == recorded || j.defined != nil && j.defined(f.Entity) || b.usedBudget.named[f.Entity] {
		return "", nil
	}
	from, to := kv.Prefix(append(kv.Join(field(f.Entity)), sep))
	for _, err := range b.w.Scan(bBucket, from, to) {
		// Any row, even one that cannot be read, shows that the name is known.
		return "", err // it has a day, so the name is known
	}
	if why, err = b.usedBudget.spend(j, f, false); why == "" && err == nil {
		b.usedBudget.named[f.Entity] = true
	}
	return why, err
}

// define sets the function that knows the defined SLOs, if the job has buckets. It must
// run before the commit: the catalog is read in a transaction of its own.
func (l *Store) define(ctx context.Context, j *job) (err error) {
	if l.opt.Defined == nil {
		return nil
	}
	for i := range j.decoded.Facts {
		if j.decoded.Facts[i].Kind == feed.SLI {
			j.defined, err = l.opt.Defined(ctx)
			return err
		}
	}
	return nil
}

// forgetBudgets deletes the counters of days before an instant.
func forgetBudgets(w kv.Writer, before time.Time) (more bool, err error) {
	return forgetRange(w, bBudget, appendDay([]byte{newMark}, before), nil)
}

// recount deletes the counter of a source's open entities after one of them
// was removed. The next commit that needs the counter computes it from the
// spans.
func recount(w kv.Writer, entity []byte) error {
	parts, ok := kv.Split(entity)
	if !ok || len(parts) < 2 {
		return nil
	}
	return w.Delete(bBudget, []byte(openKey(parts[1])))
}

// used returns how many new things of today and how many open ones a source has.
// Counters that cannot be read count as 0 or are computed, as in a commit, and nothing
// is written.
func used(r kv.Reader, now time.Time, source string) (fresh, opened int, err error) {
	n, err := kv.Number(r, bBudget, []byte(newKey(now, ofSource, source)))
	if err != nil && !kv.Unreadable(err) {
		return 0, 0, err
	}
	row, err := r.Get(bBudget, []byte(openKey(source)))
	if err != nil && !kv.Unreadable(err) {
		return 0, 0, err
	}
	o, stored := kv.NumberOf(row)
	if !stored {
		if o, err = countOpen(r, source); err != nil {
			return 0, 0, err
		}
	}
	return int(n), int(o), nil
}

// isOpen reports whether a key of ledger.ends belongs to an open entity.
func isOpen(kind feed.Kind, end []byte) bool {
	n := len(kind) + 1
	return len(end) >= n+8 && bytes.Equal(end[n:n+8], kv.TimeKey(open()))
}
