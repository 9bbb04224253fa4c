package reports

import (
	"time"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/tally"
)

// Costs returns what an incident consumed of an SLO's budgets, one for each window
// with bad events during it. The data goes up to asOf.
func Costs(o Objective, buckets []slo.Bucket, i incident.Incident, p period.Period, asOf time.Time) (all []Spend) {
	x := Incident{Incident: i}
	from, to := x.ImpactStart(), x.ImpactEnd()
	if from.IsZero() || len(i.Uncertainties) > 0 || i.Maintenance || to.IsZero() && !i.Open {
		return nil
	}
	if to.IsZero() || to.After(asOf) {
		to = asOf
	}
	for _, b := range o.Budgets() {
		w := b.Window
		bad := slo.BadDuring(o.SLO, buckets, from, to, w.From, w.To)
		share, estimated, ok := b.Share(bad)
		if !ok || bad <= 0 || Number(share) == nil {
			continue
		}
		taken := slo.BadDuring(o.SLO, buckets, from, to, tally.Later(w.From, p.From), w.To)
		all = append(all, Spend{SLO: o.SLO.Name, Bad: bad, Share: share, Taken: taken, Estimated: estimated, WindowEnd: w.To.UTC()})
	}
	return all
}
