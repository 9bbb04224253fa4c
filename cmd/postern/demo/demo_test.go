package demo

import (
	"bytes"
	"context"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/markdown"
)

// titleLine is the title in the front matter, quoted or not.
var titleLine = regexp.MustCompile(`(?m)^title: "?(.*?)"?$`)

// document is one rendered sample.
type document struct {
	title   string
	body    postmortems.Body
	anchors map[string]bool
}

// documents renders every Markdown file, by path.
func documents(t *testing.T) map[string]document {
	t.Helper()
	docs := map[string]document{}
	renderer := markdown.New(markdown.Options{})
	err := fs.WalkDir(FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".md" {
			return err
		}
		docs[name] = render(t, renderer, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

func render(t *testing.T, renderer *markdown.Renderer, name string) document {
	t.Helper()
	data, err := fs.ReadFile(FS(), name)
	if err != nil {
		t.Fatal(err)
	}
	front, text, found := bytes.Cut(data, []byte("\n---\n"))
	title := titleLine.FindSubmatch(front)
	if !found || title == nil {
		t.Fatalf("%s: no title in the front matter", name)
	}
	body, problems, err := renderer.RenderBody(context.Background(),
		postmortems.BodyInput{Path: name, Markdown: text, FirstLine: bytes.Count(front, []byte("\n")) + 3})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, p := range problems {
		t.Error(p)
	}
	doc := document{title: string(title[1]), body: body, anchors: map[string]bool{"": true}}
	for _, h := range body.Headings {
		doc.anchors[h.Anchor] = true
	}
	return doc
}

// A sample with a link to nowhere would be the first thing a newcomer clicks.
func TestLinksLeadSomewhere(t *testing.T) {
	docs := documents(t)
	titles := map[string]string{}
	for name, doc := range docs {
		if other, taken := titles[doc.title]; taken {
			t.Errorf("%s and %s have one title, %q", name, other, doc.title)
		}
		titles[doc.title] = name
	}
	links := 0
	for name, doc := range docs {
		for _, link := range doc.body.Links {
			links++
			target := resolve(link, titles)
			if target == "" {
				t.Errorf("%s:%d: %q leads nowhere", name, link.Line, link.Raw)
				continue
			}
			if linked, isDocument := docs[target]; isDocument && !linked.anchors[link.Fragment] {
				t.Errorf("%s:%d: %s has no heading %q", name, link.Line, target, link.Fragment)
			}
		}
	}
	if links < 150 {
		t.Errorf("%d links: documents that do not know one another show little of the portal", links)
	}
}

// resolve is the path that a link leads to, "" when it leads nowhere.
func resolve(link postmortems.Link, titles map[string]string) string {
	for _, candidate := range link.Candidates {
		if _, err := fs.Stat(FS(), candidate); err == nil {
			return candidate
		}
	}
	if link.Kind == postmortems.LinkWiki {
		return titles[link.Raw]
	}
	return ""
}

// The title stands in the front matter for programs and in the text for people
// who read the file in an editor; they must not drift apart.
func TestTitleIsTheHeading(t *testing.T) {
	for name, doc := range documents(t) {
		if doc.body.H1 != doc.title {
			t.Errorf("%s: title %q, heading %q", name, doc.title, doc.body.H1)
		}
	}
}

func TestRunbookIsNamedAfterItsAlert(t *testing.T) {
	for name, doc := range documents(t) {
		folder, file := path.Split(name)
		if folder != "runbooks/" || strings.Contains(doc.title, "(superseded)") {
			continue
		}
		if doc.title != strings.TrimSuffix(file, ".md") {
			t.Errorf("%s has the title %q", name, doc.title)
		}
	}
}

// About a fifth of the documents is in Chinese, so that search in both languages
// can be tried.
func TestLanguages(t *testing.T) {
	docs, chinese := documents(t), 0
	for _, doc := range docs {
		han, words := 0, doc.body.Words
		for _, section := range doc.body.Sections {
			for _, r := range section.Text {
				if unicode.Is(unicode.Han, r) {
					han++
				}
			}
		}
		if han*2 > words {
			chinese++
		}
	}
	if len(docs) < 60 || chinese*6 < len(docs) || chinese*4 > len(docs) {
		t.Errorf("%d of %d documents are in Chinese", chinese, len(docs))
	}
}
