package web

import (
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/incident"
)

// signalsView is what the pages about incidents, alerts, changes and slow SQL
// have in common.
type signalsView struct {
	frame
	Sheet        string // their own style sheet
	Tabs         []facetValue
	Spans        []facetValue
	Since, Until time.Time // the span that the page is about
	Days         int
	MayEdit      bool
}

// LastDay is the last day of the span; Until itself is outside.
func (v signalsView) LastDay() time.Time { return v.Until.Add(-1) }

// tile is one figure with what it is made of.
type tile struct {
	Name, Value string
	Note        string // "of 23 pages"
	Class       string // ok, warn, bad, none; "" plain
	How         string // the arithmetic in words
}

// day is how long the spans of these pages are counted in.
const day = 24 * time.Hour

// maxSpanDays bounds what one page reads: ten years.
const maxSpanDays = 3660

// signals begins a page of this part of the portal.
func (s *Server) signals(c echo.Context, section, title string, days int) (signalsView, error) {
	v := signalsView{frame: s.frame(), Sheet: s.link(s.files.Path("signals.css")), MayEdit: visitOf(c).who.May(auth.PushDraft)}
	v.Title, v.Section, v.Canonical = title, "/incidents", s.absolute(section)
	if s.deps.Signals == nil {
		return v, fault.New(fault.NotFound, "web", "this portal takes no feeds")
	}
	for _, t := range [][2]string{{"/incidents", "Incidents"}, {"/alerts", "Alerts"}, {"/changes", "Changes and drills"}, {"/slow-sql", "Slow SQL"}} {
		v.Tabs = append(v.Tabs, facetValue{Text: t[1], Link: s.link(t[0]), On: t[0] == section})
	}
	return v, s.span(c, &v, section, days)
}

// How many days the pages are about when their address does not say.
const (
	incidentDays = 90
	signalDays   = 30
	digestDays   = 90
)

// span reads which time the page is about.
func (s *Server) span(c echo.Context, v *signalsView, section string, days int) error {
	if err := s.throttleSpan(c); err != nil {
		return err
	}
	asked, err := readSpan(c.QueryParams(), s.opt.Now(), days)
	if err != nil {
		return err
	}
	v.Since, v.Until, v.Days = asked.since, asked.until, asked.days
	for _, n := range []int{1, 7, 30, 90, 365} {
		q := url.Values{}
		for k, val := range c.QueryParams() {
			if k != "from" && k != "to" && k != "page" {
				q[k] = val
			}
		}
		v.Spans = append(v.Spans, facetValue{Text: humanize.Plural(n, "day"), Link: s.withQuery(section, q, "days", strconv.Itoa(n)), On: n == v.Days})
	}
	return nil
}

// mostPages bounds the number of a page: there are never so many rows.
const mostPages = 1_000_000

// pageOf cuts one page out of n rows and gives the links around it.
func (s *Server) pageOf(c echo.Context, path string, n int) (from, to int, pages pager, err error) {
	at := 1
	if text := c.QueryParam("page"); text != "" {
		if at, err = strconv.Atoi(text); err != nil || at < 1 || at > mostPages {
			return 0, 0, pages, fault.Newf(fault.Invalid, "web", "page= takes a number from 1 to %d", mostPages)
		}
	}
	from = min((at-1)*pageSize, n)
	to = min(from+pageSize, n)
	pages.Text = humanize.Plural(n, "entry")
	if n > pageSize {
		pages.Text = humanize.Number(from+1) + " to " + humanize.Number(to) + " of " + humanize.Plural(n, "entry")
	}
	if at > 1 {
		pages.Before = s.withQuery(path, c.QueryParams(), "page", strconv.Itoa(at-1))
	}
	if to < n {
		pages.After = s.withQuery(path, c.QueryParams(), "page", strconv.Itoa(at+1))
	}
	return from, to, pages, nil
}

// pager leads from one page of rows to the next.
type pager struct{ Text, Before, After string }

// counted is a filter of a page: its name in the address, its label, and how many
// rows have each value.
type counted struct {
	name, label string
	counts      map[string]int
}

// filters gives a chip for every filter that is on, each link taking one off, and
// the facets of those that have values.
func (s *Server) filters(c echo.Context, path string, by ...counted) (chips []chip, facets []facetView) {
	q := c.QueryParams()
	for _, f := range by {
		if value := q.Get(f.name); value != "" {
			chips = append(chips, chip{f.label + ": " + value, s.withQuery(path, withoutPage(q), f.name, "")})
		}
		if facet := s.facetOf(c, path, f.name, f.label, f.counts); len(facet.Values) > 0 {
			facets = append(facets, facet)
		}
	}
	return chips, facets
}

// facetOf counts the values of rows, most frequent first, with links that narrow
// the page to one.
func (s *Server) facetOf(c echo.Context, path, name, label string, counts map[string]int) facetView {
	q := c.QueryParams()
	v := facetView{Name: name, Label: label}
	for value, n := range counts {
		if value == "" {
			continue
		}
		f := facetValue{Text: value, Count: n, On: q.Get(name) == value}
		if f.Link = s.withQuery(path, withoutPage(q), name, value); f.On {
			f.Link = s.withQuery(path, withoutPage(q), name, "")
		}
		v.Values = append(v.Values, f)
	}
	slices.SortFunc(v.Values, func(a, b facetValue) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		if a.Text < b.Text {
			return -1
		}
		return 1
	})
	v.More = max(0, len(v.Values)-facetShown)
	v.Values = v.Values[:min(len(v.Values), facetShown)]
	return v
}

func withoutPage(q url.Values) url.Values {
	out := url.Values{}
	for k, v := range q {
		if k != "page" {
			out[k] = v
		}
	}
	return out
}

// percentOf writes a share, "—" where it is unknown.
func percentOf(share *float64) string {
	if share == nil || !humanize.Finite(*share) {
		return "—"
	}
	return humanize.Share(*share)
}

// tookOf writes a duration, "—" where it is unknown.
func tookOf(d *time.Duration) string {
	return humanize.DurationOr(d, "—")
}

// secondsOf writes a number of seconds that a database measured; "unknown" for what
// is no number.
func secondsOf(n float64) string {
	if !humanize.Finite(n) {
		return "unknown"
	}
	return humanize.Seconds(n)
}

// tick is one step of 1-5-10 in a list.
type tick struct {
	Name    string // "detected"
	Value   string // "+2 min", "unknown"
	Verdict incident.Verdict
	Class   string
	Sign    string
}

// ticks are the three steps of an incident.
func ticks(in incident.Incident, p incident.Policy, now time.Time) []tick {
	d, v := in.Durations(p), in.Judge(p, now)
	names, took := p.Names(), d.Steps(p)
	return []tick{newTick(names[0], took[0], v.Detect), newTick(names[1], took[1], v.Diagnose), newTick(names[2], took[2], v.Recover)}
}

func newTick(name string, d *time.Duration, v incident.Verdict) tick {
	t := tick{Name: name, Value: "unknown", Verdict: v, Class: "none", Sign: "?"}
	switch v {
	case incident.Met:
		t.Class, t.Sign = "ok", "✓"
	case incident.Missed:
		t.Class, t.Sign = "bad", "✗"
	}
	if d != nil {
		t.Value = "+" + exactly(*d)
	} else if v == incident.Missed {
		t.Value = "not yet"
	}
	return t
}

// exactly writes a duration so that it cannot be mistaken for its target: 65 s is
// not one minute.
func exactly(d time.Duration) string {
	if d < 2*time.Minute {
		return strconv.FormatInt(int64(d/time.Second), 10) + " s"
	}
	if minutes := d.Truncate(time.Minute); d < time.Hour && d != minutes {
		return strconv.FormatInt(int64(minutes/time.Minute), 10) + " min " + strconv.FormatInt(int64((d-minutes)/time.Second), 10) + " s"
	}
	return postmortems.FormatDuration(&d)
}

// attainmentTile is a figure of 1-5-10.
func attainmentTile(name string, a incident.Attainment, target time.Duration, from string) tile {
	t := tile{Name: upperFirst(name) + " within " + postmortems.FormatDuration(&target), Value: percentOf(a.Share()),
		Note: itoa(a.Met) + " met, " + itoa(a.Missed) + " missed, " + itoa(a.Unknown) + " unknown",
		How:  "met / (met + missed), from " + from + "; with the unknown counted as missed " + percentOf(a.Pessimistic())}
	if s := a.Share(); s != nil {
		t.Class = "ok"
		if *s < 0.9 {
			t.Class = "warn"
		}
	}
	return t
}

// upperFirst begins a text with a capital letter.
func upperFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
