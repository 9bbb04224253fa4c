package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// BenchmarkPushOneFile is the time from `git push` of one changed document until
// search finds what it says, beside the same push to a bare repository behind
// `git http-backend`; both take turns. The parts are the server's own.
func BenchmarkPushOneFile(b *testing.B) {
	needGitBench(b)
	const rounds = 31
	dir := b.TempDir()
	env := authorEnv(dir)
	tree := benchTree(b, env, dir, []int{200})
	server := serveProcess(b, append(env, "POSTERN_LOG_LEVEL=info"))
	token := mustRun(b, env, dir, "postern", "token", "create", "--role", "publisher", "--name", "bench")
	plain := newPlainGit(b, env, dir, "plain.git")
	mustRun(b, env, tree, "git", "push", "-q", server.remote(token), "main")
	mustRun(b, env, tree, "git", "push", "-q", plain.url, "main")
	random := rand.New(rand.NewPCG(benchSeed, 1))
	words := benchWords(random)
	for b.Loop() {
		var ours, theirs []time.Duration
		before := server.phases(b)
		for i := range rounds {
			n := 100_000 + i
			putFile(b, tree, "postmortems/2000/0/7.md", benchDocument(random, words, n))
			mustRun(b, env, tree, "git", "commit", "-qam", "Change")
			if i%2 == 0 {
				theirs = append(theirs, timed(func() { mustRun(b, env, tree, "git", "push", "-q", plain.url, "main") }))
			}
			ours = append(ours, timed(func() {
				mustRun(b, env, tree, "git", "push", "-q", server.remote(token), "main")
				server.awaitFound(b, benchMark(n), 1)
			}))
			if i%2 == 1 {
				theirs = append(theirs, timed(func() { mustRun(b, env, tree, "git", "push", "-q", plain.url, "main") }))
			}
		}
		report(b, medianOf(ours), medianOf(theirs))
		server.reportPhases(b, before, rounds)
	}
}

// wholeBody makes git send a large push in one body of a known length: the CGI of
// the plain repository knows no other.
const wholeBody = "http.postBuffer=536870912"

// BenchmarkPushTenThousandFiles is the first push of 10,000 documents until all
// of them can be found, beside git http-backend.
func BenchmarkPushTenThousandFiles(b *testing.B) {
	needGitBench(b)
	const files = 10_000
	dir := b.TempDir()
	env := authorEnv(dir)
	tree := benchTree(b, env, dir, []int{files})
	server := serveProcess(b, env)
	token := mustRun(b, env, dir, "postern", "token", "create", "--role", "publisher", "--name", "bench")
	for b.Loop() {
		plain := newPlainGit(b, env, dir, fmt.Sprintf("plain%d.git", b.N))
		theirs := timed(func() { slowRun(b, env, tree, "git", "-c", wholeBody, "push", "-q", plain.url, "main") })
		before := server.phases(b)
		ours := timed(func() {
			slowRun(b, env, tree, "git", "-c", wholeBody, "push", "-q", server.remote(token), "main")
			server.awaitFound(b, "everybody", files)
		})
		report(b, ours, theirs)
		server.reportPhases(b, before, 1)
	}
}

func needGitBench(b *testing.B) {
	b.Helper()
	if _, err := tryCommand(b.Context(), authorEnv(b.TempDir()), ".", "git", "http-backend", "-h"); err != nil &&
		strings.Contains(err.Error(), "not found") {
		b.Skip("git is not installed")
	}
}

// benchPatience is how long one command of a benchmark may take.
const benchPatience = 20 * time.Minute

// slowRun runs a command that must succeed and may take its time.
func slowRun(b *testing.B, env []string, dir string, line ...string) {
	b.Helper()
	if out, err := runWithin(b.Context(), benchPatience, env, dir, line...); err != nil {
		b.Fatalf("%s: %v\n%s", strings.Join(line, " "), err, out)
	}
}

func timed(do func()) time.Duration {
	start := time.Now()
	do()
	return time.Since(start)
}

func report(b *testing.B, ours, theirs time.Duration) {
	b.Helper()
	b.ReportMetric(milliseconds(ours), "ms-ours")
	b.ReportMetric(milliseconds(theirs), "ms-http-backend")
	b.ReportMetric(float64(ours)/float64(theirs), "ratio")
	b.ReportMetric(0, "ns/op")
}

// awaitFound asks search until a word is in n documents.
func (p *process) awaitFound(b *testing.B, word string, n int) {
	b.Helper()
	for deadline := time.Now().Add(benchPatience); ; time.Sleep(time.Millisecond) {
		var found struct{ Total int }
		if err := json.Unmarshal([]byte(p.read(b, "/api/v1/search?limit=1&q="+word)), &found); err != nil {
			b.Fatal(err)
		}
		if found.Total >= n {
			return
		}
		if time.Now().After(deadline) {
			b.Fatalf("%q is in %d documents, not in %d", word, found.Total, n)
		}
	}
}

func (p *process) read(b *testing.B, path string) string {
	b.Helper()
	res, err := http.Get(p.url + path)
	if err != nil {
		b.Fatalf("%v\n%s", err, p.log)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d %v", path, res.StatusCode, err)
	}
	return string(text)
}

// pushParts finds where the server says the time of pushes went.
var pushParts = regexp.MustCompile(`postern_(push_phase_seconds_sum\{phase="(\w+)"\}|index_seconds_sum) ([0-9.e+-]+)`)

// phases are the seconds spent in each part of all pushes so far.
func (p *process) phases(b *testing.B) map[string]float64 {
	b.Helper()
	out := map[string]float64{}
	for _, m := range pushParts.FindAllStringSubmatch(p.read(b, "/metrics"), -1) {
		name := m[2]
		if name == "" {
			name = "index"
		}
		var seconds float64
		if _, err := fmt.Sscan(m[3], &seconds); err != nil {
			b.Fatal(err)
		}
		out[name] = seconds
	}
	return out
}

// reportPhases prints what each part took in the mean of some pushes.
func (p *process) reportPhases(b *testing.B, before map[string]float64, pushes int) {
	b.Helper()
	for name, seconds := range p.phases(b) {
		b.ReportMetric((seconds-before[name])*1000/float64(pushes), "ms-"+name)
	}
}
