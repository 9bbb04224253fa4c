package gitrepo

import (
	"sync/atomic"
	"testing"

	"github.com/postern/postern/portal/base/fault"
)

// A push that does not fit is refused before it is read, and one that grows too large before
// it is published. Existing documents stay readable, and branches can be deleted.
func TestPushesNeedDiskSpace(t *testing.T) {
	var free atomic.Int64
	free.Store(1 << 40)
	s := newSite(t, func(o *Options) {
		o.CheckSpace = func(n int64) error {
			if n > free.Load() {
				return fault.New(fault.Full, "test", "the server's disk is almost full; free some space")
			}
			return nil
		}
	})
	a := s.author()
	a.write("a.md", "# A\n")
	tip := a.commit("first")
	a.git("push", "origin", "main", "main:idea")
	for _, left := range []int64{0, 64, 600} { // none, less than the request, less than its unpacked size
		free.Store(left)
		a.write("a.md", "# A2 "+compressible())
		a.commit("second")
		a.refused([]string{"disk is almost full"}, "origin", "main")
		if s.repo.Tip("main") != tip || len(s.leftovers()) > 0 {
			t.Fatalf("with %d bytes: tip %s, left %v", left, s.repo.Tip("main"), s.leftovers())
		}
		if out := a.git("ls-remote", "origin", "main"); out[:40] != string(tip) {
			t.Errorf("reading: %s", out)
		}
	}
	free.Store(0)
	a.git("push", "origin", ":idea") // takes nothing
	free.Store(1 << 40)
	a.git("push", "origin", "main")
	s.sound()
}

// compressible returns a text that takes few bytes in a pack.
func compressible() string {
	b := make([]byte, 20_000)
	for i := range b {
		b[i] = 'x'
	}
	return string(b)
}
