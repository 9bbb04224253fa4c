package slo_test

import (
	"testing"
	"time"

	"github.com/postern/postern/reports/slo"
)

// month is 500 objectives with 30 days of five-minute buckets: 4.3 million points.
func month() (slos []slo.SLO, buckets [][]slo.Bucket) {
	for i := range 500 {
		b := flat(epoch, 30*288, fiveM, 990, 1000)
		for j := range b {
			b[j].Good -= float64((i*31 + j*7) % 5)
			b[j].Rev = 1
		}
		buckets = append(buckets, b)
		slos = append(slos, slo.SLO{Target: 0.99, Method: slo.Occurrences})
	}
	return slos, buckets
}

// scan adds up the same points and does nothing else: the least that any
// aggregation costs.
func scan(buckets [][]slo.Bucket) (good, total float64) {
	for _, b := range buckets {
		for i := range b {
			good += b[i].Good
			total += b[i].Total
		}
	}
	return good, total
}

// BenchmarkEvaluate500 judges 500 objectives over 30 days and reports how many
// times longer that takes than a bare scan of the same points (1.2 is the goal).
func BenchmarkEvaluate500(b *testing.B) {
	slos, buckets := month()
	at := span(epoch, 30*day)
	var bare, judged time.Duration
	var sum float64
	for b.Loop() {
		began := time.Now()
		good, _ := scan(buckets)
		bare += time.Since(began)
		began = time.Now()
		for i, s := range slos {
			sum += slo.Evaluate(s, buckets[i], at).Good
		}
		judged += time.Since(began)
		if sum < good {
			b.Fatal("the two do not agree")
		}
	}
	b.ReportMetric(float64(judged)/float64(bare), "x-of-scan")
	b.ReportMetric(float64(judged.Milliseconds())/float64(b.N), "ms/judge")
}
