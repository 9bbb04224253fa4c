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

// clockEnv is the clock that a test gives the program under test instead of the
// machine's: either its text (clockText) or the name of a file that holds the text, which
// the test may write again while the program runs.
const clockEnv = "POSTERN_TEST_CLOCK"

// testDay is when the programs of all tests believe to run, unless a test sets another
// day. It is a Monday and the end of a month: the first day on which the tests failed
// while they read the machine's clock.
func testDay() time.Time { return time.Date(2026, time.November, 30, 10, 7, 0, 0, time.UTC) }

// clockFrom returns the variable that makes a program run on a clock that starts at an
// instant and is as fast as the machine's.
func clockFrom(at time.Time) string { return clockEnv + "=" + clockText(at, 1) }

// playTested is main with the clock that the environment names.
func playTested() { mainWithClock(testClock(os.Getenv(clockEnv)), testInstallation()) }

func testClock(text string) func() time.Time {
	if text == "" {
		return time.Now
	}
	if now, err := parseClock(text); err == nil {
		return now
	}
	return func() time.Time {
		now, err := readClock(text)
		if err != nil {
			panic(err)
		}
		return now
	}
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

// clockText is a clock that shows an instant now and runs on so many times as fast as
// the machine's.
func clockText(at time.Time, pace int) string {
	return fmt.Sprintf("%s %s %d", at.UTC().Format(time.RFC3339Nano), time.Now().UTC().Format(time.RFC3339Nano), pace)
}

func parseClock(text string) (func() time.Time, error) {
	var to, since string
	var pace int
	if _, err := fmt.Sscan(text, &to, &since, &pace); err != nil {
		return nil, err
	}
	at, err := time.Parse(time.RFC3339Nano, to)
	begun, err2 := time.Parse(time.RFC3339Nano, since)
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	return func() time.Time { return at.Add(time.Duration(pace) * time.Since(begun)).UTC() }, nil
}

// setClock writes a clock into a file. A program that runs on it follows.
func setClock(file string, to time.Time, pace int) error {
	if err := os.WriteFile(file+".new", []byte(clockText(to, pace)), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func readClock(file string) (time.Time, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return time.Time{}, err
	}
	now, err := parseClock(string(text))
	if err != nil {
		return time.Time{}, err
	}
	return now(), nil
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
		if err := errors.Join(err, err2); err != nil || first.Before(at) || first.Sub(at) > time.Duration(pace)*time.Minute ||
			!second.After(first) {
			t.Errorf("pace %d: %v, then %v: %v", pace, first, second, err)
		}
	}
}
