package collect_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/collect"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/sql"
)

// pager is a store of signals that has alerts only. An episode has the signals that are
// in the requested span, as in the store of the feeds.
type pager struct {
	episodes []alert.Episode
	asked    int // the longest span of episodes that was asked for, in days
}

func (p *pager) Episodes(_ context.Context, from, to time.Time) (out []alert.Episode, err error) {
	p.asked = max(p.asked, int(to.Sub(from)/(24*time.Hour)))
	for _, e := range p.episodes {
		if e.StartsAt.Before(to) && (e.EndsAt.IsZero() || !e.EndsAt.Before(from)) {
			if !e.AckedAt.Before(to) {
				e.AckedAt = time.Time{} // said later than was asked for
			}
			out = append(out, e)
		}
	}
	return out, nil
}

func (*pager) Incidents(context.Context, time.Time, time.Time) ([]incident.Incident, error) {
	return nil, nil
}
func (*pager) Changes(context.Context, time.Time, time.Time) ([]change.Linked, error) {
	return nil, nil
}
func (*pager) Statements(context.Context, time.Time, time.Time) ([]sql.Followed, error) {
	return nil, nil
}
func (*pager) Drills(context.Context, time.Time, time.Time) ([]incident.Drill, error) {
	return nil, nil
}

// Of the periods that only trends look back on, a report is given the pages, each
// once, in the period in which it began, with its acknowledgement and without its
// labels; of the last two periods everything. A day looks back on no more than two.
func TestPagesOfEarlierPeriods(t *testing.T) {
	p, err := period.Of(period.Weekly, "2026-W47", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	reg := &pager{}
	add := func(name string, from time.Time, lasts, ackedAfter time.Duration, paging bool) {
		reg.episodes = append(reg.episodes, alert.Episode{
			Source: "am", Fingerprint: name, StartsAt: from, EndsAt: from.Add(lasts), AckedAt: from.Add(ackedAfter), Paging: paging,
			Labels: map[string]string{"alertname": name}, Annotations: map[string]string{"summary": name},
		})
	}
	for back := range 10 {
		week := p.Back(back)
		add(fmt.Sprintf("page-%d", back), week.From, time.Hour, 2*time.Hour, true)
		add(fmt.Sprintf("late-%d", back), week.To.Add(-time.Minute), 30*time.Hour, 3*time.Hour, true) // into the next week, acknowledged there
		add(fmt.Sprintf("ticket-%d", back), week.From.Add(time.Hour), time.Hour, 2*time.Hour, false)
	}
	c := collect.New(collect.Sources{Register: reg})
	in, err := c.Collect(t.Context(), reports.BuiltIn("UTC")[1], p, p.To)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for back := range 8 {
		want[fmt.Sprintf("page-%d", back)], want[fmt.Sprintf("late-%d", back)] = true, true
	}
	want["ticket-0"], want["ticket-1"] = true, true
	got := map[string]int{}
	for _, e := range in.Episodes {
		got[e.Fingerprint]++
		inFull := !e.StartsAt.Before(p.Prev().From)
		if (e.Labels != nil) != inFull || (e.Annotations != nil) != inFull {
			t.Errorf("%s began %v and has labels %v", e.Fingerprint, e.StartsAt, e.Labels)
		}
		if e.StartsAt.Before(p.Prev().From) && e.AckedAt.IsZero() {
			t.Errorf("%s lost its acknowledgement", e.Fingerprint)
		}
	}
	for name, n := range got {
		if !want[name] || n != 1 {
			t.Errorf("%s is given %d times", name, n)
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	if reg.asked > 14 {
		t.Errorf("%d days of alerts were asked for at once", reg.asked)
	}
	day := period.Containing(period.Daily, p.To.Add(-time.Hour), time.UTC)
	in, err = c.Collect(t.Context(), reports.BuiltIn("UTC")[0], day, day.To)
	if err != nil || slices.ContainsFunc(in.Episodes, func(e alert.Episode) bool { return e.StartsAt.Before(day.Prev().From) }) {
		t.Errorf("a day is given %d episodes (%v)", len(in.Episodes), err)
	}
}
