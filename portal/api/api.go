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

// root is where every operation lies.
const root = "/api/v1"

// Options are what the API says about itself.
type Options struct {
	Version string
	// PublicURL is where users reach the portal. Only its path matters here: it is
	// put before every url of an answer. Nil is no prefix.
	PublicURL *url.URL
	// Now is the clock: of weeks, and of what is overdue. It must be set.
	Now func() time.Time
	// FeedFormats are the names of the formats that POST /feeds/{format} takes.
	FeedFormats []string
	// Log is told the causes of internal errors. Nil is nobody.
	Log *slog.Logger
}

// service answers the operations.
type service struct {
	Deps
	prefix string // of every url; "" or "/kb"
	now    func() time.Time
}

// New makes the handler of /api/v1/… and /openapi.json, both without the prefix
// of PublicURL. It fails only when the description cannot be written as JSON.
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
	description, err := json.MarshalIndent(api.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "api.New", "the description of the API cannot be written", err)
	}
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(description) // an error means that the client left
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		answer := problem.Of(fault.New(fault.NotFound, "api", "the API has no such operation; /openapi.json lists them all"))
		answer.RequestID = requestID(w.Header())
		_ = answer.Write(w) // an error means that the client left
	})
	return mux, nil
}

// config is huma's, with nothing that serves pages of its own or points to other
// sites: its documentation page loads scripts from one. The description is served
// by New because huma writes it on the first request, unguarded.
func config(version, prefix string) huma.Config {
	c := huma.DefaultConfig("Postern", version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.AllowAdditionalPropertiesByDefault = true // a new field must not break a strict client
	c.Info.Description = "Search and read what is published in this portal. " +
		"What is unknown is null, never 0; lists are never null; instants are RFC 3339 in UTC; " +
		"durations are seconds; url is path-absolute. Errors are RFC 9457 problem documents."
	c.Servers = []*huma.Server{{URL: prefix + "/"}}
	if prefix != "" {
		c.Servers[0].URL = prefix
	}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "A token of the role reader or higher. Not needed where the portal is open for reading."},
	}
	c.Security = []map[string][]string{{"token": {}}, {}}
	return c
}

func (s service) register(api huma.API) {
	api.UseMiddleware(withOurStatus)
	get(api, "/search", "search", "Search the published documents", s.search)
	get(api, "/suggest", "suggest", "Suggest what begins like a query that is still being typed", s.suggest)
	post(api, "/similar", "similar", "Find what resembles a pasted alert, error or log", s.similar)
	get(api, "/gaps", "list-gaps", "List the searches of a week that were of no use, and what readers report as missing", s.gaps)
	get(api, "/documents", "list-documents", "List documents, newest first", s.documents)
	get(api, "/documents/{id}", "read-document", "Read one document", s.document)
	get(api, "/actions", "list-actions", "List the action items of all documents, by due date", s.actions)
	s.registerReports(api)
	s.registerSignals(api)
	get(api, "/documents/{id}/revisions", "list-revisions", "List the revisions of a document, newest first", s.revisions)
	get(api, "/slos", "list-slos", "List the service level objectives, each judged as it is now", s.slos)
	get(api, "/slos/{name}", "read-slo", "Judge one objective over its own window or over a span", s.slo)
}

// output is an answer with a JSON body.
type output[T any] struct{ Body T }

// get registers a reading operation.
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
