package docparts

import (
	"strings"
	"time"

	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// ActionList holds a document's action items, open ones first.
type ActionList struct {
	Done, Total int
	Rows        []ActionRow
}

// ActionRow is one action item of a list. Ticket is the short name of a ticket that is a
// web address, otherwise the text of the author. Document is nil in the list of one
// document.
type ActionRow struct {
	ID, Text, Owner, Type, Ticket, TicketLink string
	State                                     string // "done", "47 days overdue", "due 1 Dec 2026", "open"
	Class                                     string // ok, bad, none
	Document                                  *library.Record
}

// ActionsOf returns the rows of a document's action items. today is a UTC midnight.
// Dropped items are not counted as done. The order within open and closed ones is that of
// the document.
func ActionsOf(texts *messages.Printer, items []postmortems.Action, today time.Time) ActionList {
	var list ActionList
	var closed []ActionRow
	for _, a := range items {
		row := NewActionRow(texts, a, today)
		switch a.Status {
		case "done":
			list.Done++
			closed = append(closed, row)
		case "dropped":
			closed = append(closed, row)
		default:
			list.Rows = append(list.Rows, row)
		}
	}
	list.Total = len(items)
	list.Rows = append(list.Rows, closed...)
	return list
}

// NewActionRow returns the row of one action item. today is a UTC midnight.
func NewActionRow(texts *messages.Printer, a postmortems.Action, today time.Time) ActionRow {
	row := ActionRow{ID: a.ID, Text: a.Text, Owner: a.Owner, Type: a.Type, Ticket: a.Ticket, TicketLink: page.WebLink(a.Ticket)}
	if row.TicketLink != "" {
		row.Ticket = ticketName(a.Ticket)
	}
	row.State, row.Class = actionState(texts, a, today)
	return row
}

// actionState returns the state of an action item in words, and its class. An item is
// overdue from the day after its due date. Days are compared at UTC midnights, since due
// dates have no zone.
func actionState(texts *messages.Printer, a postmortems.Action, today time.Time) (words, class string) {
	switch {
	case a.Status == "done":
		return texts.Text("action.done"), "ok"
	case a.Status == "dropped":
		return texts.Text("action.dropped"), "none"
	case a.Due.IsZero():
		return texts.Text("action.no_date"), "none"
	}
	late := int(today.Sub(a.Due.UTC().Truncate(24*time.Hour)) / (24 * time.Hour))
	switch {
	case late > 0:
		return texts.Count("action.overdue", late), "bad"
	case late == 0:
		return texts.Text("action.due_today"), "warn"
	}
	return texts.Text("action.due", "Day", page.FormatDay(a.Due)), "none"
}

// ticketName returns the last part of a ticket's address, which is what people call it.
// It is "" for an address that ends in slashes only.
func ticketName(address string) string {
	address = strings.TrimRight(address, "/")
	return address[strings.LastIndexByte(address, '/')+1:]
}
