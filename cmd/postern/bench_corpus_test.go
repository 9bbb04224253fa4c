package main

import (
	"fmt"
	"math/rand/v2"
	"net/http/cgi"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// benchSeed makes the corpus of every run the same.
const benchSeed = 7

// benchWords is a vocabulary of some thousand words, frequent ones first.
func benchWords(random *rand.Rand) []string {
	const syllables = "ba ce di fo gu ha ki lo mu na pe qi ro su ta ve wi xo yu ze"
	parts := strings.Fields(syllables)
	words := make([]string, 4000)
	for i := range words {
		for range 2 + random.IntN(3) {
			words[i] += parts[random.IntN(len(parts))]
		}
	}
	return words
}

// benchDocument is a post-mortem of about 2 KB with a word that no other has.
func benchDocument(random *rand.Rand, words []string, n int) string {
	var b strings.Builder
	word := func() string { // Zipf: few words make most of a text
		return words[int(float64(len(words))*random.Float64()*random.Float64()*random.Float64())]
	}
	fmt.Fprintf(&b, "---\ntitle: %s %s %d\nowner: team-%d\ntags: [%s]\nincident: {severity: SEV%d, services: [svc-%d]}\n", word(), word(),
		n, n%20, word(), 1+n%5, n%50)
	day := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n%2000).Format(time.DateOnly)
	fmt.Fprintf(&b, "times: {started: %sT10:00:00Z, detected: %sT10:04:00Z, mitigated: %sT10:31:00Z}\n---\n\n", day, day, day)
	for _, heading := range []string{"Summary", "Root cause", "Resolution"} {
		fmt.Fprintf(&b, "## %s\n\n", heading)
		for i := range 90 {
			b.WriteString(word())
			b.WriteString([]string{" ", ". ", " "}[i%3])
		}
		b.WriteString("\n\n")
	}
	fmt.Fprintf(&b, "The mark is %s. Everybody reads it.\n\n```sh\nkubectl -n svc-%d get pods\n```\n", benchMark(n), n%50)
	return b.String()
}

func benchMark(n int) string { return fmt.Sprintf("zqmark%dx", n) }

// benchTree makes a repository of documents [from, to), each batch one commit on
// top of the last. It gives the folder.
func benchTree(b *testing.B, env []string, dir string, batches []int) string {
	b.Helper()
	random := rand.New(rand.NewPCG(benchSeed, 0))
	words := benchWords(random)
	tree := filepath.Join(dir, "tree")
	mustRun(b, env, dir, "git", "init", "-q", "-b", "main", tree)
	n := 0
	for i, size := range batches {
		for range size {
			putFile(b, tree, fmt.Sprintf("postmortems/%d/%d/%d.md", 2000+n/5000, n/100, n), benchDocument(random, words, n))
			n++
		}
		slowRun(b, env, tree, "git", "add", "-A")
		slowRun(b, env, tree, "git", "commit", "-q", "-m", fmt.Sprint("Batch ", i))
		mustRun(b, env, tree, "git", "tag", fmt.Sprint("batch", i))
	}
	return tree
}

// plainGit is a bare repository behind git http-backend: what git itself takes.
type plainGit struct{ url string }

func newPlainGit(b *testing.B, env []string, dir, name string) plainGit {
	b.Helper()
	repo := filepath.Join(dir, name)
	mustRun(b, env, dir, "git", "init", "-q", "--bare", "-b", "main", repo)
	mustRun(b, env, dir, "git", "--git-dir", repo, "config", "http.receivepack", "true")
	core := mustRun(b, env, dir, "git", "--exec-path")
	server := httptest.NewServer(&cgi.Handler{
		Path: filepath.Join(core, "git-http-backend"), Dir: dir,
		Env: append(slices.Clone(env), "GIT_PROJECT_ROOT="+dir, "GIT_HTTP_EXPORT_ALL=1"),
	})
	b.Cleanup(server.Close)
	return plainGit{server.URL + "/" + name}
}

// medianOf is the middle of some durations.
func medianOf(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
