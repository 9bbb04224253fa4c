package incidents

import (
	"net/http"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/severity"
	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports/incident"
)

// entryView is the form for an incident that a person reports.
type entryView struct {
	signalsView
	Problem string
	// Form has the fields by name, several values of one joined by a space. It is empty
	// for a form that was not sent yet.
	Form map[string]string // what was typed
	// Steps are the names of the milestones, which are also those of the fields.
	Steps      []string
	Severities []string
}

// entryPage shows the empty form. It needs auth.PushDraft, as the route table states.
func (h *Handler) entryPage(req *page.Request) error { return h.showEntry(req, http.StatusOK, "") }

// showEntry shows the form with what was typed, and the problem with it. A form with a
// problem is shown again instead of an error page: the reader would lose what was typed.
func (h *Handler) showEntry(req *page.Request, status int, problem string) error {
	base, err := h.signals(req, "/incidents", h.Text("incident.report"), incidentDays)
	if err != nil {
		return err
	}
	view := entryView{signalsView: base, Problem: problem, Form: map[string]string{}, Severities: severity.Names()}
	for _, m := range incident.Milestones() {
		view.Steps = append(view.Steps, string(m))
	}
	for k, v := range req.PostForm {
		view.Form[k] = strings.Join(v, " ")
	}
	return h.Show(req, status, "entry", view)
}

// entry stores an incident that a person reports. Wrong input shows the form again with
// status 400. A success redirects with 303 to the new incident, so that reloading the
// page sends nothing.
func (h *Handler) entry(req *page.Request) error {
	if err := h.form(req); err != nil {
		return err
	}
	f := req.PostForm
	// Services, changes and aliases are lists that people separate by commas or white
	// space.
	v := incident.Record{Title: f.Get("title"), Severity: f.Get("severity"), Services: words(f.Get("services")),
		Environment: strings.TrimSpace(f.Get("environment")),
		DetectedBy:  strings.TrimSpace(f.Get("detected_by")), Changes: words(f.Get("changes")), Aliases: words(f.Get("aliases")),
		Times: map[incident.Milestone]incident.Moment{}}
	for _, m := range incident.Milestones() {
		text := strings.TrimSpace(f.Get(string(m)))
		if text == "" {
			continue
		}
		at, ok := typedTime(text)
		if !ok {
			return h.showEntry(req, http.StatusBadRequest, string(m)+" is no time such as 2026-11-21 14:03")
		}
		v.Times[m] = incident.Moment{At: at}
	}
	in, _, err := h.deps.Signals.Enter(req.Context(), h.hand(req), v)
	if fault.KindOf(err) == fault.Invalid && err != nil {
		return h.showEntry(req, http.StatusBadRequest, fault.Message(err))
	}
	if err != nil {
		return err
	}
	return req.Redirect(http.StatusSeeOther, incidentparts.Link(h.Kit, in.ID))
}

// edit stores a correction of an incident. Corrections are appended and never change what
// sources reported. Invalid input, and a reference to nothing, show the incident again
// with the problem and status 400.
func (h *Handler) edit(req *page.Request) error {
	if err := h.form(req); err != nil {
		return err
	}
	f, id := req.PostForm, req.PathValue("id")
	e := incident.Edit{Action: f.Get("action"), Why: f.Get("why")}
	// Each action has fields of its own. An unknown action is refused by Edit.Check.
	switch e.Action {
	case incident.Merge:
		e.Refs = words(f.Get("refs"))
	case incident.Split:
		// The boxes of the form name the records that leave the incident, "source:ref".
		e.Refs = f["voice"]
	case incident.Set:
		// A typed time is stored in one form. What is no time is stored as typed: the
		// field may be a name or a severity, and "" means unknown.
		e.Field, e.Value = f.Get("field"), strings.TrimSpace(f.Get("value"))
		if at, ok := typedTime(e.Value); ok {
			e.Value = at.Format(time.RFC3339)
		}
	case incident.Link, incident.Unlink:
		e.Field, e.Value = f.Get("kind"), strings.TrimSpace(f.Get("id"))
	}
	_, err := h.deps.Signals.Edit(req.Context(), h.hand(req), id, e)
	if kind := fault.KindOf(err); err != nil && (kind == fault.Invalid || kind == fault.NotFound) {
		return h.showIncident(req, http.StatusBadRequest, fault.Message(err))
	}
	if err != nil {
		return err
	}
	return req.Redirect(http.StatusSeeOther, incidentparts.Link(h.Kit, id))
}

// hand returns who sends a form. A form has no id of its own: a browser that sends one
// twice warns its reader.
func (h *Handler) hand(req *page.Request) incident.Hand {
	return incident.Hand{Who: req.Who.Name}
}

// form reads a posted form. It fails with fault.NotFound if the portal has no feeds, and
// with fault.Invalid if the body is no form. The router has bounded the body.
func (h *Handler) form(req *page.Request) error {
	if h.deps.Signals == nil {
		return fault.New(fault.NotFound, "web", "this portal takes no feeds")
	}
	return fault.Wrap(fault.Invalid, "web", "the form could not be read", req.ParseForm())
}

// words splits typed text at commas and white space. It returns no empty words.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' || r == '\r' })
}

// typedTime reads a time as people type it, in UTC if it names no zone. ok is false for
// any other text.
func typedTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
