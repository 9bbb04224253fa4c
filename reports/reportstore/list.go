package reportstore

import (
	"context"
	"encoding/hex"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// Filter restricts List. Empty fields do not restrict it.
type Filter struct {
	Name   string
	Limit  int    // at least 1
	Cursor string // from List's next
}

// List returns the newest revision of each period, the latest period first, and the
// cursor of the next page, "" at the end. A cursor that List did not return is
// fault.Invalid. Rows that cannot be read are left out. A filter by name reads the rows
// of all reports until the page is full.
func (a *Store) List(ctx context.Context, f Filter) (all []Revision, next string, err error) {
	before, err := hex.DecodeString(f.Cursor)
	if err != nil {
		return nil, "", fault.New(fault.Invalid, "reportstore.List", "the cursor is not one that this list gave")
	}
	if len(before) == 0 {
		before = nil
	}
	err = a.db.View(ctx, func(r kv.Reader) error {
		for item, err := range r.ScanBack(bDay, nil, before) {
			if err != nil {
				return err
			}
			key := item.Key[9:] // after the time and its 0
			parts, ok := kv.Split(key)
			if !ok || len(parts) != 2 || f.Name != "" && parts[0] != f.Name {
				continue
			}
			// There is one more row, so there is a next page. The cursor is the key of
			// the last row that was returned; ScanBack excludes it.
			if len(all) == f.Limit {
				next = hex.EncodeToString(dayKey(all[len(all)-1].To, all[len(all)-1].Name, all[len(all)-1].Period))
				return nil
			}
			rev, there, err := row(r, bReport, key)
			if kv.Unreadable(err) {
				continue
			}
			if err != nil {
				return err
			}
			if there {
				all = append(all, rev)
			}
		}
		return nil
	})
	return all, next, err
}
