package auth

import (
	"context"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// Token returns the principal of a token's secret and records its use. A secret that is
// unknown, revoked or expired is fault.Unauthenticated; the message states which.
func (s *Store) Token(ctx context.Context, secret string) (who Principal, err error) {
	const op = "auth.Token"
	if !looksLikeSecret(secret) {
		return Principal{}, unknownSecret(op)
	}
	now := s.now()
	err = s.db.View(ctx, func(r kv.Reader) error {
		id, err := r.Get(secretsBucket, hash(secret))
		if err != nil {
			return err
		}
		if id == nil {
			return unknownSecret(op)
		}
		who, err = s.holder(r, string(id), now)
		return err
	})
	return who, err
}

// holder returns the principal of a token that is valid now, and records its use,
// rounded to the hour so that a busy token is written once an hour.
func (s *Store) holder(r kv.Reader, id string, now time.Time) (Principal, error) {
	t, err := loadToken(r, id)
	if err != nil {
		return Principal{}, err
	}
	if err := t.good(now); err != nil {
		return Principal{}, err
	}
	s.tokens.note(id, now.UTC().Truncate(time.Hour), fromUnix(t.Used))
	return Principal{TokenID: id, Name: t.Name, Role: t.Role, Sources: t.Sources}, nil
}

// good returns why a token is no longer valid, nil if it is valid. The holder learns
// whether it was revoked or expired: only the secret's owner can get this answer.
func (s storedToken) good(now time.Time) error {
	const op = "auth.Token"
	switch {
	case s.Revoked != 0:
		return fault.New(fault.Unauthenticated, op, "this token was revoked; ask an admin for a new one")
	case s.Expires != 0 && now.Unix() >= s.Expires:
		return fault.Newf(fault.Unauthenticated, op, "this token expired at %s; ask an admin for a new one",
			fromUnix(s.Expires).Format(time.RFC3339))
	}
	return nil
}

// unknownSecret is the error of a secret that no token has.
func unknownSecret(op string) error {
	return fault.New(fault.Unauthenticated, op, "this token is not known here; a token begins with "+SecretPrefix+" and is made by "+
		"`postern token create`")
}
