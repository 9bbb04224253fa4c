package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/severity"
)

// maxEditText bounds every text of an Edit, in bytes. An edit is stored permanently and
// is shown on the page of its incident.
const maxEditText = 2000

// EditableFields returns the fields besides the milestones that a Set edit may name.
// counted is "yes" for an incident that is counted in spite of its uncertainties, and
// "no" for one that is not counted.
func EditableFields() []string {
	return []string{"title", "severity", "services", "environment", "detected_by", "maintenance", "counted"}
}

// LinkKinds returns the kinds of objects that can be linked by hand: an alert by its name
// or the fingerprint of an episode, a change, an SLO or a post-mortem by id.
func LinkKinds() []string { return []string{"alert", "change", "slo", "postmortem"} }

// Check returns nil for a valid edit, and otherwise a fault.Invalid with a message for
// the person who makes it. The field of the fault is that of the form, so that the page
// can mark it. Whether the named incidents exist is not checked: they may not have been
// reported yet.
func (e Edit) Check() error {
	bad := func(field, format string, args ...any) error {
		return fault.Newf(fault.Invalid, "incident.Edit", format, args...).In(field)
	}
	for _, s := range append([]string{e.Who, e.Into, e.Field, e.Value, e.Why}, e.Refs...) {
		if len(s) > maxEditText {
			return bad(e.Field, "a text of the edit is longer than %d bytes", maxEditText)
		}
	}
	if strings.TrimSpace(e.Why) == "" {
		return bad("why", "a reason is required: it is retained with the edit")
	}
	if len(e.Refs) == 0 || len(e.Refs) > 100 || slices.Contains(e.Refs, "") {
		return bad("refs", "name 1 to 100 incidents or sources")
	}
	switch e.Action {
	case Merge:
		if e.Into == "" {
			return bad("into", "name the incident into which the others are merged")
		}
	case Split:
	case Set:
		return e.checkSet(bad)
	case Link, Unlink:
		return e.checkLink(bad)
	default:
		return bad("action", "the action is merge, split, set, link or unlink")
	}
	return nil
}

// checkLink checks an edit that links or unlinks.
func (e Edit) checkLink(bad func(field, format string, args ...any) error) error {
	switch {
	case !slices.Contains(LinkKinds(), e.Field):
		return bad("kind", "a link is one of %s", strings.Join(LinkKinds(), ", "))
	case strings.TrimSpace(e.Value) == "" || strings.ContainsFunc(e.Value, unicode.IsControl):
		return bad("id", "the id or name of the %s is missing", e.Field)
	}
	return nil
}

// checkSet checks an edit that sets a field.
func (e Edit) checkSet(bad func(field, format string, args ...any) error) error {
	switch {
	case slices.Contains(Milestones(), Milestone(e.Field)):
		t, err := time.Parse(time.RFC3339, e.Value)
		if y := t.UTC().Year(); e.Value != "" && (err != nil || y < FirstYear || y > LastYear) {
			return bad(e.Field, "%s takes a time such as 2026-11-21T14:03:00Z, or nothing where it is unknown", e.Field)
		}
	case e.Field == "severity":
		if !severity.Known(e.Value) {
			return bad(e.Field, "severity is "+severity.Range)
		}
	case e.Field == "maintenance" || e.Field == "counted":
		if e.Value != "yes" && e.Value != "no" {
			return bad(e.Field, "%s is yes or no", e.Field)
		}
	case !slices.Contains(EditableFields(), e.Field):
		return bad("field", "the field is a milestone or one of %s", strings.Join(EditableFields(), ", "))
	}
	return nil
}

// editIndex finds the edits that name an incident. Without it, each incident would be
// compared with all edits.
type editIndex struct {
	edits []Edit // in order
	byRef map[string][]int
}

// indexEdits returns the index of edits, which are in order of time.
func indexEdits(edits []Edit) editIndex {
	x := editIndex{edits, map[string][]int{}}
	for i, e := range edits {
		for _, ref := range append([]string{e.Into}, e.Refs...) {
			if ref != "" {
				x.byRef[ref] = append(x.byRef[ref], i)
			}
		}
	}
	return x
}

// of returns the edits that name one of the refs, in order.
func (x editIndex) of(refs []string) (out []Edit) {
	var at []int
	for _, ref := range refs {
		at = append(at, x.byRef[ref]...)
	}
	slices.Sort(at)
	for _, i := range slices.Compact(at) {
		out = append(out, x.edits[i])
	}
	return out
}

// edit applies the edits of the incident, adds them to it, and finds its uncertainties.
// Edits are in order of time, so the last one of a field counts. The uncertainties are
// found after the edits, since an edit may correct the time that caused them.
func (in *Incident) edit(edits []Edit, p Policy) {
	counted := ""
	in.Edits = edits
	for _, e := range edits {
		switch e.Action {
		case Link, Unlink:
			in.link(e)
			continue
		case Set:
		default:
			continue
		}
		if e.Field == "counted" {
			counted = e.Value
			if e.Value == "no" {
				counted = fmt.Sprintf("left out by %s: %s", e.Who, e.Why)
			}
			continue
		}
		in.set(e)
	}
	in.findUncertainties(p)
	switch counted {
	case "":
	case "yes":
		in.Uncertainties = nil
	default:
		in.Uncertainties = append(in.Uncertainties, counted)
	}
}

// link adds or removes an object that belongs to the incident.
func (in *Incident) link(e Edit) {
	list := map[string]*[]string{"alert": &in.Alerts, "change": &in.Changes, "slo": &in.SLOs, "postmortem": &in.Postmortems}[e.Field]
	if list == nil {
		return
	}
	*list = slices.DeleteFunc(*list, func(s string) bool { return s == e.Value })
	if e.Action == Link {
		*list = sorted(append(*list, e.Value))
	}
}

// set sets one field or milestone. An empty time removes the milestone.
func (in *Incident) set(e Edit) {
	source := "edit by " + e.Who
	if m := Milestone(e.Field); slices.Contains(Milestones(), m) {
		if e.Value == "" {
			delete(in.Times, m)
		} else if at, err := time.Parse(time.RFC3339, e.Value); err == nil {
			in.Times[m] = Stamp{Moment{At: at.UTC()}, source, Stated}
		}
		return
	}
	in.Said[e.Field] = source
	switch e.Field {
	case "title":
		in.Title = e.Value
	case "severity":
		in.Severity = e.Value
	case "environment":
		in.Environment = e.Value
	case "detected_by":
		in.DetectedBy = e.Value
	case "maintenance":
		in.Maintenance = e.Value == "yes"
	case "services":
		in.Services = sorted(strings.FieldsFunc(e.Value, func(r rune) bool { return r == ',' || r == ' ' }))
	}
}
