package postmortems

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

func TestTitleAndSummaryAndLanguage(t *testing.T) {
	for name, c := range map[string]struct {
		path, src, title, summary, lang string
	}{
		"front matter wins": {"guides/a.md", "---\ntitle: From front\nsummary: Given.\n---\n# From heading\n\nText.\n", "From front",
			"Given.", "en"},
		"heading": {"guides/a.md", "# From heading\n\nFirst paragraph.\nMore.\n\n## Summary\n\nThe summary.\n", "From heading",
			"The summary.", "en"},
		"file name":       {"guides/2021-05-09-api_outage.md", "First paragraph.\n", "Api outage", "First paragraph.", "en"},
		"govuk file name": {"guides/deploy-app.html.md", "", "Deploy app", "", "en"},
		"folder's own":    {"guides/db/README.md", "", "Db", "", "en"},
		"date alone":      {"guides/2021-05-09.md", "", "2021 05 09", "", "en"},
		"root":            {"README.md", "", "README", "", "en"},
		"Chinese": {"guides/a.md", "# 连接池耗尽\n\n## 概述\n\nCheckout 服务变慢了一个小时，因为 pool 太小。\n", "连接池耗尽",
			"Checkout 服务变慢了一个小时，因为 pool 太小。", "zh"},
		"English with a word": {"guides/a.md", "# The 故障 page\n\nThis page explains the term 故障 to readers.\n", "The 故障 page",
			"This page explains the term 故障 to readers.", "en"},
		"CRLF and BOM": {"guides/a.md", "\uFEFF# T\r\n\r\nText.\r\n", "T", "Text.", "en"},
		"TOML":         {"guides/a.md", "+++\ntitle = \"From TOML\"\n+++\n\nText.\n", "From TOML", "Text.", "en"},
	} {
		doc, _, err := Compile(context.Background(), c.path, []byte(c.src), Policy{}, lineRenderer{})
		if err != nil || doc.Title != c.title || doc.Summary != c.summary || doc.Lang != c.lang {
			t.Errorf("%s: %q %q %q %v, want %q %q %q", name, doc.Title, doc.Summary, doc.Lang, err, c.title, c.summary, c.lang)
		}
	}
}

func TestDateOf(t *testing.T) {
	for front, want := range map[string]string{
		"times: {started: 2026-10-03T23:30:00-05:00}\ndate: 2026-01-01": "2026-10-04",
		"date: 2026-01-01T12:00:00Z":                                    "2026-01-01",
		"title: x":                                                      "0001-01-01",
	} {
		doc, _, err := compileText("---\n" + front + "\n---\n")
		if got := doc.Date.Format(time.DateOnly); err != nil || got != want {
			t.Errorf("%q: %s, want %s", front, got, want)
		}
	}
}

func TestDurationsAreUnknownRatherThanZero(t *testing.T) {
	at := func(minute int) Instant {
		return Instant{time.Date(2026, 10, 3, 8, minute, 0, 0, time.UTC), Exact}
	}
	day := Instant{time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC), Day}
	for want, times := range map[string]Times{
		"detected 4 min, diagnosed unknown, recovered 10 min":     {Started: at(0), Detected: at(4), Mitigated: at(10), Recovered: at(20)},
		"detected unknown, diagnosed unknown, recovered 20 min":   {Started: at(0), Detected: day, Recovered: at(20)},
		"detected unknown, diagnosed unknown, recovered unknown":  {Started: day, Detected: at(4), Recovered: at(20)},
		"detected 0 s, diagnosed unknown, recovered unknown":      {Started: at(4), Detected: at(4), Recovered: at(2)},
		"detected unknown, diagnosed unknown, recovered unknown ": {},
	} {
		if got := DurationsOf(times).String(); got != strings.TrimSpace(want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestIndexFilesAreNotCheckedAsPostmortems(t *testing.T) {
	_, problems, err := Compile(context.Background(), "postmortems/README.md", []byte("All of them.\n"), testPolicy(), lineRenderer{})
	if err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

// brokenRenderer is a BodyRenderer that fails.
type brokenRenderer struct{ err error }

func (r brokenRenderer) RenderBody(context.Context, BodyInput) (Body, []Problem, error) {
	return Body{}, nil, r.err
}

func TestCompileReturnsFailuresOfTheRenderer(t *testing.T) {
	timeout := fault.New(fault.Timeout, "render", "too slow")
	_, _, err := Compile(context.Background(), "guides/a.md", nil, Policy{}, brokenRenderer{timeout})
	if fault.KindOf(err) != fault.Timeout || fault.Message(err) != "too slow" || !errors.Is(err, timeout) {
		t.Errorf("%v", err)
	}
	if _, _, err := Compile(context.Background(), "slos/a.yaml", nil, Policy{}, lineRenderer{}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain 池": "plain 池", "\x1b[31mred\x07": "?[31mred?", "a\tb": "a b", "a\nb": "a?b", "\u202Egpj.exe": "?gpj.exe", "\u009b2J": "?2J",
		"\xff": "\uFFFD",
	} {
		if got := Printable(in); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
	}
}
