package reportstore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports"
)

// Since returns from when on the periods of a report are due; zero when the report is
// new. A value that cannot be read counts as missing.
func (a *Store) Since(ctx context.Context, name string) (t time.Time, err error) {
	err = a.db.View(ctx, func(r kv.Reader) error {
		b, err := r.Get(bSince, []byte(name))
		if kv.Unreadable(err) {
			return nil // as of a new report; what exists bounds it
		}
		t, _ = kv.TimeOf(b)
		return err
	})
	return t, err
}

// SetSince stores from when on the periods of a report are due.
func (a *Store) SetSince(ctx context.Context, name string, t time.Time) error {
	return a.db.Update(ctx, func(w kv.Writer) error { return w.Put(bSince, []byte(name), kv.TimeKey(t)) })
}

// Have returns the newest revision of every period of a report, by period. A row that
// cannot be read is skipped and counted by kv: its period then looks as if it had no
// report.
func (a *Store) Have(ctx context.Context, name string) (by map[string]Revision, err error) {
	by = map[string]Revision{}
	err = a.db.View(ctx, func(r kv.Reader) error {
		from, to := kv.Under(name)
		for item, err := range r.Scan(bReport, from, to) {
			if err != nil {
				return err
			}
			var rev Revision
			if err := json.Unmarshal(item.Value, &rev); err != nil {
				kv.Skip(r, bReport, item.Key, err)
				continue
			}
			by[rev.Period] = rev
		}
		return nil
	})
	return by, err
}

// Definitions returns the pushed definitions, by name. A definition that cannot be read
// is skipped: its report is not made until it is pushed again, and the others are.
func (a *Store) Definitions(ctx context.Context) (all []reports.Definition, err error) {
	err = a.db.View(ctx, func(r kv.Reader) error {
		for item, err := range r.Scan(bDefinition, nil, nil) {
			if err != nil {
				return err
			}
			var d reports.Definition
			if err := json.Unmarshal(item.Value, &d); err != nil {
				kv.Skip(r, bDefinition, item.Key, err)
				continue
			}
			all = append(all, d)
		}
		return nil
	})
	return all, err
}

// PutDefinition stores a pushed definition inside the push's own Update. It replaces an
// earlier one of the same name.
func PutDefinition(w kv.Writer, d reports.Definition) error {
	b, err := json.Marshal(d)
	if err != nil {
		return fault.Wrap(fault.Internal, "reportstore.PutDefinition", "the definition cannot be stored", err)
	}
	return w.Put(bDefinition, []byte(d.Name), b)
}

// DropDefinition deletes a definition; its reports remain.
func DropDefinition(w kv.Writer, name string) error { return w.Delete(bDefinition, []byte(name)) }

// Words returns the lead's notes for a period, in Markdown; "" when there are none.
func (a *Store) Words(ctx context.Context, name, period string) (markdown string, err error) {
	err = a.db.View(ctx, func(r kv.Reader) error {
		b, err := r.Get(bWords, kv.Join(name, period))
		markdown = string(b)
		return err
	})
	return markdown, err
}

// PutWords stores the lead's notes inside the push's own Update; "" deletes them.
func PutWords(w kv.Writer, name, period, markdown string) error {
	if markdown == "" {
		return w.Delete(bWords, kv.Join(name, period))
	}
	return w.Put(bWords, kv.Join(name, period), []byte(markdown))
}
