package library

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/postmortems"
)

// lines is a BodyRenderer for one Markdown line at a time: "# H1", "[text](dest)" and text.
type lines struct{}

func (lines) RenderBody(_ context.Context, in postmortems.BodyInput) (postmortems.Body, []postmortems.Problem, error) {
	b := postmortems.Body{HTML: append([]byte("<p>"), in.Markdown...)}
	sec := postmortems.Section{}
	for i, line := range strings.Split(string(in.Markdown), "\n") {
		n := in.FirstLine + i
		if h, ok := strings.CutPrefix(line, "# "); ok {
			b.H1, sec.Heading = h, h
			b.Headings = append(b.Headings, postmortems.Heading{Level: 1, Text: h, Anchor: "h-" + h, Line: n})
		} else if _, rest, ok := strings.Cut(line, "[["); ok {
			title, _, _ := strings.Cut(rest, "]]")
			b.Links = append(b.Links, postmortems.Link{Kind: postmortems.LinkWiki, Raw: title, Line: n, Col: 1})
		} else if _, rest, ok := strings.Cut(line, "]("); ok {
			dest, _, _ := strings.Cut(rest, ")")
			candidate, absolute := strings.CutPrefix(dest, "/")
			if !absolute {
				candidate = path.Join(path.Dir(in.Path), dest)
			}
			b.Links = append(b.Links, postmortems.Link{Raw: dest, Candidates: []string{candidate}, Line: n, Col: 1})
		} else {
			sec.Text += line + "\n"
		}
	}
	b.Sections = []postmortems.Section{sec}
	return b, nil, nil
}

// repo is a history of commits in memory.
type repo struct {
	t     testing.TB
	lib   *Library
	db    kv.DB
	blobs map[postmortems.OID][]byte
	tree  map[string]string
	head  postmortems.OID
	clock time.Time
	n     int
}

func (r *repo) Blobs(_ context.Context, ids []postmortems.OID, fn func(int, []byte) error) error {
	for i, id := range ids {
		b, ok := r.blobs[id]
		if !ok {
			return fmt.Errorf("no blob %s", id)
		}
		if err := fn(i, b); err != nil {
			return err
		}
	}
	return nil
}

func newRepo(t testing.TB) *repo {
	t.Helper()
	db, err := boltkv.Open(t.Context(), filepath.Join(t.TempDir(), "db"), boltkv.Options{Schemas: []kv.Schema{Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &repo{t: t, db: db, blobs: map[postmortems.OID][]byte{}, tree: map[string]string{},
		clock: time.Date(2026, 10, 3, 12, 0, 0, 0, time.UTC)}
	r.lib = New(Options{DB: db, Renderer: lines{}, Content: r, Workers: 2,
		Policy: func() postmortems.Policy { return postmortems.Policy{} }})
	return r
}

func oid(s string) postmortems.OID {
	h := sha1.Sum([]byte(s))
	return postmortems.OID(hex.EncodeToString(h[:]))
}

// edit is the content of one commit: "" removes a file, a key "from -> to" renames one.
type edit map[string]string

func (r *repo) commit(e edit) postmortems.Commit {
	r.n++
	r.clock = r.clock.Add(time.Hour)
	c := postmortems.Commit{ID: oid(fmt.Sprint("commit", r.n)), Subject: fmt.Sprint("change ", r.n),
		Author: postmortems.Signature{Name: "ana", Email: "ana@example.org", When: r.clock}}
	for k, text := range e {
		blob := oid(text)
		if from, to, ok := strings.Cut(k, " -> "); ok {
			if text == "" {
				text, blob = r.tree[from], oid(r.tree[from])
			}
			delete(r.tree, from)
			r.tree[to] = text
			r.blobs[blob] = []byte(text)
			c.Changes = append(c.Changes, postmortems.Change{Status: postmortems.Renamed, Path: to, From: from, Blob: blob})
			continue
		}
		if text == "" {
			delete(r.tree, k)
			c.Changes = append(c.Changes, postmortems.Change{Status: postmortems.Deleted, Path: k})
			continue
		}
		st := postmortems.Added
		if _, was := r.tree[k]; was {
			st = postmortems.Modified
		}
		r.tree[k] = text
		r.blobs[blob] = []byte(text)
		c.Changes = append(c.Changes, postmortems.Change{Status: st, Path: k, Blob: blob, Size: int64(len(text))})
	}
	return c
}

// changeSet returns one push of the commits; net is what the last one changed unless given.
func (r *repo) changeSet(commits []postmortems.Commit, net []postmortems.Change) postmortems.ChangeSet {
	last := commits[len(commits)-1]
	if net == nil {
		net = last.Changes
	}
	cs := postmortems.ChangeSet{Branch: "main", Old: r.head, New: last.ID, At: r.clock, Commits: commits, Net: net,
		Content: r, Pusher: postmortems.Pusher{TokenID: "tok", Name: "ana's laptop"}}
	return cs
}

func (r *repo) prepare(cs postmortems.ChangeSet) *Prepared {
	r.t.Helper()
	p, err := r.lib.Prepare(r.t.Context(), cs, cs.Branch == "main", func(string) {})
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

func (r *repo) push(cs postmortems.ChangeSet) postmortems.Receipt {
	r.t.Helper()
	p := r.prepare(cs)
	if p.Refused() {
		r.t.Fatalf("refused: %v", p.Receipt.Problems)
	}
	if err := r.db.Update(r.t.Context(), p.Apply); err != nil {
		r.t.Fatal(err)
	}
	if cs.Branch == "main" {
		r.head = cs.New
	}
	return p.Receipt
}

func (r *repo) pushEdit(e edit) postmortems.Receipt {
	r.t.Helper()
	return r.push(r.changeSet([]postmortems.Commit{r.commit(e)}, nil))
}

func (r *repo) lookup(address string) Found {
	r.t.Helper()
	f, err := r.lib.Lookup(r.t.Context(), address)
	if err != nil {
		r.t.Fatalf("Lookup(%s): %v", address, err)
	}
	return f
}

func (r *repo) record(address string) Record {
	r.t.Helper()
	f := r.lookup(address)
	if f.Record == nil {
		r.t.Fatalf("Lookup(%s) = %+v, want a record", address, f)
	}
	return *f.Record
}

func TestPublishAndRead(t *testing.T) {
	r := newRepo(t)
	rec := r.pushEdit(edit{"guides/a.md": "# Alpha\nsee [b](b.md)\n", "guides/b.md": "# Beta\n", "guides/img/x.png": "png"})
	if len(rec.Documents) != 2 || rec.Files != 1 || len(rec.Broken) != 0 {
		t.Fatalf("receipt %+v", rec)
	}
	a := r.record("/guides/a")
	if a.Title != "Alpha" || a.Kind != postmortems.Guide || a.Date.Format(time.DateOnly) != "2026-10-03" {
		t.Errorf("record %+v", a)
	}
	p, err := r.lib.Page(t.Context(), a.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Links) != 1 || p.Links[0].Address != "/guides/b" || p.Links[0].Broken {
		t.Errorf("links %+v", p.Links)
	}
	if !bytes.Contains(p.Document.Body.HTML, []byte("see [b]")) || p.Shown.Pusher.Name != "ana's laptop" {
		t.Errorf("page %+v", p)
	}
	b, err := r.lib.Page(t.Context(), r.record("/guides/b").ID, "")
	if err != nil || len(b.Backlinks) != 1 || b.Backlinks[0].ID != a.ID {
		t.Errorf("backlinks %+v, %v", b.Backlinks, err)
	}
	if f := r.lookup("/guides/img/x.png"); f.File == nil || f.File.Blob != oid("png") {
		t.Errorf("file %+v", f)
	}
	if _, err := r.lib.Lookup(t.Context(), "/guides/none"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("unknown address: %v", err)
	}
}

func TestRenameKeepsOldAddress(t *testing.T) {
	for name, second := range map[string]edit{
		"found by git":          {"guides/a.md -> runbooks/c.md": ""},
		"found by the id":       {"guides/b.md": "", "runbooks/c.md": "---\nid: keep\n---\n# Wholly rewritten\n"},
		"renamed and rewritten": {"guides/a.md -> runbooks/c.md": "# Other words\n"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			r.pushEdit(edit{"guides/a.md": "# Alpha\n", "guides/b.md": "---\nid: keep\n---\n# Beta\n"})
			from := "/guides/a"
			if name == "found by the id" {
				from = "/guides/b"
			}
			id := r.record(from).ID
			rec := r.pushEdit(second)
			if len(rec.Documents) != 1 || rec.Documents[0].Status != postmortems.Renamed || rec.Documents[0].From != from {
				t.Errorf("receipt %+v", rec.Documents)
			}
			if got := r.record("/runbooks/c").ID; got != id {
				t.Errorf("id %s, was %s", got, id)
			}
			if f := r.lookup(from); f.Redirect != "/runbooks/c" {
				t.Errorf("old address %+v", f)
			}
			revs, err := r.lib.Revisions(t.Context(), id)
			if err != nil || len(revs) != 2 {
				t.Errorf("revisions %+v, %v", revs, err)
			}
		})
	}
}

func TestRenameInAnEarlierCommitOfOnePush(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/a.md": "# Alpha\n"})
	id := r.record("/guides/a").ID
	one := r.commit(edit{"guides/a.md -> guides/b.md": ""})
	two := r.commit(edit{"guides/b.md": "# Nothing alike\n"})
	net := []postmortems.Change{
		{Status: postmortems.Deleted, Path: "guides/a.md"},
		{Status: postmortems.Added, Path: "guides/b.md", Blob: oid("# Nothing alike\n")},
	}
	rec := r.push(r.changeSet([]postmortems.Commit{one, two}, net))
	if got := r.record("/guides/b"); got.ID != id || got.Revised != 3 {
		t.Errorf("record %+v, want id %s with 3 revisions; receipt %+v", got, id, rec.Documents)
	}
	p, err := r.lib.Page(t.Context(), id, one.ID)
	if err != nil || p.Document.Title != "Alpha" {
		t.Errorf("middle revision: %q, %v", p.Document.Title, err)
	}
}

func TestDerivedIDStaysValidWhenAnIDIsStated(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/a.md": "# Alpha\n", "guides/b.md": "# Beta\n[a](a.md)\n"})
	derived := r.record("/guides/a").ID
	r.pushEdit(edit{"guides/a.md": "---\nid: alpha\n---\n# Alpha\n"})
	for _, id := range []string{derived, "alpha"} {
		f, err := r.lib.ByID(t.Context(), id)
		if err != nil || f.Record == nil || f.Record.ID != "alpha" || f.Record.Revised != 2 {
			t.Errorf("ByID(%s) = %+v, %v", id, f.Record, err)
		}
	}
}

func TestDerivedIDIsValidForAStatedOne(t *testing.T) {
	r := newRepo(t)
	c := r.commit(edit{"guides/a.md": "---\nid: alpha\n---\n# Alpha\n"})
	r.push(r.changeSet([]postmortems.Commit{c}, nil))
	f, err := r.lib.ByID(t.Context(), postmortems.PermalinkID(c.ID, "guides/a.md"))
	if err != nil || f.Record == nil || f.Record.ID != "alpha" {
		t.Errorf("ByID = %+v, %v", f.Record, err)
	}
}

func TestDuplicateIDIsRefused(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/a.md": "---\nid: one\n---\n# A\n"})
	p := r.prepare(r.changeSet([]postmortems.Commit{r.commit(edit{"guides/b.md": "---\nid: one\n---\n# B\n"})}, nil))
	if !p.Refused() || p.Receipt.Problems[0].Rule != "id-duplicate" {
		t.Errorf("problems %v", p.Receipt.Problems)
	}
	r.pushEdit(edit{"guides/a.md": "", "guides/b.md": "---\nid: one\n---\n# B\n"}) // handed over
}

func TestRemovedDocumentsAndBrokenLinks(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/a.md": "# A\n", "guides/b.md": "# B\n[a](a.md)\n", "guides/c.md": "# C\n[[a]]\n"})
	id := r.record("/guides/a").ID
	rec := r.pushEdit(edit{"guides/a.md": ""})
	if len(rec.Broken) != 2 {
		t.Errorf("broken %+v", rec.Broken)
	}
	f := r.lookup("/guides/a")
	if f.Gone == nil || f.Gone.ID != id || f.Gone.Last.Title != "A" {
		t.Fatalf("%+v", f)
	}
	p, err := r.lib.Page(t.Context(), id, f.Gone.Last.Commit)
	if err != nil || p.Document.Title != "A" {
		t.Errorf("last revision: %+v, %v", p.Document.Title, err)
	}
	if n, _ := r.lib.Size(t.Context()); n != 2 {
		t.Errorf("size %d", n)
	}
	r.pushEdit(edit{"guides/a.md": "# Again\n"})
	if got := r.record("/guides/a").Title; got != "Again" {
		t.Errorf("created again as %q", got)
	}
}

func TestSwappedNames(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/a.md": "# A\n", "guides/b.md": "# B\n"})
	a, b := r.record("/guides/a").ID, r.record("/guides/b").ID
	c := postmortems.Commit{ID: oid("swap"), Changes: []postmortems.Change{
		{Status: postmortems.Renamed, Path: "guides/b.md", From: "guides/a.md", Blob: oid("# A\n")},
		{Status: postmortems.Renamed, Path: "guides/a.md", From: "guides/b.md", Blob: oid("# B\n")},
	}}
	r.push(r.changeSet([]postmortems.Commit{c}, nil))
	if x, y := r.record("/guides/b").ID, r.record("/guides/a").ID; x != a || y != b {
		t.Errorf("ids %s %s, want %s %s", x, y, a, b)
	}
}

func TestListsAndCounts(t *testing.T) {
	r := newRepo(t)
	e := edit{}
	for i := range 7 {
		e[fmt.Sprintf("guides/g%d.md", i)] = fmt.Sprintf("---\ndate: 2026-0%d-01\ntags: [x, x]\n---\n# G%d\n", i+1, i)
	}
	e["runbooks/r.md"] = "---\ndate: 2026-03-15\n---\n# R\n"
	r.pushEdit(e)
	var titles []string
	for cursor := ""; ; {
		page, next, err := r.lib.List(t.Context(), Filter{Kind: postmortems.Guide, Limit: 3, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range page {
			titles = append(titles, x.Title)
		}
		if cursor = next; next == "" {
			break
		}
	}
	if got := strings.Join(titles, " "); got != "G6 G5 G4 G3 G2 G1 G0" {
		t.Errorf("list %s", got)
	}
	day := func(s string) time.Time { d, _ := time.Parse(time.DateOnly, s); return d }
	got, _, err := r.lib.List(t.Context(), Filter{After: day("2026-03-01"), Before: day("2026-04-01")})
	if err != nil || len(got) != 2 || got[0].Title != "R" || got[1].Title != "G2" {
		t.Errorf("range %+v, %v", got, err)
	}
	counts, err := r.lib.Counts(t.Context(), FacetTag, Filter{})
	if err != nil || len(counts) != 1 || counts[0] != (Count{"x", 7}) {
		t.Errorf("counts %+v, %v", counts, err)
	}
	r.pushEdit(edit{"guides/g0.md": "", "guides/g1.md": "# no tag now\n"})
	counts, _ = r.lib.Counts(t.Context(), FacetTag, Filter{Kind: postmortems.Guide})
	if len(counts) != 1 || counts[0].N != 5 {
		t.Errorf("after a removal and a change: %+v", counts)
	}
	if _, _, err := r.lib.List(t.Context(), Filter{Cursor: "bm9uc2Vuc2U"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("foreign cursor: %v", err)
	}
}

func TestDrafts(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/a.md": "# A\n"})
	cs := r.changeSet([]postmortems.Commit{r.commit(edit{"guides/new.md": "# New\n[a](a.md)\n"})}, nil)
	cs.Branch = "ana/idea"
	if rec := r.push(cs); !rec.Draft || len(rec.Documents) != 1 {
		t.Errorf("receipt %+v", rec)
	}
	if _, err := r.lib.Lookup(t.Context(), "/guides/new"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a draft is published: %v", err)
	}
	p, err := r.lib.DraftPage(t.Context(), "ana/idea", "/guides/new")
	if err != nil || p.Title != "New" || p.Links[0].Address != "/guides/a" {
		t.Errorf("draft page %+v, %v", p, err)
	}
	drafts, err := r.lib.Drafts(t.Context())
	if err != nil || len(drafts) != 1 || drafts[0].Branch != "ana/idea" || drafts[0].Pusher.TokenID != "tok" {
		t.Errorf("drafts %+v, %v", drafts, err)
	}
	gone := postmortems.ChangeSet{Branch: "ana/idea", Old: cs.New, At: r.clock}
	r.push(gone)
	if _, err := r.lib.DraftPage(t.Context(), "ana/idea", "/guides/new"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a deleted branch still previews: %v", err)
	}
}

func TestDerivedRowsAreRestored(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/a.md": "# A\nwords\n"})
	id := r.record("/guides/a").ID
	err := r.db.Update(t.Context(), func(w kv.Writer) error {
		k := contentKey(oid("# A\nwords\n"), "guides/a.md")
		if err := w.Put(bContent, k, []byte{99}); err != nil { // another format
			return err
		}
		return w.Delete(bText, k)
	})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := r.lib.Page(t.Context(), id, ""); err != nil || p.Document.Title != "A" {
		t.Errorf("page: %+v, %v", p.Document, err)
	}
	if s, err := r.lib.Sections(t.Context(), id); err != nil || len(s) != 1 || !strings.Contains(s[0].Text, "words") {
		t.Errorf("sections: %+v, %v", s, err)
	}
}

func TestReadsAreCountedAndStored(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/a.md": "# A\n", "guides/b.md": "# B\n"})
	a, b := r.record("/guides/a").ID, r.record("/guides/b").ID
	for range 3 {
		r.lib.MarkRead(b)
	}
	r.lib.MarkRead(a)
	if err := r.lib.FlushReads(t.Context()); err != nil {
		t.Fatal(err)
	}
	fresh := New(r.lib.opt)
	top, err := fresh.MostRead(t.Context(), 1)
	if err != nil || len(top) != 1 || top[0].ID != b {
		t.Errorf("most read %+v, %v", top, err)
	}
}
