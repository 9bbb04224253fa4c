package feeds

import (
	"net/http"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
)

// feedsView is the page of sources and their state.
type feedsView struct {
	page.Frame
	Sources  []feedRow
	Tokens   []auth.Token // feeders that are valid; for admins only
	Polled   []PolledPage
	Measured []MeasuredSource
	Formats  []feed.Format
	Now      time.Time
	Post     string // address to post to, without the format
}

// feedRow is a source and whether its posts are signed.
type feedRow struct {
	feedstore.SourceStatus
	Signature signature
}

// feedsPage lists the sources; administrators also see which tokens may post.
func (h *Handler) feedsPage(req *page.Request) error {
	feeds, err := h.feeds()
	if err != nil {
		return err
	}
	view := feedsView{Frame: h.Frame(), Formats: h.opt.Formats, Now: h.Now(), Post: h.Absolute("/api/v1/feeds/")}
	view.Title, view.Section, view.Canonical = "Feeds", "/feeds", h.Absolute("/feeds")
	if view.Sources, err = h.feedRows(req, feeds); err != nil {
		return err
	}
	if req.Who.May(auth.Administer) {
		if view.Tokens, err = h.feederTokens(req); err != nil {
			return err
		}
	}
	if h.deps.Measured != nil {
		view.Measured = h.deps.Measured()
	}
	if h.opt.Polled != nil {
		view.Polled = h.opt.Polled()
	}
	return h.Show(req, http.StatusOK, "feeds", view)
}

// feedRows returns the sources with secrets removed. Why may quote what was sent.
func (h *Handler) feedRows(req *page.Request, feeds Feeds) ([]feedRow, error) {
	sources, err := feeds.Sources(req.Context())
	rows := make([]feedRow, 0, len(sources))
	for _, x := range sources {
		x.Why = h.redact(x.Why)
		how, _ := h.signatureOf(h.format(x.Format), x.Name)
		rows = append(rows, feedRow{x, how})
	}
	return rows, err
}

// feederTokens returns the valid tokens that may post feeds and nothing else. It fails
// with the error of Tokens.
func (h *Handler) feederTokens(req *page.Request) (out []auth.Token, err error) {
	all, err := h.deps.Tokens.Tokens(req.Context())
	now := h.Now()
	for _, t := range all {
		if t.Role == auth.Feeder && t.Revoked.IsZero() && (t.Expires.IsZero() || now.Before(t.Expires)) {
			out = append(out, t)
		}
	}
	return out, err
}

// sourceJSON is a source as JSON. The names are part of the API; items_hour and items_day
// count the last hour and day. Skew is positive or negative.
type sourceJSON struct {
	Name         string     `json:"name"`
	Format       string     `json:"format"`
	State        string     `json:"state"`
	Why          *string    `json:"why"`
	Signature    *signature `json:"signature"` // checked, unsigned or missing; null: the format has none
	LastReceived time.Time  `json:"last_received_at"`
	LastEvent    *time.Time `json:"last_event_at"`
	PerHour      int        `json:"items_hour"`
	PerDay       int        `json:"items_day"`
	Accepted     int        `json:"accepted"`
	Duplicate    int        `json:"duplicate"`
	Rejected     int        `json:"rejected"`
	OverBudget   int        `json:"over_budget"`
	OverDay      int        `json:"over_budget_today"`
	NewDay       int        `json:"new_today"`
	Open         int        `json:"open"`
	Ignored      int        `json:"ignored"`
	Skew         float64    `json:"skew_seconds"`
}

// feedSources answers {"feeds":[…]}. Sources are in the order of their names.
func (h *Handler) feedSources(req *page.Request) error {
	feeds, err := h.feeds()
	if err != nil {
		return err
	}
	rows, err := h.feedRows(req, feeds)
	if err != nil {
		return err
	}
	out := make([]sourceJSON, 0, len(rows))
	for _, x := range rows {
		j := sourceJSON{
			Name: x.Name, Format: x.Format, State: string(x.State), LastReceived: x.LastReceived, PerHour: x.PerHour, PerDay: x.PerDay,
			Accepted: x.Accepted, Duplicate: x.Duplicate, Rejected: x.Rejected, Ignored: x.Ignored, Skew: x.Skew.Seconds(),
			OverBudget: x.OverBudget, OverDay: x.OverDay, NewDay: x.NewDay, Open: x.Open,
		}
		if x.Why != "" {
			j.Why = &x.Why
		}
		if x.Signature != signatureNone {
			j.Signature = &x.Signature
		}
		if !x.LastEvent.IsZero() {
			j.LastEvent = &x.LastEvent
		}
		out = append(out, j)
	}
	return req.JSON(http.StatusOK, map[string]any{"feeds": out})
}
