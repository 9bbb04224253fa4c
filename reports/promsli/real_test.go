package promsli_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/campaign"
	"github.com/postern/postern/reports/promsli"
	"github.com/postern/postern/reports/slo"
)

const (
	scrape     = 250 * time.Millisecond
	realBucket = 2 * time.Second
	// ticksASecond is how often the exporter counts, and eventsATick what.
	ticksASecond = 20
	eventsATick  = 5
)

// exporter counts requests in a known pattern: of every four ticks one is all
// errors. It remembers what it had counted when.
type exporter struct {
	mu      sync.Mutex
	ok, bad float64
	log     []counted
}

type counted struct {
	at      time.Time
	ok, bad float64
}

func (e *exporter) tick(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.log)%4 == 3 {
		e.bad += eventsATick
	} else {
		e.ok += eventsATick
	}
	e.log = append(e.log, counted{now, e.ok, e.bad})
}

func (e *exporter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, _ = fmt.Fprintf(
		w,
		"# TYPE app_requests_total counter\napp_requests_total{code=\"200\"} %g\napp_requests_total{code=\"500\"} %g\n",
		e.ok,
		e.bad,
	)
}

// before is what was counted by an instant.
func (e *exporter) before(t time.Time) counted {
	e.mu.Lock()
	defer e.mu.Unlock()
	return countedBy(e.log, t)
}

func countedBy(log []counted, t time.Time) (c counted) {
	for _, x := range log {
		if x.at.After(t) {
			break
		}
		c = x
	}
	return c
}

// realServer is a Prometheus process.
type realServer struct {
	t    *testing.T
	dir  string
	port string
	cmd  *exec.Cmd
}

// needProgram skips the test without a program, or fails where POSTERN_REQUIRE is set.
func needProgram(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	if os.Getenv("POSTERN_REQUIRE") != "" {
		t.Fatalf("%s is not installed, and POSTERN_REQUIRE is set", name)
	}
	t.Skipf("%s is not installed", name)
}

func newRealServer(t *testing.T, targets ...string) *realServer {
	t.Helper()
	s := stoppedServer(t, targets...)
	s.start()
	return s
}

// stoppedServer returns a server that is configured and not started.
func stoppedServer(t *testing.T, targets ...string) *realServer {
	t.Helper()
	needProgram(t, "prometheus")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String()) // an address has a port
	_ = ln.Close()
	s := &realServer{t: t, dir: t.TempDir(), port: port}
	conf := fmt.Sprintf(
		"global: {scrape_interval: %dms, scrape_timeout: %dms}\nscrape_configs:\n  - job_name: app\n    static_configs: [{targets: [%s]}]\n",
		scrape.Milliseconds(),
		scrape.Milliseconds(),
		`"`+strings.Join(targets, `", "`)+`"`,
	)
	if err := os.WriteFile(filepath.Join(s.dir, "prometheus.yml"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s
}

func (s *realServer) start() {
	s.t.Helper()
	s.cmd = exec.Command("prometheus", "--config.file="+filepath.Join(s.dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(s.dir, "data"), "--storage.tsdb.retention.time=100y", "--web.listen-address=127.0.0.1:"+s.port,
		"--log.level=error")
	s.cmd.Stdout, s.cmd.Stderr = io.Discard, io.Discard
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	deadline := time.Now().Add(3 * time.Minute) // ends a test that hangs
	for time.Now().Before(deadline) {
		if res, err := http.Get("http://127.0.0.1:" + s.port + "/-/ready"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatal("prometheus is not ready after three minutes")
}

func (s *realServer) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

func (s *realServer) kill() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Kill() // it may have ended already
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// TestCampaignScrapingPrometheus runs a Prometheus that scrapes two exporters. It is
// stopped, resumed, killed and started again, and one of the exporters is restarted
// several times. The poller must record what the exporters counted: each bucket once,
// and the sum within one scrape at each end and at each restart. It depends on the
// clock, so that only `make campaign` runs it; TestStoredPrometheus does not.
func TestCampaignScrapingPrometheus(t *testing.T) {
	if !campaign.Long() {
		t.Skip("takes half a minute of the clock; set POSTERN_CAMPAIGN")
	}
	e, jobs := &exporter{}, &restarting{}
	app, second := httptest.NewServer(e), httptest.NewServer(jobs)
	defer app.Close()
	defer second.Close()
	defer counting(e.tick, jobs.tick)()
	server := newRealServer(t, strings.TrimPrefix(app.URL, "http://"), strings.TrimPrefix(second.URL, "http://"))
	w := realWorld(t, server.port)

	run := func(d time.Duration) { // polls as the portal does, only faster
		for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
			began := time.Now()
			w.tick()
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("a turn took %s", took)
			}
		}
	}
	run(8 * time.Second) // Prometheus begins to scrape five seconds after its start
	jobs.restart(bucketBegins())
	run(4 * time.Second)
	if len(w.got["app"]) == 0 {
		t.Fatalf("nothing was measured in twelve seconds: %+v", w.poller.Status())
	}
	server.signal(syscall.SIGSTOP)
	run(4 * time.Second)
	if st := w.poller.Status()[0]; st.State == promsli.Working {
		t.Errorf("the source is stopped: %+v", st)
	}
	server.signal(syscall.SIGCONT)
	w.restart() // a new process of the portal has no memory of the failures
	run(time.Second)
	jobs.restart(bucketBegins())
	run(3 * time.Second)
	server.kill()
	run(2 * time.Second)
	server.start()
	w.restart()
	run(7 * time.Second)
	jobs.restart(bucketBegins())
	run(4 * time.Second)
	w.compare("app", e.before, 0)
	w.compare("jobs", jobs.before, jobs.restarts)
	from, to := time.Now().Add(-time.Hour), time.Now()
	if est, err := w.poller.Estimated(context.Background(), "jobs", from, to); err != nil || len(est) > 0 {
		t.Errorf("estimates: %v, %v", est, err)
	}
}

// counting lets exporters count until stop is called.
func counting(ticks ...func(now time.Time)) (stop func()) {
	count, done := time.NewTicker(time.Second/ticksASecond), make(chan struct{})
	go func() {
		defer count.Stop()
		for {
			select {
			case now := <-count.C:
				for _, tick := range ticks {
					tick(now)
				}
			case <-done:
				return
			}
		}
	}()
	return func() { close(done) }
}

// bucketBegins waits for the next bucket, so that a restart and what follows it lie
// in one.
func bucketBegins() time.Time {
	time.Sleep(time.Until(time.Now().Truncate(realBucket).Add(realBucket)))
	return time.Now()
}

// realClock is a world by the real clock.
type realClock struct{ *world }

// restart is a new poller over the same database.
func (w *realClock) restart() { w.poller = promsli.New(w.opt) }

func realWorld(t *testing.T, port string) *realClock {
	t.Helper()
	u, err := url.Parse("http://127.0.0.1:" + port)
	if err != nil {
		t.Fatal(err)
	}
	client := promsli.NewClient(promsli.ClientOptions{
		URL: u, Limits: promsli.Limits{Time: time.Second, Attempts: 1},
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	w := &realClock{newWorld(t, promsli.Source{Name: "real", Query: client, Step: realBucket / 4, Grace: time.Second})}
	w.opt.Bucket, w.opt.Backfill, w.opt.Turn = realBucket, time.Minute, 2*time.Second
	w.opt.Now = time.Now
	w.poller = promsli.New(w.opt)
	w.slos = []slo.SLO{{Name: "app", Method: slo.Occurrences, Indicator: slo.Indicator{
		Type: "prometheus", Counter: true, Bad: `app_requests_total{code="500"}`, Total: `sum(app_requests_total)`,
	}}, {Name: "jobs", Method: slo.Occurrences, Indicator: slo.Indicator{
		Type: "prometheus", Counter: true, Good: `app_jobs_total{kind="a,{b}"}`, Total: `sum by (kind) (app_jobs_total)`,
	}}}
	return w
}

// compare holds the buckets of a series against what its exporter counted by an
// instant. Events between its last scrape and a restart cannot be seen.
func (w *realClock) compare(series string, counted func(time.Time) counted, restarts int) {
	w.t.Helper()
	if w.twice > 0 {
		w.t.Errorf("%d buckets were recorded twice", w.twice)
	}
	var first, last int64 = math.MaxInt64, 0
	var good, total float64
	for at, b := range w.got[series] {
		good, total = good+b.Good, total+b.Total
		first, last = min(first, at), max(last, at)
	}
	// The first bucket in which the series appeared has no beginning to count from.
	head := w.got[series][first]
	good, total = good-head.Good, total-head.Total
	from, to := time.Unix(first, 0).Add(realBucket), time.Unix(last, 0).Add(realBucket)
	a, b := counted(from), counted(to)
	wantGood, wantTotal := b.ok-a.ok, b.ok+b.bad-a.ok-a.bad
	// A boundary falls between two scrapes, and on a busy machine a scrape is late.
	tolerance := (4 + 2*float64(restarts)) * scrape.Seconds() * ticksASecond * eventsATick
	w.t.Logf("%s: %d buckets in %s: %.1f of %.1f good, the exporter counted %.0f of %.0f (tolerance %.0f, %d restarts)",
		series, len(w.got[series]), to.Sub(from), good, total, wantGood, wantTotal, tolerance, restarts)
	if math.Abs(good-wantGood) > tolerance || math.Abs(total-wantTotal) > tolerance {
		w.t.Errorf("%.1f of %.1f, the exporter counted %.0f of %.0f", good, total, wantGood, wantTotal)
	}
	if want := int(to.Sub(from) / realBucket); len(w.got[series]) < want/2 {
		w.t.Errorf("%d buckets of %d", len(w.got[series]), want)
	}
}
