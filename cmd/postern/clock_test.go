package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// clockEnv names the file of a clock that a test sets: the program under test goes
// by it, across its own starts and ends, instead of by the machine's.
const clockEnv = "POSTERN_TEST_CLOCK"

// playTested is main by the clock that the environment names.
func playTested() {
	file := os.Getenv(clockEnv)
	if file == "" {
		play(time.Now, testInstallation())
		return
	}
	play(func() time.Time {
		now, err := readClock(file)
		if err != nil {
			panic(err)
		}
		return now
	}, testInstallation())
}

// serviceEnv names the data folder of the installed service; tests know nothing of
// one that is installed on their machine.
const serviceEnv = "POSTERN_TEST_SERVICE"

func testInstallation() installation {
	dir := os.Getenv(serviceEnv)
	if dir == "" {
		return installation{}
	}
	return installation{config: filepath.Join(dir, "etc", "postern.yaml"), dir: filepath.Join(dir, "lib")}
}

// setClock puts the clock of a file to an instant, from which it runs on so many
// times as fast as the machine's.
func setClock(file string, to time.Time, pace int) error {
	text := fmt.Sprintf("%s %s %d", to.UTC().Format(time.RFC3339Nano), time.Now().UTC().Format(time.RFC3339Nano), pace)
	if err := os.WriteFile(file+".new", []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func readClock(file string) (time.Time, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return time.Time{}, err
	}
	var to, since string
	var pace int
	if _, err := fmt.Sscan(string(text), &to, &since, &pace); err != nil {
		return time.Time{}, err
	}
	at, err := time.Parse(time.RFC3339Nano, to)
	begun, err2 := time.Parse(time.RFC3339Nano, since)
	return at.Add(time.Duration(pace) * time.Since(begun)).UTC(), errors.Join(err, err2)
}

// clockCommand sets the clock of a script's program: clock INSTANT. A server that
// runs by it already follows.
func clockCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: clock INSTANT")
	}
	to, err := time.Parse(time.RFC3339, args[0])
	ts.Check(err)
	file := filepath.Join(ts.Getenv("WORK"), "clock")
	ts.Check(setClock(file, to, 1))
	ts.Setenv(clockEnv, file)
}

// The clock under test is where it was put and runs on at its pace.
func TestClockOfTests(t *testing.T) {
	file, at := t.TempDir()+"/clock", time.Date(2026, 5, 25, 9, 0, 0, 0, time.UTC)
	for _, pace := range []int{1, 1000} {
		if err := setClock(file, at, pace); err != nil {
			t.Fatal(err)
		}
		first, err := readClock(file)
		second, err2 := readClock(file)
		if err := errors.Join(err, err2); err != nil || first.Before(at) || first.Sub(at) > time.Duration(pace)*time.Minute || !second.After(first) {
			t.Errorf("pace %d: %v, then %v: %v", pace, first, second, err)
		}
	}
}
