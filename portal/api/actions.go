package api

import (
	"context"
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

type actionsRequest struct {
	Status  string `query:"status" enum:"open,done,dropped" doc:"Only items of this state."`
	Overdue bool   `query:"overdue" doc:"Only open items whose due day, in UTC, has passed."`
	Owner   string `query:"owner" doc:"Only items of this owner, as written."`
	Service string `query:"service" doc:"Only items of documents that name this service."`
	Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many items to answer with."`
	Cursor  string `query:"cursor" doc:"The next of the answer before, with the same filters."`
}

// ActionsAnswer is the answer of GET /actions.
type ActionsAnswer struct {
	Actions []ListedAction `json:"actions" nullable:"false" doc:"Action items, the earliest due first, those without a due date last."`
	Next    *string        `json:"next" doc:"Give it back as cursor= for the next page; null at the end."`
}

// ListedAction is an action item with the document it stands in.
type ListedAction struct {
	Action
	Overdue  bool `json:"overdue" doc:"It is open and its due day has passed."`
	Document Item `json:"document" doc:"The document it stands in."`
}

func (s service) actions(ctx context.Context, in *actionsRequest) (ActionsAnswer, error) {
	today := s.now().UTC().Truncate(24 * time.Hour)
	f := library.ActionFilter{Status: in.Status, Owner: in.Owner, Service: in.Service, Limit: in.Limit, Cursor: in.Cursor}
	if in.Overdue {
		if in.Status != "" && in.Status != "open" {
			return ActionsAnswer{Actions: []ListedAction{}}, nil // what is closed is never overdue
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

// overdue holds for an open item whose due day is before today, a UTC midnight.
func overdue(a postmortems.Action, today time.Time) bool {
	return a.Status != "done" && a.Status != "dropped" && !a.Due.IsZero() && a.Due.Before(today)
}
