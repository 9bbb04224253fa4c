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

// ourStatus replaces huma's status 422 for an invalid parameter with 400, the status of
// fault.Invalid everywhere else in the portal.
type ourStatus struct{ humaContext }

// humaContext is huma.Context under a name that does not hide its method Context: an
// embedded field named Context would.
type humaContext huma.Context

// withOurStatus is the middleware that installs ourStatus.
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

// failures converts every error, including huma's own, to a problem document, and logs
// internal errors: their causes are never sent.
type failures struct{ log *slog.Logger }

// toProblem implements huma.Transformer. Answers that are no errors pass unchanged. An
// operation that failed because its client left is not logged.
func (f failures) toProblem(ctx huma.Context, _ string, answer any) (any, error) {
	doc, ours := answer.(*problem.Document)
	if m, ok := answer.(*huma.ErrorModel); ok {
		doc = problem.Of(faultOf(m))
	} else if !ours {
		return answer, nil
	}
	// The portal's middleware has set the id on the response before huma is called.
	_, w := humago.Unwrap(ctx)
	doc.RequestID = requestID(w.Header())
	// A proxy that caches an error would repeat it after its cause is gone.
	ctx.SetHeader("Cache-Control", "no-store")
	if doc.Status >= http.StatusInternalServerError && ctx.Context().Err() == nil {
		level := slog.LevelError
		if doc.Status == http.StatusServiceUnavailable {
			level = slog.LevelWarn // overload or a start: a retry may succeed
		}
		f.log.Log(ctx.Context(), level, "api: an operation failed", "operation", ctx.Operation().OperationID, "request",
			doc.RequestID, "error", doc.Error())
	}
	if doc.Status == http.StatusServiceUnavailable {
		ctx.SetHeader("Retry-After", retryAfter)
	}
	return doc, nil
}

// retryAfter is the Retry-After header in seconds: a full search queue and a start are
// over after a few.
const retryAfter = "5"

// faultOf returns a fault that names the invalid parameters. Only their names and
// huma's messages are sent; the values, which huma includes, are not needed. An error
// of huma itself stays internal.
func faultOf(m *huma.ErrorModel) error {
	if m.Status >= http.StatusInternalServerError {
		return fault.Wrap(fault.Internal, "api", "", errors.New(m.Error()))
	}
	var wrong []string
	field := "" // the first invalid parameter
	for _, d := range m.Errors {
		// A location is "query.limit" or "body.times.started".
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

// requestID returns the id that the portal gave the request; "" if there is none.
func requestID(h http.Header) string { return h.Get("X-Request-Id") }

// describeErrors replaces huma's error model in the description with the problem
// document, and the error responses of each operation with one default response, since
// every operation may return any kind of error.
func describeErrors(d *huma.OpenAPI) {
	schemas := d.Components.Schemas
	schema := huma.Schema{
		Type: huma.TypeObject, Description: "An RFC 9457 problem document.",
		Required: []string{"type", "title", "status", "detail", "kind"},
		Properties: map[string]*huma.Schema{
			"type":   {Type: huma.TypeString, Description: "Always about:blank."},
			"title":  {Type: huma.TypeString, Description: "The name of the status."},
			"status": {Type: huma.TypeInteger, Description: "The HTTP status."},
			"detail": {Type: huma.TypeString, Description: "What is wrong and what to do, for people."},
			"kind": {Type: huma.TypeString, Description: "What is wrong, for programs: invalid, not_found, forbidden, unavailable, " +
				"internal and others."},
			"field":      {Type: huma.TypeString, Description: "The part of the request that is wrong, if it is one part."},
			"request_id": {Type: huma.TypeString, Description: "Identifies the request in the portal's log."},
		},
	}
	for _, name := range []string{"ErrorModel", "ErrorDetail"} {
		delete(schemas.Map(), name)
	}
	schemas.Map()["Problem"] = &schema
	anyError := &huma.Response{
		Description: "An error: 400 invalid parameter, 401 and 403 insufficient token, 404 not found, 409 conflict, 410 removed, 503 try again.",
		Content:     map[string]*huma.MediaType{problem.ContentType: {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}},
	}
	for _, path := range d.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Post, path.Patch} {
			if op == nil {
				continue
			}
			kept := map[string]*huma.Response{"default": anyError}
			// Success responses are those of huma; all of its error responses are
			// replaced.
			for status, response := range op.Responses {
				if strings.HasPrefix(status, "2") {
					kept[status] = response
				}
			}
			op.Responses = kept
		}
	}
}
