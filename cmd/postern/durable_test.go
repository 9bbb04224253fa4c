package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// tracedCalls change files or make changes durable.
const tracedCalls = "trace=write,pwrite64,writev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,mkdir,mkdirat"

// TestNothingThatIsToldIsVolatile watches the system calls of the server and its
// git children during pushes. When the words of success leave for the author,
// everything that the push changed in the repository and the database has been
// made durable: contents by fsync of the file, names by fsync of the folder. A
// power cut from then on loses nothing.
func TestNothingThatIsToldIsVolatile(t *testing.T) {
	needGit(t)
	needStrace(t)
	dir := t.TempDir()
	env, log := authorEnv(dir), filepath.Join(dir, "calls")
	server := startProcess(t, env, "strace", "-f", "-y", "-qq", "-s", "16384", "-e", tracedCalls, "-o", log, "postern", "serve", "--listen",
		"127.0.0.1:0")
	watched := firstProcess(t, log) // strace itself passes no signal on
	t.Cleanup(func() { _ = watched.Kill() })
	token := mustRun(t, env, dir, "postern", "token", "create", "--role", "publisher", "--name", "ana")
	tree := filepath.Join(dir, "tree")
	mustRun(t, env, dir, "git", "init", "-q", "-b", "main", tree)
	for i, refs := range [][]string{{"main"}, {"main", "main:refs/heads/ana/idea"}, {":refs/heads/ana/idea"}} {
		putFile(t, tree, "guides/a.md", fmt.Sprintf("# A\n\nRound %d.\n", i))
		mustRun(t, env, tree, "git", "add", "-A")
		mustRun(t, env, tree, "git", "commit", "-q", "-m", "Change")
		from := fileSize(t, log)
		mustRun(t, env, tree, append([]string{"git", "push", "-q", server.remote(token)}, refs...)...)
		d := untilTold(t, log, from)
		for _, path := range slices.Sorted(maps.Keys(d.volatile)) {
			if isTruth(filepath.Join(dir, "data"), path) {
				t.Errorf("push of %v: told while %s was volatile", refs, path)
			}
		}
		if i == 2 {
			continue // a deletion has no objects
		}
		for _, name := range []string{"knowledge.git/objects/pack", "knowledge.git/refs/heads", "postern.db"} {
			if d.synced[filepath.Join(dir, "data", name)] == 0 {
				t.Errorf("push of %v: %s was never made durable", refs, name)
			}
		}
	}
	if err := watched.Kill(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-server.ended:
	case <-time.After(stopPatience):
		t.Error("strace does not end with the server")
	}
}

// firstProcess is the process that a log of strace -f begins with.
func firstProcess(t *testing.T, log string) *os.Process {
	t.Helper()
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(text), &pid); err != nil {
		t.Fatal(err)
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	return process
}

// isTruth tells what must survive: not the search index, which is derived, nor
// quarantines, nor the note that only a crash without a power cut needs.
func isTruth(data, path string) bool {
	rest, inside := strings.CutPrefix(path, data+"/")
	if rest == "knowledge.git/objects" || rest == "knowledge.git" {
		return false // only quarantines, locks and the note come and go in them
	}
	return inside && !strings.HasPrefix(rest, "search") && !strings.Contains(rest, "/tmp_objdir-incoming-") &&
		!strings.HasPrefix(filepath.Base(rest), "postern-push") && rest != "knowledge.git/postern-home"
}

// untilTold replays the calls after a place in the log up to the write that tells
// the author of success.
func untilTold(t *testing.T, log string, from int64) *disk {
	t.Helper()
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := f.Seek(from, 0); err != nil {
		t.Fatal(err)
	}
	calls, err := readCalls(f)
	if err != nil {
		t.Fatal(err)
	}
	d := newDisk()
	for _, c := range calls {
		if strings.Contains(c.args, "<socket:") && strings.Contains(c.args, "unpack ok") {
			return d
		}
		d.apply(c)
	}
	t.Fatalf("in %d calls nobody was told of a success", len(calls))
	return nil
}

func fileSize(t *testing.T, name string) int64 {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// needStrace skips without strace, or where the machine does not let it watch;
// where every test must run, only the latter.
func needStrace(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("strace"); err != nil {
		if os.Getenv("POSTERN_REQUIRE") != "" {
			t.Fatal("strace is not installed")
		}
		t.Skip("strace is not installed")
	}
	if out, err := exec.Command("strace", "-f", "-qq", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not watch processes here: %v %s", err, out)
	}
}

// The model itself: each way to be volatile is seen, and none that is durable.
func TestVolatileIsSeen(t *testing.T) {
	for name, c := range map[string]struct {
		log  string
		want []string
	}{
		"written":            {`1 write(3</d/a>, "x", 1) = 1`, []string{"/d/a"}},
		"written and synced": {"1 write(3</d/a>, \"x\", 1) = 1\n1 fsync(3</d/a>) = 0", nil},
		"synced before":      {"1 fsync(3</d/a>) = 0\n1 write(3</d/a>, \"x\", 1) = 1", []string{"/d/a"}},
		"written during": {"1 fsync(3</d/a> <unfinished ...>\n2 write(4</d/a>, \"x\", 1) = 1\n1 <... fsync resumed>) = 0",
			[]string{"/d/a"}},
		"a sync that failed":   {"1 write(3</d/a>, \"x\", 1) = 1\n1 fsync(3</d/a>) = -1 EIO (Input/output error)", []string{"/d/a"}},
		"a name":               {"1 rename(\"/d/a.lock\", \"/d/a\") = 0", []string{"/d"}},
		"a name, then synced":  {"1 renameat(AT_FDCWD</>, \"/d/a.lock\", AT_FDCWD</>, \"/d/a\") = 0\n1 fsync(3</d>) = 0", nil},
		"content under a name": {"1 write(3</d/t>, \"x\", 1) = 1\n1 link(\"/d/t\", \"/d/a\") = 0\n1 fsync(3</d>) = 0", []string{"/d/a", "/d/t"}},
		"a folder":             {"1 mkdir(\"/d/e\", 0777) = 0\n1 fsync(3</d/e>) = 0", []string{"/d"}},
		"a socket":             {"1 write(3<socket:[1]>, \"x\", 1) = 1", nil},
	} {
		calls, err := readCalls(strings.NewReader(c.log))
		if err != nil {
			t.Fatal(err)
		}
		d := newDisk()
		for _, call := range calls {
			d.apply(call)
		}
		if got := slices.Sorted(maps.Keys(d.volatile)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
