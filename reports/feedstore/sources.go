package feedstore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/postern/postern/portal/base/kv"
)

// The state of a source is derived from its counters when it is read, by
// the portal's clock. Nothing is stored about states, so that a changed
// rule holds at once.

// SourceState is the state of a source.
type SourceState string

// The states of a source, the worst first.
const (
	SourceOverBudget SourceState = "over_budget" // items of today were over budget
	SourceRejecting  SourceState = "rejecting"   // its last body had rejected items
	SourceSkewed     SourceState = "skewed"      // its clock is ahead
	SourceSilent     SourceState = "silent"      // no item for a day
	SourceOK         SourceState = "ok"
)

// SourceStates returns all states of a source, the best first.
func SourceStates() []SourceState {
	return []SourceState{SourceOK, SourceSilent, SourceSkewed, SourceRejecting, SourceOverBudget}
}

const (
	// maxAhead is how far a source's clock may be ahead before it is
	// reported.
	maxAhead = 5 * time.Minute
	// silence is how long a source may send nothing before it is reported.
	// Alerts and deployments are rare at night, so it is a whole day.
	silence = 24 * time.Hour
)

// SourceStatus is the state of one source and format.
type SourceStatus struct {
	Name         string
	Format       string
	First        time.Time // received
	LastReceived time.Time
	LastEvent    time.Time // newest time in an item, at most its receipt; zero: no item had one
	PerHour      int       // items in the running hour and the one before
	PerDay       int       // items in the last 24 hours
	Accepted     int
	Duplicate    int
	Rejected     int
	Ignored      int           // of kinds that Postern does not use
	Skew         time.Duration // how far the newest item of the last body was in the future; 0 if it was not
	State        SourceState
	Why          string // reason of the last rejection, if State is SourceRejecting
	OverBudget   int    // rejected items that were over budget
	OverDay      int    // those of today (UTC)
	NewDay       int    // new things of today, of the source in all its formats
	Open         int    // incidents and alert episodes of the source that are open
	Budget       Budget
}

// Sources returns the status of all sources, by name.
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

// status returns the status that follows from the stored counters. The
// worst state wins.
func (s *storedSource) status(name, format string, now time.Time) SourceStatus {
	st := SourceStatus{
		Name:         name,
		Format:       format,
		First:        fromMicros(s.First),
		LastReceived: fromMicros(s.Received),
		LastEvent:    fromMicros(s.Event),
		PerHour:      int(s.since(now, 2)),
		PerDay:       int(s.since(now, 24)),
		Accepted:     int(s.Accepted),
		Duplicate:    int(s.Duplicate),
		Rejected: int(
			s.Rejected,
		),
		Ignored:    int(s.Ignored),
		OverBudget: int(s.Over),
		Skew:       time.Duration(s.Ahead) * time.Microsecond,
		State:      SourceOK,
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

// addBudget adds how much of its budgets a source has used. The counter of the day is
// read only for a source that was over budget today.
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

// Quality is the data quality of the feeds over a span of time.
type Quality struct {
	Sources []SourceQuality // by source and format
	// DeadLetters is the number of dead letters first received in the span
	// that are neither retried with success nor dismissed.
	DeadLetters int
}

// SourceQuality is the data quality of one source over the UTC days of a
// span.
type SourceQuality struct {
	Name, Format                           string
	Accepted, Duplicate, Rejected, Ignored int64
	NotStored                              int64         // of Rejected: bodies refused before they were read
	OverBudget                             int64         // of Rejected: new things over the budget of the source
	Truncated                              int64         // alerts that the sender omitted from its messages
	Skew                                   time.Duration // the furthest that an item was in the future
}

// Quality returns the data quality of the UTC days that overlap [from, to),
// by receipt of the bodies.
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

// readDays adds the daily counters of all sources. Rows are ordered by day, so sources
// are in the order in which they first occur.
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

// add adds one day: counters are summed, the skew is the largest.
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
