package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
)

// offline runs a command that needs no portal.
func offline(cmd func(terminal) *cobra.Command, args ...string) (stdout, stderr string, err error) {
	var out, errs bytes.Buffer
	term := terminal{in: strings.NewReader(""), out: &out, err: &errs, env: func(string) (string, bool) { return "", false }, now: testDay}
	c := cmd(term)
	c.SilenceErrors, c.SilenceUsage = true, true
	c.SetArgs(args)
	c.SetOut(&out)
	c.SetErr(&errs)
	err = c.ExecuteContext(context.Background())
	return out.String(), errs.String(), err
}

func importCommand(term terminal) *cobra.Command { return newImport(term, &globals{}) }

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestImportWritesRepeatsAndRefuses(t *testing.T) {
	source, repo := t.TempDir(), t.TempDir()
	writeFile(t, filepath.Join(source, "2024-01-02 Outage.md"), "# Outage\n\nText.\n")
	writeFile(t, filepath.Join(source, "notes.pdf"), "x")
	writeFile(t, filepath.Join(source, ".git", "config.md"), "hidden")
	for range 2 {
		_, stderr, err := offline(importCommand, "plain", source, "--into", repo)
		if err != nil || !strings.Contains(stderr, "1 files, ") || !strings.Contains(stderr, "notes.pdf: left out") {
			t.Fatalf("%v\n%s", err, stderr)
		}
	}
	target := filepath.Join(repo, "postmortems", "2024-01-02-outage.md")
	if got := readFile(t, target); !strings.HasPrefix(got, "---\ntitle: Outage\ndate: 2024-01-02\n---\n") {
		t.Errorf("got %s", got)
	}
	writeFile(t, target, "mine")
	writeFile(t, filepath.Join(source, "another.md"), "# Another\n")
	_, stderr, err := offline(importCommand, "plain", source, "--into", repo)
	if fault.KindOf(err) != fault.Conflict || readFile(t, target) != "mine" ||
		!strings.Contains(stderr, "outage.md: exists with another content") {
		t.Errorf("%v\n%s", err, stderr)
	}
	if _, err := os.Stat(filepath.Join(repo, "postmortems", "another.md")); err == nil {
		t.Error("a refused import wrote a file")
	}
	if _, _, err := offline(importCommand, "plain", source, "--into", repo, "--force"); err != nil || readFile(t, target) == "mine" {
		t.Errorf("--force: %v", err)
	}
}

// A working tree may hold a symbolic link that leads out of it: nothing is
// written through it, not even by force.
func TestImportStaysInside(t *testing.T) {
	source, repo, outside := t.TempDir(), t.TempDir(), t.TempDir()
	writeFile(t, filepath.Join(source, "a.md"), "# A\n")
	if err := os.Symlink(outside, filepath.Join(repo, "postmortems")); err != nil {
		t.Skip("no symbolic links here")
	}
	_, _, err := offline(importCommand, "plain", source, "--into", repo, "--force")
	if left, _ := os.ReadDir(outside); err == nil || len(left) > 0 {
		t.Errorf("written outside: %v %v", err, left)
	}
}

func TestImportUsage(t *testing.T) {
	for _, args := range [][]string{
		{"plain", "x"}, {"plain"}, {"statuspage", "x", "--into", "."},
		{"plain", "x", "--into", ".", "--folder", "slos"},
	} {
		_, _, err := offline(importCommand, args...)
		var usage usageError
		if !errors.As(err, &usage) {
			t.Errorf("%v: %v is no usage error", args, err)
		}
		if args[0] == "statuspage" && !strings.Contains(err.Error(), "icco, danluu, morgue-csv, hugo, plain, sloth, pyrra, git") {
			t.Errorf("the known formats are not named: %v", err)
		}
	}
}

func TestImportGitPrintsWhatThePortalSays(t *testing.T) {
	for answer, want := range map[string]string{
		`{"line":"2 commits"}` + "\n" + `{"done":true}` + "\n": "",
		`{"line":"2 commits"}` + "\n" + `{"error":"full"}`:     "full",
		`{"line":"2 commits"}` + "\n":                          "ended early",
	} {
		var out bytes.Buffer
		err := printProgress(terminal{out: &out}, strings.NewReader(answer))
		if out.String() != "2 commits\n" || (err == nil) != (want == "") || err != nil && !strings.Contains(fault.Message(err), want) {
			t.Errorf("%q: printed %q, %v", answer, out.String(), err)
		}
	}
}

func TestNew(t *testing.T) {
	repo := t.TempDir()
	stdout, _, err := offline(newNew, "postmortem", "--title", "Checkout: slow", "--incident", "INC-7")
	if err != nil || !strings.Contains(stdout, "title: 'Checkout: slow'") || !strings.Contains(stdout, "INC-7") {
		t.Fatalf("%v\n%s", err, stdout)
	}
	stdout, _, err = offline(newNew, "postmortem", "--title", "Checkout: slow", "--into", repo)
	if err != nil || stdout != "postmortems/checkout-slow.md\n" {
		t.Fatalf("%v %q", err, stdout)
	}
	target := filepath.Join(repo, "postmortems", "checkout-slow.md")
	writeFile(t, target, "filled in")
	_, _, err = offline(newNew, "postmortem", "--title", "Checkout: slow", "--into", repo)
	if fault.KindOf(err) != fault.Conflict || readFile(t, target) != "filled in" {
		t.Errorf("overwritten: %v", err)
	}
	for _, args := range [][]string{{"novel", "--title", "x"}, {"guide"}, {"guide", "--title", "  "}} {
		_, _, err := offline(newNew, args...)
		var usage usageError
		if !errors.As(err, &usage) {
			t.Errorf("%v: %v is no usage error", args, err)
		}
	}
}
