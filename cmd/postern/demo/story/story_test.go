package story

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 24, 9, 7, 0, 0, time.UTC)

func known() []Trouble {
	start := time.Date(2026, 10, 3, 8, 0, 0, 0, time.UTC)
	return []Trouble{
		{Ref: "INC-2291", Title: "Checkout failed", Severity: "SEV1", Services: []string{"checkout", "payment-gw"},
			Alerts: []string{"CheckoutErrorRate"}, ByAlert: true, Started: start, Detected: start.Add(4 * time.Minute),
			Mitigated: start.Add(31 * time.Minute), Resolved: start.Add(time.Hour)},
		{Ref: "INC-OLD", Severity: "SEV1", Services: []string{"cart"}, Started: start.AddDate(-2, 0, 0)},
	}
}

func tell(t *testing.T, seed uint64) (posts []Post) {
	t.Helper()
	s := New(seed, now, known())
	for p := range s.Posts() {
		posts = append(posts, p)
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return posts
}

func TestTheSameSeedTellsTheSame(t *testing.T) {
	a, b, other := tell(t, 1), tell(t, 1), tell(t, 2)
	if len(a) != len(b) {
		t.Fatalf("%d and %d posts", len(a), len(b))
	}
	for i := range a {
		if !bytes.Equal(a[i].Body, b[i].Body) {
			t.Fatalf("post %d differs", i)
		}
	}
	if bytes.Equal(a[0].Body, other[0].Body) {
		t.Error("another seed tells the same")
	}
}

// Everything lies within the three months, and nothing in the future.
func TestPostsAreOfTheThreeMonths(t *testing.T) {
	bytesOf, formats := map[string]int{}, map[string]int{}
	for _, p := range tell(t, 1) {
		bytesOf[p.Format] += len(p.Body)
		formats[p.Format]++
		if len(p.Body) > 2<<20 {
			t.Errorf("a body of %d bytes", len(p.Body))
		}
		if strings.HasPrefix(p.ContentType, "application/") && p.ContentType != ndjson && !json.Valid(p.Body) {
			t.Errorf("%s: not JSON: %.200s", p.Format, p.Body)
		}
		if bytes.Contains(p.Body, []byte("INC-OLD")) {
			t.Error("a trouble of two years ago is told")
		}
		for line := range bytes.SplitSeq(p.Body, []byte("\n")) {
			var x struct{ Start, Started string }
			if p.Format != "ndjson" || json.Unmarshal(line, &x) != nil || x.Start == "" {
				continue
			}
			if at, err := time.Parse(time.RFC3339, x.Start); err == nil && (at.After(now) || now.Sub(at) > Length+24*time.Hour) {
				t.Fatalf("a bucket of %v", at)
			}
		}
	}
	for _, f := range []string{"ndjson", "alertmanager", "pagerduty", "cloudevents", "mysql-slow-log"} {
		if formats[f] == 0 {
			t.Errorf("nothing of %s", f)
		}
	}
	t.Log(formats, bytesOf)
}

// While a trouble lasts, the requests of its services fail as the plot says.
func TestTroublesShowInTheMeasurements(t *testing.T) {
	s := New(1, now, known())
	k := known()[0]
	body := s.buckets(indicators[3], k.Started, k.Started.Add(30*time.Minute))
	var good, total float64
	for line := range bytes.SplitSeq(bytes.TrimSpace(body), []byte("\n")) {
		var x struct{ Good, Total float64 }
		if err := json.Unmarshal(line, &x); err != nil {
			t.Fatal(err)
		}
		good, total = good+x.Good, total+x.Total
	}
	if share := 1 - good/total; share < 0.4 || share > 0.5 {
		t.Errorf("%.3f of the requests fail", share)
	}
}

// The made-up troubles are ordered as incidents are: start, detection, answer.
func TestTroublesAreInOrder(t *testing.T) {
	for seed := range uint64(20) {
		for _, x := range New(seed, now, nil).troubles {
			last := x.Started
			for _, at := range []time.Time{x.Detected, x.Acknowledged, x.Diagnosed, x.Mitigated, x.Resolved} {
				if !at.IsZero() && at.Before(last) {
					t.Errorf("seed %d: %+v", seed, x)
				}
				if !at.IsZero() {
					last = at
				}
			}
		}
	}
}
