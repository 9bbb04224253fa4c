package library

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

func TestPageAtARevision(t *testing.T) {
	r := newRepo(t)
	var commits []postmortems.OID
	for i := range 3 {
		c := r.commit(edit{"guides/a.md": fmt.Sprintf("# Title %d\n", i)})
		commits = append(commits, c.ID)
		r.push(r.changeSet([]postmortems.Commit{c}, nil))
	}
	id := r.record("/guides/a").ID
	last := r.commit(edit{"guides/a.md": ""})
	cases := map[bool]map[postmortems.OID]string{
		false: {"": "Title 2", commits[0]: "Title 0", commits[1]: "Title 1", commits[1][:7]: "Title 1", commits[1][:39]: "Title 1",
			commits[1][:6]: "", commits[0] + "0": "", last.ID: ""},
		true: {"": "", commits[0]: "Title 0", commits[2][:7]: "Title 2", last.ID: ""},
	}
	for _, removed := range []bool{false, true} {
		if removed {
			r.push(r.changeSet([]postmortems.Commit{last}, nil))
		}
		for commit, want := range cases[removed] {
			p, err := r.lib.Page(t.Context(), id, commit)
			if p.Document.Title != want || (err == nil) != (want != "") || err != nil && fault.KindOf(err) != fault.NotFound {
				t.Errorf("removed %v, at %q: %q, %v, want %q", removed, commit, p.Document.Title, err, want)
			}
			if err == nil && p.ID != id {
				t.Errorf("at %q the id is %q", commit, p.ID)
			}
		}
	}
}

// TestRevisionsRecordWhoAndWhen compares the whole history of a document that was
// changed by two commits of one push and then removed.
func TestRevisionsRecordWhoAndWhen(t *testing.T) {
	r := newRepo(t)
	one := r.commit(edit{"guides/a.md": "# One\n"})
	two := r.commit(edit{"guides/a.md": "# Two\n"})
	net := []postmortems.Change{{Status: postmortems.Added, Path: "guides/a.md", Blob: oid("# Two\n")}}
	r.push(r.changeSet([]postmortems.Commit{one, two}, net))
	id := r.record("/guides/a").ID
	at := r.clock
	last := r.commit(edit{"guides/a.md": ""})
	r.push(r.changeSet([]postmortems.Commit{last}, nil))
	pusher := postmortems.Pusher{TokenID: "tok", Name: "ana's laptop"}
	want := []Revision{
		{Number: 3, Commit: last.ID, Path: "guides/a.md", Title: "Two", Author: last.Author, Subject: "change 3", Pusher: pusher,
			At: r.clock, Removed: true},
		{Number: 2, Commit: two.ID, Blob: oid("# Two\n"), Path: "guides/a.md", Title: "Two", Author: two.Author, Subject: "change 2",
			Pusher: pusher, At: at},
		{Number: 1, Commit: one.ID, Blob: oid("# One\n"), Path: "guides/a.md", Author: one.Author, Subject: "change 1", Pusher: pusher, At: at},
	}
	got, err := r.lib.Revisions(t.Context(), id)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := r.lib.Revisions(t.Context(), "none"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("unknown id: %v", err)
	}
}

// TestDamagedRowsHideOneDocument holds that a damaged row takes its own document out of
// lists, links and backlinks, and no other.
func TestDamagedRowsHideOneDocument(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{
		"guides/a.md": "---\ntags: [x]\n---\n# A\n[b](b.md)\n", "guides/b.md": "---\ntags: [x]\n---\n# B\n",
		"guides/c.md": "---\ntags: [x]\n---\n# C\n[b](b.md)\n[[a]]\n",
	})
	a, b, c := r.record("/guides/a").ID, r.record("/guides/b").ID, r.record("/guides/c").ID
	err := r.db.Update(t.Context(), func(w kv.Writer) error { return w.Put(bRecord, []byte(a), []byte("{")) })
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	titles := func(records []Record, err error) string {
		var out []string
		for _, x := range records {
			out = append(out, x.Title)
		}
		if err != nil {
			out = append(out, err.Error())
		}
		return strings.Join(out, " ")
	}
	list, _, err := r.lib.List(ctx, Filter{Tag: "x"})
	pageB, errB := r.lib.Page(ctx, b, "")
	many, errMany := r.lib.Many(ctx, []string{c, a, "none", b})
	for what, got := range map[string][2]string{
		"list":      {titles(list, err), "C B"},
		"backlinks": {titles(pageB.Backlinks, errB), "C"},
		"many":      {titles(many, errMany), "C B"},
	} {
		if got[0] != got[1] && !(what == "list" && got[0] == "B C") {
			t.Errorf("%s: %s, want %s", what, got[0], got[1])
		}
	}
	pageC, err := r.lib.Page(ctx, c, "")
	if diff := cmp.Diff([]ResolvedLink{{Address: "/guides/b"}, {Broken: true}}, pageC.Links); diff != "" || err != nil {
		t.Errorf("links %v\n%s", err, diff)
	}
	if _, err := r.lib.Lookup(ctx, "/guides/a"); !kv.Unreadable(err) {
		t.Errorf("the damaged document itself: %v", err)
	}
	tree, err := r.lib.Tree(ctx)
	if _, there := tree["guides/a.md"]; there || len(tree) != 2 || err != nil {
		t.Errorf("tree %v, %v", tree, err)
	}
}

// TestDamagedRevisionsAreSkipped holds that the other revisions stay readable.
func TestDamagedRevisionsAreSkipped(t *testing.T) {
	r := newRepo(t)
	for i := range 3 {
		r.pushEdit(edit{"guides/a.md": fmt.Sprintf("# Title %d\n", i)})
	}
	id := r.record("/guides/a").ID
	err := r.db.Update(t.Context(), func(w kv.Writer) error { return w.Put(bRevision, revisionKey(id, 2), []byte("{")) })
	if err != nil {
		t.Fatal(err)
	}
	revs, err := r.lib.Revisions(t.Context(), id)
	if err != nil || len(revs) != 2 || revs[0].Number != 3 || revs[1].Number != 1 {
		t.Errorf("%+v, %v", revs, err)
	}
	r.pushEdit(edit{"guides/a.md": "# Title 3\n"})
	if got := r.record("/guides/a"); got.Revised != 4 || got.Title != "Title 3" {
		t.Errorf("the next revision: %+v", got)
	}
}

// TestDamagedCountsAreCountedAgain holds that the next push repairs a stored count.
func TestDamagedCountsAreCountedAgain(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/a.md": "---\ntags: [x]\n---\n# A\n", "guides/b.md": "---\ntags: [x]\n---\n# B\n"})
	err := r.db.Update(t.Context(), func(w kv.Writer) error { return w.Put(bCount, kv.Join(FacetTag, "x"), []byte("?")) })
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		e    edit
		want []Count
	}{{nil, nil}, {edit{"guides/c.md": "---\ntags: [x]\n---\n# C\n"}, []Count{{"x", 3}}}, {edit{"guides/a.md": ""}, []Count{{"x", 2}}}} {
		if step.e != nil {
			r.pushEdit(step.e)
		}
		counts, err := r.lib.Counts(t.Context(), FacetTag, Filter{})
		if diff := cmp.Diff(step.want, counts); diff != "" || err != nil {
			t.Errorf("after %v: %v\n%s", step.e, err, diff)
		}
	}
}
