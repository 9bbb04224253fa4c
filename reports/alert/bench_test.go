package alert

import (
	"strconv"
	"testing"
	"time"
)

// BenchmarkFold folds and links 100,000 signals of 50,000 episodes with 500
// incidents: a noisy month.
func BenchmarkFold(b *testing.B) {
	var signals []Signal
	for i := range 50_000 {
		start := at(0).Add(time.Duration(i) * 50 * time.Second)
		s := Signal{Source: "am", Fingerprint: strconv.Itoa(i % 700), Name: "Rule", Service: "shop", StartsAt: start, Paging: true, At: start,
			Notification: strconv.Itoa(i)}
		end := s
		end.EndsAt, end.At, end.Notification = start.Add(4*time.Minute), start.Add(4*time.Minute), s.Notification+"e"
		signals = append(signals, s, end)
	}
	var incidents []Incident
	for i := range 500 {
		from := at(0).Add(time.Duration(i) * 80 * time.Minute)
		incidents = append(incidents, Incident{ID: strconv.Itoa(i), From: from, To: from.Add(30 * time.Minute), Services: []string{"shop"}})
	}
	b.ReportAllocs()
	for b.Loop() {
		episodes := Fold(signals)
		Link(episodes, incidents)
		if len(episodes) != 50_000 {
			b.Fatal(len(episodes))
		}
	}
}
