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

	"github.com/postern/postern/portal/base/campaign"
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
		return fmt.Sprintf(`{"type":"incident","id":"F-%d","title":"Flood of the cellar %d","severity":"SEV3","services":["s%d"],"started":%q}`, i, i, i%50, at)
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

// A feeder that makes up a new thing for every message gets its budget and no more,
// across kinds, formats, kills and days; the portal stays as small as it was, its
// pages answer or ask for less, and reports are made and say what was not taken.
func TestCampaignFlood(t *testing.T) {
	n, budget, open := campaign.Size(6_000, 1_000_000), campaign.Size(1_200, 50_000), campaign.Size(400, 20_000)
	f := newFlooded(t, fmt.Sprintf("POSTERN_FEEDS_BUDGET_NEW=%d", budget), fmt.Sprintf("POSTERN_FEEDS_BUDGET_OPEN=%d", open),
		fmt.Sprintf("POSTERN_FEEDS_MOST_READ=%d", campaign.Size(700, 25_000)))
	feeder := f.token("flood", "flood")
	f.visit("before")
	f.report("before", "2026-11-22", "2026-10")
	before, start := f.dataBytes(), time.Now()

	half := f.pour(feeder, "ndjson", "flood", n/2, lines, f.distinct)
	f.again()
	sum := f.pour(feeder, "ndjson", "flood", n, lines, f.distinct) // its first half again, and the rest
	sum.add(half)
	f.Logf("%d distinct things, half of them twice, in %v: %+v", n, time.Since(start).Round(time.Millisecond), sum)
	if sum.accepted != budget || sum.other != 0 || sum.accepted+sum.duplicate+sum.over != n+n/2 {
		t.Errorf("%+v of %d distinct things, with a budget of %d", sum, n, budget)
	}
	if s := f.source("flood", "ndjson"); s.NewDay != budget || s.State != "over_budget" || s.Over != sum.over || s.Open != budget/10 {
		t.Errorf("/feeds: %+v", s)
	}
	f.visit("after")

	f.at(floodBegins().Add(24 * time.Hour))
	alerts := f.pour(feeder, "alertmanager", "flood", min(n, 2*budget), webhook, f.firing)
	if s := f.source("flood", "alertmanager"); s.Open != open || alerts.accepted != open-budget/10 {
		t.Errorf("of open alerts %+v; /feeds: %+v, want %d open", alerts, s, open)
	}
	f.visit("with open alerts")
	second := f.pour(f.token("deluge", "deluge"), "ndjson", "deluge", 2*budget, lines, func(i int) string { return f.distinct(i + n) })
	if second.accepted != budget || second.over != budget {
		t.Errorf("a second feeder: %+v, with a budget of %d", second, budget)
	}
	f.visit("with two feeders")
	f.at(time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)) // the month is over
	text := f.report("after", "2026-11-24", "2026-11")
	if !strings.Contains(text, "Feeds over their budget") || !strings.Contains(text, "Not counted") {
		t.Errorf("the report says nothing of what is not there:\n%s", text)
	}
	if grown := f.dataBytes() - before; grown > int64(budget)*8_000 {
		t.Errorf("the database grew by %d MB for a budget of %d", grown>>20, budget)
	}
	f.letters()
	f.again()
	f.visit("after a restart")
	f.report("after a restart", "2026-11-25", "2026-11")
	if f.peak > mostResident {
		t.Errorf("the portal took %d MB, at most %d are allowed", f.peak, mostResident)
	}
	mustRun(t, f.env, f.dir, "postern", "check")
}

// letters checks that what was refused is few entries, whatever it was.
func (f *flooded) letters() {
	f.Helper()
	var out struct {
		Letters []struct {
			Source string
			Over   bool `json:"over_budget"`
			Times  int
		} `json:"dead_letters"`
	}
	if err := json.Unmarshal([]byte(f.get("/api/v1/dead-letters?limit=500")), &out); err != nil {
		f.Fatal(err)
	}
	times := 0
	for _, l := range out.Letters {
		times += l.Times
		if !l.Over || l.Source != "flood" && l.Source != "deluge" {
			f.Errorf("a dead letter of its own: %+v", l)
		}
	}
	const hoursOfIt = 6 // the long form takes minutes, on each of two days
	if len(out.Letters) == 0 || len(out.Letters) > hoursOfIt || times == 0 {
		f.Errorf("%d dead letters of %d things", len(out.Letters), times)
	}
}

// An honest source with many SLOs and five-minute buckets for a day uses nothing of
// its budget, which here is smaller than its SLOs are many.
func TestCampaignHonestSourceHasNoBudget(t *testing.T) {
	slos, budget := campaign.Size(25, 1000), campaign.Size(5, 500)
	f := newFlooded(t, fmt.Sprintf("POSTERN_FEEDS_BUDGET_NEW=%d", budget))
	files := map[string]string{}
	for i := range slos {
		name := fmt.Sprintf("slo-%04d", i)
		files["slos/"+name+".yaml"] = sloFile(name, "", "ndjson", "", "")
	}
	f.commit("objectives", files)
	mustRun(t, f.env, f.tree(), "git", "push", "-q", f.server.remote(f.admin), "main")
	const buckets = 288 // five minutes of a day
	midnight := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	start := time.Now()
	sum := f.pour(f.token("honest", "honest"), "ndjson", "honest", slos*buckets, lines, func(i int) string {
		return fmt.Sprintf(`{"type":"sli","slo":"slo-%04d","start":%q,"len":"5m","good":299,"total":300}`,
			i/buckets, midnight.Add(time.Duration(i%buckets)*5*time.Minute).Format(time.RFC3339))
	})
	f.Logf("%d SLOs, %d buckets in %v, peak %d MB: %+v", slos, slos*buckets, time.Since(start).Round(time.Millisecond), f.look(), sum)
	if sum != (took{accepted: slos * buckets}) {
		t.Errorf("%+v", sum)
	}
	if s := f.source("honest", "ndjson"); s.NewDay != 0 || s.Over != 0 || s.State != "ok" {
		t.Errorf("/feeds: %+v", s)
	}
	others := f.pour(f.token("stray", "stray"), "ndjson", "stray", 2*budget, lines, func(i int) string {
		return fmt.Sprintf(`{"type":"sli","slo":"stray-%d","start":"2026-11-23T00:00:00Z","len":"5m","good":299,"total":300}`, i)
	})
	if others != (took{accepted: budget, over: budget}) {
		t.Errorf("names that nothing defines: %+v with a budget of %d", others, budget)
	}
}

// Other ways to bring much: many names of sources, large items, one statement seen
// very often, known things said again and again.
func TestCampaignFloodInOtherForms(t *testing.T) {
	n, budget := campaign.Size(3_000, 300_000), campaign.Size(500, 50_000)
	f := newFlooded(t, fmt.Sprintf("POSTERN_FEEDS_BUDGET_NEW=%d", budget), fmt.Sprintf("POSTERN_FEEDS_MOST_READ=%d", campaign.Size(300, 25_000)))
	own := f.watch()
	defer own()
	free := f.token("free", "")
	var names took
	const sources = 30
	for s := range sources {
		names.add(f.pour(free, "ndjson", fmt.Sprint("name-", s), n/sources, lines, func(i int) string { return f.distinct(i + s*n) }))
	}
	f.Logf("%d names of one token: %+v, peak %d MB", sources, names, f.look())
	if names.accepted != budget || names.accepted+names.over != n/sources*sources {
		t.Errorf("one token under %d names: %+v, with a budget of %d", sources, names, budget)
	}
	f.visit("after many names")

	f.perBody = 20
	large := f.pour(f.token("large", "large"), "alertmanager", "large", n/150, webhook, func(i int) string {
		return fmt.Sprintf(`{"status":"firing","labels":{"alertname":"Large"},"annotations":{%s"z":""},"startsAt":%q,"fingerprint":"large%d"}`,
			manyTexts(29), f.now.Add(-time.Hour).Format(time.RFC3339), i)
	})
	f.perBody = floodBody
	f.visit("after large items")
	slow := f.pour(f.token("db", "db"), "mysql-slow-log", "db", n, lines, func(i int) string {
		at := f.now.Add(-time.Duration(n-i) * 100 * time.Millisecond)
		return fmt.Sprintf("# Time: %s\n# User@Host: app[app] @ web [10.0.0.1]  Id: 1\n# Query_time: 1.5  Lock_time: 0.0 Rows_sent: 1  Rows_examined: 1000\nuse shop;\nSET timestamp=%d;\nSELECT * FROM carts WHERE id = %d;",
			at.Format("2006-01-02T15:04:05.000000Z"), at.Unix(), i)
	})
	f.visit("after one statement, often")
	again := f.pour(f.token("again", "again"), "ndjson", "again", n, lines, func(i int) string {
		return fmt.Sprintf(`{"type":"incident","id":"A-%d","rev":%d,"title":"Again %d","started":%q}`, i%100, i/100+1, i, f.now.Add(-time.Hour).Format(time.RFC3339))
	})
	f.visit("after known things, often")
	f.Logf("large %+v; slow %+v; again %+v; peak %d MB", large, slow, again, f.look())
	if slow.over > 0 || slow.accepted == 0 || again.over > 0 || again.accepted == 0 || large.accepted == 0 {
		t.Errorf("large %+v; slow %+v; again %+v", large, slow, again)
	}
	f.at(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC))
	f.report("after all", "2026-11-24", "2026-10")
	if top := own(); top > mostResident {
		t.Errorf("the portal's own memory was %d MB, at most %d are allowed", top, mostResident)
	} else {
		t.Logf("the portal's own memory was at most %d MB, with pages of the database %d MB", top, f.peak)
	}
}

// manyTexts are annotations of 2,000 bytes each.
func manyTexts(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"t%d":"%s",`, i, strings.Repeat("y", 1990))
	}
	return b.String()
}
