package compile

import (
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
)

// glossary explains the words of the report.
func (c *compiler) glossary() reports.Section {
	within := c.in.Targets.Policy.Targets()
	return reports.Section{Title: "Glossary", Lines: []reports.Line{
		{Key: "budget", Who: "Error budget", Text: "what the objective allows to go wrong: (1 - target) of all events of its window. Below zero it is overspent."},
		{Key: "burn", Who: "Burn rate", Text: "how fast the budget is spent: 1 spends exactly all of it by the end of the window."},
		{Key: "state", Who: "States", Text: "measured; partly measured (50 to 95 % covered, with bounds); low traffic (too few events for a verdict); no traffic (measured, nothing to count); no data (less than half covered); invalid (more good than total); not yet in force. Only the first two give a verdict."},
		{Key: "response", Who: durationText(within[0]) + ", " + durationText(within[1]) + ", " + durationText(within[2]), Text: c.in.Targets.Rule(durationText) + ". A step is met up to its last instant; one that is still to come is missed once its time is over; what nobody knows is neither."},
		{Key: "oncall", Who: "Night and shifts", Text: "night is " + c.onCall().NightText() + " where the people on call for a service live; a shift is " + c.onCall().ShiftText() + "."},
		{Key: "precision", Who: "Precision and recall of paging", Text: "pages that met a real incident of all pages; incidents that a page came before of all incidents."},
		{Key: "failure", Who: "Change failure rate", Text: "distinct deployments with a linked incident or a rollback, of all distinct deployments to production."},
		{Key: "revision", Who: "Revision", Text: "late data makes a new revision with a list of what changed. Old ones stay readable. A period closes " + humanize.Plural(int(reports.CloseAfter/(24*time.Hour)), "day") + " after its end."},
	}}
}
