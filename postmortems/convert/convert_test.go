package convert

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// emptyBody is a BodyRenderer that returns an empty body.
type emptyBody struct{}

func (emptyBody) RenderBody(context.Context, postmortems.BodyInput) (postmortems.Body, []postmortems.Problem, error) {
	return postmortems.Body{}, nil, nil
}

// compile compiles a converted file and fails on every error that a push would report.
func compile(t *testing.T, f File) postmortems.Document {
	t.Helper()
	policy := postmortems.Policy{Now: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
	doc, problems, err := postmortems.Compile(context.Background(), f.Path, f.Data, policy, emptyBody{})
	if err != nil {
		t.Fatalf("%s: %v", f.Path, err)
	}
	for _, p := range problems {
		if p.Weight == postmortems.Error {
			t.Errorf("%v\n%s", p, f.Data)
		}
	}
	return doc
}

// only returns the one file of a result.
func only(t *testing.T, files []File) File {
	t.Helper()
	if len(files) != 1 {
		t.Fatalf("%d files, want 1", len(files))
	}
	return files[0]
}

// found reports whether a finding contains a text.
func found(findings []Finding, part string) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return strings.Contains(f.String(), part) })
}

// The samples of testdata/FORMAT become the files of testdata/golden.
func TestGolden(t *testing.T) {
	for _, name := range Formats() {
		t.Run(name, func(t *testing.T) {
			files, findings, err := Run(name, "", readTree(t, filepath.Join("testdata", name)))
			if err != nil || len(files) == 0 {
				t.Fatalf("%d files, %v", len(files), err)
			}
			var got strings.Builder
			for _, f := range files {
				got.WriteString("==> " + f.Path + "\n" + string(f.Data) + "\n")
				if _, ok := postmortems.KindOf(f.Path); ok {
					compile(t, f)
				}
			}
			for _, f := range findings {
				got.WriteString("finding: " + f.String() + "\n")
			}
			golden := filepath.Join("testdata", "golden", name+".txt")
			if os.Getenv("POSTERN_UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("differs from %s (POSTERN_UPDATE_GOLDEN=1 rewrites it):\n%s", golden, got.String())
			}
		})
	}
}

// readTree reads all files below a folder.
func readTree(t testing.TB, root string) []File {
	t.Helper()
	var out []File
	err := filepath.WalkDir(root, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		out = append(out, File{Path: filepath.ToSlash(rel), Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRunRefusesUnknownFormatsAndFolders(t *testing.T) {
	if _, _, err := Run("wiki", "", nil); fault.KindOf(err) != fault.Unsupported || !strings.Contains(fault.Message(err), "morgue-csv") {
		t.Errorf("unknown format: %v", err)
	}
	for _, folder := range []string{"slos", "search/x", "/"} {
		if _, _, err := Run("plain", folder, nil); fault.KindOf(err) != fault.Invalid {
			t.Errorf("folder %q: %v", folder, err)
		}
	}
}

func TestRunPlacesFilesAndMakesNamesUnique(t *testing.T) {
	sources := []File{
		{"A b.md", []byte("# one\n")}, {"a-B.md", []byte("# two\n")}, {"runbooks/x.md", []byte("# three\n")},
		{"slos/y.md", []byte("# four\n")}, {"pic 1.PNG", []byte{0x89}}, {"tool.sh", nil},
	}
	for folder, want := range map[string]string{
		"":        "postmortems/a-b-2.md postmortems/a-b.md postmortems/pic-1.png postmortems/slos/y.md runbooks/x.md",
		"wiki/Ab": "runbooks/x.md wiki/ab/a-b-2.md wiki/ab/a-b.md wiki/ab/pic-1.png wiki/ab/slos/y.md",
	} {
		files, findings, err := Run("plain", folder, sources)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range files {
			got = append(got, f.Path)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("folder %q:\n got %s\nwant %s", folder, strings.Join(got, " "), want)
		}
		if !found(findings, "tool.sh: left out") || !found(findings, "is the name of another file") {
			t.Errorf("findings: %v", findings)
		}
	}
}

func TestSafePath(t *testing.T) {
	for in, want := range map[string]string{
		"PM2020-007 - Unhealthy nodes.md": "pm2020-007-unhealthy-nodes.md",
		"../../etc/Passwd.md":             "etc/passwd.md",
		`..\..\x.md`:                      "x.md",
		".git/hooks/x.md":                 "git/hooks/x.md",
		"CON.md":                          "con-.md",
		"a/ReadMe.md":                     "a/README.md",
		"_index.md":                       "_index.md",
		"Überfall café.markdown":          "uberfall-cafe.md",
		"数据库 故障.md":                       "数据库-故障.md",
		"v1.2/notes.html.md":              "v1.2/notes.md",
		"x\x00y\n.md":                     "x-y.md",
		strings.Repeat("長", 300) + ".md":  strings.Repeat("長", nameRunes) + ".md",
	} {
		if got := safePath(in); got != want {
			t.Errorf("safePath(%q) = %q, want %q", in, got, want)
		}
	}
	if got := safePath("ひらがな.md"); !strings.HasPrefix(got, "untitled-") {
		t.Errorf("nothing to make a name of: %q", got)
	}
}

func TestPathDate(t *testing.T) {
	for in, want := range map[string]string{
		"2021-05/2021-05-09-negative.md": "2021-05-09",
		"2023-04/04-25-User.md":          "2023-04-25",
		"posts/2023-04-25/index.md":      "2023-04-25",
		"20230425 outage.md":             "2023-04-25",
		"PM2022-009 - x.md":              "",
		"2023-04/05-25-other.md":         "",
		"2023-13-40-x.md":                "",
		"1234567890123.md":               "",
	} {
		at, ok := pathDate(in)
		if got := at.Format(time.DateOnly); ok != (want != "") || ok && got != want {
			t.Errorf("pathDate(%q) = %s %v, want %q", in, got, ok, want)
		}
	}
}

func TestRelinkFollowsTheNewNames(t *testing.T) {
	in := "[a](Other%20Page.md#Part) [b](<Big File.md>) ![c](img/P%201.PNG) [d](./sub/KubeDown) [e](https://x.org/A b)\n" +
		"[f](#Here) [g](/Root.md)\n[ref]: ../Up.md \"t\"\n```\n[code](Other%20Page.md)\n```\n"
	want := "[a](other-page.md#Part) [b](big-file.md) ![c](img/p-1.png) [d](./sub/kubedown) [e](https://x.org/A b)\n" +
		"[f](#Here) [g](/root.md)\n[ref]: ../up.md \"t\"\n```\n[code](Other%20Page.md)\n```\n"
	if got := relink(in); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Front matter that a push would refuse for its size is moved to the text.
func TestHugeFrontMatterMovesToTheText(t *testing.T) {
	src := "---\nuuid: x\nkeywords:\n" + strings.Repeat("- some keyword of the incident\n", 2000) + "company: Big\n---\nBody stays.\n"
	files, findings := fromIcco("a.md", []byte(src))
	f := only(t, files)
	doc := compile(t, f)
	if doc.Title != "Big incident" || !strings.Contains(string(f.Data), "Body stays.") ||
		strings.Count(string(f.Data), "some keyword") != 2000 {
		t.Errorf("title %q", doc.Title)
	}
	if !found(findings, "exceeds its limits") {
		t.Errorf("findings: %v", findings)
	}
}

func TestUnreadableFrontMatterIsKept(t *testing.T) {
	for name, run := range map[string]Importer{"icco": fromIcco, "hugo": fromHugo} {
		files, findings := run("x.md", []byte("---\ntitle: {{ .Name }}\n---\n# Head\n\nText.\n"))
		f := only(t, files)
		if name == "hugo" {
			f.Path = "guides/" + f.Path
		}
		doc := compile(t, f)
		if doc.Title != "Head" || !strings.Contains(string(f.Data), "{{ .Name }}") || !found(findings, "cannot be read") {
			t.Errorf("%s: %q %v", name, doc.Title, findings)
		}
	}
}
