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

// Poller measures objectives. Tick is called by one goroutine; Status by any.
type Poller struct {
	opt     Options
	sources []*source
}

// New makes a Poller over an open database whose schemas include Schema().
func New(opt Options) *Poller {
	if opt.Backfill <= 0 {
		opt.Backfill = defaultBackfill
	}
	if opt.Turn <= 0 {
		opt.Turn = defaultTurn
	}
	p := &Poller{opt: opt}
	for _, s := range opt.Sources {
		p.sources = append(p.sources, &source{Source: s, poller: p, kept: map[slot]bool{}, status: Status{Name: s.Name, State: Waiting}})
	}
	return p
}

// Tick takes one turn: every source, side by side, until it is up to date or its
// time is over. An error is the portal's own; what a source does wrong is in its
// Status.
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

// jobs are the series to measure, by source. Objectives that share a series are
// measured once. One that names a source which is not configured has nobody to
// ask, and its buckets may come by a feed.
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
			at = 0 // the only one there is: names in definitions are often somebody else's
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

// source is one server and what is known of it.
type source struct {
	Source
	poller *Poller
	brk    breaker

	// Used by the goroutine of the turn alone: whether the process before died with
	// an intent, and what this one remembered since.
	looked, unsure bool
	kept           map[slot]bool

	mu     sync.Mutex
	status Status
}

// turn measures what is due of every series, those that are furthest behind
// first, again and again until nothing is due or the time is over.
func (s *source) turn(ctx context.Context, jobs []slo.SLO) error {
	s.update(func(x *Status) { x.Series = len(jobs) })
	if err := s.lookBack(ctx); err != nil {
		return err
	}
	for {
		due, behind, err := s.due(ctx, jobs)
		if err != nil {
			return err
		}
		s.update(func(x *Status) { x.Behind = behind })
		if len(due) == 0 {
			return s.askAgain(ctx, jobs)
		}
		if goOn, err := s.round(ctx, due); err != nil || !goOn {
			return err
		}
	}
}

// batchFacts is how many facts are recorded in one go: every go waits for the
// disk.
const batchFacts = 5000

// round measures each of the series once; false: the turn is over.
func (s *source) round(ctx context.Context, due []job) (goOn bool, err error) {
	var b batch
	for _, j := range due {
		if ctx.Err() != nil {
			break // the next turn goes on
		}
		if !s.brk.allows(s.poller.opt.Now()) {
			s.update(func(x *Status) { x.State = Paused })
			return false, s.keep(ctx, &b)
		}
		s.measure(ctx, j, &b)
		if b.facts >= batchFacts {
			if err := s.keep(ctx, &b); err != nil {
				return false, err
			}
		}
	}
	return ctx.Err() == nil, s.keep(ctx, &b)
}

// batch is what was measured and is not durable yet.
type batch struct {
	done  []outcome
	facts int // of all of them
}

// keep makes a batch durable, and only then remembers how far its series came.
// What was measured is worth keeping even when the time of the turn is over.
func (s *source) keep(ctx context.Context, b *batch) error {
	if len(b.done) == 0 {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	if err := s.intend(ctx, b.done); err != nil {
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
		s.kept[o.job.slot()] = true
	}
	*b = batch{}
	return nil
}

// job is the next range of one series.
type job struct {
	slo      slo.SLO
	bucket   time.Duration
	from, to time.Time // starts of the first bucket and end of the last
	again    []thin    // the buckets in it that are asked for again; none: all are new
}

// has tells whether a bucket of the range begins at an instant.
func (j job) has(start time.Time) bool {
	return !start.Before(j.from) && start.Before(j.to) && start.Equal(align(start, j.bucket))
}

// slot tells what was remembered of a series by this process: new buckets, or
// answers to asking again.
type slot struct {
	series string
	again  bool
}

func (j job) slot() slot { return slot{j.slo.SeriesName(), len(j.again) > 0} }

// due lists what can be measured by now, oldest first; behind is how far the
// furthest is.
func (s *source) due(ctx context.Context, slos []slo.SLO) (jobs []job, behind time.Duration, err error) {
	now := s.poller.opt.Now()
	for _, x := range slos {
		j := job{slo: x, bucket: s.poller.bucket(x)}
		j.from, err = s.mark(ctx, x.SeriesName())
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
		if most := j.from.Add(max(reach, j.bucket)); j.to.After(most) {
			j.to = most
		}
		if j.from.Before(j.to) && !s.skipped(x, now) {
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

func (p *Poller) bucket(s slo.SLO) time.Duration {
	if p.opt.Bucket > 0 {
		return p.opt.Bucket
	}
	return s.BucketLen()
}

// align is the last multiple of a bucket since 1970 that is not after t.
func align(t time.Time, bucket time.Duration) time.Time {
	return time.Unix(0, t.UnixNano()-t.UnixNano()%int64(bucket)).UTC()
}

// measure asks for one range and adds what it gives to the batch.
func (s *source) measure(ctx context.Context, j job, b *batch) {
	got, err := s.ask(ctx, j)
	now := s.poller.opt.Now()
	if err != nil {
		s.failed(ctx, j, err, now)
		return
	}
	o := s.outcome(j, got, s.unsure && !s.kept[j.slot()])
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

// failed files what a source did wrong: a refused query concerns its objective
// alone, anything else the source.
func (s *source) failed(ctx context.Context, j job, err error, now time.Time) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return // the portal stops, which says nothing of the source
	}
	log := s.poller.opt.Log
	if refused(err) {
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
