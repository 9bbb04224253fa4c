package slos

import (
	"fmt"
	"html/template"
	"net/url"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/sloparts"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// sloView is the page of one SLO.
type sloView struct {
	page.Frame
	Row             sloparts.Row
	Name, Heading   string
	Description     string
	Owner           string
	Begin, End      time.Time // of the span
	Whole, Open     bool
	Sentence        string
	Budget, SLI     template.HTML
	BudgetHow       string
	Points          []pointRow
	How             []howRow
	Queries         []howRow
	Aside           bool // more than one source counted
	Rules           []burnRule
	Firings         []firingRow
	Bands           []bandRow
	NoBands         string // why incidents are not shown
	Versions        []versionRow
	Members         []sloparts.Row
	Source, History string // where the definition lies in the repository
}

// pointRow is one step of the curves as numbers.
type pointRow struct {
	At                     time.Time
	SLI, Good, Total, Left string
	Coverage               string
}

// howRow is one term of the arithmetic.
type howRow struct{ Term, Value, Note string }

// burnRule is a burn-rate rule with its present rates.
type burnRule struct{ Severity, Long, Short, Factor, LongRate, ShortRate, Word, Class string }

// firingRow is a time in which a rule would have fired.
type firingRow struct {
	Severity, Rule string
	From, To       time.Time
	Lasted, Peak   string
}

// bandRow is an incident in the range of the page.
type bandRow struct {
	Title, Severity, Link string
	From                  time.Time
	Lasted                string
}

// versionRow is one version of the definition.
type versionRow struct {
	Number       int
	From         time.Time
	What, Commit string
	Gone, First  bool
}

// slo shows one SLO over its own window, or over the range that the address states.
func (h *Handler) slo(req *page.Request) error {
	if h.deps.Board == nil {
		return fault.New(fault.NotFound, "web.slo", "this portal judges no objectives")
	}
	if err := h.ThrottleSpan(req); err != nil {
		return err
	}
	from, to, err := spanOf(req.Query())
	if err != nil {
		return err
	}
	d, err := h.deps.Board.Detail(req.Context(), req.PathValue("name"), from, to)
	if err != nil {
		return err
	}
	view := sloView{Frame: h.Frame(), Name: d.SLO.Name, Heading: d.SLO.Title, Description: d.SLO.Description, Owner: d.Row.Owner,
		Begin: d.Result.From, End: d.Result.To, Whole: d.Whole, Open: d.Result.Open}
	view.Title, view.Section, view.Canonical = d.SLO.Title, "/slos", h.Absolute("/slos/"+url.PathEscape(d.SLO.Name))
	row := d.Row
	row.Result = d.Result
	view.Row = sloparts.NewRow(h.Kit, row)
	view.Sentence = sloSentence(d, view.Row)
	view.How, view.Queries = howMade(d), queriesOf(d.SLO)
	view.Aside = len(d.Origins) > 1
	view.Rules, view.Firings = ruleRows(d.Row), firingRows(d)
	view.Points = pointRows(d)
	view.Versions = versionRows(d.Versions)
	view.Source = fmt.Sprintf("%s:%d", d.SLO.Path, d.SLO.Line)
	if d.NoBands != "" {
		view.NoBands = page.Sentence(d.NoBands)
	}
	for _, b := range d.Bands {
		view.Bands = append(view.Bands, h.bandRow(b))
	}
	if view.Members, err = h.memberRows(req.Context(), d); err != nil {
		return err
	}
	if err := h.curves(&view, d); err != nil {
		return err
	}
	return h.Show(req, 200, "slo", view)
}

// spanOf reads from= and to=; both are zero if the address has neither.
func spanOf(q url.Values) (from, to time.Time, err error) {
	for _, x := range []struct {
		name string
		into *time.Time
	}{{"from", &from}, {"to", &to}} {
		text := q.Get(x.name)
		if text == "" {
			continue
		}
		t, parseErr := time.Parse(time.RFC3339, text)
		if parseErr != nil {
			t, parseErr = time.Parse(time.DateOnly, text)
		}
		if parseErr != nil {
			return from, to, fault.Newf(fault.Invalid, "web.slo", "%s= takes a day such as 2026-11-21, or an RFC 3339 time", x.name)
		}
		*x.into = t
	}
	return from, to, nil
}

// curves draws the error budget and the SLI. A composite SLO has neither.
func (h *Handler) curves(view *sloView, d slostatus.Detail) error {
	if h.deps.Curves == nil || len(d.SLO.Parts) > 0 {
		return nil
	}
	budget, err := h.deps.Curves.Budget(d, "budget")
	if err != nil {
		return fault.Wrap(fault.Internal, "web.slo", "the curve of the budget cannot be drawn", err)
	}
	sli, err := h.deps.Curves.SLI(d, "sli")
	if err != nil {
		return fault.Wrap(fault.Internal, "web.slo", "the curve of the SLI cannot be drawn", err)
	}
	view.Budget, view.SLI = template.HTML(budget), template.HTML(sli)
	view.BudgetHow = "Relative to what the whole range permits."
	if d.Projected != nil {
		view.BudgetHow = "Relative to what the whole window permits, which is estimated because the window is in progress."
	}
	if d.Whole && d.SLO.Window.Rolling {
		view.BudgetHow = "At each moment, of the " + sloparts.WindowWords(d.SLO.Window) +
			" before it: it may begin below 100 %, and it grows when a bad day leaves the window."
	}
	return nil
}

// sloSentence returns the verdict as a sentence.
func sloSentence(d slostatus.Detail, row sloparts.Row) string {
	r := d.Result
	switch {
	case r.Met == nil && r.Reason != "":
		return "No verdict: " + r.Reason + "." + newcomer(d)
	case len(d.SLO.Parts) > 0:
		return fmt.Sprintf("The parts consumed %s of their error budgets, by weight.", row.Spent)
	}
	text := fmt.Sprintf("%s good, the target is %s. %s of the error budget remains", row.SLI, row.Objective, row.Left)
	if p := d.Projected; p != nil && r.Left != nil {
		text = fmt.Sprintf("%s good to date, the target is %s. About %s of the whole window's error budget remains (estimated)", row.SLI,
			row.Objective, sloparts.Budget(&p.Left))
	} else if r.Left != nil && *r.Left < 0 {
		text = fmt.Sprintf("%s good, the target is %s. The error budget is exhausted: %s of it is consumed", row.SLI, row.Objective, row.Spent)
	}
	if d.Row.Lasts != nil && *d.Row.Lasts > 0 && d.Whole {
		text += fmt.Sprintf("; at the last day's rate it lasts %s", row.Lasts)
	}
	return text + "."
}

// newcomer returns how an SLO that was pushed within its own window can get a verdict
// before half of the window has passed. It returns "" if nothing was measured, which a
// later start would not change.
func newcomer(d slostatus.Detail) string {
	r := d.Result
	if r.State != slo.NoData || r.Coverage <= 0 || !d.Whole || !d.SLO.EffectiveFrom.IsZero() || len(d.Versions) == 0 ||
		d.Versions[0].From.Before(r.From) {
		return ""
	}
	return fmt.Sprintf(" The SLO is new: with the annotation postern/effective-from: %s it is evaluated from that day on.",
		d.Versions[0].From.UTC().Format(time.DateOnly))
}

// howMade returns the arithmetic of the number, term by term.
func howMade(d slostatus.Detail) (rows []howRow) {
	x, r := d.SLO, d.Result
	add := func(term, value, note string) { rows = append(rows, howRow{term, value, note}) }
	unit := "events"
	if x.Method != slo.Occurrences {
		unit = "slices of " + sloparts.Window(x.SliceLen)
	}
	if len(x.Parts) == 0 {
		add("Good", seen(r, r.Good), unit)
		add("Total", seen(r, r.Total), unit)
		if r.Slices.Empty > 0 {
			add("Without traffic", sloparts.Count(r.Slices.Empty), "slices, counted as: "+emptyPolicy(x))
		}
		add("SLI", sloparts.SLI(r.SLI, x.Target), "good / total")
		add("Target", sloparts.Target(x.Target), "")
		if r.Allowed != nil {
			add("Permitted bad", sloparts.Count(*r.Allowed), "(1 − target) × total"+ahead(r))
		}
		add("Budget consumed", sloparts.Budget(r.Spent), "(total − good) / permitted bad")
	} else {
		rows = append(rows, partRows(d)...)
		add("Budget consumed", sloparts.Budget(r.Spent), "mean of what the parts consumed, by weight")
	}
	add("Budget remaining", sloparts.Budget(r.Left), "1 − consumed")
	if r.Low != nil && r.High != nil {
		add("Bounds", sloparts.SLI(r.Low, x.Target)+" to "+sloparts.SLI(r.High, x.Target), "missing data counted as bad, and left out")
	}
	rows = append(rows, projectionRows(d)...)
	measured := fmt.Sprintf("of the time was measured, in %s", humanize.Plural(r.Buckets, "bucket"))
	if len(x.Parts) > 0 {
		measured = "of the time was measured, of the part with the least data"
	} else {
		add("Method", string(x.Method), methodNote(x))
	}
	add("Window", sloparts.WindowWords(x.Window), windowNote(x))
	add("Coverage", sloparts.SLI(&r.Coverage, 0), measured)
	rows = append(append(rows, estimateRows(d)...), originRows(d.Origins)...)
	if r.Revision > 0 {
		add("Revision", fmt.Sprint(r.Revision), "the highest of the counts")
	}
	add("Definition", fmt.Sprintf("version %d", max(d.Version, 1)), r.Hash)
	return rows
}

// seen writes a count, "–" if nothing was counted: absent is not zero.
func seen(r slo.Result, x float64) string {
	if r.Buckets == 0 {
		return "–"
	}
	return sloparts.Count(x)
}

// ahead returns how many slices of an open calendar window are still to come; "" for
// none.
func ahead(r slo.Result) string {
	if r.Slices.Ahead > 0 {
		return ", with " + sloparts.Count(r.Slices.Ahead) + " slices still to come"
	}
	return ""
}

// emptyPolicy returns how slices without traffic are counted.
func emptyPolicy(x slo.SLO) string {
	if x.EmptySlice == "" || x.EmptySlice == slo.EmptyExclude {
		return "not at all"
	}
	return x.EmptySlice
}

// methodNote returns what the method counts.
func methodNote(x slo.SLO) string {
	switch x.Method {
	case slo.Timeslices:
		return fmt.Sprintf("a slice is good from %s on", sloparts.Target(x.SliceTarget))
	case slo.RatioTimeslices:
		return "the mean of the slices' ratios: a quiet slice weighs as much as a busy one"
	}
	return "every event weighs the same"
}

// windowNote returns how the window moves.
func windowNote(x slo.SLO) string {
	if x.Window.Rolling {
		return "rolling: it ends now"
	}
	zone := "UTC"
	if x.Window.Zone != nil {
		zone = x.Window.Zone.String()
	}
	return "calendar, in " + zone
}

// queriesOf returns the queries, or the feed, that the counts come from.
func queriesOf(x slo.SLO) (rows []howRow) {
	in := x.Indicator
	from := in.Type
	if in.Source != "" {
		from += " " + in.Source
	}
	for _, q := range []howRow{
		{Term: "good", Value: in.Good}, {Term: "bad", Value: in.Bad}, {Term: "total", Value: in.Total}, {Term: "raw", Value: in.Raw},
		{Term: "metric", Value: in.Metric},
	} {
		if q.Value != "" {
			q.Note = from + counterNote(in, q.Value)
			rows = append(rows, q)
		}
	}
	if in.Op != "" {
		rows = append(rows, howRow{Term: "good when", Value: in.Op + " " + sloparts.Count(in.Value)})
	}
	if len(rows) == 0 && from != "" {
		rows = append(rows, howRow{Term: "source", Value: from + " feed, under the name " + x.SeriesName()})
	}
	return rows
}
