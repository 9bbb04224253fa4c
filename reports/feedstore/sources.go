package feedstore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/postern/postern/portal/base/kv"
)

// SourceState is how a source does.
type SourceState string

// The states of a source, the worst first.
const (
	SourceOverBudget SourceState = "over_budget" // something of today was not taken
	SourceRejecting  SourceState = "rejecting"   // its last body had items that could not be used
	SourceSkewed     SourceState = "skewed"      // its clock is ahead
	SourceSilent     SourceState = "silent"      // nothing for a day
	SourceOK         SourceState = "ok"
)

// SourceStates returns all states of a source, the best first.
func SourceStates() []SourceState {
	return []SourceState{SourceOK, SourceSilent, SourceSkewed, SourceRejecting, SourceOverBudget}
}

const (
	// maxAhead is how far a source's clock may be ahead without a word.
	maxAhead = 5 * time.Minute
	// silence is how long a source may say nothing. Alerts and deployments are
	// rare at night; a whole day without a word is worth a look.
	silence = 24 * time.Hour
)

// SourceStatus is what the feed page shows of one source.
type SourceStatus struct {
	Name         string
	Format       string
	First        time.Time // received
	LastReceived time.Time
	LastEvent    time.Time // the newest time that an item stated, at most its receipt; zero: none did
	PerHour      int       // items in the running hour and the one before
	PerDay       int       // items in the last 24 hours
	Accepted     int
	Duplicate    int
	Rejected     int
	Ignored      int           // of kinds that carry nothing for Postern
	Skew         time.Duration // how far the newest item of the last body was in the future; 0: not
	State        SourceState
	Why          string // the last rejection, when State is rejecting
	OverBudget   int    // rejected items that were over budget
	OverDay      int    // those of today (UTC)
	NewDay       int    // new things of today, of the source in all its formats
	Open         int    // incidents and alert episodes of the source that are open
	Budget       Budget
}

// Sources lists all sources by name.
func (l *Store) Sources(ctx context.Context) (out []SourceStatus, err error) {
	now := l.opt.Now()
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		for item, err := range r.Scan(bSource, nil, nil) {
			if err != nil {
				return err
			}
			parts, ok := kv.Split(item.Key)
			var s storedSource
			if err := json.Unmarshal(item.Value, &s); err != nil || !ok || len(parts) != 2 {
				kv.Skip(r, bSource, item.Key, err)
				continue
			}
			st := s.status(parts[0], parts[1], now)
			if err := l.addBudget(r, &st, now); err != nil {
				return err
			}
			out = append(out, st)
		}
		return nil
	})
	return out, err
}

func (s *storedSource) status(name, format string, now time.Time) SourceStatus {
	st := SourceStatus{
		Name: name, Format: format, First: fromMicros(s.First), LastReceived: fromMicros(s.Received), LastEvent: fromMicros(s.Event),
		PerHour: int(s.since(now, 2)), PerDay: int(s.since(now, 24)), Accepted: int(s.Accepted), Duplicate: int(s.Duplicate),
		Rejected: int(s.Rejected), Ignored: int(s.Ignored), OverBudget: int(s.Over), Skew: time.Duration(s.Ahead) * time.Microsecond, State: SourceOK,
	}
	switch {
	case s.OverAt != 0 && dayNumber(fromMicros(s.OverAt)) == dayNumber(now):
		st.State = SourceOverBudget
	case s.Refused != "":
		st.State, st.Why = SourceRejecting, s.Refused
	case st.Skew > maxAhead:
		st.State = SourceSkewed
	case now.Sub(st.LastReceived) > silence:
		st.State = SourceSilent
	}
	return st
}

// spent fills in what a source has taken of its budgets.
func (l *Store) addBudget(r kv.Reader, st *SourceStatus, now time.Time) (err error) {
	st.Budget = l.opt.Budget
	if st.NewDay, st.Open, err = used(r, now, st.Name); err != nil || st.State != SourceOverBudget {
		return err
	}
	d, err := openCounter(r, bDaily, append(appendDay(nil, now), kv.Join(st.Name, st.Format)...), map[string]*storedDay{})
	if err != nil {
		return err
	}
	st.OverDay = int(d.Over)
	return nil
}

// Quality is what a report says about the feeds under it.
type Quality struct {
	Sources []SourceQuality // by source and format
	// Letters counts the dead letters first received in the span that nobody has
	// settled yet.
	DeadLetters int
}

// SourceQuality is one source over the UTC days of a span.
type SourceQuality struct {
	Name, Format                           string
	Accepted, Duplicate, Rejected, Ignored int64
	NotStored                              int64         // of Rejected: bodies refused before they were read
	OverBudget                             int64         // of Rejected: new things over the budget of the source
	Truncated                              int64         // alerts that the sender left out of its messages
	Skew                                   time.Duration // the furthest that an item was in the future
}

// Quality tells how the feeds did on the UTC days that touch [from, to), by when
// bodies were received.
func (l *Store) Quality(ctx context.Context, from, to time.Time) (q Quality, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		if err := q.readDays(r, from, to); err != nil {
			return err
		}
		for _, err := range r.Scan(bLetter, kv.TimeKey(from), kv.TimeKey(to)) {
			if err != nil {
				return err
			}
			q.DeadLetters++
		}
		return nil
	})
	return q, err
}

func (q *Quality) readDays(r kv.Reader, from, to time.Time) error {
	at := map[string]int{} // source and format -> index in q.Sources
	for item, err := range r.Scan(bDaily, appendDay(nil, from), appendDay(nil, to.Add(day-1))) {
		if err != nil {
			return err
		}
		parts, ok := kv.Split(item.Key[dayBytes:])
		var d storedDay
		if err := json.Unmarshal(item.Value, &d); err != nil || !ok || len(parts) != 2 {
			kv.Skip(r, bDaily, item.Key, err)
			continue
		}
		i, known := at[string(item.Key[dayBytes:])]
		if !known {
			i = len(q.Sources)
			at[string(item.Key[dayBytes:])] = i
			q.Sources = append(q.Sources, SourceQuality{Name: parts[0], Format: parts[1]})
		}
		q.Sources[i].add(d)
	}
	return nil
}

func (s *SourceQuality) add(d storedDay) {
	s.Accepted += d.Accepted
	s.Duplicate += d.Duplicate
	s.Rejected += d.Rejected
	s.Ignored += d.Ignored
	s.Truncated += d.Truncated
	s.NotStored += d.NotStored
	s.OverBudget += d.Over
	s.Skew = max(s.Skew, time.Duration(d.Ahead)*time.Microsecond)
}
