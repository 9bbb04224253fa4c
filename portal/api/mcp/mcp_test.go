package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// fakePortal answers as the HTTP API does, and remembers what it was asked.
type fakePortal struct{ asked []string }

func (f *fakePortal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.asked = append(f.asked, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
	if r.Header.Get("Authorization") != "Bearer reader" {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"title":"Unauthorized","detail":"a token is needed here"}`)
		return
	}
	long, _ := json.Marshal(strings.Repeat("行 one line\n", pieceBytes/10))
	hit := `{"id":"pool","kind":"postmortem","title":"Pool ran dry","url":"/kb/postmortems/pool","date":"2026-10-03","severity":"SEV2","services":["checkout"],
		"recover_seconds":1860,"open_actions":1,"fragments":[{"field":"title","html":"x"},{"field":"body","heading":"Cause","html":"the <mark>pool</mark> &lt;10&gt;"}]`
	switch strings.TrimPrefix(r.URL.Path, "/kb") {
	case "/api/v1/search":
		fmt.Fprintf(w, `{"total":1,"notes":["a note"],"hits":[%s}]}`, hit)
	case "/api/v1/similar":
		fmt.Fprintf(w, `{"read_as":"alert","alerts":["PoolExhausted"],"notes":[],"hits":[%s,"for_alert":true,"fix":{"heading":"Resolution","text":"Set back."}}]}`, hit)
	case "/p/pool.json", "/postmortems/pool.json":
		fmt.Fprint(w, `{"id":"pool","kind":"postmortem","title":"Pool ran dry","url":"/kb/postmortems/pool","path":"postmortems/pool.md","date":"2026-10-03","status":"published",
			"severity":"SEV2","services":["checkout"],"markdown":"# Pool\n","incident":{"ref":"INC-1","aliases":["OLD-9"],"detected_by":null},
			"times":{"started":"2026-10-03T09:00:00Z","diagnosed":null},"recover_seconds":1860,"diagnose_seconds":null,"root_causes":["A leak"],
			"contributing_factors":[{"tag":"capacity","text":"Ten"}],"timeline":[{"at":null,"raw":"later","text":"Calm"}],
			"actions":[{"id":null,"text":"Alert","type":"detect","owner":"sre","due":null,"status":"open"}]}`)
	case "/api/v1/incidents/INC-7":
		fmt.Fprint(w, `{"id":"INC-7","url":"/kb/incidents/INC-7","title":"Told by the pager","severity":null,"services":["cart"],"alerts":["Latency"],
			"times":{"started":"2026-10-03T09:01:00Z"},"recover_seconds":60,"postmortems":["pool"]}`)
	case "/api/v1/incidents/INC-8":
		fmt.Fprint(w, `{"id":"INC-8","url":"/kb/incidents/INC-8","title":"Only a page","services":[],"alerts":[],"times":{},"postmortems":[]}`)
	case "/p/long.json":
		fmt.Fprintf(w, `{"id":"long","kind":"guide","title":"Long","url":"/kb/guides/long","markdown":%s}`, long)
	default:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"title":"Not Found","detail":"there is no document of this id"}`)
	}
}

// transports connect a real client to the tools in every way there is.
func transports(t *testing.T, token string) map[string]func() (*sdk.ClientSession, *fakePortal) {
	t.Helper()
	options := func() (Options, *fakePortal) {
		fake := &fakePortal{}
		api := httptest.NewServer(fake)
		t.Cleanup(api.Close)
		return Options{Portal: &Portal{HTTP: api.Client(), Base: api.URL + "/kb", Token: token}, Version: "v1"}, fake
	}
	connect := func(transport sdk.Transport) *sdk.ClientSession {
		client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "v1"}, nil)
		session, err := client.Connect(t.Context(), transport, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = session.Close() })
		return session
	}
	return map[string]func() (*sdk.ClientSession, *fakePortal){
		"stdio": func() (*sdk.ClientSession, *fakePortal) {
			o, fake := options()
			toServer, fromClient := io.Pipe()
			toClient, fromServer := io.Pipe()
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan error, 1)
			go func() { done <- ServeStdio(ctx, o, toServer, fromServer) }()
			t.Cleanup(func() { cancel(); _ = fromClient.Close(); <-done })
			return connect(&sdk.IOTransport{Reader: toClient, Writer: fromClient}), fake
		},
		"http": func() (*sdk.ClientSession, *fakePortal) {
			o, fake := options()
			server := httptest.NewServer(Handler(o))
			t.Cleanup(server.Close)
			return connect(&sdk.StreamableClientTransport{Endpoint: server.URL, DisableStandaloneSSE: true}), fake
		},
	}
}

func call(t *testing.T, s *sdk.ClientSession, name string, args map[string]any) (*sdk.CallToolResult, string) {
	t.Helper()
	r, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: name, Arguments: args})
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	var b bytes.Buffer
	for _, c := range r.Content {
		if text, ok := c.(*sdk.TextContent); ok {
			b.WriteString(text.Text)
		}
	}
	return r, b.String()
}

func TestTools(t *testing.T) {
	for name, connect := range transports(t, "reader") {
		t.Run(name, func(t *testing.T) {
			session, fake := connect()
			tools, err := session.ListTools(t.Context(), nil)
			if err != nil || len(tools.Tools) != 4 {
				t.Fatalf("%v, %v", tools, err)
			}
			for _, tool := range tools.Tools {
				if !tool.Annotations.ReadOnlyHint || tool.Description == "" || tool.InputSchema == nil || tool.OutputSchema == nil {
					t.Errorf("tool %+v", tool)
				}
			}
			for _, c := range []struct {
				tool, asks string
				args       map[string]any
				says       []string
			}{
				{"search", "GET /kb/api/v1/search?limit=10&q=pool+kind%3Apostmortem", map[string]any{"query": "pool kind:postmortem"},
					[]string{`"total":1`, `/kb/postmortems/pool"`, `"recover_seconds":1860`, `Cause: the pool \u003c10\u003e`, "a note"}},
				{"similar", `POST /kb/api/v1/similar {"limit":3,"text":"[FIRING:1] PoolExhausted"}`,
					map[string]any{"text": "[FIRING:1] PoolExhausted", "limit": 3},
					[]string{`"read_as":"alert"`, `"for_alert":true`, `"text":"Set back."`, `"title":"Pool ran dry"`}},
				{"get_document", "GET /kb/p/pool.json", map[string]any{"id": "pool"}, []string{`"markdown":"# Pool\n"`, `"next_offset":null`}},
				{"get_document", "GET /kb/postmortems/pool.json", map[string]any{"id": "postmortems/pool.md"}, []string{`"id":"pool"`}},
				{"get_document", "GET /kb/postmortems/pool.json", map[string]any{"id": "https://elsewhere.example/kb/postmortems/pool"},
					[]string{`"id":"pool"`}},
				{"get_incident", "GET /kb/p/pool.json", map[string]any{"id": "pool"},
					[]string{`"id":"INC-1"`, `"started":"2026-10-03T09:00:00Z"`, `"diagnosed":null`, `"A leak"`, `"capacity: Ten"`,
						`"at":"later"`, `"owner":"sre"`, `"diagnose_seconds":null`}},
				{"get_incident", "GET /kb/p/pool.json", map[string]any{"id": "old-9"}, []string{`"document":"pool"`}},
				{"get_incident", "GET /kb/p/pool.json", map[string]any{"id": "INC-7"},
					[]string{`"title":"Told by the pager"`, `"started":"2026-10-03T09:01:00Z"`, `"A leak"`, `"recover_seconds":60`,
						`/kb/incidents/INC-7"`, `"Latency"`}},
				{"get_incident", "GET /kb/api/v1/incidents/INC-8", map[string]any{"id": "https://kb.example/kb/incidents/INC-8"},
					[]string{`"Only a page"`, `"actions":[]`, `"alerts":[]`}},
			} {
				r, text := call(t, session, c.tool, c.args)
				if r.IsError || r.StructuredContent == nil {
					t.Errorf("%s: %s", c.tool, text)
				}
				for _, want := range c.says {
					if !strings.Contains(text, want) {
						t.Errorf("%s %v lacks %s:\n%s", c.tool, c.args, want, text)
					}
				}
				if got := fake.asked[len(fake.asked)-1]; got != c.asks {
					t.Errorf("%s asked %q, want %q", c.tool, got, c.asks)
				}
			}
		})
	}
}

func TestLongDocumentComesInPieces(t *testing.T) {
	session, _ := transports(t, "reader")["http"]()
	var whole strings.Builder
	offset, pieces := 0, 0
	for {
		r, text := call(t, session, "get_document", map[string]any{"id": "long", "offset": offset})
		var out documentOutput
		if err := json.Unmarshal([]byte(text), &out); err != nil || r.IsError {
			t.Fatalf("%v: %.200s", err, text)
		}
		whole.WriteString(out.Markdown)
		if pieces++; len(out.Markdown) > pieceBytes || pieces > 10 {
			t.Fatalf("piece %d has %d bytes", pieces, len(out.Markdown))
		}
		if out.NextOffset == nil {
			break
		}
		offset = *out.NextOffset
	}
	if whole.String() != strings.Repeat("行 one line\n", pieceBytes/10) || pieces < 2 {
		t.Errorf("%d pieces of %d bytes", pieces, whole.Len())
	}
}

func TestErrorsAreToldInThePortalsWords(t *testing.T) {
	session, _ := transports(t, "reader")["http"]()
	for _, c := range []struct {
		tool string
		args map[string]any
		says string
	}{
		{"get_document", map[string]any{"id": "nothing"}, "there is no document of this id"},
		{"get_document", map[string]any{"id": " "}, "name the document"},
		{"get_document", map[string]any{"id": "pool", "offset": 99}, "offset must be"},
		{"get_incident", map[string]any{"id": "INC-404"}, `there is no incident "INC-404"`},
		{"search", map[string]any{"query": 7}, "query"},
	} {
		if r, text := call(t, session, c.tool, c.args); !r.IsError || !strings.Contains(text, c.says) {
			t.Errorf("%s %v: %s", c.tool, c.args, text)
		}
	}
	closed, _ := transports(t, "")["http"]()
	if r, text := call(t, closed, "search", map[string]any{"query": "pool"}); !r.IsError || !strings.Contains(text, "a token is needed") {
		t.Errorf("without a token: %s", text)
	}
}

// A page of another site that points its name here must not reach the tools of a
// portal on this machine.
func TestForeignHostIsRefused(t *testing.T) {
	for proxied, want := range map[bool]int{false: http.StatusForbidden, true: http.StatusOK} {
		server := httptest.NewServer(Handler(Options{Portal: &Portal{HTTP: http.DefaultClient}, Proxied: proxied}))
		defer server.Close()
		const hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader(hello))
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "rebound.example"
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "application/json, text/event-stream")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("proxied %v: %d, want %d", proxied, res.StatusCode, want)
		}
	}
}
