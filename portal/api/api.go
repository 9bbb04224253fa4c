package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/problem"
)

// root is the path of every operation.
const root = "/api/v1"

// Options configure the API.
type Options struct {
	Version string
	// PublicURL is the address that users reach the portal at. Only its path is used:
	// it is put before every URL in a response. Nil is no prefix.
	PublicURL *url.URL
	// Now is the clock that decides the current week and what is overdue. It must be
	// set.
	Now func() time.Time
	// FeedFormats are the names of the formats that POST /feeds/{format} accepts.
	FeedFormats []string
	// Log receives the causes of internal errors. Nil discards them.
	Log *slog.Logger
}

// service implements the operations.
type service struct {
	Deps
	prefix string // of every url; "" or "/kb"
	now    func() time.Time
}

// New returns the handler of /api/v1/… and /openapi.json, both without the prefix of
// PublicURL. The description is encoded once. New fails only when it cannot be encoded
// as JSON.
func New(deps Deps, opt Options) (http.Handler, error) {
	s := service{Deps: deps, now: opt.Now}
	if opt.PublicURL != nil {
		s.prefix = strings.TrimRight(opt.PublicURL.EscapedPath(), "/")
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	mux := http.NewServeMux()
	conf := config(opt.Version, s.prefix)
	conf.Transformers = []huma.Transformer{failures{opt.Log}.toProblem}
	api := humago.New(mux, conf)
	s.register(api)
	describeErrors(api.OpenAPI())
	describeFeeds(api.OpenAPI(), opt.FeedFormats)
	describeLong(api.OpenAPI())
	description, err := json.MarshalIndent(api.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "api.New", "the description of the API cannot be written", err)
	}
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(description) // an error means that the client left
	})
	// This also answers methods that a path does not have.
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		answer := problem.Of(fault.New(fault.NotFound, "api", "the API has no such operation; /openapi.json lists them all"))
		answer.RequestID = requestID(w.Header())
		_ = answer.Write(w) // an error means that the client left
	})
	return mux, nil
}

// config is the configuration of huma without its own pages: its documentation page
// loads scripts from other sites, which the content security policy forbids. New serves
// the description itself, because huma encodes it at the first request without a lock.
func config(version, prefix string) huma.Config {
	c := huma.DefaultConfig("Postern", version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.AllowAdditionalPropertiesByDefault = true // so that a new field does not break a strict client
	c.Info.Description = "Search and read what is published in this portal. " +
		"Unknown values are null, never 0; lists are never null; times are RFC 3339 in UTC; " +
		"durations are seconds; url is path-absolute. Errors are RFC 9457 problem documents."
	c.Servers = []*huma.Server{{URL: prefix + "/"}}
	if prefix != "" {
		c.Servers[0].URL = prefix
	}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "A token with the role reader or higher. Not needed if the portal " +
			"allows anonymous reading."},
	}
	c.Security = []map[string][]string{{"token": {}}, {}}
	return c
}

// register adds all operations to the API, in the order of the description.
func (s service) register(api huma.API) {
	api.UseMiddleware(withOurStatus)
	get(api, "/search", "search", "Search the published documents", s.search)
	get(api, "/suggest", "suggest", "Suggest completions of a query", s.suggest)
	post(api, "/similar", "similar", "Find documents similar to a pasted alert, error or log", s.similar)
	get(api, "/gaps", "list-gaps", "List a week's searches without a useful result, and what readers report as missing", s.gaps)
	get(api, "/documents", "list-documents", "List documents, newest first", s.documents)
	get(api, "/documents/{id}", "read-document", "Read one document", s.document)
	get(api, "/actions", "list-actions", "List the action items of all documents, by due date", s.actions)
	s.registerReports(api)
	s.registerSignals(api)
	get(api, "/documents/{id}/revisions", "list-revisions", "List the revisions of a document, newest first", s.revisions)
	get(api, "/slos", "list-slos", "List SLOs, each evaluated as of now", s.slos)
	get(api, "/slos/{name}", "read-slo", "Evaluate one SLO over its own window or over a span", s.slo)
}

// output is a response with a JSON body. The type is huma's convention: the field must
// be named Body.
type output[T any] struct{ Body T }

// get registers an operation that only reads. do returns the body of the response, or
// an error whose kind determines the status.
func get[I, T any](api huma.API, path, id, summary string, do func(context.Context, *I) (T, error)) {
	huma.Register(api, huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: root + path, Summary: summary,
	}, func(ctx context.Context, in *I) (*output[T], error) {
		body, err := do(ctx, in)
		if err != nil {
			return nil, problem.Of(err)
		}
		return &output[T]{body}, nil
	})
}
