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

// Length is how far back the story goes.
const Length = 92 * 24 * time.Hour

// Story is three months that end now.
type Story struct {
	seed     uint64
	now      time.Time
	from     time.Time
	troubles []Trouble
	err      error // the first post that could not be written
}

// New makes the story up to now. known are the troubles that the sample
// documents tell of; those outside the three months are left out.
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

// Posts are all that the feeds say. Their order does not matter. Err tells
// afterwards whether every one could be written.
func (s *Story) Posts() iter.Seq[Post] {
	return func(yield func(Post) bool) {
		for _, part := range []iter.Seq[Post]{s.measurements(), s.alerts(), s.pages(), s.deployments(), s.slowLogs(), s.exercises(), s.mistakes()} {
			for p := range part {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// Err is what went wrong while the posts were written; nil when nothing did.
func (s *Story) Err() error { return s.err }

// encode writes JSON, or nothing and keeps the error for Err.
func (s *Story) encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil && s.err == nil {
		s.err = fmt.Errorf("story: %w", err)
	}
	return b
}

// dice are random numbers of one subject: those of another do not move them.
func (s *Story) dice(subject string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(subject)) // a hash takes everything
	return rand.New(rand.NewPCG(s.seed, h.Sum64()))
}

// days are the starts of the story's UTC days.
func (s *Story) days() iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for d := s.from; d.Before(s.now); d = d.Add(24 * time.Hour) {
			if !yield(d) {
				return
			}
		}
	}
}

// mistakes are what every feed has: a sender whose body is cut off, and one that
// sends something else altogether. They lie in the dead letters.
func (s *Story) mistakes() iter.Seq[Post] {
	return func(yield func(Post) bool) {
		if !yield(Post{"ndjson", "batch-exporter", ndjson, []byte(`{"v":1,"type":"sli","slo":"shipping-availability","start":"yesterday","len":"15m","good":1,"total":1}` + "\n")}) {
			return
		}
		yield(Post{"ndjson", "batch-exporter", ndjson, []byte(`{"v":1,"type":"sli","slo":"shipping-availability","start":"` + stamp(s.now.Add(-time.Hour)) + `","len":"15m"` + "\n")})
	}
}

// Content types of the formats.
const (
	ndjson   = "application/x-ndjson"
	jsonType = "application/json"
	textType = "text/plain; charset=utf-8"
)

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
