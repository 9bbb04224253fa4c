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

// requestKept is how long a request is known by its key: a client that has not
// given up retrying by then has forgotten what it asked.
const requestKept = 7 * 24 * time.Hour

// forgottenAtOnce bounds how many old requests one write forgets, so that no write
// pays for a flood before it; two are made to go for each that comes.
const forgottenAtOnce = 2

// storedRequest is what became of a request.
type storedRequest struct {
	Hash []byte `json:"hash"` // of what was asked
	ID   string `json:"id"`   // the incident's
}

// once does what is asked, but only once for each key of a client. A request that
// was done before gives the id of then and fresh false; another one under the same
// key is fault.Conflict. check runs before anything is written, outside of the
// transaction, and not for a request that was done before.
func (r *Store) once(ctx context.Context, hand incident.Hand, asked any, check func() error, do func(kv.Writer) (id string, err error)) (id string, fresh bool, err error) {
	text, err := json.Marshal(asked)
	if err != nil {
		return "", false, fault.Wrap(fault.Internal, "register.once", "", err)
	}
	sum := sha256.Sum256(text)
	hash := sum[:]
	done := false
	if hand.Key != "" {
		err = r.opt.DB.View(ctx, func(rd kv.Reader) error {
			id, done, err = doneBefore(rd, hand.Key, hash)
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
		if id, done, err = doneBefore(w, hand.Key, hash); done || err != nil {
			return err // a twin of this request was faster
		}
		if id, err = do(w); err != nil || hand.Key == "" {
			return err
		}
		return keepRequest(w, hand.Key, r.opt.Now(), storedRequest{hash, id})
	})
	return id, err == nil && !done, err
}

// doneBefore tells whether a request was done under the key, and for which
// incident.
func doneBefore(r kv.Reader, key string, hash []byte) (id string, done bool, err error) {
	known, err := requestOf(r, key)
	switch {
	case err != nil || known == nil:
		return "", false, err
	case !bytes.Equal(known.Hash, hash):
		return "", false, fault.New(fault.Conflict, "register.once", "this Idempotency-Key was used for another request; give every request a key of its own").In("Idempotency-Key")
	}
	return known.ID, true, nil
}

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
		return nil, fault.Wrap(fault.Internal, "register.once", "a stored request cannot be read", err)
	}
	return &s, nil
}

// keepRequest remembers a request, and forgets the oldest that nobody retries any
// more.
func keepRequest(w kv.Writer, key string, now time.Time, s storedRequest) error {
	n := 0
	for item, err := range w.Scan(bRequestAge, nil, kv.TimeKey(now.Add(-requestKept))) {
		if err != nil {
			return err
		}
		if err := w.Delete(bRequest, item.Key[8:]); err != nil {
			return err
		}
		if err := w.Delete(bRequestAge, item.Key); err != nil {
			return err
		}
		if n++; n == forgottenAtOnce {
			break
		}
	}
	value, err := json.Marshal(s)
	if err != nil {
		return fault.Wrap(fault.Internal, "register.once", "", err)
	}
	if err := w.Put(bRequest, kv.Join(key), value); err != nil {
		return err
	}
	return w.Put(bRequestAge, append(kv.TimeKey(now), kv.Join(key)...), nil)
}
