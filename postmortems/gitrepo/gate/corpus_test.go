package gate

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/postern/postern/postmortems"
)

// knownHit shows an inventory with an encrypted database password of 44 random
// characters: nobody can tell from the line that it opens nothing.
const knownHit = "pingcap-docs-cn/dm/manually-upgrade-dm-1.0-to-2.0.md"

// TestRealDocumentsPass holds the rules against real write-ups: a rule that
// refuses those is wrong.
func TestRealDocumentsPass(t *testing.T) {
	dir := filepath.Join(os.Getenv("POSTERN_SHARED"), "corpus")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no shared/corpus here: set POSTERN_SHARED to the folder that holds it")
	}
	s := NewScanner()
	var size int64
	var took time.Duration
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files++
		size += int64(len(data))
		start := time.Now()
		var problems []postmortems.Problem
		if p, bad := CheckPath(rel); bad {
			problems = append(problems, p)
		}
		if p, bad := CheckSize(rel, int64(len(data)), Sizes{Document: 1 << 20, Attachment: 10 << 20}); bad {
			problems = append(problems, p)
		}
		problems = append(problems, CheckContent(rel, data)...)
		for _, f := range s.Find(data) {
			if rel != knownHit {
				problems = append(problems, f.Problem(rel, ""))
			}
		}
		took += time.Since(start)
		for _, p := range problems {
			t.Errorf("%v", p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d bytes, %v", files, size, took)
}
