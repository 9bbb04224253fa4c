package library

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// unpublished checks that readers find nothing of a document.
func (r *repo) unpublished(address, title string) {
	r.t.Helper()
	f, err := r.lib.Lookup(r.t.Context(), address)
	if err == nil && f.Gone == nil || err != nil && fault.KindOf(err) != fault.NotFound {
		r.t.Errorf("%s: %+v %v, want nothing there", address, f, err)
	}
	docs, _, err := r.lib.List(r.t.Context(), Filter{Archived: true})
	if err != nil || slices.ContainsFunc(docs, func(d Record) bool { return d.Title == title }) {
		r.t.Errorf("%q is listed: %v %v", title, docs, err)
	}
	ids, _, err := r.lib.IDs(r.t.Context())
	if err != nil || len(ids) != len(docs) {
		r.t.Errorf("%d ids for search, %d documents: %v", len(ids), len(docs), err)
	}
}

// A document that its author keeps back is not published, in any notation of the key and with
// any value that is not understood.
func TestKeptBackIsNotPublished(t *testing.T) {
	for front, problem := range map[string]bool{
		"---\ntitle: Plan\ndraft: true\n---\n": false, "---\ntitle: Plan\npublished: false\n---\n": false,
		"---\ntitle: Plan\nDraft: yes\n---\n":                        false,
		"+++\ntitle = \"Plan\"\ndraft = true\ntags = [\"x\"]\n+++\n": false, "+++\ntitle = \"Plan\"\n'published' = false # yet\n+++\n": false,
		"{\"title\": \"Plan\", \"draft\": true}\n": false,
		"---\ntitle: Plan\ndRaFt: true\n---\n":     false, "---\ntitle: Plan\n\"draft\u00a0\": true\n---\n": false,
		"---\ntitle: Plan\npublish: false\n---\n":   false,
		"\n \n---\ntitle: Plan\ndraft: true\n---\n": false, "<!-- ours -->\n---\ntitle: Plan\n'Published': no\n---\n": false,
		"\n+++\ndraft = true\n+++\n":                   false,
		"+++\ntags = [\n[\"a\"]]\ndraft = true\n+++\n": false, "+++\n[params]\ndraft = true\n+++\n": false,
		"\n{\"title\": \"Plan\", \"draft\": \"true\"}\n": false, "{\"title\": \"Plan\", \"draft\": true,}\n": false,
		";;;\n{\"draft\": true}\n;;;\n":         false,
		"---\ntitle: Plan\ndraft: maybe\n---\n": true, "---\ntitle: Plan\npublished: ja\n---\n": true,
		"---\ntitle: Plan\ndraft: [true]\n---\n": true,
	} {
		r := newRepo(t)
		got := r.pushEdit(edit{"guides/plan.md": front + "Secret.\n", "guides/b.md": "---\ntitle: B\n---\nsee [plan](plan.md)\n"})
		if len(got.Documents) != 1 || len(got.KeptBack) != 1 || got.KeptBack[0].Path != "guides/plan.md" || got.KeptBack[0].Reason == "" {
			t.Errorf("%q: %+v", front, got)
		}
		if len(got.Broken) != 1 || got.Broken[0].Path != "guides/b.md" {
			t.Errorf("%q: broken links: %+v", front, got.Broken)
		}
		reported := slices.ContainsFunc(got.Problems, func(p postmortems.Problem) bool { return p.Rule == "draft-unknown" && p.Line > 1 })
		if reported != problem {
			t.Errorf("%q: reported %v, want %v: %v", front, reported, problem, got.Problems)
		}
		r.unpublished("/guides/plan", "Plan")
		if page, err := r.lib.Page(t.Context(), r.record("/guides/b").ID, ""); err != nil || !page.Links[0].Broken {
			t.Errorf("%q: the link leads to %+v %v", front, page.Links, err)
		}
	}
}

// Other keys and values do not keep a document back.
func TestNotKeptBackIsPublished(t *testing.T) {
	for _, front := range []string{
		"draft: false", "published: true", "draft:", "published: 2026-10-03", "status: draft", "drafts: true",
		"x: 1\n---\n\n```yaml\n---\ndraft: true", // in the text
	} {
		r := newRepo(t)
		if got := r.pushEdit(edit{"guides/plan.md": "---\ntitle: Plan\n" + front + "\n---\nText.\n"}); len(got.KeptBack) != 0 ||
			len(got.Documents) != 1 {
			t.Errorf("%q: %+v", front, got)
		}
		r.record("/guides/plan")
	}
}

// A published document that is kept back later is removed, and returns under its permanent id;
// the state between has no address.
func TestKeptBackLaterAndPublishedAgain(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/plan.md": "---\ntitle: Plan\n---\nOne.\n", "guides/b.md": "---\ntitle: B\n---\nsee [plan](plan.md)\n"})
	was := r.record("/guides/plan")
	got := r.pushEdit(edit{"guides/plan.md": "---\ntitle: Plan\ndraft: true\n---\nTwo.\n"})
	if len(got.Documents) != 1 || got.Documents[0].Status != postmortems.Deleted || len(got.KeptBack) != 1 || len(got.Broken) != 1 {
		t.Errorf("kept back: %+v", got)
	}
	r.unpublished("/guides/plan", "Plan")
	if f := r.lookup("/guides/plan"); f.Gone == nil || f.Gone.ID != was.ID {
		t.Errorf("its address returns %+v", f)
	}
	if backlinks, err := r.lib.Page(t.Context(), r.record("/guides/b").ID, ""); err != nil || !backlinks.Links[0].Broken {
		t.Errorf("%+v %v", backlinks.Links, err)
	}
	between := r.commit(edit{"guides/plan.md": "---\ntitle: Plan\ndraft: true\n---\nThree.\n"})
	last := r.commit(edit{"guides/plan.md": "---\ntitle: Plan\n---\nFour.\n"})
	net := last.Changes
	r.push(r.changeSet([]postmortems.Commit{between, last}, net))
	now := r.record("/guides/plan")
	if now.ID != was.ID || now.Revised != 4 {
		t.Errorf("published again as %+v", now)
	}
	if _, err := r.lib.Page(t.Context(), now.ID, between.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the state between two publications is shown: %v", err)
	}
	if _, err := r.lib.Page(t.Context(), now.ID, ""); err != nil {
		t.Error(err)
	}
}

// A rename together with draft: true removes the document at its old address.
func TestKeptBackWithARename(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/plan.md": "---\ntitle: Plan\n---\nOne.\n"})
	r.pushEdit(edit{"guides/plan.md -> guides/new.md": "---\ntitle: Plan\ndraft: true\n---\nOne.\n"})
	r.unpublished("/guides/plan", "Plan")
	r.unpublished("/guides/new", "Plan")
}

// A draft branch shows documents that main would keep back.
func TestKeptBackIsPreviewedOnADraft(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/b.md": "---\ntitle: B\n---\nText.\n"})
	cs := r.changeSet([]postmortems.Commit{r.commit(edit{"guides/plan.md": "---\ntitle: Plan\ndraft: true\n---\nSecret.\n"})}, nil)
	cs.Branch = "ana/plan"
	got := r.push(cs)
	if len(got.Documents) != 1 || len(got.KeptBack) != 1 {
		t.Errorf("%+v", got)
	}
	page, err := r.lib.DraftPage(t.Context(), "ana/plan", "/guides/plan")
	if err != nil || page.Title != "Plan" {
		t.Errorf("%+v %v", page.Record, err)
	}
	if lines := strings.Join(postmortems.FormatReceipt(got, "https://kb.example"), "\n"); !strings.Contains(lines,
		"kept back: draft: true (guides/plan.md): shown on this draft, not published from main") {
		t.Error(lines)
	}
}

// Documents that an earlier version published are withdrawn once, at the start.
func TestKeptBackDocumentsAreWithdrawnOnce(t *testing.T) {
	r := newRepo(t)
	r.pushEdit(edit{"guides/plan.md": "---\ntitle: Plan\n---\nOne.\n", "guides/b.md": "---\ntitle: B\n---\nText.\n"})
	id := r.record("/guides/plan").ID
	err := r.db.Update(t.Context(), func(w kv.Writer) error { // the row as an earlier version left it
		rec, err := mustRecord(w, id)
		if err != nil {
			return err
		}
		text := "---\ntitle: Plan\ndraft: true\n---\nOne.\n"
		r.blobs[oid(text)] = []byte(text)
		rec.Last.Blob = string(oid(text))
		return putJSON(w, bRecord, []byte(id), rec)
	})
	if err != nil {
		t.Fatal(err)
	}
	seq, _ := r.lib.Seq(t.Context())
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	paths, err := r.lib.WithdrawKeptBack(t.Context(), at)
	if err != nil || !slices.Equal(paths, []string{"guides/plan.md"}) {
		t.Fatal(paths, err)
	}
	r.unpublished("/guides/plan", "Plan")
	r.record("/guides/b")
	if now, _ := r.lib.Seq(t.Context()); now <= seq {
		t.Error("the change log has no entry for search")
	}
	if again, err := r.lib.WithdrawKeptBack(t.Context(), at); err != nil || len(again) != 0 {
		t.Error(again, err)
	}
}
