package signals

import (
	"context"
	"encoding/json"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/sql"
)

// each decodes all values of a bucket and skips damaged ones, which are counted as
// damage. fn is called in the order of the keys and must not retain the key.
func each[T any](ctx context.Context, r *Store, bucket string, fn func(key []byte, value T)) error {
	return r.opt.DB.View(ctx, func(rd kv.Reader) error {
		for item, err := range rd.Scan(bucket, nil, nil) {
			if err != nil {
				return err
			}
			var v T
			if err := json.Unmarshal(item.Value, &v); err != nil {
				kv.Skip(rd, bucket, item.Key, err)
				continue
			}
			fn(item.Key, v)
		}
		return nil
	})
}

// lineTime returns the time in the key of a line; the zero time for a key that is too
// short.
func lineTime(key []byte) time.Time {
	if len(key) < 8 {
		return time.Time{}
	}
	t, _ := kv.TimeOf(key[:8])
	return t
}

// edits returns all corrections, the oldest first.
func (r *Store) edits(ctx context.Context) (out []incident.Edit, err error) {
	err = each(ctx, r, bEdit, func(key []byte, s storedEdit) {
		out = append(
			out,
			incident.Edit{At: lineTime(key), Who: s.Who, Action: s.Action, Into: s.Into, Refs: s.Refs, Field: s.Field, Value: s.Value, Why: s.Why},
		)
	})
	return out, err
}

// decisions returns all decisions, the oldest first.
func (r *Store) decisions(ctx context.Context) (out []sql.Decision, err error) {
	err = each(ctx, r, bDecision, func(key []byte, s storedDecision) {
		out = append(
			out,
			sql.Decision{At: lineTime(key), Who: s.Who, Digest: s.Digest, Database: s.Database, State: sql.State(s.State), Team: s.Team, Why: s.Why},
		)
	})
	return out, err
}

// entries returns the incidents that people entered, as reports.
func (r *Store) entries(ctx context.Context) (out []incident.Record, err error) {
	err = each(ctx, r, bEntry, func(key []byte, s storedEntry) {
		parts, ok := kv.Split(key)
		if !ok {
			return
		}
		out = append(out, s.voice(parts[0]))
	})
	return out, err
}
