package auth

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// idTries bounds the search for an unused id; with 40 random bits the first is unused.
const idTries = 5

// Store stores tokens and sessions. It may be used by many goroutines. Uses are
// collected in memory and written by Flush, so that no request waits for a write.
type Store struct {
	db       kv.DB
	now      func() time.Time
	random   io.Reader
	tokens   uses // by token id, to the full hour
	sessions uses // by session key
}

// New returns a Store over a database opened with Schema. random is crypto/rand.Reader
// except in tests.
func New(db kv.DB, now func() time.Time, random io.Reader) *Store {
	return &Store{db: db, now: now, random: random}
}

// storedToken is a Token in the database. Times are Unix seconds, 0 for none; the
// secret is found by auth.secrets and is not here.
type storedToken struct {
	Name    string `json:"name"`
	Role    Role   `json:"role"`
	Created int64  `json:"created"`
	Expires int64  `json:"expires,omitempty"`
	Revoked int64  `json:"revoked,omitempty"`
	Used    int64  `json:"used,omitempty"` // the full hour
	// Sources are those of a bound feeder, sorted.
	Sources []string `json:"sources,omitempty"`
}

// token returns the stored token with its id.
func (s storedToken) token(id string) Token {
	return Token{
		ID: id, Name: s.Name, Role: s.Role, Created: fromUnix(s.Created),
		Expires: fromUnix(s.Expires), Revoked: fromUnix(s.Revoked), LastUsed: fromUnix(s.Used), Sources: s.Sources,
	}
}

// Create creates a token. The secret is returned this once and is not stored. An
// unreadable name, an unknown role, an expiry in the past and sources that the role
// cannot have are fault.Invalid.
func (s *Store) Create(ctx context.Context, g Grant) (secret string, t Token, err error) {
	const op = "auth.Create"
	now := s.now()
	if g, err = g.checked(now); err != nil {
		return "", Token{}, err
	}
	text, err := random62(s.random)
	if err != nil {
		return "", Token{}, err
	}
	secret = SecretPrefix + text
	stored := storedToken{Name: g.Name, Role: g.Role, Created: now.Unix(), Expires: toUnix(g.Expires), Sources: g.Sources}
	var id string
	err = s.db.Update(ctx, func(w kv.Writer) (err error) {
		if id, err = s.addToken(w, stored); err != nil {
			return err
		}
		return w.Put(secretsBucket, hash(secret), []byte(id))
	})
	if err != nil {
		return "", Token{}, fault.Wrap(fault.KindOf(err), op, "", err)
	}
	return secret, stored.token(id), nil
}

// addToken stores a token under an unused id. It never replaces a token, not even one
// that ended: the audit log and sessions refer to ids.
func (s *Store) addToken(w kv.Writer, t storedToken) (id string, err error) {
	value, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	for range idTries {
		if id, err = randomID(s.random); err != nil {
			return "", err
		}
		if added, err := w.Swap(tokensBucket, []byte(id), nil, value); added || err != nil {
			return id, err
		}
	}
	return "", fault.New(fault.Internal, "auth.Create", "the randomness of this system repeats itself")
}

// List returns all tokens, oldest first, including revoked and expired ones.
func (s *Store) List(ctx context.Context) (tokens []Token, err error) {
	err = s.db.View(ctx, func(r kv.Reader) error {
		tokens = nil
		for it, err := range r.Scan(tokensBucket, nil, nil) {
			if err != nil {
				return err
			}
			t, err := decodeToken(it.Key, it.Value)
			if err != nil {
				kv.Skip(r, tokensBucket, it.Key, err)
				continue
			}
			t.LastUsed = s.tokens.newest(t.ID, t.LastUsed)
			tokens = append(tokens, t)
		}
		return nil
	})
	slices.SortStableFunc(tokens, func(a, b Token) int { return a.Created.Compare(b.Created) })
	return tokens, err
}

// Revoke ends a token and its sessions immediately. An unknown id is fault.NotFound.
// Revoking a token again changes nothing. The token stays in the list, so that the
// audit log can be read.
func (s *Store) Revoke(ctx context.Context, id string) error {
	return s.db.Update(ctx, func(w kv.Writer) error {
		stored, err := loadToken(w, id)
		if err != nil {
			return err
		}
		if stored.Revoked == 0 {
			stored.Revoked = s.now().Unix()
		}
		if err := saveToken(w, id, stored); err != nil {
			return err
		}
		return endSessions(w, id, 0)
	})
}

// loadToken reads a token. An unknown id is fault.NotFound; a row that cannot be
// decoded is a fault with a kv.RowError.
func loadToken(r kv.Reader, id string) (storedToken, error) {
	const op = "auth.loadToken"
	if len(id) != idChars {
		return storedToken{}, noToken(op)
	}
	value, err := r.Get(tokensBucket, []byte(id))
	if err != nil {
		return storedToken{}, err
	}
	if value == nil {
		return storedToken{}, noToken(op)
	}
	var t storedToken
	if err := json.Unmarshal(value, &t); err != nil {
		return storedToken{}, kv.Undecodable(r, op, tokensBucket, []byte(id), err)
	}
	return t, nil
}

// saveToken writes a token. It must run in the transaction that read it.
func saveToken(w kv.Writer, id string, t storedToken) error {
	value, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return w.Put(tokensBucket, []byte(id), value)
}

// decodeToken decodes a row of the bucket of tokens. LastUsed is the stored one, which
// newest may replace by a later one.
func decodeToken(key, value []byte) (Token, error) {
	var t storedToken
	if err := json.Unmarshal(value, &t); err != nil {
		return Token{}, fault.Wrap(fault.Internal, "auth.decodeToken", "", err)
	}
	return t.token(string(key)), nil
}

// noToken is the error of an unknown id.
func noToken(op string) error {
	return fault.New(fault.NotFound, op, "there is no token with this id; `postern token list` shows them")
}

// toUnix returns a time in Unix seconds, 0 for the zero time.
func toUnix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// fromUnix returns Unix seconds as a time in UTC, the zero time for 0.
func fromUnix(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}
