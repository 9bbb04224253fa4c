package querylog

import (
	"encoding/json"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// storedCount is the value of a row of querylog.days.
type storedCount struct {
	Asked   int   `json:"a"`
	Empty   int   `json:"e,omitempty"`
	Watched int   `json:"w,omitempty"`
	Opened  int   `json:"o,omitempty"`
	Last    int64 `json:"t"`
}

// add adds the counts of n.
func (c *storedCount) add(n count) {
	c.Asked += n.asked
	c.Empty += n.empty
	c.Watched += n.watched
	c.Opened += n.opened
	c.Last = max(c.Last, n.last.Unix())
}

// store adds counts to the stored ones and removes the days that are too old.
func store(w kv.Writer, counts map[row]count, today time.Time) error {
	// Rows left of maxTexts, by day.
	free := map[string]int{}
	for key, n := range counts {
		if _, known := free[key.day]; !known {
			used, err := textsOf(w, key.day)
			if err != nil {
				return err
			}
			free[key.day] = maxTexts - used
		}
		added, err := storeOne(w, key, n, free[key.day] > 0)
		if err != nil {
			return err
		}
		if added {
			free[key.day]--
		}
	}
	return removeBefore(w, today.UTC().AddDate(0, 0, -keptDays))
}

// textsOf returns the number of different searches of a day.
func textsOf(r kv.Reader, day string) (n int, err error) {
	from, to := kv.Under(day)
	for _, err := range r.Scan(daysBucket, from, to) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// storeOne adds to one row, and creates it if the day is not full. It creates no row
// for an opened result alone, whose search was before midnight.
func storeOne(w kv.Writer, key row, n count, free bool) (added bool, err error) {
	name := kv.Join(key.day, key.text)
	c, exists, err := readCount(w, name)
	if kv.Unreadable(err) {
		// The other rows are still written.
		return false, nil
	}
	if err != nil || !exists && (!free || n.asked == 0) {
		return false, err
	}
	c.add(n)
	value, err := json.Marshal(c)
	if err != nil {
		return false, fault.Wrap(fault.Internal, "querylog.store", "", err)
	}
	return !exists, w.Put(daysBucket, name, value)
}

// readCount returns a row of querylog.days, and whether it exists.
func readCount(r kv.Reader, name []byte) (c storedCount, exists bool, err error) {
	value, err := r.Get(daysBucket, name)
	if err != nil || value == nil {
		return c, false, err
	}
	if c, err = decodeCount(value); err != nil {
		err = kv.Undecodable(r, "querylog.store", daysBucket, name, err)
	}
	return c, true, err
}

// decodeCount decodes a row of querylog.days.
func decodeCount(value []byte) (c storedCount, err error) {
	err = json.Unmarshal(value, &c)
	return c, fault.Wrap(fault.Internal, "querylog.decode", "a count of searches cannot be read", err)
}

// removeBefore deletes the days before a day.
func removeBefore(w kv.Writer, day time.Time) error {
	var old [][]byte
	for item, err := range w.Scan(daysBucket, nil, []byte(dayOf(day))) {
		if err != nil {
			return err
		}
		old = append(old, append([]byte(nil), item.Key...))
	}
	for _, key := range old {
		if err := w.Delete(daysBucket, key); err != nil {
			return err
		}
	}
	return nil
}
