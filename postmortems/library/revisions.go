package library

import (
	"context"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// Revisions returns every published state of a document, newest first. An unknown id is
// a fault of kind NotFound. Former ids are accepted, and removals are included.
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

// revisions returns the revisions of an id, newest first. It returns none for an
// unknown id, and no error.
func revisions(r kv.Reader, id string) (out []Revision, err error) {
	err = eachRevision(r, id, func(s storedRevision) bool {
		out = append(out, s.revision())
		return true
	})
	return out, err
}

// eachRevision calls fn from the newest revision to the oldest until it returns false.
// Revisions that cannot be read are left out.
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

// lastContent returns the newest revision that has a text. It is a fault of kind
// NotFound when there is none. Removals have no text.
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

// revisionAt returns the state of a document at a commit: its full name, or a prefix of
// at least 7 digits; "" means the newest revision with a text. If several revisions
// match, the newest does. No such revision is a fault of kind NotFound.
func revisionAt(r kv.Reader, id string, commit postmortems.OID) (rev Revision, err error) {
	if commit == "" {
		return lastContent(r, id)
	}
	const shortest = 7 // git's own minimum
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
