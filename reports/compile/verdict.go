package compile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// verdict says whether the objectives were met, what was missed and why.
func (c *compiler) verdict() reports.Verdict {
	t := c.count(c.in.Objectives, len(c.spans)-1)
	v := reports.Verdict{Tone: t.tone()}
	// Low traffic and no traffic were measured: a quiet day is no reason to look.
	lost := c.states()
	if v.Tone == reports.Good && (lost[slo.NoData]+lost[slo.Invalid]+lost[slo.Partial] > 0 || len(c.open()) > 0) {
		v.Tone = reports.Warn
	}
	v.Text = c.metSentence(t)
	if s, missed := c.missedSentence(); s != "" {
		v.Text, v.Missed = v.Text+" "+s, missed
	}
	if s := c.incidentsUnread(); s != "" {
		v.Text += " " + s
		if v.Tone == reports.Good {
			v.Tone = reports.Warn
		}
	} else if s := c.incidentSentence(); s != "" {
		v.Text += " " + s
	}
	return v
}

// leastBlame is the share of a budget from which an incident is named as the reason.
const leastBlame = 0.05

func (c *compiler) metSentence(t verdictCounts) string {
	switch {
	case len(c.in.Objectives) == 0:
		return "No objective is defined in this scope."
	case t.measured == 0 && t.unmeasured == 0:
		return "No objective was in force."
	case t.measured == 0:
		return fmt.Sprintf("None of %s could be measured.", humanize.Plural(t.unmeasured, "objective"))
	}
	what := "objective"
	if t.unmeasured > 0 {
		what = "measured objective"
	}
	s := fmt.Sprintf("%d of %s met", t.met, humanize.Plural(t.measured, what))
	switch {
	case t.met == t.measured && t.measured == 1:
		s = "The only " + what + " was met"
	case t.met == t.measured:
		s = fmt.Sprintf("All %s met", humanize.Plural(t.measured, what))
	}
	if t.unmeasured > 0 {
		s += fmt.Sprintf("; %d could not be measured (%s)", t.unmeasured, reasons(c.verdictless()))
	}
	if n := c.states()[slo.Partial]; n > 0 { // one reason of a Check: it is told
		s += fmt.Sprintf("; %d measured only in part", n)
	}
	return s + "."
}

// missedSentence names what was missed, and the incident that cost most.
func (c *compiler) missedSentence() (s string, missed []string) {
	var worst []spender
	for _, o := range c.in.Objectives {
		if r := c.now(o); r.Met != nil && !*r.Met {
			x := spender{Objective: o}
			if all := c.spent(o); len(all) > 0 {
				x = all[0]
			}
			worst = append(worst, x)
		}
	}
	slices.SortStableFunc(worst, func(a, b spender) int { return cmp.Compare(b.share, a.share) })
	for _, w := range worst {
		missed = append(missed, c.titles[w.SLO.Name])
	}
	if len(missed) == 0 {
		return "", nil
	}
	names := missed
	if len(missed) > 1 {
		s = listed(missed, 2) + " missed their objectives"
	} else {
		s = missed[0] + " missed its objective"
	}
	if top, part, _ := c.topIncident(worst[0]); top != nil && part >= leastBlame {
		of := strings.Replace(c.of(worst[0].Objective, worst[0].budget), "its ", "the ", 1)
		s += fmt.Sprintf(": “%s” consumed %s of %s of %s", incidentTitle(top.Incident), budgetShare(part, worst[0].estimated).Text, of, missed[0])
	}
	return s + ".", names[:min(len(names), 2)]
}

func (c *compiler) incidentSentence() string {
	if open := c.open(); len(open) > 0 {
		lasted := durationText(c.asOf.Sub(open[0].ImpactStart()))
		if len(open) == 1 {
			return fmt.Sprintf("“%s” is open, for %s so far.", incidentTitle(open[0]), lasted)
		}
		return fmt.Sprintf("%d incidents are open, the oldest for %s.", len(open), lasted)
	}
	if len(c.facts.own) == 0 {
		return "No incident."
	}
	return humanize.Plural(len(c.facts.own), "incident") + c.detectedWords() + "."
}

// detectedWords goes on after the number of incidents: how many of them were
// detected in time. Those that cannot be judged are left out, and that is said.
func (c *compiler) detectedWords() string {
	s, _ := c.attain(c.last())
	met, judged, target := s.detect.Met, s.detect.Met+s.detect.Missed, durationText(c.in.Targets.DetectWithin)
	switch {
	case judged == 0:
		return ""
	case judged < len(c.facts.own):
		return fmt.Sprintf("; %d of the %d that can be judged detected within %s", met, judged, target)
	case judged == 1 && met == 1:
		return ", detected within " + target
	case judged == 1:
		return ", not detected within " + target
	case met == 0:
		return "; none was detected within " + target
	case met == judged:
		return ", all detected within " + target
	}
	return fmt.Sprintf("; %d of %d detected within %s", met, judged, target)
}
