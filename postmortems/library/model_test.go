package library

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/base/campaign"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// modelDoc is a document of the model.
type modelDoc struct{ id, title, tag, link string }

func (d modelDoc) text() string {
	return fmt.Sprintf("---\ntags: [%s]\n---\n# %s\n[to](/%s)\n", d.tag, d.title, d.link)
}

// model is the simplest form of a library: what every address and id means after a
// series of pushes.
type model struct {
	docs      map[string]modelDoc // by path
	redirects map[string]string   // path -> id
	gone      map[string]string   // path -> id
	removed   map[string]string   // id -> last title
	revisions map[string]int      // id -> number of revisions
}

func newModel() *model {
	return &model{map[string]modelDoc{}, map[string]string{}, map[string]string{}, map[string]string{}, map[string]int{}}
}

// put makes a document the one at a path.
func (m *model) put(path string, d modelDoc) {
	delete(m.redirects, path)
	delete(m.gone, path)
	m.docs[path] = d
	m.revisions[d.id]++
}

func (m *model) remove(path string) {
	d := m.docs[path]
	delete(m.docs, path)
	m.gone[path] = d.id
	m.removed[d.id] = d.title
	m.revisions[d.id]++
}

func (m *model) rename(from, to string, d modelDoc) {
	delete(m.docs, from)
	m.redirects[from] = d.id
	m.put(to, d)
}

// pathOf returns the path of a published document; "" when it is removed.
func (m *model) pathOf(id string) string {
	for path, d := range m.docs {
		if d.id == id {
			return path
		}
	}
	return ""
}

// lookup returns what a path means, in words.
func (m *model) lookup(path string) string {
	if d, ok := m.docs[path]; ok {
		return "document " + d.id + " " + d.title
	}
	if id, ok := m.redirects[path]; ok {
		if to := m.pathOf(id); to != "" {
			return "redirect " + postmortems.Address(to)
		}
		return "gone " + id + " " + m.removed[id]
	}
	if id, ok := m.gone[path]; ok {
		return "gone " + id + " " + m.removed[id]
	}
	return "nothing"
}

// target returns the path that a link to a path resolves to; "" when it is broken.
func (m *model) target(path string) string {
	if _, ok := m.docs[path]; ok {
		return path
	}
	return m.pathOf(m.redirects[path])
}

// backlinks returns the titles of the documents with a link to the one at a path.
func (m *model) backlinks(path string) []string {
	titles := []string{}
	for from, d := range m.docs {
		if from != path && m.target(d.link) == path {
			titles = append(titles, d.title)
		}
	}
	slices.Sort(titles)
	return titles
}

// lookupWords is Lookup in the words of the model.
func (r *repo) lookupWords(path string) string {
	f, err := r.lib.Lookup(r.t.Context(), postmortems.Address(path))
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return "nothing"
	case err != nil:
		return err.Error()
	}
	return foundWords(f)
}

func foundWords(f Found) string {
	switch {
	case f.Record != nil:
		return "document " + f.Record.ID + " " + f.Record.Title
	case f.Redirect != "":
		return "redirect " + f.Redirect
	case f.Gone != nil:
		return "gone " + f.Gone.ID + " " + f.Gone.Last.Title
	}
	return "file"
}

// check compares everything that the library says with the model.
func (m *model) check(t *testing.T, r *repo, paths []string) {
	t.Helper()
	tree, tags := map[string]postmortems.OID{}, map[string]int{}
	for _, path := range paths {
		if diff := cmp.Diff(m.lookup(path), r.lookupWords(path)); diff != "" {
			t.Errorf("%s:\n%s", path, diff)
		}
		if d, ok := m.docs[path]; ok {
			tree[path] = oid(d.text())
			tags[d.tag]++
			m.checkPage(t, r, path)
		}
	}
	got, err := r.lib.Tree(t.Context())
	if diff := cmp.Diff(tree, got); diff != "" || err != nil {
		t.Errorf("tree: %v\n%s", err, diff)
	}
	for _, f := range []Filter{{}, {Kind: postmortems.Guide}} {
		counts, err := r.lib.Counts(t.Context(), FacetTag, f)
		if diff := cmp.Diff(m.counts(f.Kind), append([]Count{}, counts...)); diff != "" || err != nil {
			t.Errorf("counts of %+v: %v\n%s", f, err, diff)
		}
	}
	list, _, err := r.lib.List(t.Context(), Filter{})
	if n, err := r.lib.Size(t.Context()); n != len(m.docs) || err != nil || len(list) != n {
		t.Errorf("size %d, listed %d, %v", n, len(list), err)
	}
	if err != nil {
		t.Error(err)
	}
	for id, n := range m.revisions {
		m.checkHistory(t, r, id, n)
	}
}

// counts returns how many documents have each tag, the most frequent first.
func (m *model) counts(kind postmortems.Kind) []Count {
	n, out := map[string]int{}, []Count{}
	for path, d := range m.docs {
		if k, _ := postmortems.KindOf(path); kind == "" || k == kind {
			n[d.tag]++
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(n)) {
		out = append(out, Count{tag, n[tag]})
	}
	slices.SortStableFunc(out, func(a, b Count) int { return b.N - a.N })
	return out
}

func (m *model) checkPage(t *testing.T, r *repo, path string) {
	t.Helper()
	d := m.docs[path]
	p, err := r.lib.Page(t.Context(), d.id, "")
	if err != nil {
		t.Errorf("page of %s: %v", path, err)
		return
	}
	from := []string{}
	for _, b := range p.Backlinks {
		from = append(from, b.Title)
	}
	slices.Sort(from)
	if diff := cmp.Diff(m.backlinks(path), from); diff != "" {
		t.Errorf("backlinks of %s:\n%s", path, diff)
	}
	want := ResolvedLink{Broken: true}
	if to := m.target(d.link); to != "" {
		want = ResolvedLink{Address: postmortems.Address(to)}
	}
	if diff := cmp.Diff([]ResolvedLink{want}, p.Links); diff != "" {
		t.Errorf("links of %s:\n%s", path, diff)
	}
}

// checkHistory compares what an id means and its revisions.
func (m *model) checkHistory(t *testing.T, r *repo, id string, n int) {
	t.Helper()
	want := "gone " + id + " " + m.removed[id]
	if path := m.pathOf(id); path != "" {
		want = "document " + id + " " + m.docs[path].title
	}
	f, err := r.lib.ByID(t.Context(), id)
	if got := foundWords(f); got != want || err != nil {
		t.Errorf("ByID(%s) = %s, %v, want %s", id, got, err, want)
	}
	revs, err := r.lib.Revisions(t.Context(), id)
	if err != nil || len(revs) != n {
		t.Errorf("%s has %d revisions, %v, want %d", id, len(revs), err, n)
		return
	}
	for i, rev := range revs {
		if rev.Number != n-i || rev.Removed != (i == 0 && strings.HasPrefix(want, "gone")) {
			t.Errorf("%s: revision %d of %d is %+v", id, i, n, rev)
		}
	}
}

// step makes one random push and the same change of the model, and returns what it did.
func (m *model) step(rng *rand.Rand, r *repo, paths []string) string {
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	present := slices.Sorted(maps.Keys(m.docs))
	path := pick(paths)
	d, exists := m.docs[path]
	switch action := rng.IntN(4); {
	case action == 0 && exists:
		m.remove(path)
		r.pushEdit(edit{path: ""})
		return "remove " + path
	case action == 1 && !exists && len(present) > 0:
		from := pick(present)
		d := m.docs[from]
		m.rename(from, path, d)
		r.pushEdit(edit{from + " -> " + path: ""})
		return "rename " + from + " to " + path
	}
	d.title, d.tag, d.link = fmt.Sprintf("Title %d", r.n), pick([]string{"x", "y"}), pick(paths)
	e := edit{path: d.text()}
	c := r.commit(e)
	if !exists {
		d.id = postmortems.PermalinkID(c.ID, path)
	}
	m.put(path, d)
	r.push(r.changeSet([]postmortems.Commit{c}, nil))
	return "write " + path + " with a link to " + d.link
}

// TestCampaignPushesMatchAModel holds that after any series of pushes every address, id,
// link, list and count is that of a simple model.
func TestCampaignPushesMatchAModel(t *testing.T) {
	rng := campaign.Rand(t)
	paths := []string{"guides/a.md", "guides/b.md", "runbooks/c.md", "guides/sub/d.md"}
	for range campaign.Size(4, 100) {
		r, m := newRepo(t), newModel()
		var done []string
		for range 25 {
			done = append(done, m.step(rng, r, paths))
			if m.check(t, r, paths); t.Failed() {
				t.Fatalf("after:\n%s", strings.Join(done, "\n"))
			}
		}
	}
}
