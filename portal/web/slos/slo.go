package slos

import (
	"fmt"
	"html/template"
	"net/url"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/sloparts"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// sloView is the page of one SLO. All numbers are written when the struct is made; the
// template only places them.
type sloView struct {
	page.Frame
	Row           sloparts.Row
	Name, Heading string
	Description   string
	Owner         string
	// Begin is inclusive, End exclusive.
	Begin, End time.Time // of the span
	// Whole means that the span is the SLO's own window, Open that the window has not
	// ended.
	Whole, Open bool
	// Sentence is the verdict in words, the first line of the page.
	Sentence string
	// Budget and SLI are SVG elements, empty without Curves and for composite SLOs.
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
	// Left is the remaining budget at the end of the step, "" where it is unknown.
	At                     time.Time
	SLI, Good, Total, Left string
	Coverage               string
}

// howRow is one term of the arithmetic. The first is its name, the second its number, the
// third a formula or a remark.
type howRow struct{ Term, Value, Note string }

// burnRule is a burn-rate rule with its present rates. Word is the verdict of the rule,
// Class "bad" while it fires. Rates are over the long and the short window.
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
	// Gone means that this version removed the SLO.
	Gone, First bool
}

// slo shows one SLO over its own window, or over the range that the address states. It
// fails with fault.NotFound for an unknown SLO or a portal without SLOs, with fault.Gone
// for one that was removed, and with fault.Invalid for an impossible span.
func (h *Handler) slo(req *page.Request) error {
	if h.deps.Board == nil {
		return fault.New(fault.NotFound, "web.slo", "this portal judges no objectives")
	}
	// A span of its own is computed for each request and throttled; the own window comes
	// from memory.
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
	// The row is of the board, but its numbers are of the span that is shown.
	row := d.Row
	row.Result = d.Result
	view.Row = sloparts.NewRow(h.Kit, row)
	view.Sentence = sloSentence(h.Texts(), d, view.Row)
	view.How, view.Queries = howMade(h.Texts(), d), queriesOf(d.SLO)
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
	// The parts follow the span of the whole.
	if view.Members, err = h.memberRows(req.Context(), d); err != nil {
		return err
	}
	if err := h.curves(&view, d); err != nil {
		return err
	}
	return h.Show(req, 200, "slo", view)
}

// spanOf reads from= and to=; both are zero if the address has neither. A day is midnight
// in UTC. An end without the other is left to Board, which refuses or completes it. It
// fails with fault.Invalid.
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

// curves draws the error budget and the SLI. A composite SLO has neither. Its parts have
// no common unit that could be drawn. The results are trusted as HTML, because Curves
// escapes what it writes.
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
	// The ids are unique in the page, as Curves requires.
	view.Budget, view.SLI = template.HTML(budget), template.HTML(sli)
	// The explanation depends on what the curve is relative to: the span, the projected
	// whole window, or at each step the window before it.
	view.BudgetHow = h.Texts().Text("slo.budget_of_span")
	if d.Projected != nil {
		view.BudgetHow = h.Texts().Text("slo.budget_of_window")
	}
	if d.Whole && d.SLO.Window.Rolling {
		view.BudgetHow = h.Texts().Text("slo.budget_rolling", "Window", sloparts.WindowWords(d.SLO.Window))
	}
	return nil
}

// sloSentence returns the verdict as a sentence. Without a verdict it states the reason.
// The order of the cases: no verdict, composite, then the three forms of a remaining
// budget.
func sloSentence(texts *messages.Printer, d slostatus.Detail, row sloparts.Row) string {
	r := d.Result
	switch {
	case r.Met == nil && r.Reason != "":
		return texts.Text("slo.no_verdict", "Reason", r.Reason) + newcomer(texts, d)
	case len(d.SLO.Parts) > 0:
		return texts.Text("slo.parts_consumed", "Consumed", row.Spent)
	}
	text := texts.Text("slo.sentence", "SLI", row.SLI, "Target", row.Objective, "Remaining", row.Left)
	// The budget of a calendar window that is not over is an estimate, and is named as
	// one.
	if p := d.Projected; p != nil && r.Left != nil {
		text = texts.Text("slo.sentence_estimated", "SLI", row.SLI, "Target", row.Objective, "Remaining", sloparts.Budget(&p.Left))
	} else if r.Left != nil && *r.Left < 0 {
		text = texts.Text("slo.sentence_exhausted", "SLI", row.SLI, "Target", row.Objective, "Consumed", row.Spent)
	}
	// How long the budget lasts is about now, so it is left out for any other span.
	if d.Row.Lasts != nil && *d.Row.Lasts > 0 && d.Whole {
		text += " " + texts.Text("slo.sentence_lasts", "Time", row.Lasts)
	}
	return text
}

// newcomer returns how an SLO that was pushed within its own window can get a verdict
// before half of the window has passed. It returns "" if nothing was measured, which a
// later start would not change.
func newcomer(texts *messages.Printer, d slostatus.Detail) string {
	r := d.Result
	// The definition must not state a start of its own, and its first version must be
	// inside the window.
	if r.State != slo.NoData || r.Coverage <= 0 || !d.Whole || !d.SLO.EffectiveFrom.IsZero() || len(d.Versions) == 0 ||
		d.Versions[0].From.Before(r.From) {
		return ""
	}
	return " " + texts.Text("slo.new_slo", "Day", d.Versions[0].From.UTC().Format(time.DateOnly))
}

// howMade returns the arithmetic of the number, term by term. The order is that of the
// calculation: counts, SLI, target, permitted and consumed budget, then what the counts
// rest on.
func howMade(texts *messages.Printer, d slostatus.Detail) (rows []howRow) {
	x, r := d.SLO, d.Result
	add := func(term, value, note string) { rows = append(rows, howRow{term, value, note}) }
	unit := texts.Text("slo.unit_events")
	// Methods with slices count slices and not events.
	if x.Method != slo.Occurrences {
		unit = texts.Text("slo.unit_slices", "Length", sloparts.Window(x.SliceLen))
	}
	if len(x.Parts) == 0 {
		add(texts.Text("slo.good_events"), seen(r, r.Good), unit)
		add(texts.Text("slo.total_events"), seen(r, r.Total), unit)
		if r.Slices.Empty > 0 {
			add(texts.Text("slo.empty_slices"), sloparts.Count(r.Slices.Empty), texts.Text("slo.empty_slices_note", "Policy", emptyPolicy(texts, x)))
		}
		add("SLI", sloparts.SLI(r.SLI, x.Target), texts.Text("slo.sli_formula"))
		add(texts.Text("slo.target"), sloparts.Target(x.Target), "")
		if r.Allowed != nil {
			add(texts.Text("slo.allowed"), sloparts.Count(*r.Allowed), texts.Text("slo.allowed_formula")+ahead(texts, r))
		}
		add(texts.Text("slo.budget_consumed"), sloparts.Budget(r.Spent), texts.Text("slo.consumed_formula"))
	} else {
		rows = append(rows, partRows(texts, d)...)
		add(texts.Text("slo.budget_consumed"), sloparts.Budget(r.Spent), texts.Text("slo.consumed_parts"))
	}
	add(texts.Text("slo.budget_remaining"), sloparts.Budget(r.Left), texts.Text("slo.remaining_formula"))
	// The bounds of a partial result: what is missing counted as bad, and left out.
	if r.Low != nil && r.High != nil {
		add(texts.Text("slo.bounds"), sloparts.SLI(r.Low, x.Target)+" – "+sloparts.SLI(r.High, x.Target), texts.Text("slo.bounds_note"))
	}
	rows = append(rows, projectionRows(texts, d)...)
	measured := texts.Count("slo.coverage_note", r.Buckets)
	if len(x.Parts) > 0 {
		measured = texts.Text("slo.coverage_parts")
	} else {
		add(texts.Text("slo.method"), string(x.Method), methodNote(texts, x))
	}
	add(texts.Text("slo.window"), sloparts.WindowWords(x.Window), windowNote(texts, x))
	add(texts.Text("slo.coverage_row"), sloparts.SLI(&r.Coverage, 0), measured)
	rows = append(append(rows, estimateRows(texts, d)...), originRows(texts, d.Origins)...)
	if r.Revision > 0 {
		add(texts.Text("history.revision"), fmt.Sprint(r.Revision), texts.Text("slo.revision_note"))
	}
	// Before its first version was recorded, a definition counts as version 1. The hash
	// is that of the definition that was applied.
	add(texts.Text("slo.definition"), texts.Text("slo.version_n", "N", fmt.Sprint(max(d.Version, 1))), r.Hash)
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
// none. The permitted budget includes them.
func ahead(texts *messages.Printer, r slo.Result) string {
	if r.Slices.Ahead > 0 {
		return ", " + texts.Text("slo.slices_ahead", "N", sloparts.Count(r.Slices.Ahead))
	}
	return ""
}

// emptyPolicy returns how slices without traffic are counted. The default is to leave
// them out.
func emptyPolicy(texts *messages.Printer, x slo.SLO) string {
	if x.EmptySlice == "" || x.EmptySlice == slo.EmptyExclude {
		return texts.Text("slo.not_counted")
	}
	return x.EmptySlice
}

// methodNote returns what the method counts.
func methodNote(texts *messages.Printer, x slo.SLO) string {
	switch x.Method {
	case slo.Timeslices:
		return texts.Text("slo.method_timeslices", "Target", sloparts.Target(x.SliceTarget))
	case slo.RatioTimeslices:
		return texts.Text("slo.method_ratio")
	}
	return texts.Text("slo.method_occurrences")
}

// windowNote returns how the window moves. The zone of a calendar window decides when its
// days begin.
func windowNote(texts *messages.Printer, x slo.SLO) string {
	if x.Window.Rolling {
		return texts.Text("slo.window_rolling")
	}
	zone := "UTC"
	if x.Window.Zone != nil {
		zone = x.Window.Zone.String()
	}
	return texts.Text("slo.window_calendar", "Zone", zone)
}

// queriesOf returns the queries, or the feed, that the counts come from. The names are
// those of OpenSLO: good, bad, total, raw and metric, of which a definition has some. A
// threshold has its operator in a row of its own. Without a query, the counts come from a
// feed.
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
