// Package metrics owns the metrics of Postern itself for Prometheus: every
// instrument, its name, unit and labels. It stores nothing.
//
//	postern_push_seconds{outcome}          whole pushes, first byte to answer
//	postern_push_phase_seconds{phase}      phases of pushes
//	postern_index_seconds                  one batch of the search index
//	postern_index_lag_changes              changes that search does not have yet
//	postern_database_size_bytes
//	postern_database_unreadable_rows       stored rows that could not be read
//	postern_part_works{part}               1 or 0 for each part of /readyz: database, git, index, writes
//	postern_http_request_seconds{route}    answered requests
//	postern_http_requests_total{route,method,code}   499: the client left
//	postern_http_response_bytes_total{route}
//	postern_render_restarts_total{reason}  render processes that were replaced
//	postern_build_info{version,go}         always 1
//
// and those of the Go runtime and the process. Labels have only values that the program
// defines: input from clients never creates a series.
package metrics

import (
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Outcome is the result of a push.
type Outcome string

// The outcomes of a push.
const (
	Published Outcome = "published" // main moved
	Drafted   Outcome = "drafted"   // a draft was made, moved or deleted
	Checked   Outcome = "checked"   // -o check: no ref was to move
	Refused   Outcome = "refused"   // by a rule or a limit
	Failed    Outcome = "failed"    // by an error of the server
)

// Phase is one part of a push.
type Phase string

// The phases of a push, in order.
const (
	Receive  Phase = "receive"  // the pack is read and its objects are checked
	Validate Phase = "validate" // documents are checked and rendered
	Publish  Phase = "publish"  // objects and ref are made durable
	Commit   Phase = "commit"   // the database's transaction
	Index    Phase = "index"    // the response waits for search
)

// Reason is why a render process was replaced.
type Reason string

// The reasons to replace a render process.
const (
	Timeout Reason = "timeout" // exceeded its time
	Memory  Reason = "memory"  // exceeded its memory
	Crash   Reason = "crash"   // any other cause
)

// Registry holds the instruments of one portal. All methods may be called from many
// goroutines.
type Registry struct {
	registry       *prometheus.Registry
	push           *prometheus.HistogramVec
	phase          *prometheus.HistogramVec
	index          prometheus.Histogram
	requestSeconds *prometheus.HistogramVec
	requests       *prometheus.CounterVec
	responseBytes  *prometheus.CounterVec
	renderRestarts *prometheus.CounterVec
}

// New returns the instruments. version is that of the program.
func New(version string) *Registry {
	r := &Registry{
		registry:       prometheus.NewRegistry(),
		push:           histogram("push_seconds", "Whole pushes, from the first byte to the answer.", longBuckets(), "outcome"),
		phase:          histogram("push_phase_seconds", "Parts of pushes: receive, validate, publish, commit, index.", longBuckets(), "phase"),
		index:          prometheus.NewHistogram(options("index_seconds", "One batch of the search index.", longBuckets())),
		requestSeconds: histogram("http_request_seconds", "Answered requests, git's included.", shortBuckets(), "route"),
		requests:       counter("http_requests_total", "Answered requests.", "route", "method", "code"),
		responseBytes:  counter("http_response_bytes_total", "Bytes of response bodies as sent.", "route"),
		renderRestarts: counter("render_restarts_total", "Render processes that were replaced.", "reason"),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "The program; always 1.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	})
	info.Set(1)
	r.registry.MustRegister(r.push, r.phase, r.index, r.requestSeconds, r.requests, r.responseBytes, r.renderRestarts, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	r.begin()
	return r
}

// begin creates the series with known labels, so that a rate over the first event is
// correct.
func (r *Registry) begin() {
	for _, o := range []Outcome{Published, Drafted, Checked, Refused, Failed} {
		r.push.WithLabelValues(string(o))
	}
	for _, p := range []Phase{Receive, Validate, Publish, Commit, Index} {
		r.phase.WithLabelValues(string(p))
	}
	for _, why := range []Reason{Timeout, Memory, Crash} {
		r.renderRestarts.WithLabelValues(string(why))
	}
}

// Push records a whole push.
func (r *Registry) Push(how Outcome, took time.Duration) {
	r.push.WithLabelValues(string(how)).Observe(took.Seconds())
}

// Phase records one part of a push.
func (r *Registry) Phase(p Phase, took time.Duration) {
	r.phase.WithLabelValues(string(p)).Observe(took.Seconds())
}

// Index records one batch of the search index.
func (r *Registry) Index(took time.Duration) { r.index.Observe(took.Seconds()) }

// RenderRestart records that a render process was replaced.
func (r *Registry) RenderRestart(why Reason) { r.renderRestarts.WithLabelValues(string(why)).Inc() }

// Request is one HTTP request that was answered.
type Request struct {
	Route  string // the route's pattern, never the raw path; "" for none
	Method string // as sent
	Status int
	Took   time.Duration
	Bytes  int64 // of the body as sent
}

// HTTP records one answered request.
func (r *Registry) HTTP(q Request) {
	if q.Route == "" {
		q.Route = "none"
	}
	r.requestSeconds.WithLabelValues(q.Route).Observe(q.Took.Seconds())
	r.requests.WithLabelValues(q.Route, knownMethod(q.Method), knownCode(q.Status)).Inc()
	r.responseBytes.WithLabelValues(q.Route).Add(float64(max(q.Bytes, 0)))
}

// Parts registers a gauge of the parts of the portal that work, by their names in
// /readyz. Call it once; ask runs at every scrape.
func (r *Registry) Parts(ask func() map[string]bool) {
	r.registry.MustRegister(&parts{
		desc: prometheus.NewDesc(prometheus.BuildFQName(namespace, "", "part_works"),
			"Whether a part of the portal works, as reported by /readyz.", []string{"part"}, nil),
		ask: ask,
	})
}

// IndexLag registers a gauge of the changes that search does not have yet. Call it
// once; ask runs at every scrape, and false leaves the sample out.
func (r *Registry) IndexLag(ask func() (changes uint64, ok bool)) {
	r.registry.MustRegister(&computed{desc: describe("index_lag_changes", "Changes of the library that search does not have yet."),
		ask: func() (float64, bool) { n, ok := ask(); return float64(n), ok }})
}

// DatabaseSize registers a gauge of the database's size in bytes. Call it once; ask
// runs at every scrape, and false leaves the sample out.
func (r *Registry) DatabaseSize(ask func() (bytes int64, ok bool)) {
	r.registry.MustRegister(&computed{desc: describe("database_size_bytes", "Size of the data in the database."),
		ask: func() (float64, bool) { n, ok := ask(); return float64(n), ok }})
}

// UnreadableRows registers a gauge of the stored rows that could not be read. Call it
// once; ask runs at every scrape.
func (r *Registry) UnreadableRows(ask func() int) {
	r.registry.MustRegister(&computed{desc: describe("database_unreadable_rows",
		"Stored rows that could not be read; postern check names them."),
		ask: func() (float64, bool) { return float64(ask()), true }})
}

// DiskFree registers a gauge of the bytes that are free on the disk of the data folder.
// Call it once; ask runs at every scrape, and false leaves the sample out.
func (r *Registry) DiskFree(ask func() (bytes int64, ok bool)) {
	r.registry.MustRegister(&computed{desc: describe("disk_free_bytes", "Bytes that may still be written to the disk of the data folder."),
		ask: func() (float64, bool) { n, ok := ask(); return float64(n), ok }})
}

// knownMethod replaces unknown methods, so that they do not create series.
func knownMethod(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return method
	}
	return "other"
}

// knownCode replaces invalid status codes.
func knownCode(status int) string {
	if status < 100 || status > 599 {
		return "other"
	}
	return strconv.Itoa(status)
}
