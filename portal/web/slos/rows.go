package slos

import (
	"net/url"

	"github.com/postern/postern/portal/web/sloparts"
	"github.com/postern/postern/reports/catalog"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// ruleRows returns the burn-rate rules with their present rates. The rates are found by
// the words of their windows, which are unique. A window without a rate has "".
func ruleRows(r slostatus.Row) (rows []burnRule) {
	rate := map[string]string{}
	for _, b := range r.Burns {
		rate[sloparts.Window(b.Window)] = sloparts.Rate(b.Rate)
	}
	for _, x := range r.Rules {
		row := burnRule{
			Severity: x.Rule.Severity, Long: sloparts.Window(x.Rule.Long), Short: sloparts.Window(x.Rule.Short),
			Factor: sloparts.Rate(&x.Rule.Factor), Word: string(x.Verdict), Class: "none",
		}
		row.LongRate, row.ShortRate = rate[row.Long], rate[row.Short]
		if x.Verdict == slo.Fires {
			row.Class = "bad"
		}
		rows = append(rows, row)
	}
	return rows
}

// mostFirings bounds the list of when rules would have fired, newest first. A rule that
// flaps over a long range would otherwise fill the page.
const mostFirings = 30

// firingRows returns when rules would have fired, newest first. d.Firings are the oldest
// first.
func firingRows(d slostatus.Detail) (rows []firingRow) {
	for i := len(d.Firings) - 1; i >= 0 && len(rows) < mostFirings; i-- {
		f := d.Firings[i]
		rows = append(rows, firingRow{
			Severity: f.Rule.Severity, Rule: sloparts.Window(f.Rule.Long) + " over " + sloparts.Rate(&f.Rule.Factor),
			From: f.From, To: f.To, Lasted: sloparts.Duration(f.To.Sub(f.From)), Peak: sloparts.Rate(&f.Peak),
		})
	}
	return rows
}

// pointRows returns the data of the curves, newest first. A step without any coverage
// shows "–", since absent is not zero. A step whose count is partly estimated has its
// total marked.
func pointRows(d slostatus.Detail) (rows []pointRow) {
	// The budget is known at the ends of steps, so rows are joined by that instant.
	left := map[int64]string{}
	for _, b := range d.Budget {
		left[b.At.Unix()] = sloparts.Budget(b.Left)
	}
	for i := len(d.Points) - 1; i >= 0; i-- {
		p := d.Points[i]
		row := pointRow{At: p.From, SLI: sloparts.SLI(p.SLI, d.SLO.Target), Good: sloparts.Count(p.Good), Total: sloparts.Count(p.Total),
			Left: left[p.To.Unix()], Coverage: sloparts.Budget(&p.Coverage)}
		if estimated(d, p) {
			row.Total = "≈ " + row.Total
		}
		if p.Coverage <= 0 {
			row.Good, row.Total = "–", "–"
		}
		rows = append(rows, row)
	}
	return rows
}

// versionRows returns the versions of the definition, newest first. The definition's
// versions are the oldest first; First marks the one that introduced the SLO, Gone one
// that removed it.
func versionRows(versions []catalog.Version) (rows []versionRow) {
	for i := len(versions) - 1; i >= 0; i-- {
		v := versions[i]
		commit := v.Commit
		// Eight digits of a commit are enough for readers.
		rows = append(rows, versionRow{Number: v.Number, From: v.From, What: catalog.Describe(v.SLO), Commit: commit[:min(len(commit), 8)],
			Gone: v.Gone, First: i == 0})
	}
	return rows
}

// bandRow returns the row of an incident that is shaded in the curves. An incident
// without a title is named by its id. The length of an open one is the time until now.
func (h *Handler) bandRow(b slostatus.Band) bandRow {
	row := bandRow{Title: b.Title, Severity: b.Severity, From: b.From, Lasted: sloparts.Duration(b.To.Sub(b.From)),
		Link: h.Link("/incidents/" + url.PathEscape(b.ID))}
	if b.Title == "" {
		row.Title = b.ID
	}
	if b.Open {
		row.Lasted = h.Texts().Text("incident.open_for", "Time", row.Lasted)
	}
	return row
}
