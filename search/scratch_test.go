package search

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/blevesearch/bleve/v2/document"
)

func TestScratchSize(t *testing.T) {
	if os.Getenv("SCRATCH") == "" {
		t.Skip()
	}
	docs := synthetic(t, 5000)
	var pos, toks, distinct int
	c := newComposer()
	for _, d := range docs[:500] {
		doc := c.compose(d)
		for _, f := range doc.Fields {
			if f.Name() == posField {
				pos += len(f.Value())
			}
		}
		toks += len(c.stream)
		distinct += len(c.hashes)
	}
	fmt.Println("pos", pos/500, "tokens", toks/500, "distinct", distinct/500)
	for _, drop := range []string{"", "pos", "word", "title", "term", "keywords"} {
		x, err := Open(t.Context(), quiet(t.TempDir(), memory{}))
		if err != nil {
			t.Fatal(err)
		}
		x.compose = func(c *composer, d Document) (*composed, error) {
			doc, err := composeSafely(c, d)
			if err != nil {
				return nil, err
			}
			out := document.NewDocument(d.ID)
			for _, f := range doc.Fields {
				n := f.Name()
				kw := !strings.Contains("_pos word title term", n)
				if n == posField && drop == "pos" || n == drop || kw && drop == "keywords" {
					continue
				}
				out.Fields = append(out.Fields, f)
			}
			return out, nil
		}
		if err := x.Rebuild(t.Context(), contents(1, docs...)); err != nil {
			t.Fatal(err)
		}
		es, _ := os.ReadDir(x.opt.Dir + "/index")
		for _, e := range es {
			i, _ := e.Info()
			fmt.Print(e.Name(), " ", i.Size(), "; ")
		}
		fmt.Println("without", drop, folderSize(t, x.opt.Dir)/int64(len(docs)))
		x.Close()
	}
}
