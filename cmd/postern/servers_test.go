package main

import (
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// servers remembers the running server of each script by its work folder:
// testscript gives custom commands no place of their own to keep it.
var servers serverSet

type serverSet struct {
	mu sync.Mutex
	m  map[string]*running
}

func (s *serverSet) put(ts *testscript.TestScript, r *running) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil {
		s.m = map[string]*running{}
	}
	s.m[ts.Getenv("WORK")] = r
}

func (s *serverSet) take(ts *testscript.TestScript) *running {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.m[ts.Getenv("WORK")]
	if r == nil {
		ts.Fatalf("no server runs")
	}
	delete(s.m, ts.Getenv("WORK"))
	return r
}
