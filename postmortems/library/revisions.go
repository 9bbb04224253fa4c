package library

import (
	"context"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// Revisions lists every published state of a document, newest first. It fails
// with fault.NotFound for an id that was never given out.
func (l *Library) Revisions(ctx context.Context, id string) (out []Revision, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		id, err := currentID(r, id)
		if err != nil {
			return err
		}
		out, err = revisions(r, id)
		if err == nil && len(out) == 0 {
			err = notFound("document")
		}
		return err
	})
	return out, err
}

func revisions(r kv.Reader, id string) (out []Revision, err error) {
	err = eachRevision(r, id, func(s storedRevision) bool {
		out = append(out, s.revision())
		return true
	})
	return out, err
}

// eachRevision goes from the newest to the oldest until fn says false.
func eachRevision(r kv.Reader, id string, fn func(storedRevision) bool) error {
	from, to := kv.Under(id)
	for item, err := range r.ScanBack(bRevision, from, to) {
		if err != nil {
			return err
		}
		var s storedRevision
		if err := decode(r, bRevision, item.Key, item.Value, &s); err != nil {
			continue
		}
		if !fn(s) {
			return nil
		}
	}
	return nil
}

// lastContent is the newest revision that holds text.
func lastContent(r kv.Reader, id string) (rev Revision, err error) {
	found := false
	err = eachRevision(r, id, func(s storedRevision) bool {
		if s.Removed {
			return true
		}
		rev, found = s.revision(), true
		return false
	})
	if err == nil && !found {
		err = notFound("document")
	}
	return rev, err
}

// revisionAt finds the state of a document at a commit: the full name or a
// prefix of at least 7 digits; "" is the newest with text.
func revisionAt(r kv.Reader, id string, commit postmortems.OID) (rev Revision, err error) {
	if commit == "" {
		return lastContent(r, id)
	}
	const shortest = 7 // what git itself prints
	found := false
	err = eachRevision(r, id, func(s storedRevision) bool {
		same := s.Commit == string(commit) ||
			len(commit) >= shortest && len(s.Commit) > len(commit) && s.Commit[:len(commit)] == string(commit)
		if same && !s.Removed {
			rev, found = s.revision(), true
		}
		return !found
	})
	if err == nil && !found {
		err = notFound("revision of this document")
	}
	return rev, err
}
