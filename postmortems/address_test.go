package postmortems

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestKindAndAddress(t *testing.T) {
	for path, want := range map[string]struct {
		kind    Kind
		address string
	}{
		"postmortems/2026/pool.md":         {Postmortem, "/postmortems/2026/pool"},
		"guides/README.md":                 {Guide, "/guides/README"},
		"runbooks/Über uns/db #1.md":       {Runbook, "/runbooks/%C3%9Cber%20uns/db%20%231"},
		"training/a.markdown":              {Training, "/training/a.markdown"},
		"guides/x.html.md":                 {Guide, "/guides/x.html"},
		"README.md":                        {Page, "/pages/README"},
		"guides.md":                        {Page, "/pages/guides"},
		"slos.md":                          {Page, "/pages/slos"},
		"team/oncall.md":                   {Page, "/pages/team/oncall"},
		"pages/x.md":                       {Page, "/pages/pages/x"},
		"Postmortems/x.md":                 {Page, "/pages/Postmortems/x"},
		"standards/100%.md":                {Standard, "/standards/100%25"},
		"drills/断网演练.md":                   {Drill, "/drills/%E6%96%AD%E7%BD%91%E6%BC%94%E7%BB%83"},
		"frameworks/a.md.md":               {Framework, "/frameworks/a.md"},
		"guides/x.html.md.erb":             {"", ""},
		"slos/checkout.md":                 {"", ""},
		"services/a.md":                    {"", ""},
		"reports/words/weekly/2026-W47.md": {"", ""},
		"search/notes.md":                  {"", ""},
		"guides/.hidden.md":                {"", ""},
		".github/x.md":                     {"", ""},
		"guides/a.png":                     {"", ""},
		"guides/a.MD":                      {"", ""},
		"guides//a.md":                     {"", ""},
		"guides/../a.md":                   {"", ""},
		"":                                 {"", ""},
	} {
		kind, ok := KindOf(path)
		if kind != want.kind || ok != (want.kind != "") {
			t.Errorf("KindOf(%q) = %q %v", path, kind, ok)
		}
		if !ok {
			continue
		}
		if got := Address(path); got != want.address {
			t.Errorf("Address(%q) = %q, want %q", path, got, want.address)
		}
		if got := PathsFor(want.address); len(got) == 0 || got[0] != path {
			t.Errorf("PathsFor(%q) = %q, want %q first", want.address, got, path)
		}
	}
}

func TestPathsForFolders(t *testing.T) {
	index := func(dir string) []string {
		var out []string
		for _, n := range []string{"README.md", "index.md", "_index.md", "README.markdown", "index.markdown", "_index.markdown"} {
			out = append(out, dir+n)
		}
		return out
	}
	for address, want := range map[string][]string{
		"/guides/db":       append([]string{"guides/db.md"}, index("guides/db/")...),
		"/guides/db/":      append([]string{"guides/db.md"}, index("guides/db/")...),
		"/guides":          index("guides/"),
		"/pages":           index(""),
		"/pages/team":      append([]string{"team.md"}, index("team/")...),
		"/pages/guides":    {"guides.md"}, // the folder answers at /guides
		"/pages/guides/db": nil,
		"/":                nil,
		"":                 nil,
		"/search":          nil,
		"/pages/slos/a":    nil,
		"/guides/../a":     nil,
		"/guides/%2e%2e/a": nil,
		"/guides/a%2Fb":    nil,
		"/guides/a%00":     nil,
		"/guides/%zz":      nil,
		"/guides//a":       nil,
		"/guides/.git":     nil,
		"guides/a":         nil,
	} {
		if got := PathsFor(address); !slices.Equal(got, want) {
			t.Errorf("PathsFor(%q) =\n %q, want\n %q", address, got, want)
		}
	}
}

func TestFileAddress(t *testing.T) {
	for path, want := range map[string]string{
		"img/a b.png": "/pages/img/a%20b.png", "guides/img/a.png": "/guides/img/a.png", "logo.svg": "/pages/logo.svg",
		"static/app.css": "/pages/static/app.css",
	} {
		got := FileAddress(path)
		if back, ok := FilePath(got); got != want || !ok || back != path {
			t.Errorf("FileAddress(%q) = %q, back %q %v", path, got, back, ok)
		}
	}
	for _, address := range []string{"/guides/.htaccess", "/pages/slos/a.yaml", "/guides/a.md", "/pages", "/static/app.css"} {
		if path, ok := FilePath(address); ok {
			t.Errorf("FilePath(%q) = %q", address, path)
		}
	}
}

// The id must be the one that git and sha256sum compute.
func TestPermalinkID(t *testing.T) {
	const want = "b3883b0ca916"
	if got := PermalinkID("1841cdd4b2f7b0f3b8bd4e0a2c8b0c6b7a1f0e9d", "postmortems/2026/pool.md"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"guides/a.md", "a/b/README.md", "池.md", "guides/a%2Fb.md", "x y?z#.md", "guides/a.markdown", "pages/pages.md",
		"guides.markdown.md"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		PathsFor(path)
		FilePath(path)
		if _, ok := KindOf(path); !ok || !utf8.ValidString(path) {
			return
		}
		address := Address(path)
		if u, err := url.Parse(address); err != nil || u.EscapedPath() != address || u.RawQuery != "" || u.Fragment != "" || u.Host != "" {
			t.Fatalf("Address(%q) = %q is not a plain path: %v", path, address, err)
		}
		for _, at := range []string{address, strings.TrimSuffix(address, "/") + "/"} {
			if !slices.Contains(PathsFor(at), path) {
				t.Fatalf("PathsFor(%q) = %q lacks %q", at, PathsFor(at), path)
			}
		}
		if folder, ok := folderAddress(path); ok && !slices.Contains(PathsFor(folder), path) {
			t.Fatalf("PathsFor(%q) = %q lacks %q", folder, PathsFor(folder), path)
		}
	})
}
