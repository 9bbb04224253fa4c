package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// flooded is a portal whose feeders bring too much, by a clock that the test sets.
type flooded struct {
	*trial
	peak    int // MB, of all processes of the portal so far
	perBody int // items of one body
}

// floodBegins is a noon, so that a flood ends on the day on which it began.
func floodBegins() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

// mostResident is how much memory the portal may take under any load here, in MB.
const mostResident = 512

func newFlooded(t *testing.T, env ...string) *flooded {
	t.Helper()
	needGit(t)
	dir := t.TempDir()
	f := &flooded{perBody: floodBody, trial: &trial{T: t, dir: dir, clock: filepath.Join(dir, "clock")}}
	f.env = append(append(authorEnv(dir), clockEnv+"="+f.clock), env...)
	f.at(floodBegins())
	f.start()
	f.admin = mustRun(t, f.env, dir, "postern", "token", "create", "--role", "admin", "--name", "operator")
	return f
}

// at puts the clock, which then runs as fast as the machine's.
func (f *flooded) at(now time.Time) {
	f.Helper()
	f.now = now
	if err := setClock(f.clock, now, 1); err != nil {
		f.Fatal(err)
	}
}

// token makes a feeder, bound to a source unless that is "".
func (f *flooded) token(name, source string) string {
	line := []string{"postern", "token", "create", "--role", "feeder", "--name", name}
	if source != "" {
		line = append(line, "--source", source)
	}
	return mustRun(f, f.env, f.dir, line...)
}

// again kills the portal and starts it; its memory is remembered.
func (f *flooded) again() {
	f.look()
	f.server.kill()
	f.start()
}

// look reads the peak of the portal's memory, pages of its database included, which
// are the system's to take back; 0 where the system does not say.
func (f *flooded) look() int {
	mb := f.status("VmHWM")
	f.Logf("its own memory is %d MB, the database has %d MB", f.status("RssAnon"), f.dataBytes()>>20)
	f.peak = max(f.peak, mb)
	return mb
}

// status reads a line of what the system says of the process, in MB.
func (f *flooded) status(line string) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", f.server.cmd.Process.Pid))
	m := regexp.MustCompile(line + `:\s+(\d+) kB`).FindSubmatch(text)
	if err != nil || m == nil {
		return 0
	}
	kb, _ := strconv.Atoi(string(m[1]))
	return kb >> 10
}

// watch looks at the portal's own memory until the test ends: of that, the system
// keeps no peak.
func (f *flooded) watch() (peak func() int) {
	done, most := make(chan struct{}), make(chan int)
	go func() {
		top := 0
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				top = max(top, f.status("RssAnon"))
			case <-done:
				most <- top
				return
			}
		}
	}()
	return sync.OnceValue(func() int {
		close(done)
		return <-most
	})
}

// took is what became of the items of some bodies.
type took struct{ accepted, duplicate, over, other int }

func (t *took) add(o took) {
	t.accepted += o.accepted
	t.duplicate += o.duplicate
	t.over += o.over
	t.other += o.other
}

// send posts one body.
func (f *flooded) send(secret, format, source string, body []byte) (t took, err error) {
	req, err := http.NewRequest(http.MethodPost, f.server.url+"/api/v1/feeds/"+format+"?source="+source, bytes.NewReader(body))
	if err != nil {
		return t, err
	}
	text, err := f.do(req, secret)
	if err != nil {
		return t, err
	}
	var a struct {
		Accepted, Duplicate int
		Rejected            []struct{ Reason string }
		More                int `json:"rejected_more"`
	}
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return t, err
	}
	t = took{accepted: a.Accepted, duplicate: a.Duplicate, over: a.More}
	for _, r := range a.Rejected {
		if strings.HasPrefix(r.Reason, "over budget") {
			t.over++
		} else {
			t.other++
		}
	}
	return t, nil
}

// floodBody is how many items one body of a flood has.
const floodBody = 5000

// pour posts n items that make(i) writes, several bodies at once.
func (f *flooded) pour(secret, format, source string, n int, join func(items []string) []byte, make func(i int) string) (sum took) {
	f.Helper()
	var mu sync.Mutex
	var group sync.WaitGroup
	starts := chanOf(n, f.perBody)
	for range 3 {
		group.Go(func() {
			for first := range starts {
				var items []string
				for i := first; i < min(n, first+f.perBody); i++ {
					items = append(items, make(i))
				}
				t, err := f.send(secret, format, source, join(items))
				mu.Lock()
				if err != nil {
					f.Error(err)
				}
				sum.add(t)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if f.Failed() {
		f.Fatalf("a body was not taken\n%s", f.server.log)
	}
	return sum
}

func chanOf(n, step int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := 0; i < n; i += step {
			out <- i
		}
	}()
	return out
}

func lines(items []string) []byte { return []byte(strings.Join(items, "\n")) }

func webhook(items []string) []byte {
	return []byte(`{"version":"4","status":"firing","receiver":"r","alerts":[` + strings.Join(items, ",") + `]}`)
}

// distinct is the item of a flood that has a number: one of every kind of which a
// sender can make up names.
func (f *flooded) distinct(i int) string {
	at := f.now.Add(-time.Duration(i%80_000) * time.Second).Format(time.RFC3339)
	switch i % 10 {
	case 0:
		return fmt.Sprintf(`{"type":"incident","id":"F-%d","title":"Flood of the cellar %d","severity":"SEV3","services":["s%d"],"started":%q}`,
			i, i, i%50, at)
	case 1, 2, 3:
		return fmt.Sprintf(`{"type":"incident","id":"F-%d","title":"Flood of the cellar %d","severity":"SEV3","services":["s%d"],"started":%q,"detected":%q,"resolved":%q}`, i, i, i%50, at, at, f.now.Format(time.RFC3339))
	case 4, 5, 6, 7:
		return fmt.Sprintf(`{"type":"change","id":"C-%d","service":"s%d","environment":"prod","time":%q,"outcome":"succeeded"}`, i, i%50, at)
	case 8:
		return fmt.Sprintf(`{"type":"drill","id":"D-%d","title":"drill","services":["s%d"],"time":%q,"outcome":"passed"}`, i, i%50, at)
	}
	return fmt.Sprintf(`{"type":"sli","slo":"unknown-%d","start":"2026-11-24T10:00:00Z","len":"5m","good":9,"total":9}`, i)
}

// firing is an open alert.
func (f *flooded) firing(i int) string {
	return fmt.Sprintf(`{"status":"firing","labels":{"alertname":"Water%d","service":"s%d","severity":"page","pod":"p-%d"},"annotations":{"summary":"it rises"},"startsAt":%q,"fingerprint":"fp%d"}`,
		i%100, i%50, i, f.now.Add(-time.Duration(i%80_000)*time.Second).Format(time.RFC3339), i)
}

// pagesOfAFlood are what people open while it rains.
func pagesOfAFlood() []string {
	return []string{"/", "/incidents", "/alerts", "/changes", "/slow-sql", "/services", "/reports", "/slos", "/feeds", "/dead-letters",
		"/api/v1/incidents", "/api/v1/alerts", "/api/v1/changes", "/api/v1/slow-sql", "/alerts?days=1", "/incidents?days=1"}
}

// visit opens every page twice and logs how long each took; a page is an answer, or
// asks for less in so many words.
func (f *flooded) visit(when string) {
	f.Helper()
	var said []string
	for _, path := range pagesOfAFlood() {
		var took [2]time.Duration
		status := 0
		for i := range took {
			start := time.Now()
			req, err := http.NewRequest(http.MethodGet, f.server.url+path, nil)
			if err != nil {
				f.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+f.admin)
			req.Header.Set("Accept", "text/html")
			status = f.answer(path, req)
			took[i] = time.Since(start).Round(time.Millisecond)
		}
		said = append(said, fmt.Sprintf("%s %d %v then %v", path, status, took[0], took[1]))
	}
	f.Logf("%s: peak %d MB; %s", when, f.look(), strings.Join(said, "; "))
}

func (f *flooded) answer(path string, req *http.Request) int {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		f.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var text bytes.Buffer
	if _, err := text.ReadFrom(res.Body); err != nil {
		f.Fatal(err)
	}
	switch {
	case res.StatusCode == http.StatusOK && text.Len() < 4<<20:
	case res.StatusCode == http.StatusBadRequest && strings.Contains(text.String(), "narrow the range"):
	default:
		f.Errorf("%s answers %s with %d bytes: %.300s", path, res.Status, text.Len(), text.String())
	}
	return res.StatusCode
}

// source is how /feeds shows one source.
func (f *flooded) source(name, format string) (s struct {
	Name, Format, State string
	Accepted            int
	Over                int `json:"over_budget"`
	NewDay              int `json:"new_today"`
	Open                int
}) {
	f.Helper()
	var out struct{ Feeds []json.RawMessage }
	if err := json.Unmarshal([]byte(f.get("/api/v1/feeds")), &out); err != nil {
		f.Fatal(err)
	}
	for _, raw := range out.Feeds {
		if err := json.Unmarshal(raw, &s); err != nil {
			f.Fatal(err)
		}
		if s.Name == name && s.Format == format {
			return s
		}
	}
	f.Fatalf("no source %s in %s", name, format)
	return s
}

// report makes the reports of a day and a month, and gives the day's.
func (f *flooded) report(when, day, month string) (text string) {
	f.Helper()
	for _, r := range [][2]string{{"monthly", month}, {"daily", day}} {
		start := time.Now()
		mustRun(f, f.env, f.dir, "postern", "report", "run", r[0], r[1])
		text = f.get("/reports/" + r[0] + "/" + r[1] + ".md")
		f.Logf("%s: the %s report and its text took %v, peak %d MB", when, r[0], time.Since(start).Round(time.Millisecond), f.look())
	}
	return text
}

// dataBytes is how much the portal stores.
func (f *flooded) dataBytes() int64 {
	info, err := os.Stat(filepath.Join(f.dir, "data", "postern.db"))
	if err != nil {
		f.Fatal(err)
	}
	return info.Size()
}
