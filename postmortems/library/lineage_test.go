package library

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/postmortems"
)

// TestCommitsDecideWhichDocumentStays compares who has an address after pushes in which the
// comparison of the two trees says less than the commits.
func TestCommitsDecideWhichDocumentStays(t *testing.T) {
	const a, b = "guides/a.md", "guides/b.md"
	deleted := func(path string) postmortems.Change {
		return postmortems.Change{Status: postmortems.Deleted, Path: path}
	}
	changed := func(status postmortems.ChangeStatus, path, text string) postmortems.Change {
		return postmortems.Change{Status: status, Path: path, Blob: oid(text)}
	}
	for name, c := range map[string]struct {
		commits []edit
		net     []postmortems.Change
		want    map[string]string // path -> "A" or "B" for the document that was there, "new", or what the address says
	}{
		"renamed onto a removed document": {
			[]edit{{b: ""}, {a + " -> " + b: ""}},
			[]postmortems.Change{deleted(a), changed(postmortems.Modified, b, "# A\n")},
			map[string]string{a: "redirect to b", b: "A"},
		},
		"removed and written again": {
			[]edit{{a: ""}, {a: "# A again\n"}},
			[]postmortems.Change{changed(postmortems.Modified, a, "# A again\n")},
			map[string]string{a: "A", b: "B"},
		},
		"renamed away, and another in its place": {
			[]edit{{a + " -> guides/c.md": ""}, {a: "# New\n"}},
			[]postmortems.Change{changed(postmortems.Modified, a, "# New\n"), changed(postmortems.Added, "guides/c.md", "# A\n")},
			map[string]string{a: "new", "guides/c.md": "A", b: "B"},
		},
		"renamed there and back": {
			[]edit{{a + " -> guides/c.md": ""}, {"guides/c.md -> " + a: "# A changed\n"}},
			[]postmortems.Change{changed(postmortems.Modified, a, "# A changed\n")},
			map[string]string{a: "A", b: "B", "guides/c.md": "nothing"},
		},
		"written and removed": {
			[]edit{{"guides/c.md": "# C\n"}, {"guides/c.md": "", a: "# A changed\n"}},
			[]postmortems.Change{changed(postmortems.Modified, a, "# A changed\n")},
			map[string]string{a: "A", b: "B", "guides/c.md": "nothing"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t)
			r.pushEdit(edit{a: "# A\n", b: "# B\n"})
			names := map[string]string{r.record("/guides/a").ID: "A", r.record("/guides/b").ID: "B"}
			var commits []postmortems.Commit
			for _, e := range c.commits {
				commits = append(commits, r.commit(e))
			}
			r.push(r.changeSet(commits, c.net))
			got := map[string]string{}
			for path := range c.want {
				words := r.lookupWords(path)
				if f, err := r.lib.Lookup(t.Context(), postmortems.Address(path)); err == nil && f.Record != nil {
					words = "new"
					if name, ok := names[f.Record.ID]; ok {
						words = name
					}
				} else if words == "redirect /guides/b" {
					words = "redirect to b"
				}
				got[path] = words
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
