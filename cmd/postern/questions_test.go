package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// pageOf reads one page of a portal.
func pageOf(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %v", url, res.Status, err)
	}
	return string(b)
}

// TestTenQuestions holds docs/reports.md against the weekly report of the
// demonstration: each question's answer is there, has something to say, and
// stands on the first screen or one click below.
func TestTenQuestions(t *testing.T) {
	doc, err := os.ReadFile("../../docs/reports.md")
	if err != nil {
		t.Fatal(err)
	}
	questions := regexp.MustCompile("(?m)^\\| \\d+ \\| ([^|]+) \\| `#([a-z-]+)` \\|").FindAllStringSubmatch(string(doc), -1)
	if len(questions) != 10 {
		t.Fatalf("docs/reports.md has %d questions", len(questions))
	}
	portal := startPortal(t, testDay())
	var list struct {
		Reports []struct{ URL, Verdict string }
	}
	if err := json.Unmarshal([]byte(pageOf(t, portal.url+"/api/v1/reports?name=weekly&limit=3")), &list); err != nil || len(list.Reports) < 3 {
		t.Fatalf("%d weekly reports in the demonstration: %v", len(list.Reports), err)
	}
	page := pageOf(t, portal.url+list.Reports[0].URL)
	first, _, _ := strings.Cut(page, `<h2 id="objectives"`)
	_, beside, _ := strings.Cut(page, "<aside ")
	beside, _, _ = strings.Cut(beside, `<div class="report">`)
	for _, q := range questions {
		question, id := q[1], q[2]
		_, after, found := strings.Cut(page, `id="`+id+`"`)
		if !found {
			t.Errorf("%s: there is no #%s on the report", question, id)
			continue
		}
		onFirst := strings.Contains(first, `id="`+id+`"`)
		if oneClick := strings.Contains(beside, `href="#`+id+`"`); !onFirst && !oneClick {
			t.Errorf("%s: #%s is neither on the first screen nor one click below", question, id)
		}
		text, _, _ := strings.Cut(after, "</section>")
		if words := strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(text, " ")); len(words) < 4 {
			t.Errorf("%s: #%s says only %q", question, id, words)
		}
	}
	if !strings.Contains(first, "SLOs met") || !strings.Contains(first, `class="tile"`) || !strings.Contains(beside, "Action needed") {
		t.Error("the first screen has no tiles, or no action is listed")
	}
	if n := strings.Count(page, "how-"); n < 60 {
		t.Errorf("%d figures lead to how they are made", n)
	}
}
