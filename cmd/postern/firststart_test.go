package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/postern/postern/portal/base/campaign"
)

// makingCalls make, name or store something; a start that is killed at one of them has
// done everything before it and nothing after.
var makingCalls = []string{"mkdirat", "renameat", "fsync", "fdatasync", "pwrite64", "unlinkat", "ftruncate", "mkdir", "rename", "link"}

// killsOfOneCall is how often a call is waited for before it is killed, at most.
const killsOfOneCall = 12

// TestCampaignFirstStartKilled kills the very first start at its Nth call of each kind
// that makes something, in the server or in its git. The next start is always ready,
// and git, database and index agree.
func TestCampaignFirstStartKilled(t *testing.T) {
	needGit(t)
	needStrace(t)
	type moment struct {
		call string
		n    int
	}
	var all []moment
	for _, call := range makingCalls {
		for n := 1; n <= killsOfOneCall; n++ {
			all = append(all, moment{call, n})
		}
	}
	random := campaign.Rand(t)
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	killed := 0
	for _, m := range all[:campaign.Size(6, len(all))] {
		dir := t.TempDir()
		env := authorEnv(dir)
		inject := fmt.Sprintf("inject=%s:signal=KILL:when=%d", m.call, m.n)
		p := launch(t, env, "strace", "-f", "-qq", "-e", "trace="+m.call, "-e", inject, "-o", filepath.Join(dir, "calls"), "postern", "serve",
			"--listen", "127.0.0.1:0")
		select {
		case <-p.ended:
			killed++
		case <-p.ready: // it never came so far: killed now, where the start is over
			killServer(t, filepath.Join(dir, "data"))
			<-p.ended
		}
		again := serveProcess(t, env)
		if out, err := tryCommand(t.Context(), env, dir, "postern", "check"); err != nil {
			t.Errorf("killed at %s %d: postern check: %v\n%s", m.call, m.n, err, out)
		}
		if strings.Contains(again.log.String(), "level=ERROR") {
			t.Errorf("killed at %s %d: the next start says\n%s", m.call, m.n, again.log)
		}
		again.stop(t)
	}
	t.Logf("%d starts were killed on their way", killed)
	if killed == 0 {
		t.Error("no start was killed: the calls are not those of this build")
	}
}

// killServer ends the portal of a data folder; strace passes no signal on to it.
func killServer(t *testing.T, data string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(data, "postern.db.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}
