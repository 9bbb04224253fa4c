package gitrepo

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// site is a repository behind a real HTTP server, with a Publisher that records its calls
// and can be made to fail or wait.
type site struct {
	t    testing.TB
	repo *Repo
	dir  string
	url  string
	log  *bytes.Buffer

	mu       sync.Mutex
	sets     []postmortems.ChangeSet // committed
	asked    []postmortems.ChangeSet // prepared
	texts    map[string]string       // contents of the last prepared set's files
	refusal  string
	prepare  func(context.Context, postmortems.ChangeSet) error
	printing func(postmortems.ChangeSet) // called by Published
	commit   func(postmortems.ChangeSet) error
	may      func(Command) error
	times    []Timings
}

func testLimits() Limits {
	l := defaultLimits()
	l.SlotWait = 30 * time.Second
	return l
}

func newSite(t testing.TB, change ...func(*Options)) *site {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	return newSiteAt(t, filepath.Join(t.TempDir(), "knowledge.git"), change...)
}

// newSiteAt is newSite with a folder that the test has filled.
func newSiteAt(t testing.TB, dir string, change ...func(*Options)) *site {
	t.Helper()
	s := &site{t: t, dir: dir, log: &bytes.Buffer{}}
	s.open(change...)
	mux := http.NewServeMux()
	mux.HandleFunc("/knowledge.git/info/refs", func(w http.ResponseWriter, r *http.Request) { s.repo.InfoRefs(w, r) })
	mux.HandleFunc("/knowledge.git/git-upload-pack", func(w http.ResponseWriter, r *http.Request) { s.repo.UploadPack(w, r, user(r)) })
	mux.HandleFunc("/knowledge.git/git-receive-pack", func(w http.ResponseWriter, r *http.Request) {
		s.repo.ReceivePack(w, r, Who{Pusher: postmortems.Pusher{TokenID: user(r), Name: "robin"}, May: func(c Command) error {
			s.mu.Lock()
			may := s.may
			s.mu.Unlock()
			if may != nil {
				return may(c)
			}
			return nil
		}})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.url = server.URL + "/knowledge.git"
	return s
}

// user returns the user of a request's basic authorization, "t1" if there is none.
func user(r *http.Request) string {
	if name, _, ok := r.BasicAuth(); ok {
		return name
	}
	return "t1"
}

// allow sets the function that decides about commands; nil allows all.
func (s *site) allow(may func(Command) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.may = may
}

// settle waits until no handler is running.
func (s *site) settle() {
	s.repo.life.Lock() // orders the wait before the next handler's start
	defer s.repo.life.Unlock()
	s.repo.working.Wait()
}

func (s *site) open(change ...func(*Options)) {
	s.t.Helper()
	o := Options{
		Dir: s.dir, Limits: testLimits(), Publisher: s, Logger: slog.New(slog.NewTextHandler(&locked{w: s.log}, nil)),
		Now:     func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) },
		RuleURL: func(rule string) string { return "https://portal.example/docs/rules/" + rule },
		Observe: func(times Timings) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.times = append(s.times, times)
		},
	}
	for _, c := range change {
		c(&o)
	}
	var err error
	if s.repo, err = Open(s.t.Context(), o); err != nil {
		s.t.Fatal(err)
	}
	repo := s.repo
	s.t.Cleanup(func() {
		if err := repo.Close(context.Background()); err != nil {
			s.t.Error(err)
		}
	})
}

type locked struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// Prepare reads every file of the change set, as a real publisher does.
func (s *site) Prepare(ctx context.Context, cs postmortems.ChangeSet, _ func(string)) (Prepared, error) {
	var ids []postmortems.OID
	var paths []string
	for _, c := range cs.Net {
		if c.Status != postmortems.Deleted {
			ids, paths = append(ids, c.Blob), append(paths, c.Path)
		}
	}
	texts := map[string]string{}
	if err := cs.Content.Blobs(ctx, ids, func(i int, data []byte) error {
		texts[paths[i]] = string(data)
		return nil
	}); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.asked, s.texts = append(s.asked, cs), texts
	prepare, refusal := s.prepare, s.refusal
	s.mu.Unlock()
	if prepare != nil { // without the mutex: it may wait for another push
		if err := prepare(ctx, cs); err != nil {
			return nil, err
		}
	}
	return &preparedSet{site: s, cs: cs, refusal: refusal}, nil
}

type preparedSet struct {
	site    *site
	cs      postmortems.ChangeSet
	refusal string
}

func (p *preparedSet) Refusal() string { return p.refusal }
func (p *preparedSet) Lines() []string { return []string{"publisher: " + p.cs.Branch + " looked at"} }
func (p *preparedSet) Commit(context.Context) error {
	p.site.mu.Lock()
	defer p.site.mu.Unlock()
	if p.site.commit != nil {
		if err := p.site.commit(p.cs); err != nil {
			return err
		}
	}
	p.site.sets = append(p.site.sets, p.cs)
	return nil
}
func (p *preparedSet) Published(context.Context) []string {
	p.site.mu.Lock()
	printing := p.site.printing
	p.site.mu.Unlock()
	if printing != nil {
		printing(p.cs)
	}
	return []string{"publisher: " + p.cs.Branch + " published"}
}

func (s *site) last() postmortems.ChangeSet {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sets) == 0 {
		s.t.Fatal("nothing was published")
	}
	return s.sets[len(s.sets)-1]
}

// author is the clone of one author.
type author struct {
	t   testing.TB
	dir string
}

func (s *site) author() *author {
	s.t.Helper()
	a := &author{t: s.t, dir: s.t.TempDir()}
	a.git("init", "-q", "-b", "main")
	a.git("remote", "add", "origin", s.url)
	return a
}

func (a *author) command(args ...string) *exec.Cmd {
	cmd := exec.Command("git", args...)
	cmd.Dir = a.dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + a.dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org",
		"GIT_AUTHOR_DATE=1700000000 +0800", "GIT_COMMITTER_DATE=1700000000 +0800",
	}
	return cmd
}

// try runs git and returns what it printed.
func (a *author) try(args ...string) (string, error) {
	out, err := a.command(args...).CombinedOutput()
	return string(out), err
}

func (a *author) git(args ...string) string {
	a.t.Helper()
	out, err := a.try(args...)
	if err != nil {
		a.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(out)
}

// pipe runs git with standard input.
func (a *author) pipe(input string, args ...string) string {
	a.t.Helper()
	cmd := a.command(args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		a.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (a *author) write(path, text string) {
	a.t.Helper()
	full := filepath.Join(a.dir, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		a.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		a.t.Fatal(err)
	}
}

// commit commits everything.
func (a *author) commit(message string) postmortems.OID {
	a.t.Helper()
	a.git("add", "-A")
	a.git("commit", "-q", "--allow-empty", "-m", message)
	return postmortems.OID(a.git("rev-parse", "HEAD"))
}

// refused pushes, expects a refusal whose output contains want, and returns the output.
func (a *author) refused(want []string, push ...string) string {
	a.t.Helper()
	out, err := a.try(append([]string{"push"}, push...)...)
	if err == nil {
		a.t.Errorf("git push %v was accepted:\n%s", push, out)
	}
	for _, w := range want {
		if !strings.Contains(out, w) {
			a.t.Errorf("git push %v does not print %q:\n%s", push, w, out)
		}
	}
	return out
}

// changes returns a change list as one line.
func changes(list []postmortems.Change) string {
	var lines []string
	for _, c := range list {
		line := c.Status.String() + " " + c.Path
		if c.From != "" {
			line += " from " + c.From
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, ", ")
}

// leftovers returns the quarantines that still exist.
func (s *site) leftovers() []string {
	names, err := filepath.Glob(filepath.Join(s.dir, "objects", "tmp_*"))
	if err != nil {
		s.t.Fatal(err)
	}
	return names
}

// sound checks the repository with git fsck.
func (s *site) sound() {
	s.t.Helper()
	out, err := exec.Command("git", "-C", s.dir, "-c", "safe.directory=*", "fsck", "--full", "--strict").CombinedOutput()
	if err != nil {
		s.t.Errorf("fsck: %v\n%s", err, out)
	}
	if left := s.leftovers(); len(left) > 0 {
		s.t.Errorf("left behind: %v", left)
	}
}

func denied(message string) error { return fault.New(fault.Forbidden, "test", message) }
