package collect_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/collect"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// poisoned is a large organisation in which the buckets of one SLO break the program
// and those of another are damaged.
type poisoned struct{ large }

func damage() error {
	return fault.Wrap(fault.Internal, "x", "a stored day of buckets cannot be read", errors.New("page 7"))
}

func (p poisoned) Buckets(ctx context.Context, name string, from, to time.Time) ([]slo.Bucket, error) {
	switch name {
	case "objective-001":
		var none []slo.Bucket
		return none[:1:3], nil
	case "objective-002":
		return nil, damage()
	}
	return p.large.Buckets(ctx, name, from, to)
}

// fails is a register of which one list fails.
type fails struct{ statements, drills error }

func (fails) Incidents(context.Context, time.Time, time.Time) ([]incident.Incident, error) {
	return nil, nil
}
func (fails) Episodes(context.Context, time.Time, time.Time) ([]alert.Episode, error) {
	return nil, nil
}
func (fails) Changes(context.Context, time.Time, time.Time) ([]change.Linked, error) {
	return []change.Linked{{}}, nil
}
func (f fails) Statements(context.Context, time.Time, time.Time) ([]sql.Followed, error) {
	return nil, f.statements
}
func (f fails) Drills(context.Context, time.Time, time.Time) ([]incident.Drill, error) {
	return nil, f.drills
}

// TestOnePoisonedSLOStopsNoOther: a panic while one SLO is measured, which runs in a
// goroutine of its own, and counts that cannot be read make that SLO invalid.
func TestOnePoisonedSLOStopsNoOther(t *testing.T) {
	p := week(t, "2026-W46")
	l := poisoned{large{4, 1}}
	c := collect.New(collect.Sources{Catalog: l, Ledger: l, Targets: reports.Targets{Policy: incident.DefaultPolicy()}})
	in, err := c.Collect(t.Context(), reports.BuiltIn("UTC")[1], p, p.To)
	if err != nil || len(in.Objectives) != 4 || len(in.Unread) != 0 {
		t.Fatalf("%d SLOs, %+v, %v", len(in.Objectives), in.Unread, err)
	}
	for _, o := range in.Objectives {
		r := o.Results[len(o.Results)-1]
		why := map[string]string{"objective-001": "it could not be measured: the program failed in it (",
			"objective-002": "it could not be measured: a stored day of buckets cannot be read"}[o.SLO.Name]
		if (why != "") != (r.State == slo.Invalid) || !strings.HasPrefix(r.Reason, why) || o.SLO.Target != 0.999 {
			t.Errorf("%s: %s, %s", o.SLO.Name, r.State, r.Reason)
		}
	}
	if _, err := in.Hash(reports.BuiltIn("UTC")[1]); err != nil {
		t.Error(err)
	}
}

// TestWhatIsDamagedIsNamed: a list that cannot be read costs its part; an error that
// will pass costs the report, which is made when it has passed.
func TestWhatIsDamagedIsNamed(t *testing.T) {
	p := week(t, "2026-W46")
	for name, x := range map[string]struct {
		register fails
		unread   string
		refused  bool
	}{
		"a damaged list":   {fails{statements: damage()}, "slow statements", false},
		"another":          {fails{drills: damage()}, "drills", false},
		"the portal stops": {fails{statements: fault.New(fault.Unavailable, "x", "Postern is stopping")}, "", true},
		"out of time":      {fails{drills: context.DeadlineExceeded}, "", true},
	} {
		c := collect.New(collect.Sources{Register: x.register, Targets: reports.Targets{Policy: incident.DefaultPolicy()}})
		in, err := c.Collect(t.Context(), reports.BuiltIn("UTC")[1], p, p.To)
		if (err != nil) != x.refused {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !x.refused && (len(in.Unread) != 1 || in.Unread[0].What != x.unread || len(in.Changes) != 1 ||
			in.Unread[0].Why != "a stored day of buckets cannot be read") {
			t.Errorf("%s: %+v", name, in.Unread)
		}
	}
}

func week(t *testing.T, id string) period.Period {
	t.Helper()
	p, err := period.Of(period.Weekly, id, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
