package promsli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/slo"
)

// A turn measures the series that are furthest behind first, so that after
// an outage all series advance together. Buckets are recorded in order, and
// progress is stored after them.

// Poller measures SLOs. Tick must not be called concurrently; Status may
// be.
type Poller struct {
	opt     Options
	sources []*source
}

// New returns a Poller over an open database whose schemas include
// Schema().
func New(opt Options) *Poller {
	if opt.Backfill <= 0 {
		opt.Backfill = defaultBackfill
	}
	if opt.Turn <= 0 {
		opt.Turn = defaultTurn
	}
	p := &Poller{opt: opt}
	for _, s := range opt.Sources {
		p.sources = append(p.sources, &source{Source: s, poller: p, remembered: map[slot]bool{}, status: Status{Name: s.Name, State: Waiting}})
	}
	return p
}

// Tick takes one turn: every source, concurrently, until it is up to date
// or its time is over. It returns errors of the portal only; failures of a
// source are in its Status.
func (p *Poller) Tick(ctx context.Context) error {
	slos, err := p.opt.Catalog.SLOs(ctx)
	if err != nil {
		return err
	}
	jobs := p.jobs(slos)
	var wait sync.WaitGroup
	errs := make([]error, len(p.sources))
	for i, s := range p.sources {
		wait.Go(func() {
			turn, cancel := context.WithTimeout(ctx, p.opt.Turn)
			defer cancel()
			errs[i] = s.turn(turn, jobs[s.Name])
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return ctx.Err()
}

// jobs returns the series to measure, by source. SLOs that share a series
// are measured once. An SLO that names an unknown source is not measured:
// its buckets may come from a feed.
func (p *Poller) jobs(slos []slo.SLO) map[string][]slo.SLO {
	out := map[string][]slo.SLO{}
	seen := map[string]bool{}
	for _, s := range slos {
		if s.Indicator.Type != "prometheus" || len(s.Parts) > 0 || len(p.sources) == 0 || seen[s.SeriesName()] {
			continue
		}
		at := 0
		if s.Indicator.Source != "" {
			at = slices.IndexFunc(p.sources, func(x *source) bool { return x.Name == s.Indicator.Source })
		}
		if at < 0 && len(p.sources) == 1 {
			at = 0 // the only source: definitions often come with names from elsewhere
		}
		if at < 0 {
			continue
		}
		seen[s.SeriesName()] = true
		name := p.sources[at].Name
		out[name] = append(out[name], s)
	}
	return out
}

// source is one server with its state.
type source struct {
	Source
	poller *Poller
	brk    breaker

	// Used by the goroutine of the turn alone: whether intents were looked
	// for, whether the process before died with one, and the slots that this
	// process has stored since.
	looked, uncertain bool
	remembered        map[slot]bool

	mu     sync.Mutex
	status Status
}

// turn measures what is due, the series that are furthest behind first,
// until nothing is due or the time is over.
func (s *source) turn(ctx context.Context, jobs []slo.SLO) error {
	s.update(func(x *Status) { x.Series = len(jobs) })
	if err := s.findIntent(ctx); err != nil {
		return err
	}
	for {
		due, behind, err := s.due(ctx, jobs)
		if err != nil {
			return err
		}
		s.update(func(x *Status) { x.Behind = behind })
		if len(due) == 0 {
			return s.retryDue(ctx, jobs)
		}
		if goOn, err := s.round(ctx, due); err != nil || !goOn {
			return err
		}
	}
}

// batchFacts is the number of facts that are recorded together: each batch
// waits for the disk.
const batchFacts = 5000

// round measures each of the series once. goOn is false if the turn is
// over.
func (s *source) round(ctx context.Context, due []job) (goOn bool, err error) {
	var b batch
	for _, j := range due {
		if ctx.Err() != nil {
			break // the next turn goes on
		}
		if !s.brk.allows(s.poller.opt.Now()) {
			s.update(func(x *Status) { x.State = Paused })
			return false, s.commit(ctx, &b)
		}
		s.measure(ctx, j, &b)
		if b.facts >= batchFacts {
			if err := s.commit(ctx, &b); err != nil {
				return false, err
			}
		}
	}
	return ctx.Err() == nil, s.commit(ctx, &b)
}

// batch is what was measured and is not durable yet.
type batch struct {
	done  []rangeResult
	facts int // of all of them
}

// commit makes a batch durable and then stores the progress of its series.
// It does so even if the time of the turn is over, because the measurements
// are complete.
func (s *source) commit(ctx context.Context, b *batch) error {
	if len(b.done) == 0 {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	if err := s.noteIntent(ctx, b.done); err != nil {
		return err
	}
	facts := make([]feed.Fact, 0, b.facts)
	for _, o := range b.done {
		facts = append(facts, o.facts...)
	}
	if err := s.poller.opt.Recorder.Record(ctx, facts); err != nil {
		return err
	}
	if err := s.remember(ctx, b.done); err != nil {
		return err
	}
	for _, o := range b.done {
		s.remembered[o.job.slot()] = true
	}
	*b = batch{}
	return nil
}

// job is the next range of one series.
type job struct {
	slo      slo.SLO
	bucket   time.Duration
	from, to time.Time       // starts of the first bucket and end of the last
	retried  []partialBucket // its buckets that are queried again; nil: all are new
}

// has reports whether a bucket of the range starts at an instant.
func (j job) has(start time.Time) bool {
	return !start.Before(j.from) && start.Before(j.to) && start.Equal(align(start, j.bucket))
}

// slot identifies what this process has stored of a series: new buckets, or
// answers to repeated queries.
type slot struct {
	series  string
	retried bool
}

func (j job) slot() slot { return slot{j.slo.SeriesName(), len(j.retried) > 0} }

// due returns the ranges that can be measured now, the oldest first. behind
// is how far the oldest is behind.
func (s *source) due(ctx context.Context, slos []slo.SLO) (jobs []job, behind time.Duration, err error) {
	now := s.poller.opt.Now()
	for _, x := range slos {
		j := job{slo: x, bucket: s.poller.bucket(x)}
		j.from, err = s.progress(ctx, x.SeriesName())
		if err != nil {
			return nil, 0, err
		}
		if oldest := now.Add(-s.poller.opt.Backfill); j.from.Before(oldest) {
			j.from = oldest
		}
		j.from = align(j.from, j.bucket)
		end := align(now.Add(-s.Grace), j.bucket)
		if behindNow := end.Sub(j.from); behindNow > behind {
			behind = behindNow
		}
		j.to = end
		if most := j.from.Add(max(maxRange, j.bucket)); j.to.After(most) {
			j.to = most
		}
		if j.from.Before(j.to) && !s.recentlyRefused(x, now) {
			jobs = append(jobs, j)
		}
	}
	slices.SortStableFunc(jobs, func(a, b job) int {
		if n := a.from.Compare(b.from); n != 0 {
			return n
		}
		return strings.Compare(a.slo.Name, b.slo.Name)
	})
	return jobs, behind, nil
}

// bucket returns the length of an SLO's buckets.
func (p *Poller) bucket(s slo.SLO) time.Duration {
	if p.opt.Bucket > 0 {
		return p.opt.Bucket
	}
	return s.BucketLen()
}

// align returns the last multiple of a bucket since 1970 that is not after
// t.
func align(t time.Time, bucket time.Duration) time.Time {
	return time.Unix(0, t.UnixNano()-t.UnixNano()%int64(bucket)).UTC()
}

// measure queries one range and adds the result to the batch.
func (s *source) measure(ctx context.Context, j job, b *batch) {
	got, err := s.measureRange(ctx, j)
	now := s.poller.opt.Now()
	if err != nil {
		s.failed(ctx, j, err, now)
		return
	}
	o := s.rangeResult(j, got, s.uncertain && !s.remembered[j.slot()])
	b.facts, b.done = b.facts+len(o.facts), append(b.done, o)
	s.brk.succeeded()
	s.update(func(x *Status) {
		x.State, x.Answered, x.Trouble = Working, now, ""
		delete(x.refused, j.slo.Name)
		if len(got.warnings) > 0 {
			x.Warning, x.WarnedAt = j.slo.Name+": "+got.warnings[0], now
		}
	})
}

// failed records a failure: a refused query concerns its SLO alone, any
// other failure the source.
func (s *source) failed(ctx context.Context, j job, err error, now time.Time) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return // the portal stops, so the error is not the source's
	}
	log := s.poller.opt.Log
	if permanent(err) {
		log.WarnContext(ctx, "an objective cannot be measured", "source", s.Name, "slo", j.slo.Name, "error", err)
		s.update(func(x *Status) {
			if x.refused == nil {
				x.refused = map[string]refusal{}
			}
			x.refused[j.slo.Name] = refusal{why: fault.Message(err), hash: j.slo.Hash, at: now}
		})
		return
	}
	s.brk.failed(now)
	log.WarnContext(ctx, "a source does not answer", "source", s.Name, "error", err)
	s.update(func(x *Status) { x.State, x.Trouble, x.FailedAt = Failing, fault.Message(err), now })
}
