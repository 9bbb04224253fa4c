package compile

import (
	"cmp"
	"math"
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// leastBlame is the share of a budget from which an incident is named as the reason. A
// smaller one would be named only because nothing else is known.
const leastBlame = 0.05

// verdict states whether the SLOs were met, which were missed and why. Each of its
// sentences adds the facts that it states. Facts, and not the text, are compared
// between revisions, so a change of wording makes none. The tone is that of the SLOs;
// what was not measured and open incidents make a good one a warning.
func (c *compiler) verdict() reports.Verdict {
	t := c.count(c.in.Objectives, c.last())
	v := reports.Verdict{Tone: t.tone()}
	// Low traffic and no traffic were measured: a quiet day is no reason to look.
	states := c.states()
	if v.Tone == reports.Good && (states[slo.NoData]+states[slo.Invalid]+states[slo.Partial] > 0 || len(c.open()) > 0) {
		v.Tone = reports.Warn
	}
	c.metSentence(&v, t)
	c.missedSentence(&v)
	if s := c.incidentsUnread(); s != "" {
		v.Text = joined(v.Text, s)
		v.Facts = append(v.Facts, fact("incidents_unread", 1))
		if v.Tone == reports.Good {
			v.Tone = reports.Warn
		}
	} else {
		c.incidentSentence(&v)
	}
	return v
}

// fact returns a number that a verdict states.
func fact(key string, n int) reports.Fact {
	return reports.Fact{Key: key, Number: reports.Number(float64(n))}
}

// metSentence adds how many SLOs were met. It is one of several sentences by what was
// measured; SLOs without a verdict are counted with their reasons. All facts are added
// first, so that every verdict has them.
func (c *compiler) metSentence(v *reports.Verdict, t verdictCounts) {
	states := c.states()
	v.Facts = append(v.Facts, fact("slos", len(c.in.Objectives)), fact("met", t.met), fact("measured", t.measured))
	for _, s := range append(verdictlessStates(), slo.Partial) {
		v.Facts = append(v.Facts, fact(string(s), states[s]))
	}
	switch {
	case len(c.in.Objectives) == 0:
		v.Text = c.Text("report_body.verdict_no_slo")
		return
	case t.measured == 0 && t.unmeasured == 0:
		v.Text = c.Text("report_body.verdict_none_in_force")
		return
	case t.measured == 0:
		v.Text = c.Count("report_body.verdict_none_measured", t.unmeasured)
		return
	case t.unmeasured > 0 && t.met == t.measured:
		v.Text = c.Count("report_body.verdict_all_measured_met", t.measured)
	case t.unmeasured > 0:
		v.Text = c.Count("report_body.verdict_some_measured_met", t.measured, "Met", t.met)
	case t.met == t.measured:
		v.Text = c.Count("report_body.verdict_all_met", t.measured)
	default:
		v.Text = c.Count("report_body.verdict_some_met", t.measured, "Met", t.met)
	}
	if t.unmeasured > 0 {
		v.Text += c.Text("report_body.verdict_unmeasured", "Number", t.unmeasured, "Reasons", c.reasons(c.verdictless()))
	}
	if n := states[slo.Partial]; n > 0 { // a reason of the tone Warn
		v.Text += c.Text("report_body.verdict_partial", "Number", n)
	}
	v.Text += c.Text("report_body.stop")
}

// missedSentence names what was missed, and the incident that consumed most. SLOs are
// in order of the share that was consumed; all of them are facts, and two are named. An
// incident is named if it consumed at least leastBlame of the budget, and at least half
// of what the period did.
func (c *compiler) missedSentence(v *reports.Verdict) {
	var worst []spender
	for _, o := range c.in.Objectives {
		if r := c.now(o); r.Met != nil && !*r.Met {
			// An SLO that was missed may have no known share.
			x := spender{Objective: o}
			if all := c.spent(o); len(all) > 0 {
				x = all[0]
			}
			worst = append(worst, x)
		}
	}
	if len(worst) == 0 {
		return
	}
	slices.SortStableFunc(worst, func(a, b spender) int { return cmp.Compare(b.share, a.share) })
	var missed []string
	for _, w := range worst {
		missed = append(missed, c.titles[w.SLO.Name])
		v.Facts = append(v.Facts, reports.Fact{Key: "missed", Name: w.SLO.Name})
	}
	v.Missed = missed[:min(len(missed), 2)]
	s := c.Count("report_body.verdict_missed", len(missed), "SLOs", c.listed(missed, 2))
	if top, part, _ := c.topIncident(worst[0]); top != nil && part >= leastBlame {
		s += c.Text("report_body.verdict_blame", "Incident", incidentTitle(top.Incident), "Share", budgetShare(part, worst[0].estimated).Text,
			"Budget", c.of(worst[0].Objective, worst[0].budget), "SLO", missed[0])
		// Rounded, so that late data which changes nothing that is shown makes no
		// revision.
		const shown = 1e3 // of a share; the text shows no more
		v.Facts = append(v.Facts, reports.Fact{Key: "consumed_most", Name: top.ID, Number: reports.Number(math.Round(part*shown) / shown)})
	}
	v.Text = joined(v.Text, s+c.Text("report_body.stop"))
}

// incidentSentence adds the incidents that are open, otherwise those that started. Of
// open incidents the one that began first is named, with how long it has lasted.
func (c *compiler) incidentSentence(v *reports.Verdict) {
	if open := c.open(); len(open) > 0 {
		lasted := humanize.Duration(c.asOf.Sub(open[0].ImpactStart()))
		v.Text = joined(v.Text, c.Count("report_body.verdict_open", len(open), "Incident", incidentTitle(open[0]), "Duration", lasted))
		for _, i := range open {
			v.Facts = append(v.Facts, reports.Fact{Key: "open", Name: i.ID})
		}
		return
	}
	n := len(c.facts.own)
	v.Facts = append(v.Facts, fact("incidents", n))
	if n == 0 {
		v.Text = joined(v.Text, c.Text("report_body.verdict_no_incident"))
		return
	}
	v.Text = joined(v.Text, c.Count("report_body.verdict_incidents", n)+c.detected(v)+c.Text("report_body.stop"))
}

// detected returns the end of the sentence about the incidents: how many of them were
// detected in time, without those of which it is not known. It is "" when no detection
// is known. The sentence has its own form for one, none and all.
func (c *compiler) detected(v *reports.Verdict) string {
	s, _ := c.attain(c.last())
	met, known, target := s.detect.Met, s.detect.known(), humanize.Duration(c.in.Targets.DetectWithin)
	v.Facts = append(v.Facts, fact("detected", met), fact("detection_known", known))
	switch {
	case known == 0:
		return ""
	case known < len(c.facts.own):
		return c.Text("report_body.verdict_detected_of_known", "Met", met, "Known", known, "Target", target)
	case known == 1 && met == 1:
		return c.Text("report_body.verdict_detected", "Target", target)
	case known == 1:
		return c.Text("report_body.verdict_not_detected", "Target", target)
	case met == 0:
		return c.Text("report_body.verdict_none_detected", "Target", target)
	case met == known:
		return c.Text("report_body.verdict_all_detected", "Target", target)
	}
	return c.Text("report_body.verdict_some_detected", "Met", met, "Known", known, "Target", target)
}
