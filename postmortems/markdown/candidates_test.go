package markdown

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/postern/postern/postmortems"
)

// TestCandidates checks which path comes first, and that there is none outside.
func TestCandidates(t *testing.T) {
	const page, img, wiki = postmortems.LinkPage, postmortems.LinkImage, postmortems.LinkWiki
	for _, c := range []struct {
		doc, dest string
		kind      postmortems.LinkKind
		want      string // the first ones, in this order
	}{
		{"a/b.md", "c.md", page, "a/c.md"},
		{"a/b.md", "./c.md", page, "a/c.md"},
		{"a/b.md", "../c.md", page, "c.md"},
		{"a/b.md", "../../c.md", page, ""},
		{"b.md", "c.md", page, "c.md"},
		{"g/p/s/d.md", "/x.md", page, "x.md g/x.md g/p/x.md g/p/s/x.md"},
		{"g/p/d.md", "/media/x.png", img, "media/x.png g/media/x.png g/p/media/x.png"},
		{"a/b.md", "c", page, "a/c a/c.md a/c/index.md a/c/_index.md a/c/README.md"},
		{"a/b.md", "v1.2", page, "a/v1.2 a/v1.2.md"},
		{"a/b.md", "c/", page, "a/c/index.md a/c/_index.md a/c/README.md a/c/index.html.md a/c.md"},
		{"a/b.md", "..", page, "index.md _index.md README.md"},
		{"a/b.md", "../..", page, ""},
		{"a/b/c.md", "../..", page, "index.md _index.md README.md index.html.md"},
		{"a/b.md", "./", page, "a/index.md a/_index.md a/README.md"},
		{"a/b.html.md", "c.html", page, "a/c.html.md a/c.md a/c.html"},
		{"a/b.md", "../c/", page, "c/index.md c/_index.md c/README.md c/index.html.md c.md c.html.md a/c/index.md"},
		{"a/b.md", `img\c.png`, img, "a/img/c.png"},
		{"a/b.md", "Some Title", wiki, "a/Some~Title a/Some~Title.md"},
		{"a/b.md", "runbooks/db.md", wiki, "a/runbooks/db.md runbooks/db.md"},
		{"a/b.md", "/", page, "index.md _index.md README.md"},
	} {
		got := candidates(c.doc, c.dest, c.kind)
		want := []string{}
		for w := range strings.FieldsSeq(c.want) {
			want = append(want, strings.ReplaceAll(w, "~", " "))
		}
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) || c.want == "" && len(got) > 0 {
			t.Errorf("%s on %s: %q, want %q first", c.dest, c.doc, got, want)
		}
	}
}

// TestCandidatesStayInside: for every destination, candidates are clean relative paths inside the
// repository, each once, and few.
func TestCandidatesStayInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dest := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"..", ".", "/", "a", "b.md", "c.html", "%", " ", "\\", "é", "x/"}), 0,
			12).Draw(t, "dest"), "")
		kind := rapid.SampledFrom([]postmortems.LinkKind{postmortems.LinkPage, postmortems.LinkImage, postmortems.LinkWiki}).Draw(t, "kind")
		got := candidates("g/h/i/d.md", dest, kind)
		for i, p := range got {
			if p == "" || p[0] == '/' || p == ".." || strings.HasPrefix(p, "../") || strings.Contains(p, "//") || strings.Contains(p, "/../") ||
				slices.Contains(got[:i], p) {
				t.Fatalf("%q gives %q", dest, got)
			}
		}
		if len(got) > maxCandidates {
			t.Fatalf("%d candidates", len(got))
		}
	})
}
