package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/campaign"
)

// The pages above the two headers of a database file. bbolt's are of 4 KiB here.
const flippedHeaders = 2 * 4096

// plainPages are addresses that take no more than a reader.
func plainPages() []string {
	return []string{"/", "/postmortems", "/runbooks", "/incidents", "/alerts", "/changes", "/slow-sql", "/slos", "/services", "/reports",
		"/actions", "/gaps", "/feeds", "/jobs", "/deliveries", "/dead-letters", "/drafts", "/search?q=checkout", "/search?q=kind:report",
		"/similar", "/rules", "/feed.atom", "/readyz", "/metrics",
		"/api/v1/incidents", "/api/v1/alerts", "/api/v1/changes", "/api/v1/slow-sql", "/api/v1/slos", "/api/v1/actions"}
}

// comparedLists do not change while nothing is stored.
func comparedLists() []string {
	return []string{"/api/v1/documents?limit=500", "/api/v1/reports?limit=500"}
}

// TestCampaignFlippedDatabase flips random bits of a filled portal's database. The
// portal is refused with words, or serves: every request is answered, reports and
// pushes are done or refused with words, and the process lives. What is damaged is
// named by check, or the lists are those of the whole portal.
func TestCampaignFlippedDatabase(t *testing.T) {
	needGit(t)
	f := newFlipped(t)
	random := campaign.Rand(t)
	refused, named, clean := 0, 0, 0
	for n := range campaign.Size(6, 200) {
		switch f.round(n, []int{1, 10, 100, 1000}[n%4], random) {
		case "refused":
			refused++
		case "named":
			named++
		default:
			clean++
		}
	}
	t.Logf("%d refused at start, %d served with their damage named, %d with nothing lost", refused, named, clean)
}

// flipped is a filled portal and what it says when nothing is damaged.
type flipped struct {
	*testing.T
	dir   string
	whole string // its data
	lists map[string]string
}

func newFlipped(t *testing.T) *flipped {
	t.Helper()
	f := &flipped{T: t, dir: t.TempDir(), lists: map[string]string{}}
	f.whole = filepath.Join(f.dir, "whole")
	p := launch(t, authorEnv(f.dir), "postern", "serve", "--demo", "--data-dir", f.whole, "--listen", "127.0.0.1:0")
	select {
	case <-p.ready:
	case <-time.After(demoPatience):
		t.Fatalf("the demo is not ready\n%s", p.log)
	}
	p.stop(t)
	p = serveProcess(t, f.env(f.whole))
	for _, list := range comparedLists() {
		status, body := f.get(p, list)
		if status != http.StatusOK || len(body) < 1000 {
			t.Fatalf("%s: %d %.200s", list, status, body)
		}
		f.lists[list] = body
	}
	if out, err := tryCommand(t.Context(), f.env(f.whole), f.dir, "postern", "check"); err != nil {
		t.Fatalf("check of the whole portal: %v\n%s", err, out)
	}
	p.stop(t)
	return f
}

func (f *flipped) env(data string) []string {
	return append(authorEnv(f.dir), "POSTERN_DATA_DIR="+data)
}

// get asks for one address; an answer that breaks off is a failure.
func (f *flipped) get(p *process, address string) (status int, body string) {
	f.Helper()
	client := http.Client{Timeout: startPatience}
	res, err := client.Get(p.url + address)
	if err != nil {
		f.Errorf("%s: %v\n%s", address, err, p.log)
		return 0, ""
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil || len(b) == 0 {
		f.Errorf("%s: status %d, %d bytes, %v", address, res.StatusCode, len(b), err)
	}
	return res.StatusCode, string(b)
}

// round damages a copy, starts it and uses it.
func (f *flipped) round(n, bits int, random *rand.Rand) (outcome string) {
	data := filepath.Join(f.dir, fmt.Sprint("copy", n))
	if err := os.CopyFS(data, os.DirFS(f.whole)); err != nil {
		f.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(data) }()
	f.flip(filepath.Join(data, "postern.db"), bits, random)
	p := launch(f, f.env(data), "postern", "serve", "--listen", "127.0.0.1:0")
	select {
	case p.url = <-p.ready:
	case <-p.ended:
		f.words(n, p.log.String())
		return "refused"
	case <-time.After(demoPatience):
		f.Fatalf("file %d: neither ready nor refused\n%s", n, p.log)
	}
	out, checked := tryCommand(f.Context(), f.env(data), f.dir, "postern", "check")
	for _, address := range plainPages() {
		f.get(p, address)
	}
	same := true
	for _, list := range comparedLists() {
		_, body := f.get(p, list)
		same = same && body == f.lists[list]
	}
	if checked == nil && !same {
		f.Errorf("file %d: check finds nothing, and a list differs", n)
	}
	if checked != nil {
		f.words(n, out)
	}
	f.use(n, p, data)
	p.stop(f)
	f.words(n, p.log.String())
	if checked != nil {
		return "named"
	}
	return "clean"
}

// use makes a report and pushes a document; each is done or refused with words.
func (f *flipped) use(n int, p *process, data string) {
	f.Helper()
	env := f.env(data)
	day := testDay().AddDate(0, 0, -2).Format(time.DateOnly)
	if out, err := tryCommand(f.Context(), env, f.dir, "postern", "report", "run", "daily", day); err != nil {
		f.words(n, out)
	}
	token, err := tryCommand(f.Context(), env, f.dir, "postern", "token", "create", "--role", "publisher", "--name", "ana")
	if err != nil {
		f.words(n, token)
		return
	}
	tree := filepath.Join(f.dir, fmt.Sprint("tree", n))
	for _, line := range [][]string{{"clone", "-q", p.remote(strings.TrimSpace(token)), tree}, {"-C", tree, "add", "-A"},
		{"-C", tree, "commit", "-qm", "after"}, {"-C", tree, "push", "-q"}} {
		if line[0] != "clone" {
			putFile(f, tree, "guides/after.md", "# After\n\nWritten after the damage.\n")
		}
		if out, err := tryCommand(f.Context(), env, f.dir, append([]string{"git"}, line...)...); err != nil {
			f.words(n, out)
			return
		}
	}
	if status, body := f.get(p, "/guides/after"); status != http.StatusOK {
		f.Errorf("file %d: what was pushed is answered with %d %.300s", n, status, body)
	}
}

// words requires that a text is for people: no trace of a crash, and not empty.
func (f *flipped) words(n int, text string) {
	f.Helper()
	crash := []string{"panic:", "fatal error", "goroutine ", "SIGSEGV", "unexpected fault address", "postern.invalid"}
	if strings.TrimSpace(text) == "" || slices.ContainsFunc(crash, func(s string) bool { return strings.Contains(text, s) }) {
		f.Errorf("file %d: it says\n%.2000s", n, text)
	}
}

func (f *flipped) flip(file string, bits int, random *rand.Rand) {
	f.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	for range bits {
		at := flippedHeaders*8 + random.IntN((len(b)-flippedHeaders)*8)
		b[at/8] ^= 1 << (at % 8)
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		f.Fatal(err)
	}
}
