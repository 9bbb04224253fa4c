package boltkv_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/base/kv/kvtest"
)

// childFile names the database to a copy of this test program that writes until
// it is killed.
const childFile = "BOLTKV_TEST_CHILD_FILE"

// TestKilledWriterLosesNothing kills a writing process after so many
// acknowledged commits, while the next ones are under way: every acknowledged
// commit must be there, whole, and the file must open.
func TestKilledWriterLosesNothing(t *testing.T) {
	if path := os.Getenv(childFile); path != "" {
		writeUntilKilled(t, path)
		return
	}
	path := file(t.TempDir())
	told := uint64(0)
	for round := range 12 {
		told = killAfter(t, path, 3+7*round)
		if err := boltkv.Verify(t.Context(), path, []kv.Schema{kvtest.Schema()}); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		db := mustOpen(t, path, kvtest.Schema())
		err := db.View(t.Context(), func(r kv.Reader) error {
			seq, err := r.Seq()
			if uint64(seq) < told {
				t.Errorf("round %d: %d commits were told, %d are there", round, told, seq)
			}
			for n := uint64(1); n <= uint64(seq) && err == nil; n++ {
				var a, b []byte
				a, err = r.Get("suite.a", number(n))
				b, _ = r.Get("suite.b", number(n))
				if a == nil || b == nil {
					t.Errorf("round %d: commit %d is half there", round, n)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killAfter starts the child, reads so many acknowledgements, kills it, and
// gives the last commit that was told.
func killAfter(t *testing.T, path string, acknowledged int) (told uint64) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKilledWriterLosesNothing$")
	child.Env = append(os.Environ(), childFile+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for seen := 0; lines.Scan(); {
		n, err := strconv.ParseUint(strings.TrimPrefix(lines.Text(), "told "), 10, 64)
		if err != nil {
			t.Errorf("the child says %q", lines.Text())
			break
		}
		told = n
		if seen++; seen == acknowledged {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	return told
}

func writeUntilKilled(t *testing.T, path string) {
	db := mustOpen(t, path, kvtest.Schema())
	for {
		var seq kv.Seq
		err := db.Update(t.Context(), func(w kv.Writer) (err error) {
			if seq, err = w.Log("topic", nil); err != nil {
				return err
			}
			if err := w.Put("suite.a", number(uint64(seq)), make([]byte, 5000)); err != nil {
				return err
			}
			return w.Put("suite.b", number(uint64(seq)), make([]byte, 50))
		})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("told %d\n", seq)
	}
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
