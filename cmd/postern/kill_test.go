package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	killRounds = 50
	killSeed   = 20261124 // another seed is other moments; the test must hold for all
	ideaBranch = "ana/idea"
)

// TestKilledAtRandomMomentsOfAPush kills the server (kill -9) at random moments
// of real pushes and starts it again. Whatever the moment, the push is published
// whole or not at all, nothing an author was told is missing, git, database and
// index agree, and pushing again says what is the case.
func TestKilledAtRandomMomentsOfAPush(t *testing.T) {
	needGit(t)
	v := newVictim(t)
	typical := v.typicalPush()
	told, published := 0, 0
	for round := range killRounds {
		branch := "main"
		if round%4 == 3 {
			branch = ideaBranch
		}
		r := v.round(round, branch, time.Duration(v.random.Float64()*1.6*float64(typical)))
		if r.told {
			told++
		}
		if r.published {
			published++
		}
	}
	t.Logf("a push takes %v; of %d pushes %d were published, of which %d were told", typical.Round(time.Millisecond), killRounds,
		published, told)
	if told == killRounds || published == 0 {
		t.Errorf("the kills came too early or too late to show anything: %d of %d published, %d told", published, killRounds, told)
	}
	v.server.stop(t)
}

// victim is a portal that is killed again and again, and an author who pushes.
type victim struct {
	*testing.T
	random *rand.Rand
	dir    string
	env    []string
	server *process
	token  string
	tips   map[string]string // what each branch must name now
}

func newVictim(t *testing.T) *victim {
	t.Helper()
	dir := t.TempDir()
	v := &victim{T: t, dir: dir, env: authorEnv(dir), random: rand.New(rand.NewPCG(killSeed, 0)), tips: map[string]string{}}
	v.server = serveProcess(t, v.env)
	v.token = mustRun(t, v.env, dir, "postern", "token", "create", "--role", "publisher", "--name", "ana")
	mustRun(t, v.env, dir, "git", "init", "-q", "-b", "main", "tree")
	v.commit("main", -1)
	mustRun(t, v.env, v.tree(), "git", "push", "-q", v.server.remote(v.token), "main")
	mustRun(t, v.env, v.tree(), "git", "branch", ideaBranch)
	return v
}

func (v *victim) tree() string { return filepath.Join(v.dir, "tree") }

// marker is a word that only one round's text has.
func marker(branch string, round int) string {
	return fmt.Sprintf("zq%s%dx", strings.NewReplacer("/", "").Replace(branch), round+1)
}

// commit writes the round's text into one file, sometimes into many.
func (v *victim) commit(branch string, round int) string {
	v.Helper()
	text := "# Rounds\n\nThis is " + marker(branch, round) + ".\n"
	putFile(v, v.tree(), "guides/rounds.md", text)
	if round%5 == 0 {
		for i := range 30 {
			putFile(v, v.tree(), fmt.Sprintf("guides/more/%d.md", i), text)
		}
	}
	mustRun(v, v.env, v.tree(), "git", "add", "-A")
	mustRun(v, v.env, v.tree(), "git", "commit", "-q", "-m", marker(branch, round))
	return mustRun(v, v.env, v.tree(), "git", "rev-parse", "HEAD")
}

// typicalPush measures a few undisturbed pushes.
func (v *victim) typicalPush() time.Duration {
	v.Helper()
	var longest time.Duration
	for i := range 3 {
		v.commit("main", 1000+i)
		start := time.Now()
		mustRun(v, v.env, v.tree(), "git", "push", "-q", v.server.remote(v.token), "main")
		longest = max(longest, time.Since(start))
	}
	for _, branch := range []string{"main", ideaBranch} {
		v.tips[branch] = v.stored(branch)
	}
	return longest
}

// stored is what the repository has as a branch's tip; "" when there is none.
func (v *victim) stored(branch string) string {
	v.Helper()
	return mustRun(v, v.env, v.dir, "git", "--git-dir", filepath.Join(v.dir, "data", "knowledge.git"),
		"for-each-ref", "--format=%(objectname)", "refs/heads/"+branch)
}

// outcome is how a killed push ended.
type outcome struct{ told, published bool }

// round pushes, kills the server after a while, starts it again and looks.
func (v *victim) round(n int, branch string, after time.Duration) outcome {
	v.Helper()
	mustRun(v, v.env, v.tree(), "git", "switch", "-q", branch)
	tip := v.commit(branch, n)
	said := make(chan error, 1)
	var answer string
	go func() {
		out, err := tryCommand(v.Context(), v.env, v.tree(), "git", "push", v.server.remote(v.token), branch)
		answer = out
		said <- err
	}()
	time.Sleep(after) // the moment is the point of the test
	v.server.kill()
	told := <-said == nil
	v.server = serveProcess(v, v.env)
	now := v.stored(branch)
	where := fmt.Sprintf("round %d (%s, killed after %v; git said %q)", n, branch, after, answer)
	switch {
	case now != tip && now != v.tips[branch]:
		v.Fatalf("%s: the branch is at %q, neither at the old tip nor at the new one", where, now)
	case told && now != tip:
		v.Fatalf("%s: git reported success, and the push is lost", where)
	}
	if out, err := tryCommand(v.Context(), v.env, v.dir, "postern", "check"); err != nil {
		v.Fatalf("%s: postern check: %v\n%s\n%s", where, err, out, v.server.log)
	}
	v.look(where, branch, n, now == tip)
	v.pushAgain(where, branch, tip, now == tip)
	return outcome{told: told, published: now == tip}
}

// look reads the page and searches: both must tell what the branch has.
func (v *victim) look(where, branch string, round int, published bool) {
	v.Helper()
	page, finds := v.server.url+"/guides/rounds", true
	if branch != "main" {
		page, finds = v.server.url+"/drafts/"+branch+"/guides/rounds", false // drafts are not searched
	}
	if _, text := v.get(page); strings.Contains(text, marker(branch, round)) != published {
		v.Fatalf("%s: the page tells another story than git", where)
	}
	_, found := v.get(v.server.url + "/api/v1/search?q=" + marker(branch, round))
	if strings.Contains(found, `"total":0`) == (published && finds) {
		v.Fatalf("%s: search tells another story than git: %s", where, found)
	}
}

// pushAgain tells the author what is the case, and goes on from there.
func (v *victim) pushAgain(where, branch, tip string, published bool) {
	v.Helper()
	out, err := tryCommand(v.Context(), v.env, v.tree(), "git", "push", v.server.remote(v.token), branch)
	if err != nil || strings.Contains(out, "Everything up-to-date") != published {
		v.Fatalf("%s: pushing again says (%v)\n%s", where, err, out)
	}
	if v.tips[branch] = v.stored(branch); v.tips[branch] != tip {
		v.Fatalf("%s: after pushing again the branch is at %s", where, v.tips[branch])
	}
}

func (v *victim) get(url string) (int, string) {
	v.Helper()
	request, err := http.NewRequestWithContext(v.Context(), http.MethodGet, url, nil)
	if err != nil {
		v.Fatal(err)
	}
	res, err := http.DefaultClient.Do(request)
	if err != nil {
		v.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		v.Fatal(err)
	}
	return res.StatusCode, string(text)
}
