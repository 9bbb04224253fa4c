package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/incident"
)

// incidentsView is the list of incidents.
type incidentsView struct {
	signalsView
	Origin string // of the portal, for a webhook's address
	Facets []facetView
	Chips  []chip
	Tiles  []tile
	Rows   []incidentRow
	Pages  pager
	Empty  bool // none, whatever the filters
	Doubts int  // of the span
}

// incidentRow is one incident in a list.
type incidentRow struct {
	Link, Title, Severity string
	Services, Sources     []string
	When                  time.Time
	DayOnly               bool
	Open, Maintenance     bool
	SoFar                 string // how long an open one lasts
	Doubts                []string
	Ticks                 []tick
	Postmortem, Writing   string // its address, and the state of one that is not published
	Missing               bool   // it should have a post-mortem
}

// incidentLink is the address of an incident's page.
func (s *Server) incidentLink(id string) string {
	return s.link((&url.URL{Path: "/incidents/" + id}).EscapedPath())
}

func (s *Server) incidents(c echo.Context) error {
	base, err := s.signals(c, "/incidents", "Incidents", incidentDays)
	if err != nil {
		return err
	}
	view := incidentsView{signalsView: base, Origin: s.absolute("")}
	all, err := s.deps.Signals.Incidents(c.Request().Context(), view.Since, view.Until)
	if err != nil {
		return err
	}
	now, policy := s.opt.Now(), s.deps.Signals.Policy()
	shown := s.narrow(c, &view, all)
	view.Empty = len(all) == 0
	view.Tiles = incidentTiles(incident.Sum(shown, policy, incident.Interval{From: view.Since, To: view.Until}, now), policy)
	slices.SortStableFunc(shown, func(a, b incident.Incident) int { return cmp.Compare(order(a), order(b)) })
	from, to, pages, err := s.pageOf(c, "/incidents", len(shown))
	if err != nil {
		return err
	}
	view.Pages = pages
	for _, in := range shown[from:to] {
		row := s.incidentRow(in, policy, now)
		if err := s.writing(c.Request().Context(), in, &row); err != nil {
			return err
		}
		view.Rows = append(view.Rows, row)
	}
	return s.show(c, http.StatusOK, "incidents", view)
}

// openListed is how many open incidents the home page lists.
const openListed = 3

// openPatience is how long the home page waits to know what is open. After a start
// every post-mortem has to be read for it once, and the box to search in must not
// wait for that.
const openPatience = 100 * time.Millisecond

// openIncidents are the newest open incidents, and how many there are; known is
// false when that is still being found out.
func (s *Server) openIncidents(c echo.Context, most int) (rows []incidentRow, all int, known bool, err error) {
	if s.deps.Signals == nil {
		return nil, 0, true, nil
	}
	ctx := context.WithoutCancel(c.Request().Context()) // others wait for the same answer
	asked := s.opening.DoChan("open", func() (open any, err error) {
		defer func() { // it runs in a goroutine of its own, where a panic ends the process
			if p := recover(); p != nil {
				err = fault.Wrap(fault.Internal, "web.open", "", fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			}
		}()
		return s.deps.Signals.Open(ctx)
	})
	select {
	case r := <-asked:
		if r.Err != nil {
			return nil, 0, false, r.Err
		}
		open, _ := r.Val.([]incident.Incident)
		for _, in := range open[:min(len(open), most)] {
			rows = append(rows, s.incidentRow(in, s.deps.Signals.Policy(), s.opt.Now()))
		}
		return rows, len(open), true, nil
	case <-time.After(openPatience):
		return nil, 0, false, nil
	}
}

// order puts open incidents first and maintenance last.
func order(in incident.Incident) int {
	switch {
	case in.Maintenance:
		return 2
	case in.Open:
		return 0
	}
	return 1
}

// incidentState is the word by which the list is filtered.
func incidentState(in incident.Incident) string {
	switch {
	case in.Maintenance:
		return "maintenance"
	case len(in.Doubts) > 0:
		return "doubted"
	case in.Open:
		return "open"
	}
	return "ended"
}

// narrow applies the filters and counts what each would leave.
func (s *Server) narrow(c echo.Context, view *incidentsView, all []incident.Incident) []incident.Incident {
	q := c.QueryParams()
	states, services, severities, reports := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	var shown []incident.Incident
	for _, in := range all {
		report := "written"
		if len(in.Postmortems) == 0 {
			report = "missing"
		}
		fits := func(name string, values ...string) bool {
			return q.Get(name) == "" || slices.Contains(values, q.Get(name))
		}
		if !fits("state", incidentState(in)) || !fits("service", in.Services...) || !fits("severity", in.Severity) || !fits("postmortem", report) {
			continue
		}
		shown = append(shown, in)
		states[incidentState(in)]++
		severities[in.Severity]++
		reports[report]++
		for _, name := range in.Services {
			services[name]++
		}
		if len(in.Doubts) > 0 {
			view.Doubts++
		}
	}
	view.Chips, view.Facets = s.filters(c, "/incidents",
		counted{"state", "State", states},
		counted{"service", "Service", services},
		counted{"severity", "Severity", severities},
		counted{"postmortem", "Post-mortem", reports})
	return shown
}

func incidentTiles(sum incident.Summary, p incident.Policy) []tile {
	names := p.Names()
	recovery := tile{Name: "Median time to recover", Value: tookOf(sum.Recover.Median),
		Note: "of " + humanize.Plural(sum.Recover.N, "incident") + ", longest " + tookOf(sum.Recover.Max),
		How:  "from " + p.Origin() + " to mitigated, else recovered; the middle one of those that are over and known; never a mean"}
	if sum.Recover.P90 != nil {
		recovery.Note += ", p90 " + tookOf(sum.Recover.P90)
	}
	count := tile{Name: "Incidents", Value: humanize.Number(sum.N), Note: itoa(sum.Open) + " open",
		How: "those whose impact began in this time; maintenance (" + itoa(sum.Maintenance) + ") and doubted ones (" + itoa(sum.Doubted) + ") are left out of every figure"}
	if sum.Open > 0 {
		count.Class = "bad"
	}
	return []tile{count, recovery,
		attainmentTile(names[0], sum.OneDetect, p.DetectWithin, "the start of impact"),
		attainmentTile(names[1], sum.FiveDiagnose, p.DiagnoseWithin, p.Origin()),
		attainmentTile(names[2], sum.TenRecover, p.RecoverWithin, p.Origin())}
}

func (s *Server) incidentRow(in incident.Incident, p incident.Policy, now time.Time) incidentRow {
	row := incidentRow{
		Link: s.incidentLink(in.ID), Title: firstOf(in.Title, in.ID), Severity: in.Severity, Services: in.Services, When: in.When(),
		DayOnly: in.Times[incident.Started].DayOnly, Open: in.Open, Maintenance: in.Maintenance, Doubts: in.Doubts,
	}
	for _, v := range in.Voices {
		if form := p.Form(v.Form).Title; !slices.Contains(row.Sources, form) {
			row.Sources = append(row.Sources, form)
		}
	}
	if d, censored, ok := in.Length(now); ok && censored {
		row.SoFar = postmortems.FormatDuration(&d)
	}
	if in.Counted() {
		row.Ticks = ticks(in, p, now)
	}
	if len(in.Postmortems) > 0 {
		row.Postmortem = s.link("/p/" + url.PathEscape(in.Postmortems[0]))
	} else {
		row.Missing = in.Counted() && !in.Open
	}
	return row
}

// writing tells a post-mortem that is being written from one that is published or
// that nobody began.
func (s *Server) writing(ctx context.Context, in incident.Incident, row *incidentRow) error {
	if len(in.Postmortems) > 0 {
		if found, err := s.deps.Library.ByID(ctx, in.Postmortems[0]); err == nil && found.Record != nil {
			row.Writing = writingWord(found.Record.Status)
		}
		return nil
	}
	if !row.Missing {
		return nil
	}
	drafts, err := s.deps.Signals.Drafts(ctx, in)
	if len(drafts) > 0 {
		row.Postmortem, row.Writing, row.Missing = s.link(drafts[0].Address), "draft", false
	}
	return err
}
