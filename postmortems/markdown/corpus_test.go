package markdown

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/realdata"
	"github.com/postern/postern/postmortems"
)

// corpus returns all documents as if they were below guides/. Front matter is cut off roughly.
func corpus(t *testing.T) []postmortems.BodyInput {
	t.Helper()
	root := realdata.Find(t, "corpus")
	var docs []postmortems.BodyInput
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		if err != nil || entry.IsDir() || strings.HasPrefix(name, "LICENSE") || name == "SOURCES.md" {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		docs = append(docs, bodyOf(path.Join("guides", filepath.ToSlash(rel)), data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// bodyOf returns the input for the renderer.
func bodyOf(name string, data []byte) postmortems.BodyInput {
	data = bytes.ReplaceAll(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), []byte("\r\n"), []byte("\n"))
	in := postmortems.BodyInput{Path: name, Markdown: data, FirstLine: 1}
	for _, fence := range []string{"---\n", "+++\n"} {
		if rest, ok := bytes.CutPrefix(data, []byte(fence)); ok {
			if front, body, ok := bytes.Cut(rest, []byte("\n"+fence)); ok {
				in.Markdown, in.FirstLine = body, 4+bytes.Count(front, []byte("\n"))
			}
		}
	}
	return in
}

// TestCorpus renders every real document within the limits. Links without a target among the
// documents are counted and, with -v, listed.
func TestCorpus(t *testing.T) {
	docs := corpus(t)
	if len(docs) < 900 {
		t.Fatalf("only %d documents", len(docs))
	}
	exists := map[string]bool{}
	for _, d := range docs {
		exists[d.Path] = true
	}
	r := New(Options{})
	var in, out, open, lost int
	warnings := map[string]int{}
	for _, d := range docs {
		body, problems, err := r.RenderBody(context.Background(), d)
		if err != nil {
			t.Errorf("%s: %v", d.Path, err)
			continue
		}
		if v := violations(body.HTML); len(v) > 0 {
			t.Errorf("%s: %q", d.Path, v)
		}
		if escapes(body.HTML) {
			t.Errorf("%s closes its article", d.Path)
		}
		for _, p := range problems {
			warnings[p.Rule]++
			if p.Weight == postmortems.Error {
				t.Error(p)
			} else {
				t.Log(p)
			}
		}
		for _, l := range body.Links {
			open++
			if !anyExists(exists, l.Candidates) {
				lost++
				t.Logf("%s:%d:%d: no target: %s", d.Path, l.Line, l.Col, l.Raw)
			}
		}
		in, out = in+len(d.Markdown), out+len(body.HTML)
	}
	t.Logf("%d documents, %d bytes of Markdown, %d of HTML; %d links inside the repository, %d without a target; warnings %v",
		len(docs), in, out, open, lost, warnings)
}

// anyExists reports whether one of the candidates exists.
func anyExists(exists map[string]bool, candidates []string) bool {
	for _, c := range candidates {
		if exists[c] {
			return true
		}
	}
	return false
}
