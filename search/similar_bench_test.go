package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkSimilar answers pastes over the synthetic library: an alert whose words
// are those of a document, and a page of log lines that have the common words of
// all. It reports the slowest hundredth beside the mean.
func BenchmarkSimilar(b *testing.B) {
	docs := synthetic(b, benchDocs(b))
	x := indexOf(b, docs...)
	queries := someQueries(docs, 64)
	alert := func(words []string) string {
		return fmt.Sprintf("[FIRING:1] PoolExhausted (eu-1)\nLabels:\n - alertname = PoolExhausted\n - pod = "+
			"a-7c9d8b6f5-x2kqp\nAnnotations:\n - summary = %s\n", strings.Join(words, " "))
	}
	log := func(words []string) string {
		var l strings.Builder
		for i := range 40 {
			fmt.Fprintf(&l, "2026-11-24T03:00:%02dZ ERROR %s\n", i, strings.Join(append(slices.Clone(queries[(i*7)%len(queries)]), words...), " "))
		}
		return l.String()
	}
	for _, c := range []struct {
		name string
		text func([]string) string
	}{{"alert", alert}, {"log", log}} {
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				began := time.Now()
				if _, err := x.Similar(b.Context(), SimilarRequest{Text: c.text(queries[i%len(queries)]), Fragments: true}); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
	b.Run("related", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := x.Related(b.Context(), docs[i%len(docs)].ID, 4); err != nil {
				b.Fatal(err)
			}
		}
	})
}
