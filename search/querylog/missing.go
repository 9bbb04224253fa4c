package querylog

import (
	"cmp"
	"context"
	"encoding/base32"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

const (
	// MaxWords is the maximum length, in characters, of a reader's text in a note.
	MaxWords = 500
	// maxWordings is the maximum number of readers' texts in one note.
	maxWordings = 5
	// maxNotes is the maximum number of notes. New notes replace those that are done.
	maxNotes = 500
	// idBytes is the number of random bytes in the id of a note.
	idBytes = 10
)

// Note is a reader's report that something is missing.
type Note struct {
	ID string
	// The search, as Cleaner.Query returns it.
	Query string
	// Texts of readers; may be empty.
	Words []string
	// How often it was reported.
	Times       int
	First, Last time.Time
	Done        time.Time // zero: open
	// The name of the token.
	DoneBy string
}

// Open reports whether the note is not done.
func (n Note) Open() bool { return n.Done.IsZero() }

// storedNote is the value of a row of querylog.missing.
type storedNote struct {
	Query  string   `json:"query"`
	Words  []string `json:"words,omitempty"`
	Times  int      `json:"times"`
	First  int64    `json:"first"`
	Last   int64    `json:"last"`
	Done   int64    `json:"done,omitempty"`
	DoneBy string   `json:"done_by,omitempty"`
}

// note returns the Note of a stored one.
func (s storedNote) note(id string) Note {
	n := Note{
		ID: id, Query: s.Query, Words: s.Words, Times: s.Times, DoneBy: s.DoneBy,
		First: time.Unix(s.First, 0).UTC(), Last: time.Unix(s.Last, 0).UTC(),
	}
	if s.Done != 0 {
		n.Done = time.Unix(s.Done, 0).UTC()
	}
	return n
}

// Report stores a note for the owners that a search finds nothing useful. If an open
// note for the same search exists, Report adds to it. It fails with fault.Invalid if
// the search has nothing but personal data, and with fault.Full if maxNotes are open.
func (l *Log) Report(ctx context.Context, query, words string) (Note, error) {
	const op = "querylog.Report"
	text, ok := l.clean.Query(query)
	if !ok {
		return Note{}, fault.New(fault.Invalid, op,
			"say in a few words which runbook is missing; addresses, ids and secrets are left out of a note")
	}
	words = l.clean.Words(words, MaxWords)
	now := l.opt.Now()
	var note Note
	err := l.opt.DB.Update(ctx, func(w kv.Writer) error {
		notes, err := readNotes(w)
		if err != nil {
			return err
		}
		id, stored, err := l.place(w, notes, text, now)
		if err != nil {
			return err
		}
		stored.Times++
		stored.Last = now.Unix()
		if words != "" && len(stored.Words) < maxWordings && !slices.Contains(stored.Words, words) {
			stored.Words = append(stored.Words, words)
		}
		note = stored.note(id)
		return putNote(w, id, stored)
	})
	return note, err
}

// place returns the open note of a search, or a new one. If there are maxNotes, it
// deletes the note that has been done for the longest time.
func (l *Log) place(w kv.Writer, notes map[string]storedNote, text string, now time.Time) (string, storedNote, error) {
	oldest := ""
	for id, n := range notes {
		if n.Query == text && n.Done == 0 {
			return id, n, nil
		}
		if n.Done != 0 && (oldest == "" || n.Done < notes[oldest].Done) {
			oldest = id
		}
	}
	if len(notes) >= maxNotes {
		if oldest == "" {
			return "", storedNote{}, fault.New(fault.Full, "querylog.Report",
				"there are too many open notes already; the owners see the searches all the same")
		}
		if err := w.Delete(missingBucket, []byte(oldest)); err != nil {
			return "", storedNote{}, err
		}
	}
	raw := make([]byte, idBytes)
	if _, err := io.ReadFull(l.opt.Random, raw); err != nil {
		return "", storedNote{}, fault.Wrap(fault.Internal, "querylog.Report", "", err)
	}
	id := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))
	return id, storedNote{Query: text, First: now.Unix()}, nil
}

// Missing returns the notes: the open ones by the number of reports, then those that
// are done, the latest first.
func (l *Log) Missing(ctx context.Context) ([]Note, error) {
	var out []Note
	err := l.opt.DB.View(ctx, func(r kv.Reader) error {
		notes, err := readNotes(r)
		out = nil
		for id, n := range notes {
			out = append(out, n.note(id))
		}
		return err
	})
	slices.SortFunc(out, func(a, b Note) int {
		return cmp.Or(
			a.Done.Compare(time.Time{})-b.Done.Compare(time.Time{}),
			b.Done.Compare(a.Done), cmp.Compare(b.Times, a.Times), b.Last.Compare(a.Last), cmp.Compare(a.ID, b.ID))
	})
	return out, err
}

// Finish marks a note as done, or as open again; by is the name of the token. It fails
// with fault.NotFound for an unknown id.
func (l *Log) Finish(ctx context.Context, id string, done bool, by string) error {
	return l.opt.DB.Update(ctx, func(w kv.Writer) error {
		value, err := w.Get(missingBucket, noteKey(id))
		if err != nil {
			return err
		}
		if value == nil {
			return fault.New(fault.NotFound, "querylog.Finish", "there is no such note; it may have been removed meanwhile")
		}
		n, err := decodeNote(value)
		if err != nil {
			return err
		}
		n.Done, n.DoneBy = 0, ""
		if done {
			n.Done, n.DoneBy = l.opt.Now().Unix(), by
		}
		return putNote(w, id, n)
	})
}

// noteKey returns the key of a note. Ids of requests may be empty, keys may not.
func noteKey(id string) []byte {
	const longest = 64
	if id == "" || len(id) > longest {
		return []byte{0}
	}
	return []byte(id)
}

// readNotes returns all notes by id. It skips rows that cannot be decoded.
func readNotes(r kv.Reader) (map[string]storedNote, error) {
	notes := map[string]storedNote{}
	for item, err := range r.Scan(missingBucket, nil, nil) {
		if err != nil {
			return nil, err
		}
		n, err := decodeNote(item.Value)
		if err != nil {
			kv.Skip(r, missingBucket, item.Key, err)
			continue
		}
		notes[string(item.Key)] = n
	}
	return notes, nil
}

// decodeNote decodes a row of querylog.missing.
func decodeNote(value []byte) (n storedNote, err error) {
	err = json.Unmarshal(value, &n)
	return n, fault.Wrap(fault.Internal, "querylog.decode", "a note cannot be read", err)
}

// putNote writes a row of querylog.missing.
func putNote(w kv.Writer, id string, n storedNote) error {
	value, err := json.Marshal(n)
	if err != nil {
		return fault.Wrap(fault.Internal, "querylog.put", "", err)
	}
	return w.Put(missingBucket, []byte(id), value)
}
