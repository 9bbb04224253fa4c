package api

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/problem"
)

// ourStatus answers 400 where huma would answer 422 for a parameter that does not
// fit, so that one kind of error has one status everywhere in the portal.
type ourStatus struct{ humaContext }

// humaContext is huma.Context under a name that does not hide its method Context.
type humaContext huma.Context

func withOurStatus(ctx huma.Context, next func(huma.Context)) { next(ourStatus{ctx}) }

// SetStatus implements huma.Context.
func (c ourStatus) SetStatus(code int) {
	if code == http.StatusUnprocessableEntity {
		code = http.StatusBadRequest
	}
	c.humaContext.SetStatus(code)
}

// Unwrap lets huma find its own context.
func (c ourStatus) Unwrap() huma.Context { return c.humaContext }

// failures puts every error, huma's own too, into the portal's one form, and logs
// those that nobody outside can mend: their causes are never sent.
type failures struct{ log *slog.Logger }

func (f failures) toProblem(ctx huma.Context, _ string, answer any) (any, error) {
	doc, ours := answer.(*problem.Document)
	if m, ok := answer.(*huma.ErrorModel); ok {
		doc = problem.Of(faultOf(m))
	} else if !ours {
		return answer, nil
	}
	_, w := humago.Unwrap(ctx)
	doc.RequestID = requestID(w.Header())
	ctx.SetHeader("Cache-Control", "no-store")
	if doc.Status >= http.StatusInternalServerError && ctx.Context().Err() == nil {
		level := slog.LevelError
		if doc.Status == http.StatusServiceUnavailable {
			level = slog.LevelWarn // overload, or a start: the next try may do
		}
		f.log.Log(ctx.Context(), level, "api: an operation failed", "operation", ctx.Operation().OperationID, "request", doc.RequestID, "error", doc.Error())
	}
	if doc.Status == http.StatusServiceUnavailable {
		ctx.SetHeader("Retry-After", retryAfter)
	}
	return doc, nil
}

// retryAfter is in seconds: what keeps the API from answering (a full search
// queue, a start) is over in a few.
const retryAfter = "5"

// faultOf says which parameters were wrong. Only their names and huma's own words
// go out: values come back as they were sent, which no message needs.
func faultOf(m *huma.ErrorModel) error {
	if m.Status >= http.StatusInternalServerError {
		return fault.Wrap(fault.Internal, "api", "", errors.New(m.Error()))
	}
	var wrong []string
	field := "" // the first that is wrong
	for _, d := range m.Errors {
		name := d.Location[strings.LastIndexByte(d.Location, '.')+1:]
		wrong = append(wrong, strings.TrimSpace(name+": "+d.Message))
		if field == "" && name != "body" {
			field = name
		}
	}
	if len(wrong) == 0 {
		wrong = append(wrong, m.Detail)
	}
	return fault.New(fault.Invalid, "api", strings.Join(wrong, "; ")).In(field)
}

// requestID is what the portal named the request before it came here.
func requestID(h http.Header) string { return h.Get("X-Request-Id") }

// describeErrors replaces huma's error model in the description by ours.
func describeErrors(d *huma.OpenAPI) {
	schemas := d.Components.Schemas
	schema := huma.Schema{
		Type: huma.TypeObject, Description: "An RFC 9457 problem document.",
		Required: []string{"type", "title", "status", "detail", "kind"},
		Properties: map[string]*huma.Schema{
			"type":       {Type: huma.TypeString, Description: "Always about:blank: title and status say it all."},
			"title":      {Type: huma.TypeString, Description: "The name of the status."},
			"status":     {Type: huma.TypeInteger, Description: "The HTTP status."},
			"detail":     {Type: huma.TypeString, Description: "What is wrong and what to do, for people."},
			"kind":       {Type: huma.TypeString, Description: "What is wrong, for programs: invalid, not_found, gone, unauthenticated, forbidden, too_many, unavailable, timeout, internal and others."},
			"field":      {Type: huma.TypeString, Description: "The part of the request that is wrong, where it is one."},
			"request_id": {Type: huma.TypeString, Description: "Names the request in the portal's log."},
		},
	}
	for _, name := range []string{"ErrorModel", "ErrorDetail"} {
		delete(schemas.Map(), name)
	}
	schemas.Map()["Problem"] = &schema
	anyError := &huma.Response{
		Description: "Any error: 400 a parameter is wrong, 401 and 403 the token does not suffice, 404 no such thing, 409 it contradicts what is there, 410 it was removed, 503 not now.",
		Content:     map[string]*huma.MediaType{problem.ContentType: {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}},
	}
	for _, path := range d.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Post, path.Patch} {
			if op == nil {
				continue
			}
			kept := map[string]*huma.Response{"default": anyError}
			for status, response := range op.Responses {
				if strings.HasPrefix(status, "2") {
					kept[status] = response
				}
			}
			op.Responses = kept
		}
	}
}
