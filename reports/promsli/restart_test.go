package promsli_test

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// downFor is how long a restarted exporter does not answer, and lowFor how long
	// after that it shows low counts, until a burst carries it above what it had
	// counted before: all within one bucket.
	downFor = 2 * scrape
	lowFor  = 3 * scrape
	burst   = 5000
)

// restarting counts as an exporter does that is restarted: it answers nothing for
// a while, begins again at zero, and climbs above what it had counted. It
// remembers what was really counted when.
type restarting struct {
	mu            sync.Mutex
	shown, all    float64
	upAt, burstAt time.Time
	restarts      int
	log           []counted
}

// restart ends what the exporter had counted, as the end of its process does.
func (r *restarting) restart(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shown, r.upAt, r.burstAt = 0, now.Add(downFor), now.Add(downFor+lowFor)
	r.restarts++
}

func (r *restarting) tick(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Before(r.upAt) {
		return
	}
	n := float64(eventsATick)
	if !r.burstAt.IsZero() && now.After(r.burstAt) {
		n, r.burstAt = burst, time.Time{}
	}
	r.shown, r.all = r.shown+n, r.all+n
	r.log = append(r.log, counted{at: now, ok: r.all})
}

func (r *restarting) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Now().Before(r.upAt) {
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return
	}
	_, _ = fmt.Fprintf(w, "# TYPE app_jobs_total counter\napp_jobs_total{kind=\"a,{b}\"} %g\n", r.shown)
}

func (r *restarting) before(t time.Time) counted {
	r.mu.Lock()
	defer r.mu.Unlock()
	return countedBy(r.log, t)
}
