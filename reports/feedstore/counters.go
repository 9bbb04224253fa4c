package feedstore

import (
	"encoding/json"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

// Counters of sources are updated in the commit that stores the body, so
// that the page of feeds and the data quality of reports agree with what is
// stored. A retry of a dead letter is not counted: its body was counted
// when it was received.

// hours is the number of hourly counters of a source.
const hours = 25

// storedSource is a row of ledger.source. Times are microseconds since
// 1970.
type storedSource struct {
	First     int64        `json:"f"`
	Received  int64        `json:"r"`           // last
	Event     int64        `json:"e,omitempty"` // the newest time that an item states
	Accepted  int64        `json:"a"`
	Duplicate int64        `json:"d"`
	Rejected  int64        `json:"x"`
	Ignored   int64        `json:"i,omitempty"`
	Ahead     int64        `json:"s,omitempty"`  // microseconds, of the last body whose items are from the future; else 0
	Refused   string       `json:"w,omitempty"`  // why the last body had rejections; "" it had none
	Over      int64        `json:"o,omitempty"`  // items over budget
	NotStored int64        `json:"u,omitempty"`  // bodies refused before they were read
	OverAt    int64        `json:"oa,omitempty"` // when the last of them came
	Hours     [hours]int64 `json:"h"`            // items of the hour; index is the hour since 1970 mod hours
	Hour      int64        `json:"t"`            // the hour since 1970 of the newest counter
}

// storedDay is a row of ledger.daily.
type storedDay struct {
	Accepted  int64 `json:"a"`
	Duplicate int64 `json:"d"`
	Rejected  int64 `json:"x"`
	Ignored   int64 `json:"i,omitempty"`
	Over      int64 `json:"o,omitempty"` // items over budget, which are in Rejected too
	NotStored int64 `json:"u,omitempty"` // bodies refused before they were read, which are in Rejected too
	Truncated int64 `json:"t,omitempty"` // alerts that senders left out of their messages
	Ahead     int64 `json:"s,omitempty"` // the largest of the day, microseconds
}

// counters holds the counters of sources that one commit changes, by key of their row.
type counters struct {
	w       kv.Writer
	sources map[string]*storedSource
	days    map[string]*storedDay
}

// add counts one body. A retry counts nothing, because nothing was
// received.
func (t *counters) add(j *job, rejected int) error {
	if j.retry {
		return nil
	}
	name := kv.Join(j.source, j.format)
	s, err := openCounter[storedSource](t.w, bSource, name, t.sources)
	if err != nil {
		return err
	}
	d, err := openCounter[storedDay](t.w, bDaily, append(appendDay(nil, j.received), name...), t.days)
	if err != nil {
		return err
	}
	if j.refused != "" {
		rejected = 1
		j.answer.Rejected = []Rejected{{wholeBody, j.refused}}
	}
	if j.notStored {
		s.NotStored++
		d.NotStored++
	}
	a, ignored := j.answer, int64(j.decoded.Ignored)
	s.countItems(j.received, int64(a.Accepted+a.Duplicate+rejected)+ignored)
	s.Accepted += int64(a.Accepted)
	s.Duplicate += int64(a.Duplicate)
	s.Rejected += int64(rejected)
	s.Ignored += ignored
	if a.OverBudget > 0 {
		s.Over += int64(a.OverBudget)
		s.OverAt = max(s.OverAt, micros(j.now))
		d.Over += int64(a.OverBudget)
	}
	d.Accepted += int64(a.Accepted)
	d.Duplicate += int64(a.Duplicate)
	d.Rejected += int64(rejected)
	d.Ignored += ignored
	s.Refused = ""
	if rejected > 0 {
		s.Refused = clip(a.Rejected[len(a.Rejected)-1].Reason, maxReason)
	}
	newest, truncated := j.newest()
	d.Truncated += int64(truncated)
	if newest != 0 {
		// At most the receipt: one item of the year 2099 would stay the newest.
		s.Event = max(s.Event, min(newest, micros(j.received)))
		s.Ahead = max(0, newest-micros(j.received))
		d.Ahead = max(d.Ahead, s.Ahead)
	}
	return nil
}

// newest returns the newest time in an item, in microseconds since 1970,
// and the number of alerts that the sender omitted.
func (j *job) newest() (at int64, truncated int) {
	for i := range j.decoded.Facts {
		f := &j.decoded.Facts[i]
		if f.Alert != nil {
			truncated = max(truncated, f.Alert.Truncated)
		}
		at = max(at, micros(eventTime(f)))
	}
	return at, truncated
}

// eventTime returns when the event of a fact happened. At of an alert is
// its receipt, which has no information about the sender's clock.
func eventTime(f *feed.Fact) time.Time {
	if f.Alert == nil {
		return f.At
	}
	if f.Alert.EndsAt.IsZero() {
		return f.Alert.StartsAt
	}
	return f.Alert.EndsAt
}

// countItems adds n items to the counter of the hour of now. The counters are a ring;
// those of the hours that passed without an item are cleared first.
func (s *storedSource) countItems(now time.Time, n int64) {
	at := micros(now)
	if s.First == 0 {
		s.First = at
	}
	s.Received = max(s.Received, at)
	hour := now.Unix() / 3600
	for s.Hour < hour && s.Hour != 0 {
		s.Hour++
		s.Hours[s.Hour%hours] = 0
		// After a long silence all counters are cleared once, not once for each hour.
		if hour-s.Hour > hours {
			s.Hour = hour - hours
		}
	}
	s.Hour = max(s.Hour, hour)
	// A body may be older than the ring if the clock was set back.
	if s.Hour-hour < hours {
		s.Hours[hour%hours] += n
	}
}

// since returns the sum of the counters of the last n hours, including the
// current one.
func (s *storedSource) since(now time.Time, n int64) (sum int64) {
	hour := now.Unix() / 3600
	for h := max(hour-n+1, s.Hour-hours+1, 0); h <= min(hour, s.Hour); h++ {
		sum += s.Hours[h%hours]
	}
	return sum
}

// openCounter reads a row, once per commit; a counter that is not stored is zero.
func openCounter[T any](r kv.Reader, bucket string, key []byte, known map[string]*T) (*T, error) {
	if v := known[string(key)]; v != nil {
		return v, nil
	}
	v := new(T)
	row, err := r.Get(bucket, key)
	if err != nil && !kv.Unreadable(err) {
		return nil, err
	}
	if row != nil { // a counter that cannot be read restarts: it must not block a feed
		if err := json.Unmarshal(row, v); err != nil {
			kv.Skip(r, bucket, key, err)
			*v = *new(T)
		}
	}
	known[string(key)] = v
	return v, nil
}

// store writes the counters.
func (t *counters) store() error {
	for key, s := range t.sources {
		if err := putJSON(t.w, bSource, key, s); err != nil {
			return err
		}
	}
	for key, d := range t.days {
		if err := putJSON(t.w, bDaily, key, d); err != nil {
			return err
		}
	}
	return nil
}

// putJSON stores v as JSON. v has integers and strings only, so encoding does not fail.
func putJSON(w kv.Writer, bucket, key string, v any) error {
	row, err := json.Marshal(v)
	if err != nil {
		return fault.Wrap(fault.Internal, "feedstore.put", "", err)
	}
	return w.Put(bucket, []byte(key), row)
}
