package collect_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/collect"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/sql"
)

// failing is a register of which every list is an error.
type failing struct{ err error }

func (f failing) Incidents(context.Context, time.Time, time.Time) ([]incident.Incident, error) {
	return nil, f.err
}
func (f failing) Episodes(context.Context, time.Time, time.Time) ([]alert.Episode, error) {
	return nil, f.err
}
func (f failing) Changes(context.Context, time.Time, time.Time) ([]change.Linked, error) {
	return nil, f.err
}
func (f failing) Statements(context.Context, time.Time, time.Time) ([]sql.Followed, error) {
	return nil, f.err
}
func (f failing) Drills(context.Context, time.Time, time.Time) ([]incident.Drill, error) {
	return nil, f.err
}

// A report over a time that holds too much is made, and knows what it is without;
// any other error is one.
func TestAReportOverTooMuchIsMade(t *testing.T) {
	p, err := period.Of(period.Daily, "2026-11-20", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	wide := fault.New(fault.TooWide, "test", "too many")
	in, err := collect.New(collect.Sources{Register: failing{wide}}).Collect(t.Context(),
		reports.Definition{Name: "daily", Kind: period.Daily}, p, p.To)
	if err != nil || len(in.Unread) != 5 {
		t.Errorf("%+v, %v", in.Unread, err)
	}
	for _, u := range in.Unread {
		if u.Why != "too many" {
			t.Errorf("%+v", u)
		}
	}
	if _, err := collect.New(collect.Sources{Register: failing{errors.New("broken")}}).Collect(t.Context(),
		reports.Definition{Name: "daily", Kind: period.Daily}, p, p.To); err == nil {
		t.Error("a broken database gives a report")
	}
}
