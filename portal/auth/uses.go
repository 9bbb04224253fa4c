package auth

import (
	"context"
	"encoding/json"
	"maps"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/kv"
)

// uses remembers when things were last used, until that is written down.
type uses struct {
	mu sync.Mutex
	at map[string]time.Time
}

// note remembers a use, unless what is stored says as much already.
func (u *uses) note(key string, at, stored time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !at.After(stored) || !at.After(u.at[key]) {
		return
	}
	if u.at == nil {
		u.at = map[string]time.Time{}
	}
	u.at[key] = at
}

// newest is the later of what is remembered and what is stored.
func (u *uses) newest(key string, stored time.Time) time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	if at := u.at[key]; at.After(stored) {
		return at
	}
	return stored
}

func (u *uses) forget(key string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.at, key)
}

func (u *uses) copy() map[string]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.at)
}

// written forgets what has been written, but not what was noted meanwhile.
func (u *uses) written(done map[string]time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for key, at := range done {
		if u.at[key].Equal(at) {
			delete(u.at, key)
		}
	}
}

// Flush writes down when tokens and sessions were last used, and removes the
// sessions that ended. Call it every few minutes and when stopping: a crash
// forgets the uses since.
func (s *Store) Flush(ctx context.Context) error {
	tokens, sessions := s.tokens.copy(), s.sessions.copy()
	now := s.now()
	ended, err := s.endedSessions(ctx, now)
	if err != nil || len(tokens)+len(sessions)+len(ended) == 0 {
		return err
	}
	err = s.db.Update(ctx, func(w kv.Writer) error {
		for id, at := range tokens {
			if err := writeTokenUse(w, id, at); err != nil {
				return err
			}
		}
		for key, at := range sessions {
			if err := writeSessionUse(w, []byte(key), at); err != nil {
				return err
			}
		}
		for _, key := range ended {
			if err := w.Delete(sessionsBucket, key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.tokens.written(tokens)
	s.sessions.written(sessions)
	return nil
}

// endedSessions are the keys of sessions that nobody can use any more.
func (s *Store) endedSessions(ctx context.Context, now time.Time) (keys [][]byte, err error) {
	err = s.db.View(ctx, func(r kv.Reader) error {
		keys = nil
		for it, err := range r.Scan(sessionsBucket, nil, nil) {
			if err != nil {
				return err
			}
			stored, err := decodeSession(it.Value)
			if err != nil {
				kv.Skip(r, sessionsBucket, it.Key, err)
				continue
			}
			if s.ended(it.Key, stored, now) {
				keys = append(keys, append([]byte{}, it.Key...))
			}
		}
		return nil
	})
	return keys, err
}

func writeTokenUse(w kv.Writer, id string, at time.Time) error {
	t, err := loadToken(w, id)
	if err != nil {
		return err
	}
	t.Used = max(t.Used, at.Unix())
	return saveToken(w, id, t)
}

// writeSessionUse skips a session that was ended meanwhile.
func writeSessionUse(w kv.Writer, key []byte, at time.Time) error {
	value, err := w.Get(sessionsBucket, key)
	if err != nil || value == nil {
		return err
	}
	stored, err := decodeSession(value)
	if err != nil {
		return err
	}
	stored.Seen = max(stored.Seen, at.Unix())
	value, err = json.Marshal(stored)
	if err != nil {
		return err
	}
	return w.Put(sessionsBucket, key, value)
}
