package compile

import (
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// headline returns the figures of the tiles, the most important first. A daily report
// is read for what is wrong now, so the consumed budget and open incidents precede the
// counts, which are small on a day. Longer reports have the counts first. Both have the
// same six figures, by the same keys.
func (c *compiler) headline() []reports.Figure {
	met, incidents, detect := c.metTile(), c.incidentTile, c.detectTile
	if c.p.Kind == period.Daily {
		open := c.openTile()
		return []reports.Figure{met, c.spentTile(), open, c.unmeasuredTile(), incidents(), detect()}
	}
	open := c.openTile()
	return []reports.Figure{met, incidents(), detect(), c.unmeasuredTile(), c.spentTile(), open}
}

// metTile counts the SLOs that were met, of those measured. The note has the counts of
// the period before. Without a measured SLO the value is no data, and not 0 of 0.
func (c *compiler) metTile() reports.Figure {
	now, was := c.count(c.in.Objectives, c.last()), c.count(c.in.Objectives, c.before())
	how := c.derive(reports.Derivation{
		Key: "met", Title: c.Text("report_body.met_title"), Formula: c.Text("report_body.met_formula"),
		Terms: []reports.Term{
			term(c.Text("report_body.met"), count(now.met)), term(c.Text("report_body.measured"), count(now.measured)),
			term(c.Text("report_body.state_not_measured"), count(now.unmeasured)),
		},
		Source: c.Text("report_body.source_buckets"), Link: "/slos",
	})
	f := reports.Figure{Key: "met", Label: c.Text("report_body.met_label"), Value: withHow(c.noData(reports.Ratio), how)}
	if now.measured > 0 {
		f.Value = number(float64(now.met)/float64(now.measured), reports.Ratio, c.slashed(now.met, now.measured))
		f.Value.Key, f.Value.Tone, f.Value.How = counts(now.met, now.measured), now.tone(), how
	}
	if was.measured > 0 {
		f.Note = c.was(c.slashed(was.met, was.measured))
	}
	return f
}

// slashed writes two counts for a tile: "4 / 5". The value also has a key with both
// counts, since the number is only their ratio.
func (c *compiler) slashed(part, whole int) string {
	return c.Text("report_body.slashed", "Part", part, "Whole", whole)
}

// incidentTile counts the incidents of the period, with their median recovery.
// Incidents without a known recovery are not in the median; its n states how many are.
// Few incidents have no trend, see countTrend.
func (c *compiler) incidentTile() reports.Figure {
	own := c.facts.own
	recovered := recoveries(own)
	how := c.derive(reports.Derivation{
		Key: "headline-incidents", Title: c.Text("report_body.incident_tile_title"), Formula: c.Text("report_body.incident_tile_formula"),
		Terms: []reports.Term{term(c.Text("report_body.incidents"), count(len(own))),
			term(c.Text("report_body.recovery_known"), count(recovered.N))},
		Source: c.Text("report_body.incidents"), Link: "/incidents",
	})
	note := c.countTrend(len(own), len(c.facts.before))
	if recovered.Median != nil {
		note = c.Text("report_body.incident_tile_note", "Median", humanize.Duration(*recovered.Median), "N", recovered.N, "Trend", note)
	}
	return reports.Figure{Key: "incidents", Label: c.Count("report_body.incident_tile", len(own)), Value: withHow(count(len(own)), how),
		Note: note}
}

// detectTile counts the incidents that were detected within the target. Incidents
// without a known detection are in neither count. The note states them with the worst
// case; only if there are none does it have the period before.
func (c *compiler) detectTile() reports.Figure {
	s, quiet := c.attain(c.last())
	how := c.derive(reports.Derivation{
		Key: "headline-detect", Title: c.Text("report_body.detect_title"), Formula: c.Text("report_body.detect_formula"),
		Terms: []reports.Term{
			term(c.Text("report_body.met"), count(s.detect.Met)), term(c.Text("report_body.missed"), count(s.detect.Missed)),
			term(c.Text("report_body.state_unknown"), count(s.detect.Unknown)), term(c.Text("report_body.low_traffic_excluded"), count(quiet)),
		},
		Source: c.Text("report_body.incidents"), Link: "/incidents",
	})
	f := reports.Figure{Key: "detect", Label: c.detectLabel(), Value: withHow(c.attained(s.detect), how)}
	// Nothing to detect is not the same as unknown, so the value is a dash.
	if len(c.facts.own)-quiet == 0 {
		f.Value = withHow(reports.Value{Text: "—", Unit: reports.Ratio}, how)
		f.Note = c.Text("report_body.detect_none")
		return f
	}
	if known := s.detect.known(); known > 0 {
		f.Value.Text = c.slashed(s.detect.Met, known)
	}
	if s.detect.Unknown > 0 {
		f.Note = c.attainedNote(s.detect)
	} else if was, _ := c.attain(c.before()); was.detect.known() > 0 {
		f.Note = c.was(c.slashed(was.detect.Met, was.detect.known()))
	}
	return f
}

// detectLabel names the tile of detection with its target.
func (c *compiler) detectLabel() string {
	return c.Text("report_body.detect_label", "Target", humanize.Duration(c.in.Targets.DetectWithin))
}

// openTile counts the incidents whose impact lasts at the end of the period. The note
// names the one that began first.
func (c *compiler) openTile() reports.Figure {
	open := c.open()
	n := len(open)
	how := c.derive(reports.Derivation{
		Key: "open", Title: c.Text("report_body.open_title"), Formula: c.Text("report_body.open_formula"),
		Terms: []reports.Term{term(c.Text("report_body.open"), count(n))}, Source: c.Text("report_body.incidents"), Link: "/incidents",
	})
	f := reports.Figure{Key: "open", Label: c.Count("report_body.open_tile", n), Value: withHow(count(n), how)}
	if n > 0 {
		f.Value.Tone = reports.Bad
		f.Note = incidentTitle(open[0])
	}
	return f
}

// spentTile is the largest share of a budget that the period consumed. The derivation
// is that of the budget, under a key of its own. Nothing consumed is Good only when
// something was measured.
func (c *compiler) spentTile() reports.Figure {
	f := reports.Figure{Key: "spent", Label: c.Text("report_body.spent_label"), Value: number(0, reports.Ratio, c.Text("report_body.none"))}
	f.Value.Tone = reports.Good
	d := reports.Derivation{
		Key: "most-spent", Title: c.Text("report_body.spent_title"), Formula: c.Text("report_body.spent_formula"),
		Source: c.Text("report_body.source_buckets"), Link: "/slos",
	}
	if all := c.spenders(); len(all) > 0 {
		top := all[0]
		how := c.spentHow(top)
		f.Value = budgetShare(top.share, top.estimated)
		f.Value.Key = c.budgetKey(top)
		f.Note = c.Text("report_body.spent_note", "SLO", c.titles[top.SLO.Name], "Budget", c.of(top.Objective, top.budget))
		d.Terms, d.From, d.To = how.Terms, how.From, how.To
		d.Link, d.Revision = sloLink(top.SLO.Name), short(top.SLO.Hash)
		if top.share > policyShare {
			f.Value.Tone = reports.Bad
		}
	} else if c.count(c.in.Objectives, c.last()).measured == 0 {
		f.Value = c.noData(reports.Ratio)
	}
	f.Value.How = c.derive(d)
	return f
}

// unmeasuredTile counts the SLOs without a verdict, with the reasons. Low traffic and
// no traffic are among them: there is no verdict, though there is data.
func (c *compiler) unmeasuredTile() reports.Figure {
	n := c.count(c.in.Objectives, c.last()).unmeasured
	terms := c.verdictless()
	how := c.derive(reports.Derivation{
		Key: "unmeasured", Title: c.Text("report_body.unmeasured_title"), Formula: c.Text("report_body.unmeasured_formula"), Terms: terms,
		Source: c.Text("report_body.source_buckets"), Link: "/slos",
	})
	f := reports.Figure{Key: "unmeasured", Label: c.Count("report_body.unmeasured_tile", n), Value: withHow(count(n), how)}
	if n > 0 {
		f.Value.Tone = reports.Gap
		f.Note = c.reasons(terms)
	}
	return f
}

// verdictlessStates are the states of data that give no verdict. Partial is not one of
// them: it has a verdict. They are in the order in which texts name them.
func verdictlessStates() []slo.State {
	return []slo.State{slo.LowTraffic, slo.NoTraffic, slo.NoData, slo.Invalid}
}

// verdictless counts the SLOs without a verdict, by the reason. It has one term a
// state, also for a count of 0.
func (c *compiler) verdictless() (terms []reports.Term) {
	states := c.states()
	for _, s := range verdictlessStates() {
		terms = append(terms, term(c.stateText(s), count(states[s])))
	}
	return terms
}

// reasons writes the terms that are not zero, "1 no data, 2 low traffic"; a single one
// without its number, which is beside it. It is "" when all are zero. Values of terms
// must have a number.
func (c *compiler) reasons(terms []reports.Term) string {
	text := ""
	var some []reports.Term
	for _, t := range terms {
		if *t.Value.Number > 0 {
			some = append(some, t)
		}
	}
	if len(some) == 1 {
		return some[0].Name
	}
	for n, t := range some {
		if n > 0 {
			text += ", "
		}
		text += t.Value.Text + " " + t.Name
	}
	return text
}
