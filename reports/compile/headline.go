package compile

import (
	"fmt"
	"strings"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// headline are the figures of the tiles, the most important first.
func (c *compiler) headline() []reports.Figure {
	figures := []reports.Figure{c.metTile()}
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

func (c *compiler) metTile() reports.Figure {
	now, was := c.count(c.in.Objectives, len(c.spans)-1), c.count(c.in.Objectives, c.before())
	how := c.derive(reports.Derivation{
		Key: "met", Title: "Objectives met", Formula: "objectives whose indicator reached its target / objectives that were measured (fully or partly)",
		Terms:  []reports.Term{term("met", count(now.met)), term("measured", count(now.measured)), term("not measured", count(now.unmeasured))},
		Source: "SLI buckets", Link: "/slos",
	})
	f := reports.Figure{Key: "met", Label: "objectives met", Value: reports.Value{Text: "no data", Unit: reports.Ratio, Tone: reports.Gap, How: how}}
	if now.measured > 0 {
		f.Value = reports.Value{Text: fmt.Sprintf("%d / %d", now.met, now.measured), Number: reports.Number(float64(now.met) / float64(now.measured)), Unit: reports.Ratio, Tone: now.tone(), How: how}
	}
	if was.measured > 0 {
		f.Note = fmt.Sprintf("%s: %d / %d", c.compareWord(), was.met, was.measured)
	}
	return f
}

func (c *compiler) incidentTile() reports.Figure {
	own := c.facts.own
	recovered := recoveries(own)
	how := c.derive(reports.Derivation{
		Key: "headline-incidents", Title: "Incidents and their recovery", Formula: "number of incidents whose impact began in the period; median of the known times from impact to recovery",
		Terms:  []reports.Term{term("incidents", count(len(own))), term("recovery known", count(recovered.N))},
		Source: "incidents", Link: "/incidents",
	})
	note := c.countTrend(len(own), len(c.facts.before))
	if recovered.Median != nil {
		note = fmt.Sprintf("median %s to recover (n = %d); %s", durationText(*recovered.Median), recovered.N, note)
	}
	return reports.Figure{Key: "incidents", Label: noun(len(own), "incident"), Value: withHow(count(len(own)), how), Note: note}
}

func (c *compiler) detectTile() reports.Figure {
	s, quiet := c.attain(c.last())
	how := c.derive(reports.Derivation{
		Key: "headline-detect", Title: "Detected in time", Formula: "incidents detected within the target / incidents whose detection is known",
		Terms:  []reports.Term{term("met", count(s.detect.Met)), term("missed", count(s.detect.Missed)), term("unknown", count(s.detect.Unknown)), term("left out for low traffic", count(quiet))},
		Source: "incidents", Link: "/incidents",
	})
	v := s.detect.value()
	if s.detect.Met+s.detect.Missed > 0 {
		v.Text = fmt.Sprintf("%d / %d", s.detect.Met, s.detect.Met+s.detect.Missed)
	}
	if len(c.facts.own)-quiet == 0 {
		v = reports.Value{Text: "—", Unit: reports.Ratio, Tone: reports.Plain}
		return reports.Figure{Key: "detect", Label: "detected within " + durationText(c.in.Targets.DetectWithin), Value: withHow(v, how), Note: "no incident to hold against it"}
	}
	f := reports.Figure{Key: "detect", Label: "detected within " + durationText(c.in.Targets.DetectWithin), Value: withHow(v, how)}
	if s.detect.Unknown > 0 {
		f.Note = s.detect.note()
	} else if was, _ := c.attain(c.before()); was.detect.Met+was.detect.Missed > 0 {
		f.Note = fmt.Sprintf("%s: %d / %d", c.compareWord(), was.detect.Met, was.detect.Met+was.detect.Missed)
	}
	return f
}

func (c *compiler) openTile() reports.Figure {
	n := len(c.open())
	how := c.derive(reports.Derivation{
		Key: "open", Title: "Open incidents", Formula: "incidents whose impact lasted at the end of the period", Terms: []reports.Term{term("open", count(n))}, Source: "incidents", Link: "/incidents",
	})
	f := reports.Figure{Key: "open", Label: noun(n, "open incident"), Value: withHow(count(n), how)}
	if n > 0 {
		f.Value.Tone = reports.Bad
		f.Note = incidentTitle(c.open()[0])
	}
	return f
}

func (c *compiler) spentTile() reports.Figure {
	f := reports.Figure{Key: "spent", Label: "most budget spent", Value: reports.Value{Text: "none", Unit: reports.Ratio, Tone: reports.Good, Number: reports.Number(0)}}
	d := reports.Derivation{Key: "most-spent", Title: "Most budget spent", Formula: "largest of: bad events that lie in the period and in a window of the objective / bad events that the whole window allows", Source: "SLI buckets", Link: "/slos"}
	measured := c.count(c.in.Objectives, len(c.spans)-1).measured
	if all := c.spenders(); len(all) > 0 {
		top := all[0]
		of, how := c.of(top.Objective, top.budget), c.spentHow(top)
		f.Value = budgetShare(top.share, top.estimated)
		f.Note = fmt.Sprintf("by %s, of %s", c.titles[top.SLO.Name], of)
		d.Terms, d.From, d.To = how.Terms, how.From, how.To
		d.Link, d.Revision = sloLink(top.SLO.Name), short(top.SLO.Hash)
		if top.share > policyShare {
			f.Value.Tone = reports.Bad
		}
	} else if measured == 0 {
		f.Value = reports.Value{Text: "no data", Unit: reports.Ratio, Tone: reports.Gap}
	}
	f.Value.How = c.derive(d)
	return f
}

func (c *compiler) unmeasuredTile() reports.Figure {
	n := c.count(c.in.Objectives, len(c.spans)-1).unmeasured
	terms := c.verdictless()
	how := c.derive(reports.Derivation{Key: "unmeasured", Title: "Not measured", Formula: "objectives in force whose data gave no verdict", Terms: terms, Source: "SLI buckets", Link: "/slos"})
	f := reports.Figure{Key: "unmeasured", Label: noun(n, "objective") + " we could not measure", Value: withHow(count(n), how)}
	if n > 0 {
		f.Value.Tone = reports.Gap
		f.Note = reasons(terms)
	}
	return f
}

// verdictless counts the objectives that have no verdict, by the reason.
func (c *compiler) verdictless() (terms []reports.Term) {
	states := c.states()
	for _, s := range []slo.State{slo.LowTraffic, slo.NoTraffic, slo.NoData, slo.Invalid} {
		terms = append(terms, term(s.Words(), count(states[s])))
	}
	return terms
}

// reasons writes the terms that are not zero, "1 no data, 2 low traffic"; a single
// one without its number, which stands before it.
func reasons(terms []reports.Term) string {
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
