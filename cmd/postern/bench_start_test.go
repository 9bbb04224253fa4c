package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkColdStart is the time from starting the server on 100,000 documents
// until it has answered a page and a search, beside the same program on an empty
// folder and beside the program doing nothing (`postern version`); they take
// turns. It prints the resident memory at rest of the server and its children.
// POSTERN_BENCH_DOCUMENTS sets another number of documents.
func BenchmarkColdStart(b *testing.B) {
	needGitBench(b)
	documents := 100_000
	if text := os.Getenv("POSTERN_BENCH_DOCUMENTS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		documents = n
	}
	full, empty := benchPortal(b, documents), benchPortal(b, 0)
	const rounds = 9
	for b.Loop() {
		var loaded, idle, nothing []time.Duration
		var resident int64
		for range rounds {
			nothing = append(nothing, timed(func() { mustRun(b, full, ".", "postern", "version") }))
			took, _ := firstAnswer(b, empty, "")
			idle = append(idle, took)
			took, memory := firstAnswer(b, full, benchMark(documents-1))
			loaded, resident = append(loaded, took), max(resident, memory)
		}
		b.ReportMetric(milliseconds(medianOf(loaded)), "ms-first-answer")
		b.ReportMetric(milliseconds(medianOf(idle)), "ms-empty-folder")
		b.ReportMetric(milliseconds(medianOf(nothing)), "ms-doing-nothing")
		b.ReportMetric(float64(medianOf(loaded))/float64(medianOf(idle)), "ratio-to-empty")
		b.ReportMetric(float64(medianOf(loaded))/float64(medianOf(nothing)), "ratio-to-nothing")
		b.ReportMetric(float64(resident)/(1<<20), "MiB-at-rest")
		b.ReportMetric(0, "ns/op")
	}
}

// benchPortal fills a data folder by pushes, stops the server and gives the
// environment that uses the folder.
func benchPortal(b *testing.B, documents int) []string {
	b.Helper()
	dir := b.TempDir()
	env := authorEnv(dir)
	server := serveProcess(b, env)
	if documents > 0 {
		const most = 10_000 // files a push
		var batches []int
		for left := documents; left > 0; left -= most {
			batches = append(batches, min(left, most))
		}
		token := mustRun(b, env, dir, "postern", "token", "create", "--role", "publisher", "--name", "bench")
		tree := benchTree(b, env, dir, batches)
		start := time.Now()
		for i := range batches {
			slowRun(b, env, tree, "git", "push", "-q", server.remote(token), fmt.Sprintf("batch%d^{commit}:refs/heads/main", i))
		}
		server.awaitFound(b, "everybody", documents)
		b.Logf("%d documents went in and could be found after %v", documents, time.Since(start).Round(time.Second))
		if err := os.RemoveAll(tree); err != nil {
			b.Fatal(err)
		}
	}
	server.stop(b)
	return env
}

// firstAnswer starts the server of an environment, reads the home page and, when
// a word is given, finds it; then it stops the server. It gives the time from the
// start to the answers and the bytes of memory in use after.
func firstAnswer(b *testing.B, env []string, word string) (time.Duration, int64) {
	b.Helper()
	var server *process
	took := timed(func() {
		server = serveProcess(b, env)
		server.read(b, "/")
		if word != "" {
			server.awaitFound(b, word, 1)
		}
	})
	time.Sleep(500 * time.Millisecond) // at rest
	memory := resident(b, server.cmd.Process.Pid)
	server.stop(b)
	return took, memory
}

// resident is the memory of a process and its children in bytes; 0 where the
// system does not tell.
func resident(b *testing.B, pid int) int64 {
	b.Helper()
	var total int64
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			total += n << 10
		}
	}
	children, err := exec.Command("pgrep", "-P", strconv.Itoa(pid)).Output()
	if err != nil { // none, or no pgrep
		return total
	}
	for field := range strings.FieldsSeq(string(children)) {
		child, err := strconv.Atoi(field)
		if err != nil {
			b.Fatal(err)
		}
		total += resident(b, child)
	}
	return total
}
