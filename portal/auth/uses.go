package auth

import (
	"context"
	"encoding/json"
	"maps"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/kv"
)

// uses records when tokens or sessions were last used, until Flush writes that.
type uses struct {
	mu sync.Mutex
	at map[string]time.Time
}

// note records a use, unless a later one is recorded or stored. It writes nothing.
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

// newest returns the later of the recorded and the stored use.
func (u *uses) newest(key string, stored time.Time) time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	if at := u.at[key]; at.After(stored) {
		return at
	}
	return stored
}

// forget removes the record of a session that ended.
func (u *uses) forget(key string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.at, key)
}

// copy returns the records that have to be written. Uses are noted meanwhile.
func (u *uses) copy() map[string]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.at)
}

// written removes the records that were written, but not those made since.
func (u *uses) written(done map[string]time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for key, at := range done {
		if u.at[key].Equal(at) {
			delete(u.at, key)
		}
	}
}

// Flush writes when tokens and sessions were last used, and removes the sessions that
// ended. Call it every few minutes and when stopping: a crash loses the uses since the
// last call.
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

// endedSessions returns the keys of sessions that are over. It reads in a separate
// transaction, so that a Flush without anything to write takes no write lock.
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

// writeTokenUse writes the last use of a token; a later use that is stored wins. Tokens
// are never removed, so an unknown one is an error.
func writeTokenUse(w kv.Writer, id string, at time.Time) error {
	t, err := loadToken(w, id)
	if err != nil {
		return err
	}
	t.Used = max(t.Used, at.Unix())
	return saveToken(w, id, t)
}

// writeSessionUse writes the last use of a session, unless it has ended since.
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
