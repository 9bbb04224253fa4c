package metrics

import "github.com/prometheus/client_golang/prometheus"

// namespace is the prefix of every metric.
const namespace = "postern"

// shortBuckets are the bounds for requests, in seconds. The targets for pages (p95 of
// 50 ms, p99 of 200 ms) and for search (100 ms) are bounds.
func shortBuckets() []float64 {
	return []float64{.001, .0025, .005, .01, .025, .05, .1, .2, .5, 1, 2.5, 5, 10, 30}
}

// longBuckets are the bounds for pushes and index batches, in seconds. The targets of 2
// s for 20 files and 15 s for 500 files are bounds.
func longBuckets() []float64 {
	return []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2, 5, 15, 60, 300}
}

// options returns the options of a histogram.
func options(name, help string, buckets []float64) prometheus.HistogramOpts {
	return prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}
}

// histogram returns a histogram with labels.
func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(options(name, help, buckets), labels)
}

// counter returns a counter with labels.
func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

// describe returns the description of a gauge without labels.
func describe(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, nil, nil)
}

// computed is a gauge whose value is computed at every scrape. It may have no value: a
// missing sample is more accurate than a zero.
type computed struct {
	desc *prometheus.Desc
	ask  func() (float64, bool)
}

// Describe implements prometheus.Collector.
func (a *computed) Describe(ch chan<- *prometheus.Desc) { ch <- a.desc }

// Collect implements prometheus.Collector.
func (a *computed) Collect(ch chan<- prometheus.Metric) {
	if v, ok := a.ask(); ok {
		ch <- prometheus.MustNewConstMetric(a.desc, prometheus.GaugeValue, v)
	}
}

// parts is a gauge for each part of the portal.
type parts struct {
	desc *prometheus.Desc
	ask  func() map[string]bool
}

// Describe implements prometheus.Collector.
func (p *parts) Describe(ch chan<- *prometheus.Desc) { ch <- p.desc }

// Collect implements prometheus.Collector.
func (p *parts) Collect(ch chan<- prometheus.Metric) {
	for name, works := range p.ask() {
		value := 0.0
		if works {
			value = 1
		}
		ch <- prometheus.MustNewConstMetric(p.desc, prometheus.GaugeValue, value, name)
	}
}
