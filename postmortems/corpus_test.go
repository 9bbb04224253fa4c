package postmortems

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/realdata"
)

// corpusFolder returns the folder in which the documents of a source would be stored.
func corpusFolder(source string) string {
	if strings.Contains(source, "post") || source == "optimism" || strings.HasSuffix(source, "-blog") {
		return "postmortems/"
	}
	return "guides/"
}

// Real documents, written for other tools, are accepted, except for front matter that is a
// template for another tool: it is refused, with its line.
func TestCorpusIsAccepted(t *testing.T) {
	corpus := realdata.Find(t, "corpus")
	refused := map[string]string{}
	documents, rows, actions := 0, 0, 0
	err := filepath.WalkDir(corpus, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(corpus, file)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		source, _, _ := strings.Cut(rel, "/")
		path := corpusFolder(source) + rel
		if _, ok := KindOf(path); !ok {
			return nil
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		doc, problems, err := Compile(context.Background(), path, src, testPolicy(), lineRenderer{})
		if err != nil {
			return err
		}
		documents, rows, actions = documents+1, rows+len(doc.Timeline), actions+len(doc.Actions)
		if doc.Title == "" {
			t.Errorf("%s has no title", rel)
		}
		for _, p := range problems {
			if p.Weight == Error {
				refused[rel] = p.String()
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d documents, %d timeline rows, %d actions", documents, rows, actions)
	for rel, at := range map[string]string{"quirks/etcd-website/archetypes/blog.md": "2:9",
		"quirks/linkerd-website/linkerd.io/archetypes/default.md": "2:8"} {
		if !strings.Contains(refused[rel], ":"+at+": error:") || !strings.Contains(refused[rel], ruleFrontTemplate) {
			t.Errorf("%s want refused at its line: %q", rel, refused[rel])
		}
		delete(refused, rel)
	}
	for rel, problem := range refused {
		t.Errorf("%s was refused: %s", rel, problem)
	}
	if documents < 800 || rows < 300 {
		t.Errorf("only %d documents with %d timeline rows", documents, rows)
	}
}
