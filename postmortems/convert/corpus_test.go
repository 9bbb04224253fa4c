package convert

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/realdata"
	"github.com/postern/postern/postmortems"
)

// startGiven matches front matter with a start.
var startGiven = regexp.MustCompile(`(?m)^start_time: *\d`)

func TestCorpusIcco(t *testing.T) {
	documents, timed := 0, 0
	var all []File
	for _, src := range readTree(t, filepath.Join(realdata.Find(t, "corpus"), "icco-postmortems")) {
		if !strings.HasSuffix(src.Path, ".md") {
			continue
		}
		all = append(all, src)
		files, findings := fromIcco(src.Path, src.Data)
		doc := compile(t, only(t, files))
		documents++
		if startGiven.Match(src.Data) {
			timed++
			// One ship sank in 1628: times begin in 1900, and a finding reports it.
			if !doc.Front.Times.Started.Known() && !found(findings, "1628") {
				t.Errorf("%s: the start is lost", src.Path)
			}
		}
		body := strings.TrimSpace(string(postmortems.Split(src.Data).Body))
		if !strings.Contains(string(files[0].Data), body) || doc.Front.Source.URL == "" || doc.Front.ID == "" {
			t.Errorf("%s: text, address or id are lost", src.Path)
		}
	}
	if documents != 120 || timed < 70 {
		t.Errorf("only %d documents, %d with times", documents, timed)
	}
	files, _, err := Run("icco", "", all)
	if err != nil || len(files) != documents {
		t.Errorf("%d files of %d documents, %v", len(files), documents, err)
	}
}

func TestCorpusOtherFormats(t *testing.T) {
	corpus := realdata.Find(t, "corpus")
	for folder, c := range map[string]struct {
		format          string
		documents, days int
	}{
		"prometheus-operator-runbooks": {"hugo", 119, 0},
		"rust-blog":                    {"hugo", 8, 0},
		"pypi-blog":                    {"hugo", 4, 4},
		"chia-post-mortem":             {"plain", 33, 31},
		"dfds-postmortems":             {"plain", 40, 0},
		"optimism":                     {"plain", 3, 0},
		"pingcap-docs-cn":              {"hugo", 137, 0},
	} {
		t.Run(folder, func(t *testing.T) {
			files, _, err := Run(c.format, "postmortems", readTree(t, filepath.Join(corpus, folder)))
			if err != nil {
				t.Fatal(err)
			}
			days := 0
			for _, f := range files {
				doc := compile(t, f)
				if doc.Title == "" {
					t.Errorf("%s has no title", f.Path)
				}
				if !doc.Date.IsZero() {
					days++
				}
			}
			if len(files) < c.documents || days < c.days {
				t.Errorf("%d documents, %d with a date; want %d and %d", len(files), days, c.documents, c.days)
			}
		})
	}
}
