package signals

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/incident"
)

// A client that lost the answer repeats its request with the same
// Idempotency-Key. The portal then returns the incident without changing it
// a second time.

// requestRetention is how long a request is known by its key: longer than
// any client retries.
const requestRetention = 7 * 24 * time.Hour

// maxForgotten bounds the old requests that one write deletes, so that no
// write pays for a flood before it. Two are deleted for each that is added.
const maxForgotten = 2

// storedRequest is a request that was done.
type storedRequest struct {
	Hash []byte `json:"hash"` // of the request
	ID   string `json:"id"`   // the incident's
}

// once runs do only once for each key of a client. A request that was done
// before returns its id and fresh false; another request under the same key
// is fault.Conflict. check runs before the transaction, and not for a
// request that was done before.
func (r *Store) once(
	ctx context.Context,
	hand incident.Hand,
	asked any,
	check func() error,
	do func(kv.Writer) (id string, err error),
) (id string, fresh bool, err error) {
	text, err := json.Marshal(asked)
	if err != nil {
		return "", false, fault.Wrap(fault.Internal, "signals.once", "", err)
	}
	sum := sha256.Sum256(text)
	hash := sum[:]
	done := false
	if hand.Key != "" {
		err = r.opt.DB.View(ctx, func(rd kv.Reader) error {
			id, done, err = previousRequest(rd, hand.Key, hash)
			return err
		})
	}
	if done || err != nil {
		return id, false, err
	}
	if err := check(); err != nil {
		return "", false, err
	}
	err = r.opt.DB.Update(ctx, func(w kv.Writer) error {
		if id, done, err = previousRequest(w, hand.Key, hash); done || err != nil {
			return err // the same request, sent concurrently, was faster
		}
		if id, err = do(w); err != nil || hand.Key == "" {
			return err
		}
		return storeRequest(w, hand.Key, r.opt.Now(), storedRequest{hash, id})
	})
	return id, err == nil && !done, err
}

// previousRequest reports whether a request was done under the key, and for
// which incident.
func previousRequest(r kv.Reader, key string, hash []byte) (id string, done bool, err error) {
	known, err := requestOf(r, key)
	switch {
	case err != nil || known == nil:
		return "", false, err
	case !bytes.Equal(known.Hash, hash):
		return "", false, fault.New(fault.Conflict, "signals.once", "this Idempotency-Key was used for another request; give every "+
			"request a key of its own").
			In("Idempotency-Key")
	}
	return known.ID, true, nil
}

// requestOf returns the request of a key; nil if there is none.
func requestOf(r kv.Reader, key string) (*storedRequest, error) {
	if key == "" {
		return nil, nil
	}
	value, err := r.Get(bRequest, kv.Join(key))
	if err != nil || value == nil {
		return nil, err
	}
	var s storedRequest
	if err := json.Unmarshal(value, &s); err != nil {
		return nil, fault.Wrap(fault.Internal, "signals.once", "a stored request cannot be read", err)
	}
	return &s, nil
}

// storeRequest stores a request and deletes a few that are too old to be retried. A key
// is deleted with its row of ages, so that neither is left without the other.
func storeRequest(w kv.Writer, key string, now time.Time, s storedRequest) error {
	n := 0
	for item, err := range w.Scan(bRequestAge, nil, kv.TimeKey(now.Add(-requestRetention))) {
		if err != nil {
			return err
		}
		if err := w.Delete(bRequest, item.Key[8:]); err != nil {
			return err
		}
		if err := w.Delete(bRequestAge, item.Key); err != nil {
			return err
		}
		if n++; n == maxForgotten {
			break
		}
	}
	value, err := json.Marshal(s)
	if err != nil {
		return fault.Wrap(fault.Internal, "signals.once", "", err)
	}
	if err := w.Put(bRequest, kv.Join(key), value); err != nil {
		return err
	}
	return w.Put(bRequestAge, append(kv.TimeKey(now), kv.Join(key)...), nil)
}
