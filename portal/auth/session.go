package auth

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

const (
	// SessionLife is the maximum age of a browser session.
	SessionLife = 12 * time.Hour
	// SessionIdle ends a browser session that was not used for this long.
	SessionIdle = time.Hour
	// SessionsPerToken bounds the browser sessions of one token, so that a script that
	// logs in repeatedly cannot fill the disk. The oldest is ended.
	SessionsPerToken = 20
)

// storedSession is a browser session in the database. Times are Unix seconds. Seen is
// updated by Flush only.
type storedSession struct {
	Started int64 `json:"started"`
	Seen    int64 `json:"seen"`
}

// Login starts a browser session for the secret of a token. session is the value of the
// cookie; expires is its end even if it is used, and not later than the end of the
// token. The token is checked again inside the transaction, since it may be revoked
// meanwhile. Errors are those of Token.
func (s *Store) Login(ctx context.Context, secret string) (session string, expires time.Time, err error) {
	who, err := s.Token(ctx, secret)
	if err != nil {
		return "", time.Time{}, err
	}
	text, err := random62(s.random)
	if err != nil {
		return "", time.Time{}, err
	}
	session = who.TokenID + "." + text
	now := s.now()
	expires = now.Add(SessionLife)
	value, err := json.Marshal(storedSession{Started: now.Unix(), Seen: now.Unix()})
	if err != nil {
		return "", time.Time{}, err
	}
	err = s.db.Update(ctx, func(w kv.Writer) error {
		t, err := loadToken(w, who.TokenID)
		if err != nil {
			return err
		}
		if err := t.good(now); err != nil { // revoked since Token
			return err
		}
		if t.Expires != 0 && t.Expires < expires.Unix() {
			expires = fromUnix(t.Expires)
		}
		if err := endSessions(w, who.TokenID, SessionsPerToken-1); err != nil {
			return err
		}
		return w.Put(sessionsBucket, sessionKey(who.TokenID, text), value)
	})
	if err != nil {
		return "", time.Time{}, err
	}
	return session, expires, nil
}

// Session returns the principal of a cookie's value and records its use. A session that
// is unknown or ended, or whose token is no longer valid, is fault.Unauthenticated.
func (s *Store) Session(ctx context.Context, session string) (who Principal, err error) {
	const op = "auth.Session"
	id, key, ok := parseSession(session)
	if !ok {
		return Principal{}, loggedOut(op)
	}
	now := s.now()
	err = s.db.View(ctx, func(r kv.Reader) error {
		value, err := r.Get(sessionsBucket, key)
		if err != nil {
			return err
		}
		if value == nil {
			return loggedOut(op)
		}
		stored, err := decodeSession(value)
		if err != nil {
			return err
		}
		if s.ended(key, stored, now) {
			return loggedOut(op)
		}
		if who, err = s.holder(r, id, now); err != nil {
			return err
		}
		s.sessions.note(string(key), now, fromUnix(stored.Seen))
		return nil
	})
	return who, err
}

// Logout ends a session. An unknown session is not an error.
func (s *Store) Logout(ctx context.Context, session string) error {
	_, key, ok := parseSession(session)
	if !ok {
		return nil
	}
	s.sessions.forget(string(key))
	return s.db.Update(ctx, func(w kv.Writer) error { return w.Delete(sessionsBucket, key) })
}

// ended reports whether a session is over by its age or by idleness.
func (s *Store) ended(key []byte, stored storedSession, now time.Time) bool {
	seen := s.sessions.newest(string(key), fromUnix(stored.Seen))
	return now.Sub(fromUnix(stored.Started)) >= SessionLife || now.Sub(seen) >= SessionIdle
}

// endSessions removes the oldest sessions of a token, except keep. A session that
// cannot be decoded counts as the oldest: it cannot be used.
func endSessions(w kv.Writer, id string, keep int) error {
	type old struct {
		key     []byte
		started int64
	}
	var all []old
	from, to := kv.Under(id)
	for it, err := range w.Scan(sessionsBucket, from, to) {
		if err != nil {
			return err
		}
		stored, err := decodeSession(it.Value)
		if err != nil { // it cannot be used, and is counted as the oldest
			kv.Skip(w, sessionsBucket, it.Key, err)
		}
		all = append(all, old{slices.Clone(it.Key), stored.Started})
	}
	slices.SortStableFunc(all, func(a, b old) int { return cmp.Compare(a.started, b.started) })
	for _, o := range all[:max(len(all)-keep, 0)] {
		if err := w.Delete(sessionsBucket, o.key); err != nil {
			return err
		}
	}
	return nil
}

// sessionKey returns the key of a session. The token id comes first, so that the
// sessions of a token are one range.
func sessionKey(id, text string) []byte {
	return kv.Join(id, hex.EncodeToString(hash(text)))
}

// parseSession splits the value of a cookie into token id and session key. ok is false
// for a value of another form, which is never looked up.
func parseSession(session string) (id string, key []byte, ok bool) {
	id, text, _ := strings.Cut(session, ".")
	if len(id) != idChars || !isBase62(text) {
		return "", nil, false
	}
	return id, sessionKey(id, text), true
}

// decodeSession decodes a stored session. An error is fault.Internal.
func decodeSession(value []byte) (s storedSession, err error) {
	err = json.Unmarshal(value, &s)
	return s, fault.Wrap(fault.Internal, "auth.decodeSession", "", err)
}

// loggedOut is the error of a session that is unknown or ended.
func loggedOut(op string) error {
	return fault.New(fault.Unauthenticated, op, "you are logged out; log in again with your token")
}
