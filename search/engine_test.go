package search

import (
	"testing"
	"testing/synctest"
	"time"

	index "github.com/blevesearch/bleve_index_api"
)

// stuckIndex is an index whose Close waits until released is closed.
type stuckIndex struct {
	index.Index
	released chan struct{}
}

func (s stuckIndex) Close() error {
	<-s.released
	return nil
}

// A damaged index that cannot be closed must not keep its successor from serving.
func TestCloseAbandonsAStuckEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stuckIndex{released: make(chan struct{})}
		defer close(s.released)
		g := &engine{store: s}
		began := time.Now() // of the bubble, whose time is no wall clock
		if err := g.close(); err == nil {
			t.Error("closing a stuck engine reports no error")
		}
		if took := time.Since(began); took != closeWait {
			t.Errorf("close returned after %v, want %v", took, closeWait)
		}
	})
}

// close waits for batches that are not on disk yet, but not longer than saveWait.
func TestCloseWaitsForBatches(t *testing.T) {
	for name, c := range map[string]struct{ saved, want time.Duration }{
		"saved soon": {time.Second, time.Second},
		"lost":       {time.Hour, saveWait},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := stuckIndex{released: make(chan struct{})}
				close(s.released)
				g := &engine{store: s, queue: index.NewAnalysisQueue(0)}
				g.unsaved.Add(1)
				time.AfterFunc(c.saved, g.unsaved.Done)
				began := time.Now()
				if err := g.close(); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took != c.want {
					t.Errorf("close returned after %v, want %v", took, c.want)
				}
				time.Sleep(c.saved) // let the waiting goroutine end
			})
		})
	}
}
