package library

import (
	"bytes"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// apply writes the plan. Old rows are deleted before new ones are put, so that
// documents can swap paths in one push. It may run more than once, because an Update
// may be repeated; the plan is not changed by it. The published commit is written in
// the same transaction, so that after a crash the rows and the commit agree.
func (p *plan) apply(w kv.Writer) error {
	for _, x := range p.removed {
		if err := p.remove(w, x); err != nil {
			return err
		}
	}
	if err := p.repoint(w); err != nil {
		return err
	}
	for _, m := range p.docs {
		if err := p.retract(w, m); err != nil {
			return err
		}
	}
	// From here on no list row is read or deleted: they are written in the order of their
	// keys.
	rows := newOrdered(w)
	for _, m := range p.docs {
		if err := p.publish(rows, m); err != nil {
			return err
		}
	}
	if err := rows.flush(); err != nil {
		return err
	}
	for _, ch := range p.files {
		if err := putFile(w, ch); err != nil {
			return err
		}
	}
	if len(p.files) > 0 { // pages depend on the files they show and link to
		if _, err := w.Log(TopicFiles, []byte(p.cs.New)); err != nil {
			return err
		}
	}
	return w.Put(bMeta, []byte("published"), []byte(p.cs.New))
}

// TopicFiles is the change log topic of a push that changed files other than documents;
// the key is the commit.
const TopicFiles = "files"

// remove deletes a document from every list and records that it existed. The address is
// remembered as gone, so that the answer can name what was here. Revisions and the
// permalink stay. The last revision has no blob and is marked as the removal.
func (p *plan) remove(w kv.Writer, x removal) error {
	if err := deleteRows(w, x.id, x.old); err != nil {
		return err
	}
	if err := w.Put(bGone, []byte(canonical(postmortems.Address(x.old.Path))), []byte(x.id)); err != nil {
		return err
	}
	last := storedRevision{
		Number: x.old.Revisions + 1, Commit: string(p.cs.New), Path: x.old.Path, Title: x.old.Title,
		TokenID: p.cs.Pusher.TokenID, Pusher: p.cs.Pusher.Name, At: p.cs.At.Unix(), Removed: true,
	}
	if n := len(p.cs.Commits); n > 0 {
		last.sign(p.cs.Commits[n-1])
	}
	if err := putJSON(w, bRevision, revisionKey(x.id, last.Number), last); err != nil {
		return err
	}
	_, err := w.Log(Topic, []byte(x.id))
	return err
}

// sign copies author, date and subject of a commit into a revision. The author counts
// and not the committer: a merge or rebase by another person does not change who wrote
// the text.
func (s *storedRevision) sign(c postmortems.Commit) {
	s.Commit, s.Name, s.Email = string(c.ID), c.Author.Name, c.Author.Email
	s.When, s.Subject = c.Author.When.Format(time.RFC3339), c.Subject
}

// retract deletes the list rows of the document's previous state. If its path or its id
// has changed, the old names redirect to the new ones. It does nothing for a new
// document.
func (p *plan) retract(w kv.Writer, m *move) error {
	if m.old == nil {
		return nil
	}
	if err := deleteRows(w, m.oldID, *m.old); err != nil {
		return err
	}
	if m.old.Path != m.change.Path {
		from := canonical(postmortems.Address(m.old.Path))
		if err := w.Put(bRedirect, []byte(from), []byte(m.id)); err != nil {
			return err
		}
	}
	if m.oldID == m.id {
		return nil
	}
	// Indexes delete what they have under the former id.
	if _, err := w.Log(Topic, []byte(m.oldID)); err != nil {
		return err
	}
	return rename(w, m.oldID, m.id)
}

// rename moves revisions and reads from a derived id to the stated one. It also
// redirects the derived id, which other documents and people may have as a permalink.
func rename(w kv.Writer, from, to string) error {
	if err := w.Put(bPermalink, []byte(from), []byte(to)); err != nil {
		return err
	}
	lo, hi := kv.Under(from)
	// The rows are collected before any is written, because a scan must not meet its own
	// writes. Strict scanning prevents that a revision which cannot be read is left
	// behind.
	var rows []kv.Item
	for item, err := range kv.Strict(w).Scan(bRevision, lo, hi) {
		if err != nil {
			return err
		}
		rows = append(rows, kv.Item{Key: bytes.Clone(item.Key), Value: bytes.Clone(item.Value)})
	}
	for _, row := range rows {
		moved := append(append([]byte(to), sep), row.Key[len(lo):]...)
		if err := w.Put(bRevision, moved, row.Value); err != nil {
			return err
		}
		if err := w.Delete(bRevision, row.Key); err != nil {
			return err
		}
	}
	n, err := w.Get(bReads, []byte(from))
	if err != nil || n == nil {
		return err
	}
	if err := w.Put(bReads, []byte(to), bytes.Clone(n)); err != nil {
		return err
	}
	return w.Delete(bReads, []byte(from))
}

// repoint changes the rows that point to ids replaced by this push. It reads the buckets
// once, however many documents state an id. Without it, an address or id that was
// renamed twice would lead to an id that no longer exists: rows point directly to the
// current id and are never followed further.
func (p *plan) repoint(w kv.Writer) error {
	renamed := map[string]string{}
	for _, m := range p.docs {
		if m.old != nil && m.oldID != m.id {
			renamed[m.oldID] = m.id
		}
	}
	if len(renamed) == 0 {
		return nil
	}
	for _, bucket := range []string{bRedirect, bPermalink} {
		var rows []kv.Item
		for item, err := range w.Scan(bucket, nil, nil) {
			if err != nil {
				return err
			}
			if to, ok := renamed[string(item.Value)]; ok {
				rows = append(rows, kv.Item{Key: bytes.Clone(item.Key), Value: []byte(to)})
			}
		}
		for _, row := range rows {
			if err := w.Put(bucket, row.Key, row.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// publish writes the new state of one document. retract must have deleted the rows of
// the previous state. The date is computed here and not while compiling, because it may
// depend on the first revision.
func (p *plan) publish(w kv.Writer, m *move) error {
	if m.c.content != nil { // otherwise spill has written it
		if err := putContent(w, m.c); err != nil {
			return err
		}
	}
	rec := m.c.record
	rec.Path = m.change.Path
	rec.Origin = m.originID()
	first, err := p.appendRevisions(w, m, &rec)
	if err != nil {
		return err
	}
	rec.Date = unix(p.date(m, first))
	if err := putRows(w, m.id, rec); err != nil {
		return err
	}
	if rec.Origin != m.id {
		if err := w.Put(bPermalink, []byte(rec.Origin), []byte(m.id)); err != nil {
			return err
		}
	}
	_, err = w.Log(Topic, []byte(m.id))
	return err
}

// originID returns the permalink id that follows from git alone. It never changes after
// the first publication, so that a permalink made before an id was stated remains
// valid.
func (m *move) originID() string {
	if m.old != nil {
		return m.old.Origin
	}
	if m.created.commit == "" {
		return m.id
	}
	return postmortems.PermalinkID(m.created.commit, m.created.path)
}

// appendRevisions adds one revision for every commit that touched the document and
// makes the last one the blob of the tip. It returns the author date of the document's
// first commit. rec.Last and rec.Revisions are set. Commits of the push that a document
// went through get revisions too, even if they were never the tip: their texts can be
// read and compared.
func (p *plan) appendRevisions(w kv.Writer, m *move, rec *storedRecord) (first time.Time, err error) {
	number, first, err := revisionsSoFar(w, m.id)
	if err != nil {
		return first, err
	}
	events := m.events
	// The commits need not end at the tip's blob, for example after a merge that changed
	// the file: then the tip gets a revision of its own, with the data of the last commit.
	// Without commits, as in a restored repository, e.commit is -1 and only the pusher is
	// known.
	if n := len(events); n == 0 || events[n-1].blob != m.change.Blob || events[n-1].path != m.change.Path {
		events = append(events[:n:n], event{commit: len(p.cs.Commits) - 1, path: m.change.Path, blob: m.change.Blob})
	}
	for _, e := range events {
		number++
		rev := storedRevision{
			Number: number, Commit: string(p.cs.New), Blob: string(e.blob), Path: e.path,
			TokenID: p.cs.Pusher.TokenID, Pusher: p.cs.Pusher.Name, At: p.cs.At.Unix(),
		}
		if e.commit >= 0 {
			rev.sign(p.cs.Commits[e.commit])
		}
		if e.blob == m.change.Blob {
			rev.Title = m.c.doc.Title
		}
		if first.IsZero() {
			first = rev.revision().Author.When
		}
		if err := putJSON(w, bRevision, revisionKey(m.id, number), rev); err != nil {
			return first, err
		}
		rec.Last, rec.Revisions = rev, number
	}
	return first, nil
}

// revisionsSoFar returns the number of the last revision and the author date of the
// first; 0 and the zero time without revisions. The newest revision that can be read
// counts.
func revisionsSoFar(r kv.Reader, id string) (last int, first time.Time, err error) {
	err = eachRevision(r, id, func(s storedRevision) bool {
		last = s.Number
		return false
	})
	if err != nil || last == 0 {
		return 0, first, err
	}
	b, err := r.Get(bRevision, revisionKey(id, 1))
	if err != nil || b == nil {
		return last, first, err
	}
	var s storedRevision
	if err := decode(r, bRevision, revisionKey(id, 1), b, &s); err != nil {
		return last, first, err
	}
	return last, s.revision().Author.When, nil
}

// putFile writes, moves or deletes the row of a file that is not a document. A renamed
// file has a new row and no redirect: only documents have permanent addresses.
func putFile(w kv.Writer, ch postmortems.Change) error {
	if ch.Status == postmortems.Renamed {
		if err := w.Delete(bFile, []byte(ch.From)); err != nil {
			return err
		}
	}
	if ch.Status == postmortems.Deleted {
		return w.Delete(bFile, []byte(ch.Path))
	}
	return putJSON(w, bFile, []byte(ch.Path), storedFile{Blob: string(ch.Blob), Size: ch.Size})
}

// putJSON writes a value as JSON.
func putJSON(w kv.Writer, bucket string, k []byte, v any) error {
	b, err := encode(v)
	if err != nil {
		return err
	}
	return w.Put(bucket, k, b)
}

// putRows writes every row by which a record is found. deleteRows must undo the same
// rows. Redirects that the author states win over earlier ones of the same address.
func putRows(w kv.Writer, id string, rec storedRecord) error {
	address := []byte(canonical(postmortems.Address(rec.Path)))
	for _, bucket := range []string{bGone, bRedirect} { // the address is in use again
		if err := w.Delete(bucket, address); err != nil {
			return err
		}
	}
	if err := putJSON(w, bRecord, []byte(id), rec); err != nil {
		return err
	}
	if err := w.Put(bPath, []byte(rec.Path), []byte(id)); err != nil {
		return err
	}
	if err := w.Put(bTitle, kv.Join(foldTitle(rec.Title), id), nil); err != nil {
		return err
	}
	for _, k := range rec.linkKeys(id) {
		if err := w.Put(bLink, k, nil); err != nil {
			return err
		}
	}
	for _, from := range rec.Redirects {
		if err := w.Put(bRedirect, []byte(canonical(from)), []byte(id)); err != nil {
			return err
		}
	}
	return putFacets(w, id, rec)
}

// deleteRows undoes putRows, except for redirects, which are permanent. rec must be the
// record exactly as putRows wrote it, because the keys follow from its values. Rows
// that do not exist are no error.
func deleteRows(w kv.Writer, id string, rec storedRecord) error {
	for _, row := range []struct {
		bucket string
		key    []byte
	}{{bRecord, []byte(id)}, {bPath, []byte(rec.Path)}, {bTitle, kv.Join(foldTitle(rec.Title), id)}} {
		if err := w.Delete(row.bucket, row.key); err != nil {
			return err
		}
	}
	for _, k := range rec.linkKeys(id) {
		if err := w.Delete(bLink, k); err != nil {
			return err
		}
	}
	return deleteFacets(w, id, rec)
}
