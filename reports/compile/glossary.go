package compile

import (
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
)

// glossary explains the terms of the report. Hours and targets in it are those of the
// settings, so it changes with them. It is in the longer reports only.
func (c *compiler) glossary() reports.Section {
	on, closed := c.onCall(), int(reports.CloseAfter/(24*time.Hour))
	line := func(key, term, text string) reports.Line { return reports.Line{Key: key, Who: term, Text: text} }
	return reports.Section{Title: c.Text("report_body.glossary_title"), Lines: []reports.Line{
		line("budget", c.Text("report_body.budget_title"), c.Text("report_body.glossary_budget")),
		line("burn", c.Text("report_body.glossary_burn_title"), c.Text("report_body.glossary_burn")),
		line("state", c.Text("report_body.glossary_states_title"), c.Text("report_body.glossary_states")),
		line("response", c.targets(), c.Text("report_body.glossary_response", "Rule", c.in.Targets.Rule(humanize.Duration))),
		line("oncall", c.Text("report_body.glossary_on_call_title"),
			c.Text("report_body.glossary_on_call", "Night", on.NightText(), "Shift", on.ShiftText())),
		line("precision", c.Text("report_body.glossary_precision_title"), c.Text("report_body.glossary_precision")),
		line("failure", c.Text("report_body.failure_rate"), c.Text("report_body.glossary_failure")),
		line("revision", c.Text("report_body.glossary_revision_title"), c.Count("report_body.glossary_revision", closed)),
	}}
}

// targets names the three targets of the response: "1 min, 5 min, 10 min". They are in
// the order of the steps.
func (c *compiler) targets() string {
	within := c.in.Targets.Policy.Targets()
	return humanize.Duration(within[0]) + ", " + humanize.Duration(within[1]) + ", " + humanize.Duration(within[2])
}
