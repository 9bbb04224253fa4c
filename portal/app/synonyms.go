package app

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/search/synonyms"
)

// bSynonyms is the bucket that holds the published file under one key, as it was pushed.
const (
	bSynonyms  = "search.synonyms"
	synonymKey = "file"
)

// searchSchema is the schema of what search stores in the database: the synonyms, which
// cannot be derived from documents.
func searchSchema() kv.Schema {
	return kv.Schema{Name: "search", Version: 1, Buckets: []string{bSynonyms}}
}

// thesaurus returns the synonyms in force; it implements search.Thesaurus. It may be
// used by many goroutines.
type thesaurus struct {
	db *boltkv.DB

	mu     sync.Mutex
	known  bool
	source []byte // the file that set was parsed from
	set    synonyms.Set
}

// Synonyms reads the file, which is short, and parses it again when it has changed, so
// that a push needs no notification.
func (t *thesaurus) Synonyms(ctx context.Context) (set synonyms.Set, err error) {
	err = t.db.View(ctx, func(r kv.Reader) error {
		data, err := r.Get(bSynonyms, []byte(synonymKey))
		if err == nil {
			set = t.of(data)
		}
		return err
	})
	if err != nil {
		return synonyms.Set{}, fault.Wrap(fault.Internal, "app.synonyms", "the synonyms cannot be read", err)
	}
	return set, nil
}

// of returns the set of a file, from the cache if the file is the same.
func (t *thesaurus) of(data []byte) synonyms.Set {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.known || !bytes.Equal(data, t.source) {
		t.known, t.source = true, bytes.Clone(data)
		t.set, _ = synonyms.Parse(data) // checked when it was pushed
	}
	return t.set
}

// searchFolder is the folder of the synonyms.
const searchFolder = "search/"

// prepareSynonyms is the folderOwner of search/. It returns an error only when the file
// cannot be read from the repository.
func prepareSynonyms(ctx context.Context, cs postmortems.ChangeSet) (folderChanges, error) {
	out := &synonymChanges{}
	for _, c := range cs.Net {
		if c.Status != postmortems.Deleted && strings.HasPrefix(c.Path, searchFolder) && c.Path != synonyms.Path {
			out.problems = append(out.problems, postmortems.Problem{
				Path: c.Path, Weight: postmortems.Warning, Rule: synonyms.RuleFile,
				Message: "nothing reads this file: synonyms belong in " + synonyms.Path + ", documents in another folder",
			})
		}
		if c.Path == synonyms.Path && c.Status != postmortems.Deleted {
			if err := out.read(ctx, cs.Content, c); err != nil {
				return nil, err
			}
		} else if c.Path == synonyms.Path || c.From == synonyms.Path {
			out.changed, out.data = true, nil
		}
	}
	return out, nil
}

// synonymChanges is what a push changes in the synonyms; it implements folderChanges.
// forms is the number of words that have synonyms in the pushed file.
type synonymChanges struct {
	changed  bool
	data     []byte // nil: removed
	forms    int
	problems []postmortems.Problem
}

// read reads and checks the pushed file. A file beyond synonyms.MaxBytes is not read,
// and its size is a finding.
func (j *synonymChanges) read(ctx context.Context, content postmortems.Content, c postmortems.Change) error {
	j.changed = true
	if c.Size > synonyms.MaxBytes {
		j.problems = append(j.problems, postmortems.Problem{
			Path: c.Path, Weight: postmortems.Error, Rule: synonyms.RuleForm,
			Message: fmt.Sprintf("the file has %d bytes; at most %d are allowed", c.Size, synonyms.MaxBytes),
		})
		return nil
	}
	err := content.Blobs(ctx, []postmortems.OID{c.Blob}, func(_ int, data []byte) error {
		j.data = append([]byte{}, data...)
		return nil
	})
	if err != nil {
		return fault.Wrap(fault.Internal, "app.synonyms", "the synonyms cannot be read", err)
	}
	set, problems := synonyms.Parse(j.data)
	j.forms = set.Len()
	j.problems = append(j.problems, problems...)
	return nil
}

// Problems implements folderChanges.
func (j *synonymChanges) Problems() []postmortems.Problem { return j.problems }

// Lines implements folderChanges.
func (j *synonymChanges) Lines() []string {
	switch {
	case !j.changed:
		return nil
	case j.data == nil:
		return []string{"removed  " + synonyms.Path + ": search uses only the built-in synonyms"}
	}
	return []string{fmt.Sprintf("updated  %s: search has synonyms for %d words", synonyms.Path, j.forms)}
}

// Apply implements folderChanges.
func (j *synonymChanges) Apply(w kv.Writer) error {
	switch {
	case !j.changed:
		return nil
	case j.data == nil:
		return w.Delete(bSynonyms, []byte(synonymKey))
	}
	return w.Put(bSynonyms, []byte(synonymKey), j.data)
}
