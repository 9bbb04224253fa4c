package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/deliver/outbox"
)

// Deliveries is what was sent of reports, and what became of it.
type Deliveries interface {
	// List gives the deliveries of the states (none: all), newest first.
	List(ctx context.Context, states ...outbox.State) ([]outbox.Delivery, error)
	// Resend queues one that is parked or uncertain again; fault.Conflict for
	// others.
	Resend(ctx context.Context, id, who string) (outbox.Delivery, error)
	// Send sends the newest revision of a report to one place now, whatever its
	// definition says, and gives what became of it. What had arrived before is not
	// sent again.
	Send(ctx context.Context, report, period, channel, address string) (outbox.Delivery, error)
}

// deliveriesView is the page of deliveries: what needs a person first.
type deliveriesView struct {
	frame
	Stuck, Others []deliveryRow
	MaySend       bool
	Resent        bool // the reader has just sent one again
}

// deliveryRow is one delivery with the page of what it carries.
type deliveryRow struct {
	outbox.Delivery
	Link string
}

// Word says the state to people.
func (d deliveryRow) Word() string {
	return map[outbox.State]string{
		outbox.Queued: "waiting", outbox.Sending: "being sent", outbox.Done: "delivered", outbox.Parked: "failed", outbox.Uncertain: "uncertain",
	}[d.State]
}

// Tone is the word's class.
func (d deliveryRow) Tone() string {
	return map[outbox.State]string{outbox.Done: "ok", outbox.Parked: "bad", outbox.Uncertain: "warn"}[d.State]
}

func (s *Server) deliveries(c echo.Context) error {
	view := deliveriesView{frame: s.frame(), Resent: c.QueryParam("resent") != ""}
	view.Title, view.Section = "Deliveries", "/reports"
	view.MaySend = visitOf(c).who.May(auth.Administer)
	if s.deps.Deliveries == nil {
		return errNoDeliveries()
	}
	// Asked for apart: what needs a person is never pushed off the page by what went
	// well since.
	var err error
	if view.Stuck, err = s.deliveryRows(c, outbox.Parked, outbox.Uncertain); err != nil {
		return err
	}
	if view.Others, err = s.deliveryRows(c, outbox.Queued, outbox.Sending, outbox.Done); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "deliveries", view)
}

func (s *Server) deliveryRows(c echo.Context, states ...outbox.State) (rows []deliveryRow, err error) {
	all, err := s.deps.Deliveries.List(c.Request().Context(), states...)
	for _, d := range all {
		rows = append(rows, deliveryRow{d, s.link("/reports/"+d.Report+"/"+d.Period) + "?rev=" + itoa(d.Revision)})
	}
	return rows, err
}

func errNoDeliveries() error {
	return fault.New(fault.NotFound, "web.deliveries", "this portal delivers nothing")
}

func (s *Server) resend(c echo.Context) error {
	if s.deps.Deliveries == nil {
		return errNoDeliveries()
	}
	if _, err := s.deps.Deliveries.Resend(c.Request().Context(), c.Param("id"), visitOf(c).who.Name); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, s.link("/deliveries?resent=1"))
}

// deliveryJSON is a delivery on the wire; absent times are null.
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

func deliveryOf(d outbox.Delivery) deliveryJSON {
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	return deliveryJSON{
		ID: d.ID, Report: d.Report, Period: d.Period, Revision: d.Revision, Channel: d.Channel, Address: text(d.Address), State: string(d.State),
		Reason: text(d.Reason), Attempts: d.Attempts, NotBefore: instantOrNull(d.NotBefore), Ended: instantOrNull(d.Ended),
	}
}

// sendReport takes {"report","period","channel","address"} and answers the delivery
// as it stands after one attempt.
func (s *Server) sendReport(c echo.Context) error {
	if s.deps.Deliveries == nil {
		return errNoDeliveries()
	}
	var in struct{ Report, Period, Channel, Address string }
	if err := readJSON(c, &in); err != nil {
		return err
	}
	d, err := s.deps.Deliveries.Send(c.Request().Context(), in.Report, in.Period, in.Channel, in.Address)
	if err != nil {
		return err
	}
	return writeJSON(c, http.StatusOK, deliveryOf(d))
}

func (s *Server) deliveryRoutes() []route {
	return []route{
		page("/deliveries", s.deliveries),
		{method: http.MethodPost, path: "/deliveries/:id/resend", need: auth.Administer, body: loginBody, serve: s.resend},
		{method: http.MethodPost, path: "/api/v1/admin/deliveries", need: auth.Administer, strict: true, body: adminBody, serve: s.sendReport},
	}
}
