package incidents

import (
	"net/url"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/incident"
)

// signalsView is what the pages about incidents, alerts, changes and slow SQL have in
// common. The pages of one incident and of the forms embed it as well, for tabs and
// permissions; they show no range.
type signalsView struct {
	page.Frame
	Sheet string // their own style sheet
	Tabs  []page.FacetValue
	Spans []page.FacetValue
	// Since is inclusive, Until exclusive.
	Since, Until time.Time // the span that the page is about
	// Days is the length of the range, 0 if the address states its ends. It marks the
	// current link of Spans.
	Days int
	// MayEdit is auth.PushDraft, and auth.PushMain for decisions about statements.
	MayEdit bool
}

// LastDay returns the last day of the range, whose end is exclusive.
func (v signalsView) LastDay() time.Time { return v.Until.Add(-1) }

// day is how long the spans of these pages are counted in.
const day = 24 * time.Hour

// signals returns the beginning of such a page: tabs, range and permissions. It fails
// with fault.NotFound if the portal has no feeds. section is the address of the page,
// which marks its tab; days is the length of the range if the address states none.
func (h *Handler) signals(req *page.Request, section, title string, days int) (signalsView, error) {
	v := signalsView{Frame: h.Frame(), Sheet: h.Asset(("signals.css")), MayEdit: req.Who.May(auth.PushDraft)}
	v.Title, v.Section, v.Canonical = title, "/incidents", h.Absolute(section)
	if h.deps.Signals == nil {
		return v, fault.New(fault.NotFound, "web", "this portal takes no feeds")
	}
	for _, t := range [][2]string{
		{"/incidents", h.Texts().Text("layout.incidents")}, {"/alerts", h.Texts().Text("layout.alerts")},
		{"/changes", h.Texts().Text("change.title")}, {"/slow-sql", h.Texts().Text("layout.slow_sql")},
	} {
		v.Tabs = append(v.Tabs, page.FacetValue{Text: t[1], Link: h.Link(t[0]), On: t[0] == section})
	}
	return v, h.span(req, &v, section, days)
}

// span reads the range that the page covers, and adds links to the usual ones. It fails
// with fault.TooMany for a client that requests ranges too often, and with fault.Invalid
// for a range that cannot be read.
func (h *Handler) span(req *page.Request, v *signalsView, section string, days int) error {
	if err := h.ThrottleSpan(req); err != nil {
		return err
	}
	asked, err := page.ReadSpan(req.Query(), h.Now(), days)
	if err != nil {
		return err
	}
	v.Since, v.Until, v.Days = asked.Since, asked.Until, asked.Days
	// The links keep the filters and drop the exact range and the number of the page,
	// which mean nothing in another range.
	for _, n := range []int{1, 7, 30, 90, 365} {
		q := url.Values{}
		for k, val := range req.Query() {
			if k != "from" && k != "to" && k != "page" {
				q[k] = val
			}
		}
		v.Spans = append(v.Spans, page.FacetValue{Text: h.Texts().Count("filter.days", n),
			Link: h.WithQuery(section, q, "days", strconv.Itoa(n)), On: n == v.Days})
	}
	return nil
}

// tookOf writes a duration, "—" if it is unknown.
func tookOf(d *time.Duration) string { return humanize.DurationOr(d, "—") }

// secondsOf writes seconds that a database measured, "unknown" if they are no number.
func secondsOf(n float64) string {
	// Feeds may report NaN or infinite times.
	if !humanize.Finite(n) {
		return "unknown"
	}
	return humanize.Seconds(n)
}

// attainmentTile returns one figure of 1-5-10: the share of incidents that reached a
// milestone within its target. The value is "—" if no incident is known to have met or
// missed it. The explanation has the pessimistic share, which counts unknown ones as
// missed.
func attainmentTile(texts *messages.Printer, name string, a incident.Attainment, target time.Duration, from string) page.Tile {
	t := page.Tile{Name: texts.Text("incident.within", "Step", upperFirst(name), "Time", postmortems.FormatDuration(&target)),
		Value: page.Percent(a.Share()),
		Note:  texts.Text("incident.within_note", "Met", a.Met, "Missed", a.Missed, "Unknown", a.Unknown),
		How:   texts.Text("incident.within_how", "From", from, "Percent", page.Percent(a.Pessimistic()))}
	if s := a.Share(); s != nil {
		t.Class = "ok"
		// Below 90 % a tile is marked.
		if *s < 0.9 {
			t.Class = "warn"
		}
	}
	return t
}

// upperFirst capitalizes the first letter of a text. Names of milestones come from the
// policy of a company and may begin with any letter.
func upperFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
