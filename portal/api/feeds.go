package api

import (
	"net/http"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/postern/postern/portal/web/problem"
)

// FeedAnswer is what became of the items of one body.
type FeedAnswer struct {
	Accepted  int            `json:"accepted" doc:"Items that said something new."`
	Duplicate int            `json:"duplicate" doc:"Items that were known already, or older than what is known."`
	Rejected  []FeedRejected `json:"rejected" nullable:"false" doc:"Items that could not be used; they lie in the dead letters."`
	More      int            `json:"rejected_more,omitempty" doc:"Rejections beyond the 1,000 that are listed; absent when there are none."`
}

// FeedRejected is one item that could not be used.
type FeedRejected struct {
	Index  int    `json:"index" doc:"Of the item in the body, from 0."`
	Reason string `json:"reason" doc:"What is wrong; it begins with conflict when the revision came before with other content, and with over budget when the source has brought too many new things."`
}

// DeadLettersAnswer is the answer of GET /dead-letters.
type DeadLettersAnswer struct {
	DeadLetters []DeadLetter `json:"dead_letters" nullable:"false" doc:"What could not be used, newest first."`
	Next        *string      `json:"next" doc:"Give it back as cursor= for the next page; null at the end."`
}

// DeadLetter is one item that could not be used.
type DeadLetter struct {
	ID         string  `json:"id" doc:"Names it for a retry."`
	Source     string  `json:"source" doc:"Who sent it."`
	Format     string  `json:"format" doc:"The feed format."`
	ReceivedAt string  `json:"received_at" format:"date-time" doc:"When it came first."`
	Index      int     `json:"index" doc:"Of the item in its body, from 0."`
	Reason     string  `json:"reason" doc:"What is wrong."`
	Excerpt    *string `json:"excerpt" doc:"The beginning of the item as it came, secrets redacted, never a literal of a statement; null for all but admins and the feeder of the source."`
	Times      int     `json:"times" doc:"How often it came."`
	Whole      bool    `json:"whole_body" doc:"The body was not the format at all."`
	OverBudget bool    `json:"over_budget" doc:"All that the source brought over its budget in one hour: times counts it, excerpt begins the first of it."`
	BodyKept   bool    `json:"body_kept" doc:"false: the body was refused before it was read (too large, packed, cut off, under a wrong name or format) and cannot be read again; times counts such bodies of the hour."`
}

// FeedsAnswer is the answer of GET /feeds.
type FeedsAnswer struct {
	Feeds []FeedSource `json:"feeds" nullable:"false" doc:"Every source that ever sent something, by name."`
}

// FeedSource is how one source does.
type FeedSource struct {
	Name         string  `json:"name" doc:"The name given with the posts."`
	Format       string  `json:"format" doc:"The feed format."`
	State        string  `json:"state" enum:"ok,silent,skewed,rejecting,over_budget" doc:"over_budget: new things of today were not taken; silent: nothing for a day; skewed: its clock is ahead; rejecting: its last body had items that could not be used."`
	Why          *string `json:"why" doc:"The last rejection of a rejecting source."`
	Signature    *string `json:"signature" enum:"checked,unsigned,missing" doc:"Of PagerDuty webhooks: checked, one must be valid; unsigned, a token is enough; missing, one is asked for but no secret is stated. Null: the format has none."`
	LastReceived string  `json:"last_received_at" format:"date-time" doc:"When something came last."`
	LastEvent    *string `json:"last_event_at" format:"date-time" doc:"The newest time that an item stated."`
	PerHour      int     `json:"items_hour" doc:"Items of the running hour and the one before."`
	PerDay       int     `json:"items_day" doc:"Items of the last 24 hours."`
	Accepted     int     `json:"accepted" doc:"Items that said something new, ever."`
	Duplicate    int     `json:"duplicate" doc:"Items that were known already, ever."`
	Rejected     int     `json:"rejected" doc:"Items that could not be used, ever."`
	OverBudget   int     `json:"over_budget" doc:"Rejected items that were new things over the budget of the source, ever."`
	OverDay      int     `json:"over_budget_today" doc:"Those of today (UTC)."`
	NewDay       int     `json:"new_today" doc:"New things of the source today (UTC), in all its formats: what counts against its budget."`
	Open         int     `json:"open" doc:"Incidents and alert episodes of the source that are open."`
	Ignored      int     `json:"ignored" doc:"Items of kinds that carry nothing for Postern, ever."`
	Skew         float64 `json:"skew_seconds" doc:"How far the newest item of the last body was in the future."`
}

// describeFeeds adds the operations that package web answers itself, since they
// take bodies of other systems' making, to the description.
func describeFeeds(d *huma.OpenAPI, formats []string) {
	id := parameter("id", "path", "Of the dead letter.")
	source := parameter("source", "query", "The name of the sender. When it is not given: the one that the token is bound to, else the token's name.")
	format := parameter("format", "path", "The feed format.")
	for _, name := range slices.Sorted(slices.Values(formats)) {
		format.Schema.Enum = append(format.Schema.Enum, name)
	}
	body := &huma.RequestBody{Required: true, Description: "As the sender makes it.", Content: map[string]*huma.MediaType{"*/*": {}}}
	d.AddOperation(&huma.Operation{
		OperationID: "post-feed", Method: http.MethodPost, Path: root + "/feeds/{format}", Summary: "Take in what another system says",
		Description: "Answered once it is durable. 400: the body is not the format at all (it is kept as a dead letter); 503: come later. Needs a token of the role feeder or admin; 403: the token is bound to other sources.",
		Parameters:  []*huma.Param{format, source}, RequestBody: body, Responses: answers[FeedAnswer](d, "202", "It is stored."),
	})
	d.AddOperation(&huma.Operation{
		OperationID: "list-feeds", Method: http.MethodGet, Path: root + "/feeds", Summary: "How every source does",
		Responses: answers[FeedsAnswer](d, "200", "OK"),
	})
	d.AddOperation(&huma.Operation{
		OperationID: "list-dead-letters", Method: http.MethodGet, Path: root + "/dead-letters", Summary: "List what feeds sent that could not be used",
		Description: "A feeder is told of its own sources. A page looks at no more than 5,000 letters: with a source it may hold fewer than asked for and have a next one.",
		Parameters: []*huma.Param{
			parameter("source", "query", "Only of this source."), parameter("limit", "query", "How many, 50 when not given, at most 500."),
			parameter("cursor", "query", "The next of the answer before."),
		},
		Responses: answers[DeadLettersAnswer](d, "200", "OK"),
	})
	d.AddOperation(&huma.Operation{
		OperationID: "retry-dead-letter", Method: http.MethodPost, Path: root + "/dead-letters/{id}/retry", Summary: "Read the body of a dead letter again",
		Description: "Needs a token of the role publisher or admin.", Parameters: []*huma.Param{id}, Responses: answers[FeedAnswer](d, "200", "What became of the whole body."),
	})
	d.AddOperation(&huma.Operation{
		OperationID: "dismiss-dead-letter", Method: http.MethodDelete, Path: root + "/dead-letters/{id}", Summary: "Forget a dead letter for good",
		Description: "Needs a token of the role publisher or admin.", Parameters: []*huma.Param{id},
		Responses: map[string]*huma.Response{"204": {Description: "It is gone."}, "default": problemAnswer()},
	})
}

func parameter(name, in, doc string) *huma.Param {
	return &huma.Param{Name: name, In: in, Description: doc, Required: in == "path", Schema: &huma.Schema{Type: huma.TypeString}}
}

// answers are a JSON answer of the given shape, and the problem document.
func answers[T any](d *huma.OpenAPI, status, doc string) map[string]*huma.Response {
	schema := d.Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
	return map[string]*huma.Response{
		status:    {Description: doc, Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}},
		"default": problemAnswer(),
	}
}

func problemAnswer() *huma.Response {
	return &huma.Response{
		Description: "Any error.",
		Content:     map[string]*huma.MediaType{problem.ContentType: {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}},
	}
}
