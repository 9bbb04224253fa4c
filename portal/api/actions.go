package api

import (
	"context"
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// actionsRequest is the query of GET /actions. Filters are combined; a cursor belongs
// to the filters with which it was returned.
type actionsRequest struct {
	Status  actionStatus `query:"status" doc:"Only items with this status."`
	Overdue bool         `query:"overdue" doc:"Only open items whose due date (UTC) has passed."`
	Owner   string       `query:"owner" doc:"Only items with exactly this owner."`
	Service string       `query:"service" doc:"Only items from documents that name this service."`
	Limit   int          `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"Maximum number of items in the response."`
	Cursor  string       `query:"cursor" doc:"The value of next in the previous response; send it with the same filters."`
}

// ActionsAnswer is the response of GET /actions.
type ActionsAnswer struct {
	Actions []ListedAction `json:"actions" nullable:"false" doc:"Action items, earliest due date first; items without one are last."`
	Next    *string        `json:"next" doc:"Cursor of the next page; null on the last page."`
}

// ListedAction is an action item with the document that contains it. It has the fields
// of Action at the top level.
type ListedAction struct {
	Action
	Overdue  bool `json:"overdue" doc:"True if the item is open and its due date has passed."`
	Document Item `json:"document" doc:"The document that contains the item."`
}

// actions lists the action items of all documents that match all filters. An item is
// overdue from the UTC midnight after its due date. The cursor is the library's.
func (s service) actions(ctx context.Context, in *actionsRequest) (ActionsAnswer, error) {
	today := s.now().UTC().Truncate(24 * time.Hour)
	f := library.ActionFilter{Status: string(in.Status), Owner: in.Owner, Service: in.Service, Limit: in.Limit, Cursor: in.Cursor}
	if in.Overdue {
		if in.Status != "" && in.Status != "open" {
			return ActionsAnswer{Actions: []ListedAction{}}, nil // closed items are never overdue
		}
		f.Status, f.DueBefore = "open", today
	}
	items, next, err := s.Library.ListActions(ctx, f)
	if err != nil {
		return ActionsAnswer{}, err
	}
	return ActionsAnswer{Next: text(next), Actions: each(items, func(i library.ActionItem) ListedAction {
		return ListedAction{Action: actionOf(i.Action), Overdue: overdue(i.Action, today), Document: s.item(i.Document)}
	})}, nil
}

// overdue reports whether an item is open and its due date is before today, a UTC
// midnight. An item without a status is open.
func overdue(a postmortems.Action, today time.Time) bool {
	return a.Status != "done" && a.Status != "dropped" && !a.Due.IsZero() && a.Due.Before(today)
}
