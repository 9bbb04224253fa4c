package convert

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/postern/postern/postmortems"
)

// fuzz checks that an importer accepts any input and returns text at paths that a push accepts, with
// readable front matter.
func fuzz(f *testing.F, name string, run Importer) {
	for _, src := range readTree(f, filepath.Join("testdata", name)) {
		f.Add(src.Path, src.Data)
	}
	f.Add("", []byte("---\n"))
	f.Add("../\x00.md", []byte("+++\na = [\n+++\n{{< hint >}}{{% /hint %}}{{< /hint >}}"))
	f.Add("a.csv", []byte("a,a\n\"x"))
	f.Fuzz(func(t *testing.T, p string, src []byte) {
		files, findings := run(p, src)
		for _, finding := range findings {
			if s := finding.String(); strings.ContainsAny(s, "\n\x00") {
				t.Errorf("finding %q", s)
			}
		}
		for _, file := range files {
			if !utf8.Valid(file.Data) {
				t.Errorf("%q is not text", file.Path)
			}
			if strings.HasPrefix(file.Path, "/") || strings.Contains("/"+file.Path+"/", "/../") {
				t.Errorf("path %q leaves the folder", file.Path)
			}
			_, problems, err := postmortems.Compile(context.Background(), "postmortems/x.md", file.Data, postmortems.Policy{}, emptyBody{})
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range problems {
				if problem.Weight == postmortems.Error && !kept(findings) {
					t.Errorf("%v\n%q", problem, file.Data)
				}
			}
		}
	})
}

// kept reports whether a file kept its own front matter, valid or not.
func kept(findings []Finding) bool { return found(findings, "was not changed") }

func FuzzIcco(f *testing.F)   { fuzz(f, "icco", fromIcco) }
func FuzzDanluu(f *testing.F) { fuzz(f, "danluu", fromDanluu) }
func FuzzMorgue(f *testing.F) { fuzz(f, "morgue-csv", fromMorgue) }
func FuzzHugo(f *testing.F)   { fuzz(f, "hugo", fromHugo) }
func FuzzPlain(f *testing.F)  { fuzz(f, "plain", fromPlain) }
