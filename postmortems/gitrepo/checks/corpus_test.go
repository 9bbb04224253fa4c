package checks

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/realdata"
	"github.com/postern/postern/postmortems"
)

// isExpected reports whether a problem was reviewed and is correct: templates of another
// tool, a document without extension, encrypted database passwords (the line does not show
// that they are useless), and the token that an incident was about.
func isExpected(p postmortems.Problem) bool {
	switch p.Rule {
	case RuleFileType:
		return strings.HasSuffix(p.Path, ".erb") || strings.Contains(p.Path, "PM2022-009")
	case RuleSecret:
		return strings.HasSuffix(p.Path, "dm/manually-upgrade-dm-1.0-to-2.0.md") ||
			strings.HasSuffix(p.Path, "dm/task-configuration-file-full.md") && p.Line == 43 ||
			strings.HasSuffix(p.Path, "leaked-admin-personal-access-token.md") && p.Line == 65
	}
	return false
}

// TestRealDocumentsPass applies the rules to real documents: a rule that refuses them is
// wrong.
func TestRealDocumentsPass(t *testing.T) {
	dir := realdata.Find(t, "corpus")
	s := NewScanner()
	var size int64
	files, refused := 0, 0
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
		var problems []postmortems.Problem
		if p, bad := CheckPath(rel, MaxDepth); bad {
			problems = append(problems, p)
		}
		if p, bad := CheckSize(rel, int64(len(data)), Sizes{Document: 1 << 20, Attachment: 10 << 20}); bad {
			problems = append(problems, p)
		}
		problems = append(problems, CheckContent(rel, data)...)
		for _, f := range find(s, data) {
			problems = append(problems, f.Problem(rel, ""))
		}
		for _, p := range problems {
			if refused++; !isExpected(p) {
				t.Errorf("%v", p)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d bytes, %d problems", files, size, refused)
}
