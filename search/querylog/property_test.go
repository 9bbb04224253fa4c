package querylog

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestWhenItIsWrittenChangesNothing: the same searches give the same gaps whether
// they are written at once, now and then, or at the end; every search is counted
// once, and no more results are opened than searches were watched.
func TestWhenItIsWrittenChangesNothing(t *testing.T) {
	texts := []string{"pool", "pool ex", "pool exhausted", "Pool  Exhausted", "kafka", "ana@example.org", "连接池", ""}
	lazy, eager := newBench(t), newBench(t) // each run in years of its own
	rapid.Check(t, func(rt *rapid.T) {
		for _, b := range []*bench{lazy, eager} {
			b.pass(2 * keptDays * 24 * time.Hour)
		}
		first := day(lazy.now)
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			page := rapid.SampledFrom([]string{"", "a", "b"}).Draw(rt, "page")
			text := rapid.SampledFrom(texts).Draw(rt, "text")
			pause := time.Duration(rapid.SampledFrom([]int{0, 1, 4, 6, 3000, 90_000}).Draw(rt, "pause")) * time.Second
			open := rapid.Bool().Draw(rt, "open")
			asked := Search{Page: page, Text: text, Found: rapid.IntRange(0, 2).Draw(rt, "found"), Typing: rapid.Bool().Draw(rt, "typing")}
			for _, b := range []*bench{lazy, eager} {
				b.pass(pause)
				if open {
					b.Opened(page, text)
				} else {
					b.Asked(asked)
				}
			}
			if rapid.Bool().Draw(rt, "write") {
				if err := eager.Flush(t.Context()); err != nil {
					rt.Fatal(err)
				}
			}
		}
		var all [2]Gaps
		for i, b := range []*bench{lazy, eager} {
			b.pass(2 * foldWithin)
			if err := b.Flush(t.Context()); err != nil {
				rt.Fatal(err)
			}
			g, err := b.Gaps(t.Context(), first, day(b.now).AddDate(0, 0, 1))
			if err != nil {
				rt.Fatal(err)
			}
			all[i] = g
		}
		if !reflect.DeepEqual(all[0].rows(), all[1].rows()) || all[0].Searches != all[1].Searches || all[0].Empty != all[1].Empty {
			rt.Fatalf("written at the end %q, now and then %q", fmt.Sprint(all[0].rows(), all[0].Searches),
				fmt.Sprint(all[1].rows(), all[1].Searches))
		}
		for _, g := range all[1].Gaps {
			if g.Empty > g.Asked || g.Watched > g.Asked || g.Asked == 0 {
				rt.Fatalf("counted %+v", g)
			}
		}
	})
}
