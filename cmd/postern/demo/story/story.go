package story

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"time"
)

// Post is one request body for POST /api/v1/feeds/FORMAT?source=SOURCE.
type Post struct {
	Format, Source, ContentType string
	Body                        []byte
}

// Length is the length of the story before it is rounded to a whole first day.
const Length = 92 * 24 * time.Hour

// Story is three months that end now. now is a multiple of bucket, from the start of a
// UTC day. A Story is not safe for concurrent use, because Posts may set err.
type Story struct {
	seed     uint64
	now      time.Time
	from     time.Time
	troubles []Trouble
	err      error // the first post that could not be written
}

// New returns the story that ends at now. known are the incidents of the sample
// documents; those outside the three months are left out. One without a detection is
// detected at its start.
func New(seed uint64, now time.Time, known []Trouble) *Story {
	now = now.UTC().Truncate(bucket)
	s := &Story{seed: seed, now: now, from: now.Add(-Length).Truncate(24 * time.Hour)}
	for _, k := range known {
		if k.Detected.IsZero() {
			k.Detected = k.Started
		}
		if !k.Started.Before(s.from) && k.Detected.Before(now) {
			s.troubles = append(s.troubles, k)
		}
	}
	s.troubles = append(s.troubles, s.madeUp()...)
	return s
}

// Posts returns the bodies of all feeds. Their order does not matter. Call Err
// afterwards: it returns the first error of encoding a body. Each call makes them
// again, with the same bytes.
func (s *Story) Posts() iter.Seq[Post] {
	return func(yield func(Post) bool) {
		for _, part := range []iter.Seq[Post]{s.measurements(), s.alerts(), s.pages(), s.deployments(), s.slowLogs(), s.exercises(),
			s.mistakes()} {
			for p := range part {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// Err returns the first error of encoding a post, or nil.
func (s *Story) Err() error { return s.err }

// encode returns v as JSON. On failure it returns nil and records the error for Err.
func (s *Story) encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil && s.err == nil {
		s.err = fmt.Errorf("story: %w", err)
	}
	return b
}

// dice returns the random numbers of one subject. They do not depend on how many
// numbers other subjects use, so a new rule or service leaves the others as they are.
func (s *Story) dice(subject string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(subject)) // a hash takes everything
	return rand.New(rand.NewPCG(s.seed, h.Sum64()))
}

// days returns the starts of the story's UTC days.
func (s *Story) days() iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for d := s.from; d.Before(s.now); d = d.Add(24 * time.Hour) {
			if !yield(d) {
				return
			}
		}
	}
}

// mistakes returns bodies that become dead letters: one whose start is no time, and one
// whose JSON is cut off. No other post is rejected, which the tests verify.
func (s *Story) mistakes() iter.Seq[Post] {
	return func(yield func(Post) bool) {
		if !yield(Post{"ndjson", "batch-exporter", ndjson,
			[]byte(`{"v":1,"type":"sli","slo":"shipping-availability","start":"yesterday","len":"15m","good":1,"total":1}` + "\n")}) {
			return
		}
		yield(Post{"ndjson", "batch-exporter", ndjson,
			[]byte(`{"v":1,"type":"sli","slo":"shipping-availability","start":"` + stamp(s.now.Add(-time.Hour)) + `","len":"15m"` + "\n")})
	}
}

// Content types of the formats.
const (
	ndjson   = "application/x-ndjson"
	jsonType = "application/json"
	textType = "text/plain; charset=utf-8"
)

// stamp returns a time as RFC 3339 in UTC, to the second.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
