package promsli_test

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/postern/postern/reports/promsli"
	"github.com/postern/postern/reports/slo"
)

// The stored data has a sample of each series every storedScrape from start on.
const (
	storedScrape = 15 * time.Second
	storedSpan   = 3 * time.Hour
)

// storedData is what two exporters counted, as the text that promtool reads, and their
// true counts by time.
type storedData struct {
	text      strings.Builder
	app, jobs []counted
}

// newStoredData counts requests, of which every fourth interval's are errors, and jobs
// of a process that is restarted every 40 minutes, absent for a minute, and then climbs
// from zero to more than before within two samples.
func newStoredData() *storedData {
	d := &storedData{}
	var good, bad, jobs, shown float64
	var requests, failures, work strings.Builder
	for i, at := 0, start; at.Before(start.Add(storedSpan)); i, at = i+1, at.Add(storedScrape) {
		if i%4 == 3 {
			bad += 7
		} else {
			good += 11
		}
		d.app = append(d.app, counted{at, good, bad})
		fmt.Fprintf(&requests, "app_requests_total{code=\"200\"} %g %d\n", good, at.Unix())
		fmt.Fprintf(&failures, "app_requests_total{code=\"500\"} %g %d\n", bad, at.Unix())
		n := 5.0
		switch minute := i / 4 % 40; {
		case i > 40 && minute == 0: // the process is down
			shown = 0
			continue
		case i > 40 && minute == 1 && i%4 == 1:
			n = 900
		}
		jobs, shown = jobs+n, shown+n
		d.jobs = append(d.jobs, counted{at: at, ok: jobs})
		fmt.Fprintf(&work, "app_jobs_total{kind=\"a,{b}\"} %g %d\n", shown, at.Unix())
	}
	fmt.Fprintf(&d.text, "# TYPE app_requests counter\n%s%s# TYPE app_jobs counter\n%s# EOF\n", requests.String(), failures.String(),
		work.String())
	return d
}

// storedServer returns a Prometheus whose storage has the data.
func storedServer(t *testing.T, d *storedData) *realServer {
	t.Helper()
	needProgram(t, "promtool")
	s := stoppedServer(t)
	file := filepath.Join(s.dir, "data.txt")
	if err := os.WriteFile(file, []byte(d.text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("promtool", "tsdb", "create-blocks-from", "openmetrics", file, filepath.Join(s.dir, "data")).CombinedOutput()
	if err != nil {
		t.Fatalf("promtool: %v\n%s", err, out)
	}
	s.start()
	return s
}

// storedPoller returns a poller of the server whose requests end after some time.
func (w *world) storedPoller(port string, limit time.Duration) *promsli.Poller {
	w.t.Helper()
	u, err := url.Parse("http://127.0.0.1:" + port)
	if err != nil {
		w.t.Fatal(err)
	}
	opt := w.opt
	opt.Sources = []promsli.Source{{Name: "real", Step: 2 * storedScrape, Grace: time.Minute, Query: promsli.NewClient(promsli.ClientOptions{
		URL: u, Limits: promsli.Limits{Time: limit, Attempts: 1},
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})}}
	return promsli.New(opt)
}

// TestStoredPrometheus measures the data of a real Prometheus, which is stopped,
// resumed, killed and started again in between. The clock of the poller is the test's,
// so that no result depends on the speed of the machine.
func TestStoredPrometheus(t *testing.T) {
	t.Parallel()
	data := newStoredData()
	server := storedServer(t, data)
	w := newWorld(t)
	w.opt.Backfill, w.opt.Turn = storedSpan, 5*time.Minute
	w.slos = []slo.SLO{{Name: "app", Method: slo.Occurrences, Indicator: slo.Indicator{
		Type: "prometheus", Counter: true, Bad: `app_requests_total{code="500"}`, Total: `sum(app_requests_total)`,
	}}, {Name: "jobs", Method: slo.Occurrences, Indicator: slo.Indicator{
		Type: "prometheus", Counter: true, Good: `app_jobs_total{kind="a,{b}"}`, Total: `sum by (kind) (app_jobs_total)`,
	}}}
	patient := func() { w.poller = w.storedPoller(server.port, 5*time.Minute) }

	w.now = start.Add(time.Hour)
	patient()
	w.tick()
	if len(w.got["app"]) == 0 || len(w.got["jobs"]) == 0 {
		t.Fatalf("nothing was measured: %+v", w.poller.Status())
	}
	server.signal(syscall.SIGSTOP)
	w.now = w.now.Add(20 * time.Minute)
	w.poller = w.storedPoller(server.port, 100*time.Millisecond)
	w.tick()
	if st := w.poller.Status()[0]; st.State == promsli.Working || st.Behind == 0 {
		t.Errorf("the source is stopped: %+v", st)
	}
	server.signal(syscall.SIGCONT)
	patient()
	w.tick()
	server.kill()
	w.now = w.now.Add(20 * time.Minute)
	w.tick()
	if st := w.poller.Status()[0]; st.State == promsli.Working {
		t.Errorf("the source is dead: %+v", st)
	}
	server.start()
	patient()
	w.now = start.Add(storedSpan)
	w.tick()
	if w.twice > 0 {
		t.Errorf("%d buckets were recorded twice", w.twice)
	}
	w.compareStored("app", data.app)
	w.compareStored("jobs", data.jobs)
	if est, err := w.poller.Estimated(t.Context(), "jobs", start, w.now); err != nil || len(est) > 0 {
		t.Errorf("estimates: %v, %v", est, err)
	}
}

// compareStored compares the recorded buckets of a series with what was counted in
// their time: the two are equal, because samples are on the borders of buckets.
func (w *world) compareStored(series string, log []counted) {
	w.t.Helper()
	var first, last int64 = math.MaxInt64, 0
	for at := range w.got[series] {
		first, last = min(first, at), max(last, at)
	}
	// The first bucket has no sample before it to count from.
	from, to := time.Unix(first, 0).Add(fiveM), time.Unix(last, 0).Add(fiveM)
	var good, total float64
	n := 0
	for at, b := range w.got[series] {
		if at != first {
			good, total, n = good+b.Good, total+b.Total, n+1
		}
	}
	if want := int(to.Sub(from) / fiveM); n != want || n < 30 {
		w.t.Errorf("%s: %d buckets in %s", series, n, to.Sub(from))
	}
	a, b := countedBy(log, from), countedBy(log, to)
	wantGood, wantTotal := b.ok-a.ok, b.ok+b.bad-a.ok-a.bad
	const tolerance = 1e-6 // of adding up
	w.t.Logf("%s: %.1f of %.1f, counted %.0f of %.0f", series, good, total, wantGood, wantTotal)
	if math.Abs(good-wantGood) > tolerance || math.Abs(total-wantTotal) > tolerance {
		w.t.Errorf("%s: %.1f of %.1f, counted %.0f of %.0f", series, good, total, wantGood, wantTotal)
	}
}
