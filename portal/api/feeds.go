package api

import (
	"net/http"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/postern/postern/portal/web/problem"
)

// FeedAnswer is the result of processing the items of one body. Items are processed
// independently: a rejected item does not affect the others.
type FeedAnswer struct {
	Accepted  int            `json:"accepted" doc:"Items with new facts."`
	Duplicate int            `json:"duplicate" doc:"Items that were known, or older than what is known."`
	Rejected  []FeedRejected `json:"rejected" nullable:"false" doc:"Rejected items; they are stored as dead letters."`
	More      int            `json:"rejected_more,omitempty" doc:"Rejected items beyond the 1,000 listed; absent if there are none."`
}

// FeedRejected is one item of a body that was rejected.
type FeedRejected struct {
	Index  int    `json:"index" doc:"Position of the item in the body, from 0."`
	Reason string `json:"reason" doc:"Why it was rejected. Starts with \"conflict\" or \"over budget\" in these cases."`
}

// DeadLettersAnswer is the response of GET /dead-letters.
type DeadLettersAnswer struct {
	DeadLetters []DeadLetter `json:"dead_letters" nullable:"false" doc:"Rejected items, newest first."`
	Next        *string      `json:"next" doc:"Cursor of the next page; null on the last page."`
}

// DeadLetter is a rejected item, or a body that was refused as a whole. It can be
// processed again after the cause is fixed, or deleted.
type DeadLetter struct {
	ID         string  `json:"id" doc:"Id, for retry and dismissal."`
	Source     string  `json:"source" doc:"The sender."`
	Format     string  `json:"format" doc:"The feed format."`
	ReceivedAt string  `json:"received_at" format:"date-time" doc:"When it was first received."`
	Index      int     `json:"index" doc:"Position of the item in its body, from 0."`
	Reason     string  `json:"reason" doc:"Why it was rejected."`
	Excerpt    *string `json:"excerpt" doc:"Start of the item, without secrets and SQL literals; null unless admin or feeder of the source."`
	Times      int     `json:"times" doc:"How often it was received."`
	Whole      bool    `json:"whole_body" doc:"True if the body as a whole is not of the format."`
	OverBudget bool    `json:"over_budget" doc:"True if it stands for all items over the source's budget in one hour: times counts them."`
	BodyKept   bool    `json:"body_kept" doc:"False if the body was refused unread and cannot be retried."`
}

// FeedsAnswer is the response of GET /feeds.
type FeedsAnswer struct {
	Feeds []FeedSource `json:"feeds" nullable:"false" doc:"All sources that have sent anything, by name."`
}

// FeedSource is the state of one source. The counters are of all time unless their name
// states a period.
type FeedSource struct {
	Name         string      `json:"name" doc:"The source's name."`
	Format       string      `json:"format" doc:"The feed format."`
	State        sourceState `json:"state" doc:"The most serious problem of the source, ok if it has none."`
	Why          *string     `json:"why" doc:"The last rejection, for the state rejecting."`
	Signature    *string     `json:"signature" enum:"checked,unsigned,missing" doc:"Verification of signatures; null without signatures."`
	LastReceived string      `json:"last_received_at" format:"date-time" doc:"When the last item was received."`
	LastEvent    *string     `json:"last_event_at" format:"date-time" doc:"The latest time stated by an item."`
	PerHour      int         `json:"items_hour" doc:"Items in the current and the previous hour."`
	PerDay       int         `json:"items_day" doc:"Items in the last 24 hours."`
	Accepted     int         `json:"accepted" doc:"Items with new facts, in total."`
	Duplicate    int         `json:"duplicate" doc:"Items that were known, in total."`
	Rejected     int         `json:"rejected" doc:"Rejected items, in total."`
	OverBudget   int         `json:"over_budget" doc:"Items rejected because they exceeded the source's budget, in total."`
	OverDay      int         `json:"over_budget_today" doc:"Items rejected over budget today (UTC)."`
	NewDay       int         `json:"new_today" doc:"New facts of the source today (UTC), which count against its budget."`
	Open         int         `json:"open" doc:"Open incidents and alert episodes of the source."`
	Ignored      int         `json:"ignored" doc:"Items of kinds that Postern does not use, in total."`
	Skew         float64     `json:"skew_seconds" doc:"How far in the future the latest item of the last body was."`
}

// describeFeeds adds the operations on feeds to the description. Package web implements
// them itself, because their bodies have the forms of other systems and are streamed to
// the feed store. formats become the values of the path parameter.
func describeFeeds(d *huma.OpenAPI, formats []string) {
	id := parameter("id", "path", "Id of the dead letter.")
	source := parameter("source", "query", "Name of the sender. Default: the name that the token is bound to, or the token's name.")
	format := parameter("format", "path", "The feed format.")
	// Sorted, so that the description does not depend on the order of the registry.
	for _, name := range slices.Sorted(slices.Values(formats)) {
		format.Schema.Enum = append(format.Schema.Enum, name)
	}
	body := &huma.RequestBody{Required: true, Description: "The body as the sender produces it.",
		Content: map[string]*huma.MediaType{"*/*": {}}}
	d.AddOperation(&huma.Operation{
		OperationID: "post-feed", Method: http.MethodPost, Path: root + "/feeds/{format}", Summary: "Accept data from another system",
		Description: "Answered after the data is stored durably. 400: the body is not of the format (it is stored as a dead " +
			"letter); 503: try again later. Needs a token with the role feeder or admin; 403: the token is bound to other sources.",
		Parameters: []*huma.Param{format, source}, RequestBody: body, Responses: answers[FeedAnswer](d, "202", "The data is stored."),
	})
	d.AddOperation(&huma.Operation{
		OperationID: "list-feeds", Method: http.MethodGet, Path: root + "/feeds", Summary: "List the state of every source",
		Responses: answers[FeedsAnswer](d, "200", "OK"),
	})
	d.AddOperation(&huma.Operation{
		OperationID: "list-dead-letters", Method: http.MethodGet, Path: root + "/dead-letters", Summary: "List rejected feed items",
		Description: "A feeder sees its own sources. One request reads at most 5,000 dead letters: with a source, a page may have " +
			"fewer entries than requested and a next page.",
		Parameters: []*huma.Param{
			parameter("source", "query", "Only dead letters of this source."),
			parameter("limit", "query", "Maximum number of dead letters, 1 to 500; default 50."),
			parameter("cursor", "query", "The value of next in the previous response."),
		},
		Responses: answers[DeadLettersAnswer](d, "200", "OK"),
	})
	d.AddOperation(&huma.Operation{
		OperationID: "retry-dead-letter", Method: http.MethodPost, Path: root + "/dead-letters/{id}/retry",
		Summary:     "Process the body of a dead letter again",
		Description: "Needs a token with the role publisher or admin.", Parameters: []*huma.Param{id},
		Responses: answers[FeedAnswer](d, "200", "The result for the whole body."),
	})
	d.AddOperation(&huma.Operation{
		OperationID: "dismiss-dead-letter", Method: http.MethodDelete, Path: root + "/dead-letters/{id}",
		Summary:     "Delete a dead letter permanently",
		Description: "Needs a token with the role publisher or admin.", Parameters: []*huma.Param{id},
		Responses: map[string]*huma.Response{"204": {Description: "Deleted."}, "default": problemAnswer()},
	})
}

// parameter returns a string parameter; one of the path is required. Limits that are
// not strings are described in words, since package web reads them.
func parameter(name, in, doc string) *huma.Param {
	return &huma.Param{Name: name, In: in, Description: doc, Required: in == "path", Schema: &huma.Schema{Type: huma.TypeString}}
}

// answers returns a JSON response of the shape of T, and the problem document for
// errors. It adds the schema of T to the description.
func answers[T any](d *huma.OpenAPI, status, doc string) map[string]*huma.Response {
	schema := d.Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
	return map[string]*huma.Response{
		status:    {Description: doc, Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}},
		"default": problemAnswer(),
	}
}

// problemAnswer returns the response of every error. Its schema is that of
// describeErrors.
func problemAnswer() *huma.Response {
	return &huma.Response{
		Description: "An error.",
		Content:     map[string]*huma.MediaType{problem.ContentType: {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}},
	}
}
