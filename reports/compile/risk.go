package compile

import (
	"cmp"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
)

// riskWithin is the time to exhaustion below which an SLO is at risk.
const riskWithin = 7 * 24 * time.Hour

// risk lists the SLOs whose budget will not last, and the burn-rate rules that would
// have fired. Monthly reports do not have it unless their definition chooses it.
func (c *compiler) risk() reports.Section {
	s := reports.Section{Title: c.Text("report_body.risk_title"), Note: c.Text("report_body.risk_note")}
	for _, t := range []reports.Table{c.exhaustionTable(), c.firedTable()} {
		if len(t.Rows) > 0 {
			t.Limit(mostListed)
			s.Tables = append(s.Tables, t)
		}
	}
	if len(s.Tables) == 0 {
		s.Empty = c.Text("report_body.risk_empty")
	}
	return s
}

// exhaustionTable lists the SLOs that will exhaust their budget within riskWithin. A
// budget that is exhausted already has 0 and the tone Bad.
func (c *compiler) exhaustionTable() reports.Table {
	t := reports.Table{Key: "exhaustion", Title: c.Text("report_body.exhaustion_title"), Columns: []reports.Column{
		c.words("slo", "report_body.col_slo"), c.words("team", "report_body.col_team"), c.numbers("left", "report_body.col_remaining"),
		c.numbers("lasts", "report_body.col_lasts"),
	}}
	for _, o := range c.atRisk() {
		lasts := number(0, reports.Seconds, c.Text("report_body.exhausted"))
		lasts.Tone = reports.Bad
		if *o.Exhausts > 0 {
			lasts = withTone(duration(*o.Exhausts), reports.Warn)
		}
		t.Rows = append(t.Rows, reports.Row{Key: "risk-" + o.SLO.Name, Cells: []reports.Value{
			c.sloName(o.SLO.Name), name(c.team(o.SLO.Service)), c.leastLeft([]reports.Objective{o}), lasts,
		}})
	}
	return t
}

// firedTable lists how long the condition of each burn-rate rule held. The rules are
// the standard pairs of windows of the SRE Workbook. They are evaluated on the stored
// buckets, whatever alerts are configured elsewhere.
func (c *compiler) firedTable() reports.Table {
	t := reports.Table{Key: "rules", Title: c.Text("report_body.burn_rules_title"), Columns: []reports.Column{
		c.words("slo", "report_body.col_slo"), c.words("rule", "report_body.col_windows"), c.words("severity", "report_body.col_calls_for"),
		c.numbers("for", "report_body.col_fired_for"),
	}}
	for _, o := range c.in.Objectives {
		for _, r := range o.Rules {
			windows := name(title(r.Name))
			if r.Long > 0 {
				windows.Text = c.Text("report_body.rule_windows", "Long", humanize.Duration(r.Long), "Short", humanize.Duration(r.Short))
			}
			t.Rows = append(t.Rows, reports.Row{Key: "rule-" + o.SLO.Name + "-" + r.Name, Cells: []reports.Value{
				c.sloName(o.SLO.Name), windows, name(title(r.Severity)), duration(r.For),
			}})
		}
	}
	return t
}

// atRisk returns the SLOs that will exhaust their budget, the soonest first. They have
// a verdict over their own window; without one, what remains is not known.
func (c *compiler) atRisk() (all []reports.Objective) {
	for _, o := range c.in.Objectives {
		if o.Exhausts != nil && *o.Exhausts < riskWithin && o.Window.Met != nil {
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b reports.Objective) int { return cmp.Compare(*a.Exhausts, *b.Exhausts) })
	return all
}
