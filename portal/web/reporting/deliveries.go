package reporting

import (
	"net/http"
	"strconv"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports/deliver/outbox"
)

// deliveriesView is the page of deliveries. Those that need attention come first. A
// delivery is one attempt to send a message to one target.
type deliveriesView struct {
	page.Frame
	Stuck, Others []deliveryRow
	MaySend       bool
	Resent        bool // the reader has just sent one again
}

// deliveryRow is one delivery with a link to the report that it carries.
type deliveryRow struct {
	outbox.Delivery
	Word string // the state in words
	// Link leads to the revision that was sent, not to the newest.
	Link string
}

// Tone returns the class of the state. A state that needs no attention yet has "".
func (d deliveryRow) Tone() string {
	return map[outbox.State]string{outbox.Done: "ok", outbox.Parked: "bad", outbox.Uncertain: "warn"}[d.State]
}

// deliveries lists what was sent of reports. Failed deliveries are read on their own, so
// that later successes do not displace them. Parked and uncertain deliveries need a
// person; an uncertain one may have arrived, so it is not retried automatically.
func (h *Handler) deliveries(req *page.Request) error {
	view := deliveriesView{Frame: h.Frame(), Resent: req.QueryValue("resent") != ""}
	view.Title, view.Section = "Deliveries", "/reports"
	view.MaySend = req.Who.May(auth.Administer)
	if h.deps.Deliveries == nil {
		return errNoDeliveries()
	}
	// Two lists: what needs a person is never displaced by later successes.
	var err error
	if view.Stuck, err = h.deliveryRows(req, outbox.Parked, outbox.Uncertain); err != nil {
		return err
	}
	if view.Others, err = h.deliveryRows(req, outbox.Queued, outbox.Sending, outbox.Done); err != nil {
		return err
	}
	return h.Show(req, http.StatusOK, "deliveries", view)
}

// deliveryRows returns the deliveries of some states. It returns the rows that could be
// read together with an error.
func (h *Handler) deliveryRows(req *page.Request, states ...outbox.State) (rows []deliveryRow, err error) {
	all, err := h.deps.Deliveries.List(req.Context(), states...)
	for _, d := range all {
		rows = append(rows, deliveryRow{d, h.Text(messages.Key("delivery.state.", string(d.State))),
			h.Link("/reports/"+d.Report+"/"+d.Period) + "?rev=" + strconv.Itoa(d.Revision)})
	}
	return rows, err
}

// errNoDeliveries returns the error of a portal that sends nothing. The pages exist with
// deps.Deliveries only.
func errNoDeliveries() error {
	return fault.New(fault.NotFound, "web.deliveries", "this portal delivers nothing")
}

// resend queues a delivery again that failed or is uncertain. It fails with
// fault.Conflict for a delivery in another state. The redirect shows the page with a
// notice, so that reloading sends nothing.
func (h *Handler) resend(req *page.Request) error {
	if h.deps.Deliveries == nil {
		return errNoDeliveries()
	}
	if _, err := h.deps.Deliveries.Resend(req.Context(), req.PathValue("id"), req.Who.Name); err != nil {
		return err
	}
	return req.Redirect(http.StatusSeeOther, h.Link("/deliveries?resent=1"))
}

// deliveryJSON is a delivery as JSON; absent times are null. The names are part of the
// API.
type deliveryJSON struct {
	ID        string     `json:"id"`
	Report    string     `json:"report"`
	Period    string     `json:"period"`
	Revision  int        `json:"revision"`
	Channel   string     `json:"channel"`
	Address   *string    `json:"address"`
	State     string     `json:"state"`
	Reason    *string    `json:"reason"`
	Attempts  int        `json:"attempts"`
	NotBefore *time.Time `json:"not_before"`
	Ended     *time.Time `json:"ended_at"`
}

// deliveryOf returns a delivery as JSON.
func deliveryOf(d outbox.Delivery) deliveryJSON {
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	return deliveryJSON{
		ID: d.ID, Report: d.Report, Period: d.Period, Revision: d.Revision, Channel: d.Channel, Address: text(d.Address), State: string(d.State),
		Reason: text(d.Reason), Attempts: d.Attempts, NotBefore: page.TimeOrNull(d.NotBefore), Ended: page.TimeOrNull(d.Ended),
	}
}

// sendReport accepts {"report","period","channel","address"} and answers the delivery as
// it is after one attempt. It needs auth.Administer and a token in the header. A failed
// attempt is an answer with its state and reason, not an error.
func (h *Handler) sendReport(req *page.Request) error {
	if h.deps.Deliveries == nil {
		return errNoDeliveries()
	}
	var in struct{ Report, Period, Channel, Address string }
	if err := req.ReadJSON(&in); err != nil {
		return err
	}
	d, err := h.deps.Deliveries.Send(req.Context(), in.Report, in.Period, in.Channel, in.Address)
	if err != nil {
		return err
	}
	return req.JSON(http.StatusOK, deliveryOf(d))
}
