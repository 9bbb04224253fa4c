package library

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// pushDraft pushes one commit to a branch and returns the receipt. The tree of main
// stays as it is.
func (r *repo) pushDraft(branch string, e edit, by postmortems.Pusher) postmortems.Receipt {
	r.t.Helper()
	main := map[string]string{}
	for path, text := range r.tree {
		main[path] = text
	}
	cs := r.changeSet([]postmortems.Commit{r.commit(e)}, nil)
	r.tree = main
	cs.Branch, cs.Pusher = branch, by
	return r.push(cs)
}

func TestDraftReceipt(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/a.md": "# A\n", "guides/b.md": "# B\n", "guides/x.png": "x"})
	rec := r.pushDraft("ana/idea", edit{
		"guides/a.md -> guides/a2.md": "", "guides/b.md": "", "guides/y.png": "y",
		"guides/c.md":      "# C\n[b](b.md)\n",
		"postmortems/p.md": "# P\n",
	}, postmortems.Pusher{TokenID: "t1", Name: "ana"})
	type row struct {
		Status        postmortems.ChangeStatus
		Title         string
		Address, From string
		Timed         bool
	}
	got := map[string]row{}
	for _, d := range rec.Documents {
		got[d.Path] = row{d.Status, d.Title, d.Address, d.From, d.Timed}
	}
	want := map[string]row{
		"guides/a2.md":     {postmortems.Renamed, "A", "/drafts/ana/idea/guides/a2", "/guides/a", false},
		"guides/b.md":      {postmortems.Deleted, "B", "/guides/b", "", false},
		"guides/c.md":      {postmortems.Added, "C", "/drafts/ana/idea/guides/c", "", false},
		"postmortems/p.md": {postmortems.Added, "P", "/drafts/ana/idea/postmortems/p", "", true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !rec.Draft || rec.Files != 1 || rec.Branch != "ana/idea" {
		t.Errorf("%+v", rec)
	}
	broken := []postmortems.BrokenLink{{Path: "guides/c.md", Line: 2, Col: 1, Raw: "b.md"}}
	if diff := cmp.Diff(broken, rec.Broken); diff != "" {
		t.Error(diff)
	}
}

// TestDraftPages holds that a draft shows its own state of the tree and readers see
// nothing of it.
func TestDraftPages(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/a.md": "# A\n", "guides/b.md": "# B\n", "guides/x.png": "x", "guides/z.png": "z"})
	seq, err := r.lib.Seq(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.pushDraft("idea", edit{
		"guides/a.md -> guides/a2.md": "", "guides/b.md": "", "guides/x.png -> guides/y.png": "y",
		"guides/c.md": "# C\n[a](a.md)\n[a2](a2.md)\n[b](b.md)\n[[A]]\n[y](y.png)\n[x](x.png)\n[z](z.png)\n",
	}, postmortems.Pusher{})
	p, err := r.lib.DraftPage(t.Context(), "idea", "/guides/c")
	if err != nil {
		t.Fatal(err)
	}
	links := []ResolvedLink{
		{Broken: true}, {Address: "/guides/a2"}, {Broken: true}, {Address: "/guides/a2"},
		{Address: "/guides/y.png"}, {Broken: true}, {Address: "/guides/z.png"},
	}
	if diff := cmp.Diff(links, p.Links); diff != "" {
		t.Error(diff)
	}
	if p.Title != "C" || p.Revised != 1 || p.Shown.Number != 1 || p.Seq <= uint64(seq) || p.Date.Format(time.DateOnly) != "2026-10-03" {
		t.Errorf("%+v", p.Record)
	}
	for _, address := range []string{"/guides/a", "/guides/b", "/guides/none"} {
		if _, err := r.lib.DraftPage(t.Context(), "idea", address); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s on the draft: %v", address, err)
		}
	}
	files := map[string]string{}
	for _, path := range []string{"guides/x.png", "guides/y.png", "guides/z.png", "guides/none.png"} {
		f, err := r.lib.DraftFile(t.Context(), "idea", path)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		text, err := r.lib.File(t.Context(), f)
		if err != nil {
			t.Error(err)
		}
		files[f.Path] = string(text)
	}
	if diff := cmp.Diff(map[string]string{"guides/y.png": "y", "guides/z.png": "z"}, files); diff != "" {
		t.Error(diff)
	}
	if r.record("/guides/a").Title != "A" || r.lookupWords("guides/c.md") != "nothing" {
		t.Error("a draft changed what readers see")
	}
	if _, err := r.lib.DraftPage(t.Context(), "other", "/guides/c"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a branch that does not exist: %v", err)
	}
}

// TestDraftMaker holds that a draft stays that of the token that created it, and of no
// token once it is deleted.
func TestDraftMaker(t *testing.T) {
	r := newRepo(t)
	ana, ben := postmortems.Pusher{TokenID: "t1", Name: "ana"}, postmortems.Pusher{TokenID: "t2", Name: "ben"}
	for _, step := range []struct {
		by    postmortems.Pusher
		maker postmortems.Pusher
	}{{ana, ana}, {ben, ana}, {ben, ana}, {postmortems.Pusher{}, postmortems.Pusher{}}, {ben, ben}, {ana, ben}} {
		if step.by == (postmortems.Pusher{}) {
			r.push(postmortems.ChangeSet{Branch: "idea", At: r.clock})
			if _, ok, err := r.lib.DraftBy(t.Context(), "idea"); ok || err != nil {
				t.Errorf("a deleted branch is there: %v", err)
			}
			continue
		}
		r.pushDraft("idea", edit{"guides/c.md": "# C" + step.by.Name + "\n"}, step.by)
		d, ok, err := r.lib.DraftBy(t.Context(), "idea")
		if !ok || err != nil || d.Pusher != step.by || d.Maker != step.maker {
			t.Errorf("%+v, %v, want it pushed by %v and made by %v", d, err, step.by, step.maker)
		}
	}
}

func TestDraftsAreListedByTheirNewestPush(t *testing.T) {
	r := newRepo(t)
	for _, branch := range []string{"b", "a", "c", "b"} {
		r.pushDraft(branch, edit{"guides/c.md": "# C\n"}, postmortems.Pusher{})
	}
	err := r.db.Update(t.Context(), func(w kv.Writer) error { return w.Put(bDraft, []byte("damaged"), []byte("{")) })
	if err != nil {
		t.Fatal(err)
	}
	drafts, err := r.lib.Drafts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var branches []string
	for _, d := range drafts {
		branches = append(branches, d.Branch)
	}
	if diff := cmp.Diff([]string{"b", "c", "a"}, branches); diff != "" {
		t.Error(diff)
	}
}

func TestPushOfADraftReplacesItsRows(t *testing.T) {
	r := newRepo(t)
	r.pushDraft("idea", edit{"guides/c.md": "# C\n", "guides/d.md": "# D\n"}, postmortems.Pusher{})
	r.pushDraft("idea", edit{"guides/d.md": "# D2\n"}, postmortems.Pusher{})
	if _, err := r.lib.DraftPage(t.Context(), "idea", "/guides/c"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a document that the branch no longer has: %v", err)
	}
	if p, err := r.lib.DraftPage(t.Context(), "idea", "/guides/d"); err != nil || p.Title != "D2" {
		t.Errorf("%q, %v", p.Title, err)
	}
	r.pushDraft("idea2", edit{"guides/e.md": "# E\n"}, postmortems.Pusher{})
	r.push(postmortems.ChangeSet{Branch: "idea", At: r.clock})
	if p, err := r.lib.DraftPage(t.Context(), "idea2", "/guides/e"); err != nil || p.Title != "E" {
		t.Errorf("the deletion of another branch: %q, %v", p.Title, err)
	}
}
