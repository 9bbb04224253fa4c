package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/app"
	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/formats"
	"github.com/postern/postern/reports/incident"
)

// titleOnly is a format of which every body is an incident "X" with the body as title.
type titleOnly string

func (form titleOnly) Decode(in feed.Input) (d feed.Decoded, err error) {
	v := &incident.Record{
		Source: in.Source, Form: string(form), Ref: "X", At: in.Received, Title: string(in.Body),
		Times: map[incident.Milestone]incident.Moment{incident.Started: {At: in.Received}},
	}
	d.Facts = append(d.Facts, feed.Fact{Kind: feed.Incident, Source: in.Source, Entity: "X", Key: "1", At: in.Received, Incident: v})
	return d, nil
}

// madeUp is a format that exists in this test only.
func madeUp(name, title string, trust int) feed.Format {
	return feed.Format{
		Name: name, Title: title, Sends: title + ": a made-up webhook", Decoder: titleOnly(name),
		Incidents: incident.Form{Name: name, Trust: trust},
	}
}

// openWithFormats opens a portal that takes the given formats.
func openWithFormats(t *testing.T, known []feed.Format) *app.App {
	t.Helper()
	conf, problems := config.Load(config.Sources{
		Env: func(string) (string, bool) { return "", false }, ReadFile: os.ReadFile,
		Flags: map[string]string{"data_dir": t.TempDir(), "public_url": "https://kb.example.org"},
	})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), app.Options{
		Config: conf, Version: "test", Log: slog.New(slog.DiscardHandler), Now: testDay, Random: rand.Reader,
		Create: true, RenderCommand: []string{os.Args[0]}, Formats: known,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	if err := a.StartInside(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestFormatIsAddedInOneList adds two made-up formats to the list of formats and to
// nothing else: the portal takes them, the API, the page and the help name them, and
// their incidents have their place in the order of trust.
func TestFormatIsAddedInOneList(t *testing.T) {
	known := append(formats.All(), madeUp("zz-desk", "ZZ Desk", 85), madeUp("aa-rumour", "AA Rumour", 1))
	a := openWithFormats(t, known)
	token, err := a.CreateToken(t.Context(), "feeder", auth.Feeder)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, body string) (int, string) {
		req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+token)
		res := httptest.NewRecorder()
		a.Handler().ServeHTTP(res, req)
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.Code, string(text)
	}
	incidentLine := fmt.Sprintf(`{"type":"incident","id":"X","title":"as NDJSON","started":%q}`,
		testDay().Add(-time.Hour).Format(time.RFC3339))
	for _, post := range []struct{ format, body string }{{"aa-rumour", "as a rumour"}, {"ndjson", incidentLine}} {
		if code, text := ask(http.MethodPost, "/api/v1/feeds/"+post.format+"?source="+post.format, post.body); code != http.StatusAccepted ||
			!strings.Contains(text, `"accepted":1`) {
			t.Fatalf("%s: %d %s", post.format, code, text)
		}
	}
	t.Run("trust", func(t *testing.T) {
		if _, text := ask(http.MethodGet, "/api/v1/incidents/X", ""); !strings.Contains(text, `"title":"as NDJSON"`) {
			t.Errorf("a form of less trust wins: %s", text)
		}
		if code, text := ask(http.MethodPost, "/api/v1/feeds/zz-desk?source=desk", "as the desk"); code != http.StatusAccepted {
			t.Fatalf("%d %s", code, text)
		}
		if _, text := ask(http.MethodGet, "/api/v1/incidents/X", ""); !strings.Contains(text, `"title":"as the desk"`) {
			t.Errorf("the form of most trust does not win: %s", text)
		}
	})
	t.Run("API", func(t *testing.T) {
		_, text := ask(http.MethodGet, "/openapi.json", "")
		var doc struct {
			Paths map[string]map[string]struct {
				Parameters []struct {
					Name   string
					Schema struct{ Enum []string }
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		var enum []string
		for _, p := range doc.Paths["/api/v1/feeds/{format}"]["post"].Parameters {
			if p.Name == "format" {
				enum = p.Schema.Enum
			}
		}
		if len(enum) != len(known) || !slices.Contains(enum, "zz-desk") || !slices.IsSorted(enum) {
			t.Errorf("the enum is %q", enum)
		}
	})
	t.Run("pages", func(t *testing.T) {
		if _, text := ask(http.MethodGet, "/feeds", ""); !strings.Contains(text, "<code>zz-desk</code></dt><dd>ZZ Desk: a made-up webhook") {
			t.Errorf("the page of feeds does not name the format: %s", text)
		}
		if _, text := ask(http.MethodGet, "/incidents/X", ""); !strings.Contains(text, "ZZ Desk") || !strings.Contains(text, "AA Rumour") {
			t.Errorf("the page of the incident does not name the sources: %s", text)
		}
	})
	t.Run("help", func(t *testing.T) {
		cmd := newFeed(terminal{out: io.Discard, err: io.Discard}, &globals{}, known)
		cmd.SetArgs([]string{"import", "--help"})
		var help strings.Builder
		cmd.SetOut(&help)
		if err := cmd.Execute(); err != nil || !strings.Contains(help.String(), "zz-desk             ZZ Desk: a made-up webhook") {
			t.Errorf("%v: %s", err, help.String())
		}
	})
	t.Run("unknown", func(t *testing.T) {
		if code, text := ask(http.MethodPost, "/api/v1/feeds/none?source=x", "x"); code != http.StatusNotFound ||
			!strings.Contains(text, "zz-desk") {
			t.Errorf("%d %s", code, text)
		}
	})
}
