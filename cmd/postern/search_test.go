package main

import (
	"bytes"
	"strings"
	"testing"
)

func minutes(n int64) *int64 { s := 60 * n; return &s }

func TestHitLines(t *testing.T) {
	h := foundHit{
		Kind: "postmortem", Title: "Pool \x1b[31mran dry", URL: "/kb/postmortems/pool", Date: "2026-10-03", Severity: "SEV1",
		Services: []string{"checkout", "payment-gw"}, RecoverSeconds: minutes(31), OpenActions: 2,
		Fragments: []foundFragment{
			{Field: "title", HTML: "<mark>Pool</mark> ran dry"},
			{Field: "body", Heading: "Root cause", HTML: "The <mark>pool</mark> was &lt;full&gt;\x1b[2J &amp; no <mark>&quot;x&quot;</mark>"},
			{Field: "summary", HTML: "no marks"},
		},
	}
	plain := `Pool ran dry
  https://portal.example/kb/postmortems/pool
  postmortem · 2026-10-03 · SEV1 · checkout · payment-gw · recovered in 31 min · 2 open action items
    Root cause › The pool was <full>`
	if got := h.lines("https://portal.example/kb", style{}); !strings.HasPrefix(got, plain) || strings.Contains(got, "\x1b") ||
		!strings.Contains(got, `& no "x"`) {
		t.Errorf("got:\n%q", got)
	}
	got := h.lines("https://portal.example/kb", style{strong: "<B>", faint: "<F>", mark: "<M>", off: "<0>"})
	for _, want := range []string{"<B><M>Pool<0><B> ran dry<0>\n", "<F>Root cause › <0>The <M>pool<0> was", `<M>"x"<0>`, "    no marks\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}

func TestNoColourWhereNobodyReads(t *testing.T) {
	var out bytes.Buffer
	term := terminal{out: &out, env: func(string) (string, bool) { return "", false }, now: testDay}
	if s := styleOf(term); s != (style{}) {
		t.Errorf("a file is written with %+v", s)
	}
}

func TestPathOf(t *testing.T) {
	for ref, want := range map[string]string{
		"c405f4daf98e": "/p/c405f4daf98e", "/p/c405f4daf98e": "/p/c405f4daf98e", "runbooks/Pool.md": "/runbooks/Pool",
		"/runbooks/Pool": "/runbooks/Pool", "https://kb.example/x/runbooks/Pool?mark=a#h-b": "/x/runbooks/Pool",
		"/runbooks/Pool#h-b": "/runbooks/Pool", "guides/慢 SQL.md": "/guides/%E6%85%A2%20SQL", "/guides/%E6%85%A2.json": "/guides/%E6%85%A2",
		"pages/glossary/": "/pages/glossary",
	} {
		if got, err := pathOf(ref); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", ref, got, err, want)
		}
	}
	for _, ref := range []string{"", "/", ".md", "https://kb.example/"} {
		if got, err := pathOf(ref); err == nil {
			t.Errorf("%q is %s", ref, got)
		}
	}
	for path, want := range map[string]string{"/kb/runbooks/Pool": "/runbooks/Pool", "/runbooks/Pool": "/runbooks/Pool", "/kbx/a": "/kbx/a"} {
		if got := withoutPrefixOf("https://portal.example/kb", path); got != want {
			t.Errorf("%s without the prefix is %s", path, got)
		}
	}
}
