package feedstore_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/alertmanager"
	"github.com/postern/postern/reports/feed/ndjson"
	"github.com/postern/postern/reports/feedstore"
)

const (
	killedFile  = "LEDGER_TEST_CHILD_FILE" // the database of a copy of this test program that takes feeds in until it is killed
	killRounds  = 32
	killBodies  = 2000
	killSenders = 8
	killSeed    = 20261125 // another seed is other moments; the test must hold for all
)

// killBody is the i-th body that is sent: alerts, incidents with corrections,
// buckets with fractions, changes, lines that are no item, and bodies that are no
// format at all. Received is when, also when it is sent again, so that what is
// stored can be compared byte for byte.
func killBody(i int) (format string, in feed.Input) {
	in = feed.Input{Source: "ci", Received: noon.Add(time.Duration(i) * time.Second)}
	format = "ndjson"
	text := ""
	switch i % 8 {
	case 0, 1:
		format, text = "alertmanager", webhook(i)
		in.Source = "am"
	case 2:
		text = fmt.Sprintf(
			`{"v":1,"type":"incident","id":"INC-%d","title":"Refused %d","rev":%d,"started":"2026-11-24T10:%02d:00Z","resolved":"2026-11-24T11:00:00Z"}`,
			i/40,
			i,
			i,
			i/40%60,
		)
	case 3, 4, 5:
		for k := range 4 {
			n := 4*i + k
			total := float64(100+n%37) * (300 / 285.0)
			text += fmt.Sprintf(`{"v":1,"type":"sli","slo":"slo-%d","start":%q,"len":"5m","good":%v,"total":%v,"rev":%d}`+"\n", n%3,
				noon.Add(-time.Duration(n%2000+2)*5*time.Minute).Format(time.RFC3339), total, total, 1+n/2000)
		}
	case 6:
		text = fmt.Sprintf(
			`{"v":1,"type":"change","id":"deploy-%d","service":"checkout","environment":"prod","time":"2026-11-24T09:58:00Z","outcome":"failed"}`+
				"\n{\"v\":1,\"type\":\"weather\",\"n\":%d}",
			i,
			i,
		)
	case 7:
		format, text = "alertmanager", fmt.Sprintf("this is no JSON, %d", i)
	}
	in.Body = []byte(text)
	return format, in
}

// TestKilledAtRandomMomentsOfIngest kills (kill -9) a process that takes feeds in, at
// random moments, and starts it again with what it had not answered. All that was
// answered is there after each death, and in the end what is stored is, byte for
// byte, what the same bodies in another order give a store that is not killed.
func TestKilledAtRandomMomentsOfIngest(t *testing.T) {
	if path := os.Getenv(killedFile); path != "" {
		takeUntilKilled(t, path)
		return
	}
	r := rand.New(rand.NewPCG(killSeed, 0))
	path := filepath.Join(t.TempDir(), "db")
	answered := map[int]bool{}
	again := 0
	for round := range killRounds {
		before := len(answered)
		killAfter(t, path, answered, 1+r.IntN(50), time.Duration(r.IntN(2000))*time.Microsecond)
		there := lookAtRemains(t, path, answered, round == killRounds-1)
		again += there - len(answered)
		if len(answered) == before {
			t.Fatalf("round %d: nothing was answered", round)
		}
	}
	killAfter(t, path, answered, killBodies+1, 0)
	t.Logf("of %d bodies %d were stored, not answered, and sent again", killBodies, again)
	if again == 0 || len(answered) != killBodies {
		t.Errorf("the kills show nothing: %d bodies were stored and not answered, %d of %d answered in the end", again, len(answered), killBodies)
	}

	clean := filepath.Join(t.TempDir(), "clean")
	db, l := openKilled(t, clean)
	order := r.Perm(killBodies)
	takeIn(t, l, append(order, order[:killBodies/4]...), 4*killSenders, func(int) {})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	got, gotCount := stored(t, path)
	want, wantCount := stored(t, clean)
	for bucket, hash := range want {
		if got[bucket] != hash {
			t.Errorf("%s: the killed ledger has other rows (%d) than the one that nobody killed (%d)", bucket, gotCount[bucket], wantCount[bucket])
		}
	}
	if n := wantCount["ledger.raw"]; n != killBodies {
		t.Errorf("%d raw bodies of %d", n, killBodies)
	}
}

// killAfter starts the child on what was not answered, reads so many answers, and
// kills it a little later. It notes every answer.
func killAfter(t *testing.T, path string, answered map[int]bool, answers int, later time.Duration) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKilledAtRandomMomentsOfIngest$")
	child.Env = append(os.Environ(), killedFile+"="+path)
	var todo strings.Builder
	for i := range killBodies {
		if !answered[i] {
			fmt.Fprintln(&todo, i)
		}
	}
	child.Stdin = strings.NewReader(todo.String())
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		text, ok := strings.CutPrefix(lines.Text(), "told ")
		if !ok {
			continue // what the test framework says at the end
		}
		i, err := strconv.Atoi(text)
		if err != nil || answered[i] {
			t.Fatalf("the child says %q, once too often or no number: %v", lines.Text(), err)
		}
		answered[i] = true
		if seen++; seen == answers {
			time.AfterFunc(later, func() { _ = child.Process.Kill() }) // the moment is the point of the test
		}
	}
	if err := child.Wait(); (err == nil) != (answers > killBodies) {
		t.Fatalf("the child ended with %v after %d answers, %d asked for", err, seen, answers)
	}
}

// takeUntilKilled is the child.
func takeUntilKilled(t *testing.T, path string) {
	var todo []int
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		i, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		todo = append(todo, i)
	}
	db, l := openKilled(t, path)
	takeIn(t, l, todo, killSenders, func(i int) { fmt.Printf("told %d\n", i) })
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func openKilled(t *testing.T, path string) (kv.DB, *feedstore.Store) {
	t.Helper()
	db, err := boltkv.Open(t.Context(), path, boltkv.Options{Schemas: []kv.Schema{feedstore.Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	return db, feedstore.New(
		feedstore.Options{DB: db, Now: func() time.Time { return noon }, Formats: []feed.Format{alertmanager.Format(), ndjson.Format()}},
	)
}

// takeIn sends bodies from several senders, and reports each that was answered; an
// answer that refuses a body is one too.
func takeIn(t *testing.T, l *feedstore.Store, bodies []int, senders int, answered func(i int)) {
	work := make(chan int)
	var group sync.WaitGroup
	var out sync.Mutex
	for range senders {
		group.Go(func() {
			for i := range work {
				format, in := killBody(i)
				if _, err := l.Accept(t.Context(), format, in); err != nil && i%8 != 7 {
					t.Errorf("body %d: %v", i, err)
					continue
				}
				out.Lock()
				answered(i)
				out.Unlock()
			}
		})
	}
	for _, i := range bodies {
		work <- i
	}
	close(work)
	group.Wait()
}

// lookAtRemains opens what a killed child left: it is whole, what it holds adds up,
// and every body that was answered is there. It returns their number.
func lookAtRemains(t *testing.T, path string, answered map[int]bool, thorough bool) (there int) {
	t.Helper()
	if thorough {
		if err := boltkv.Verify(t.Context(), path, []kv.Schema{feedstore.Schema()}); err != nil {
			t.Fatal(err)
		}
	}
	db, l := openKilled(t, path)
	defer func() { _ = db.Close() }()
	if findings, err := l.Check(t.Context()); err != nil || len(findings) > 0 {
		t.Fatalf("%q, %v", findings, err)
	}
	err := db.View(t.Context(), func(r kv.Reader) error {
		for i := range killBodies {
			_, in := killBody(i)
			sum := sha256.Sum256(in.Body)
			row, err := r.Get("ledger.raw", append(kv.TimeKey(in.Received), sum[:8]...))
			if err != nil {
				return err
			}
			if row == nil && answered[i] {
				t.Errorf("body %d was answered and is not there", i)
			}
			if row != nil {
				there++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return there
}

// stored are hashes of all rows of each bucket that does not count how often
// something was sent, and how many there are. Of the dead letters, which do, it is
// the keys.
func stored(t *testing.T, path string) (hashes map[string]string, counts map[string]int) {
	t.Helper()
	db, err := boltkv.Open(t.Context(), path, boltkv.Options{Schemas: []kv.Schema{feedstore.Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	hashes, counts = map[string]string{}, map[string]int{}
	err = db.View(t.Context(), func(r kv.Reader) error {
		for _, bucket := range feedstore.Schema().Buckets {
			if slices.Contains([]string{"ledger.meta", "ledger.source", "ledger.daily", "ledger.touched"}, bucket) {
				continue
			}
			h := sha256.New()
			for item, err := range r.Scan(bucket, nil, nil) {
				if err != nil {
					return err
				}
				if counts[bucket]++; bucket == "ledger.letter" {
					item.Value = nil
				}
				fmt.Fprintf(h, "%x %x\n", item.Key, item.Value)
			}
			hashes[bucket] = hex.EncodeToString(h.Sum(nil))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return hashes, counts
}
