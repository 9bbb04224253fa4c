package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var updateReadme = flag.Bool("update", false, "rewrite the samples of README.md")

const (
	sampleBegins = "<!-- made by: go test ./cmd/postern -run TestReadme -update -->\n"
	sampleEnds   = "<!-- end -->\n"
)

// refusedSample is a post-mortem with two mistakes; fixedSample has none.
const refusedSample = `---
title: Checkout pool ran dry
owner: payments
incident:
  severity: SEV9
  services: [checkout]
times:
  started: 2026-10-03T09:00:00Z
  detected: 2026-10-03T08:56:00Z
  diagnosed: 2026-10-03T09:20:00Z
  mitigated: 2026-10-03T09:31:00Z
---
# Checkout pool ran dry

Every connection waited for the gateway.
`

func fixedSample() string {
	return strings.NewReplacer("SEV9", "SEV2", "08:56", "09:04").Replace(refusedSample)
}

// TestReadmeShowsRealPushes holds the samples of README.md against what git prints
// in a real push to a real server.
func TestReadmeShowsRealPushes(t *testing.T) {
	needGit(t)
	dir := t.TempDir()
	env := append(authorEnv(dir), "POSTERN_PUBLIC_URL=https://kb.example.org", "POSTERN_BEHIND_PROXY=true")
	server := startProcess(t, env, "postern", "serve", "--listen", "127.0.0.1:0")
	token := mustRun(t, env, dir, "postern", "token", "create", "--role", "publisher", "--name", "ana")
	tree := filepath.Join(dir, "tree")
	mustRun(t, env, dir, "git", "init", "-q", "-b", "main", tree)
	push := func(text string) string {
		putFile(t, tree, "postmortems/2026/pool.md", text)
		mustRun(t, env, tree, "git", "add", "-A")
		mustRun(t, env, tree, "git", "commit", "-q", "-m", "Pool ran dry")
		out, _ := tryCommand(t.Context(), env, tree, "git", "push", server.remote(token), "main") // refused or not, the words count
		return "```console\n$ git push\n" + forReaders(out) + "```\n"
	}
	got := sampleBegins + push(refusedSample) + "\nAfter the fix, the same push is answered:\n\n" + push(fixedSample()) + sampleEnds
	file := filepath.Join("..", "..", "README.md")
	readme, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(readme), sampleBegins)
	_, after, closed := strings.Cut(rest, sampleEnds)
	if !ok || !closed {
		t.Fatalf("README.md has no %q … %q", sampleBegins, sampleEnds)
	}
	want := before + got + after
	if *updateReadme {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(readme) {
		t.Errorf("README.md shows something else; look at it, then run with -update:\n%s", got)
	}
}

// forReaders leaves out what differs from push to push.
func forReaders(out string) string {
	var b strings.Builder
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, " \r\n\x1b[K")
		if strings.HasPrefix(line, "To ") || strings.HasPrefix(line, "error: failed to push") || strings.HasPrefix(line, "hint:") {
			continue
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}
