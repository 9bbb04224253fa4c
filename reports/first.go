package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// The first screen: verdict, headline, what changed, who acts.

// mostChanged bounds the list of what changed: five are read, ten are not.
const mostChanged = 5

// mostActs bounds the list of who acts.
const mostActs = 6

// headline are the figures of the tiles, the most important first.
func (c *compiler) headline() []Figure {
	figures := []Figure{c.metTile()}
	open := c.openTile()
	switch {
	case c.p.Kind == period.Daily:
		figures = append(figures, c.spentTile(), open)
	default:
		figures = append(figures, c.incidentTile(), c.detectTile())
	}
	figures = append(figures, c.unmeasuredTile())
	if c.p.Kind != period.Daily {
		return append(figures, c.spentTile(), open)
	}
	return append(figures, c.incidentTile(), c.detectTile())
}

func (c *compiler) metTile() Figure {
	now, was := c.count(c.in.Objectives, len(c.spans)-1), c.count(c.in.Objectives, c.before())
	how := c.derive(Derivation{
		Key: "met", Title: "Objectives met", Formula: "objectives whose indicator reached its target / objectives that were measured (fully or partly)",
		Terms:  []Term{{"met", count(now.met)}, {"measured", count(now.measured)}, {"not measured", count(now.unmeasured)}},
		Source: "SLI buckets", Link: "/slos",
	})
	f := Figure{Key: "met", Label: "objectives met", Value: Value{Text: "no data", Unit: Ratio, Tone: Gap, How: how}}
	if now.measured > 0 {
		f.Value = Value{Text: fmt.Sprintf("%d / %d", now.met, now.measured), Number: number(float64(now.met) / float64(now.measured)), Unit: Ratio, Tone: now.tone(), How: how}
	}
	if was.measured > 0 {
		f.Note = fmt.Sprintf("%s: %d / %d", c.compareWord(), was.met, was.measured)
	}
	return f
}

func (c *compiler) incidentTile() Figure {
	own := c.facts.own
	recovered := recoveries(own)
	how := c.derive(Derivation{
		Key: "headline-incidents", Title: "Incidents and their recovery", Formula: "number of incidents whose impact began in the period; median of the known times from impact to recovery",
		Terms:  []Term{{"incidents", count(len(own))}, {"recovery known", count(recovered.N)}},
		Source: "incidents", Link: "/incidents",
	})
	note := c.countTrend(len(own), len(c.facts.before))
	if recovered.Median != nil {
		note = fmt.Sprintf("median %s to recover (n = %d); %s", durationText(*recovered.Median), recovered.N, note)
	}
	return Figure{Key: "incidents", Label: noun(len(own), "incident"), Value: withHow(count(len(own)), how), Note: note}
}

func (c *compiler) detectTile() Figure {
	s, quiet := c.attain(c.last())
	how := c.derive(Derivation{
		Key: "headline-detect", Title: "Detected in time", Formula: "incidents detected within the target / incidents whose detection is known",
		Terms:  []Term{{"met", count(s.detect.Met)}, {"missed", count(s.detect.Missed)}, {"unknown", count(s.detect.Unknown)}, {"left out for low traffic", count(quiet)}},
		Source: "incidents", Link: "/incidents",
	})
	v := s.detect.value()
	if s.detect.Met+s.detect.Missed > 0 {
		v.Text = fmt.Sprintf("%d / %d", s.detect.Met, s.detect.Met+s.detect.Missed)
	}
	if len(c.facts.own)-quiet == 0 {
		v = Value{Text: "—", Unit: Ratio, Tone: Plain}
		return Figure{Key: "detect", Label: "detected within " + durationText(c.in.Targets.DetectWithin), Value: withHow(v, how), Note: "no incident to hold against it"}
	}
	f := Figure{Key: "detect", Label: "detected within " + durationText(c.in.Targets.DetectWithin), Value: withHow(v, how)}
	if s.detect.Unknown > 0 {
		f.Note = s.detect.note()
	} else if was, _ := c.attain(c.before()); was.detect.Met+was.detect.Missed > 0 {
		f.Note = fmt.Sprintf("%s: %d / %d", c.compareWord(), was.detect.Met, was.detect.Met+was.detect.Missed)
	}
	return f
}

func (c *compiler) openTile() Figure {
	n := len(c.open())
	how := c.derive(Derivation{
		Key: "open", Title: "Open incidents", Formula: "incidents whose impact lasted at the end of the period", Terms: []Term{{"open", count(n)}}, Source: "incidents", Link: "/incidents",
	})
	f := Figure{Key: "open", Label: noun(n, "open incident"), Value: withHow(count(n), how)}
	if n > 0 {
		f.Value.Tone = Bad
		f.Note = incidentTitle(c.open()[0])
	}
	return f
}

func (c *compiler) spentTile() Figure {
	f := Figure{Key: "spent", Label: "most budget spent", Value: Value{Text: "none", Unit: Ratio, Tone: Good, Number: number(0)}}
	d := Derivation{Key: "most-spent", Title: "Most budget spent", Formula: "largest of: bad events that lie in the period and in a window of the objective / bad events that the whole window allows", Source: "SLI buckets", Link: "/slos"}
	measured := c.count(c.in.Objectives, len(c.spans)-1).measured
	if all := c.spenders(); len(all) > 0 {
		top := all[0]
		of, how := c.of(top.Objective, top.budget), c.spentHow(top)
		f.Value = budgetShare(top.share, top.estimated)
		f.Note = fmt.Sprintf("by %s, of %s", c.titles[top.SLO.Name], of)
		d.Terms, d.From, d.To = how.Terms, how.From, how.To
		d.Link, d.Revision = sloLink(top.SLO.Name), short(top.SLO.Hash)
		if top.share > policyShare {
			f.Value.Tone = Bad
		}
	} else if measured == 0 {
		f.Value = Value{Text: "no data", Unit: Ratio, Tone: Gap}
	}
	f.Value.How = c.derive(d)
	return f
}

func (c *compiler) unmeasuredTile() Figure {
	n := c.count(c.in.Objectives, len(c.spans)-1).unmeasured
	terms := c.verdictless()
	how := c.derive(Derivation{Key: "unmeasured", Title: "Not measured", Formula: "objectives in force whose data gave no verdict", Terms: terms, Source: "SLI buckets", Link: "/slos"})
	f := Figure{Key: "unmeasured", Label: noun(n, "objective") + " we could not measure", Value: withHow(count(n), how)}
	if n > 0 {
		f.Value.Tone = Gap
		f.Note = reasons(terms)
	}
	return f
}

// verdictless counts the objectives that have no verdict, by the reason.
func (c *compiler) verdictless() (terms []Term) {
	states := c.states()
	for _, s := range []slo.State{slo.LowTraffic, slo.NoTraffic, slo.NoData, slo.Invalid} {
		terms = append(terms, Term{s.Words(), count(states[s])})
	}
	return terms
}

// reasons writes the terms that are not zero, "1 no data, 2 low traffic"; a single
// one without its number, which stands before it.
func reasons(terms []Term) string {
	var names, parts []string
	for _, t := range terms {
		if *t.Value.Number > 0 {
			names, parts = append(names, t.Name), append(parts, t.Value.Text+" "+t.Name)
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(parts, ", ")
}

// verdict says whether the objectives were met, what was missed and why.
func (c *compiler) verdict() Verdict {
	t := c.count(c.in.Objectives, len(c.spans)-1)
	v := Verdict{Tone: t.tone()}
	// Low traffic and no traffic were measured: a quiet day is no reason to look.
	lost := c.states()
	if v.Tone == Good && (lost[slo.NoData]+lost[slo.Invalid]+lost[slo.Partial] > 0 || len(c.open()) > 0) {
		v.Tone = Warn
	}
	v.Text = c.metSentence(t)
	if s, missed := c.missedSentence(); s != "" {
		v.Text, v.Missed = v.Text+" "+s, missed
	}
	if s := c.incidentsUnread(); s != "" {
		v.Text += " " + s
		if v.Tone == Good {
			v.Tone = Warn
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
		lasted := durationText(c.asOf.Sub(impactStart(open[0])))
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
