package schedule_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/reportstore"
	"github.com/postern/postern/reports/schedule"
)

// childFile names the database to a copy of this test program that makes reports
// until it is killed.
const childFile = "PRESS_TEST_CHILD_FILE"

// late is data that changes with every process: each one revises what the others
// have published.
type late struct {
	*world
	version uint64
}

func (l late) Version(context.Context) (uint64, error) { return l.version, nil }

func openArchive(t *testing.T, path string) (*boltkv.DB, *reportstore.Store) {
	t.Helper()
	db, err := boltkv.Open(t.Context(), path, boltkv.Options{Schemas: []kv.Schema{reportstore.Schema()}, Now: time.Now,
		Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return db, reportstore.New(db)
}

// makeUntilKilled makes the reports of a month and revises them; it tells every
// revision after it is stored.
func makeUntilKilled(t *testing.T, path string) {
	_, kept := openArchive(t, path)
	round, _ := strconv.Atoi(os.Getenv("PRESS_TEST_ROUND"))
	w := &world{t: t, earliest: at("2026-10-20T00:00:00Z"), now: at("2026-11-24T09:00:00Z"),
		incident: fmt.Sprintf("As round %d tells it", round)}
	p := schedule.New(schedule.Options{
		Printer:     english().Printer,
		Definitions: func(context.Context) ([]reports.Definition, error) { return reports.BuiltIn("UTC"), nil },
		Collect:     late{w, uint64(round)}, Archive: kept, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler),
		Published: func(_ context.Context, _ reports.Definition, r reportstore.Revision) {
			fmt.Printf("made %s %s %d\n", r.Name, r.Period, r.Number)
		},
	})
	for {
		if _, err := p.Tick(t.Context(), 3); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Recheck(t.Context(), 3); err != nil {
			t.Fatal(err)
		}
		fmt.Println("tick")
	}
}

// Killed thirty times in the middle of making and revising reports: every
// revision exists exactly once, whole, and none that was told is lost.
func TestKilledWhileMakingReports(t *testing.T) {
	if path := os.Getenv(childFile); path != "" {
		makeUntilKilled(t, path)
		return
	}
	path := t.TempDir() + "/db"
	toldOnce := map[string]bool{}
	for round := range 30 {
		killMaking(t, path, round, 1+round%7, toldOnce)
	}
	db, kept := openArchive(t, path)
	defer func() { _ = db.Close() }()
	there := 0
	for _, name := range []string{"daily", "weekly", "monthly"} {
		have, err := kept.Have(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		for id := range have {
			all, err := kept.Revisions(t.Context(), name, id)
			if err != nil {
				t.Fatal(err)
			}
			for n, r := range all {
				there++
				if r.Number != len(all)-n {
					t.Errorf("%s %s: revisions %d of %d is number %d", name, id, n, len(all), r.Number)
				}
				if _, err := kept.Report(t.Context(), name, id, r.Number); err != nil {
					t.Errorf("%s %s r%d: %v", name, id, r.Number, err)
				}
				delete(toldOnce, fmt.Sprintf("made %s %s %d", name, id, r.Number))
			}
		}
	}
	if len(toldOnce) > 0 {
		t.Errorf("told and lost: %v", toldOnce)
	}
	if there < 40 {
		t.Errorf("thirty rounds made %d revisions", there)
	}
}

// killMaking starts a maker and kills it after so many revisions; told twice is
// an error.
func killMaking(t *testing.T, path string, round, after int, toldOnce map[string]bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWhileMakingReports$")
	cmd.Env = append(os.Environ(), childFile+"="+path, "PRESS_TEST_ROUND="+strconv.Itoa(round))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, idle := bufio.NewScanner(out), 0
	for lines.Scan() {
		line := lines.Text()
		if line == "tick" {
			if idle++; idle > 60 {
				break // everything is made and revised
			}
			continue
		}
		if !strings.HasPrefix(line, "made ") {
			t.Errorf("round %d: %s", round, line)
			continue
		}
		if toldOnce[line] {
			t.Errorf("round %d: made twice: %s", round, line)
		}
		toldOnce[line] = true
		if after--; after == 0 {
			break
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed
}
