package sandbox

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/markdown"
)

// documents returns n different documents of about 4 KiB, made from the golden inputs.
func documents(b *testing.B, n int) []postmortems.BodyInput {
	files, err := filepath.Glob("../testdata/golden/*.md")
	if err != nil || len(files) == 0 {
		b.Fatal(err)
	}
	parts := make([]string, len(files))
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		parts[i] = string(data)
	}
	docs := make([]postmortems.BodyInput, n)
	for i := range docs {
		var text strings.Builder
		fmt.Fprintf(&text, "# Document %d\n\n", i)
		for j := i; text.Len() < 4<<10; j++ {
			text.WriteString(parts[j%len(parts)] + "\n\n")
		}
		docs[i] = postmortems.BodyInput{Path: fmt.Sprintf("guides/d%d.md", i), Markdown: []byte(text.String()), FirstLine: 1}
	}
	return docs
}

// BenchmarkRender compares rendering 1,000 documents in this process with rendering them through a
// pool, both on all processors.
func BenchmarkRender(b *testing.B) {
	docs := documents(b, 1000)
	run := func(r postmortems.BodyRenderer, callers int) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				renderAll(b, r, docs, callers)
			}
			b.ReportMetric(float64(len(docs)*b.N)/b.Elapsed().Seconds(), "docs/s")
		}
	}
	b.Run("direct", run(markdown.New(markdown.Options{}), 2))
	b.Run("pool", run(newPool(b, Options{}), 4))
}

func renderAll(b *testing.B, r postmortems.BodyRenderer, docs []postmortems.BodyInput, callers int) {
	next := make(chan postmortems.BodyInput)
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for in := range next {
				if _, _, err := r.RenderBody(context.Background(), in); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for _, in := range docs {
		next <- in
	}
	close(next)
	wg.Wait()
}

// BenchmarkReply measures the codec alone.
func BenchmarkReply(b *testing.B) {
	in := documents(b, 1)[0]
	body, problems, err := markdown.New(markdown.Options{}).RenderBody(context.Background(), in)
	if err != nil {
		b.Fatal(err)
	}
	payload := encodeReply(reply{body: body, problems: problems})
	b.SetBytes(int64(len(payload)))
	for b.Loop() {
		if _, err := decodeReply(encodeReply(reply{body: body, problems: problems})); err != nil {
			b.Fatal(err)
		}
	}
}
