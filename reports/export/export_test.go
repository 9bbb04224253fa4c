package export_test

import (
	"bytes"
	"encoding/csv"
	"html"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/messages/messagestest"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/export"
)

func golden(t *testing.T, kind string) reports.Report {
	t.Helper()
	b, err := os.ReadFile("../testdata/" + kind + ".json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := reports.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Every value of a report stands in the CSV, with its number, and in the Markdown.
func TestEveryValueIsThere(t *testing.T) {
	for _, kind := range []string{"daily", "weekly", "monthly"} {
		r := golden(t, kind)
		b, err := export.CSV(messagestest.English(t), r)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]bool{}
		for _, row := range rows {
			texts[strings.TrimPrefix(row[3], "'")] = true
		}
		md := html.UnescapeString(strings.ReplaceAll(string(export.Markdown(messagestest.English(t), r, "")), `\`, ""))
		for _, s := range r.Sections {
			for _, table := range s.Tables {
				for _, row := range table.Rows {
					for _, v := range row.Cells {
						if !texts[v.Text] || !strings.Contains(md, v.Text) {
							t.Fatalf("%s %s: %q is missing: CSV %v, Markdown %v", kind, table.Key, v.Text, texts[v.Text], strings.Contains(md, v.Text))
						}
					}
				}
			}
		}
	}
}

// hostile is a report with one text in every place that outsiders can fill.
func hostile(text string) reports.Report {
	v := reports.Value{Text: text, Link: "/incidents/" + url.PathEscape(text)}
	f := reports.Figure{Key: "k", Label: text, Value: v, Note: text}
	l := reports.Line{Key: "k", Who: text, Text: text, Link: "/x"}
	return reports.Report{
		Title: text, Heading: text, Scope: text, Verdict: reports.Verdict{Text: text}, Headline: []reports.Figure{f}, Changed: []reports.Line{l},
		Acts: []reports.Line{l},
		Sections: []reports.Section{{Key: "s", Title: text, Empty: text, Note: text, Figures: []reports.Figure{f}, Lines: []reports.Line{l},
			Tables: []reports.Table{{
				Key: "t", Title: text, Note: text, Columns: []reports.Column{{Key: "c", Title: text}},
				Rows: []reports.Row{{Key: "r", Cells: []reports.Value{v}}},
			}}}},
		Derivations: []reports.Derivation{{Key: "d", Title: text, Formula: text, Source: text, Terms: []reports.Term{{Name: text, Value: v}}}},
	}
}

// escapes are what Markdown takes literally.
var escapes = regexp.MustCompile(`\\.`)

func TestHostileText(t *testing.T) {
	for _, text := range []string{"<script>alert(1)</script>", "a | b ![x](javascript:alert(1))", "]]>", "# no heading",
		"[click](http://evil)", "`code`", "<!-- -->"} {
		md := string(export.Markdown(messagestest.English(t), hostile(text), ""))
		for _, raw := range []string{"<script", "](javascript", "](http://evil", "<!--", "| b"} {
			if strings.Contains(escapes.ReplaceAllString(md, ""), raw) {
				t.Errorf("%q lets %q through:\n%s", text, raw, md)
			}
		}
	}
	for _, text := range []string{"=cmd|'/c calc'!A0", "+1+1", "@SUM(A1)", "-2+3", "\t=1", "\r=1"} {
		b, err := export.CSV(messagestest.English(t), hostile(text))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, c := range row {
				if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
					t.Errorf("%q stands in the CSV as %q", text, c)
				}
			}
		}
	}
}

// The lead's own Markdown stays Markdown, but nothing in it is run: an address is
// read after its entities, so that none may be left.
func TestWordsRunNothing(t *testing.T) {
	for words, want := range map[string]string{
		"[x](javascript:alert(1))":         "> [x](javascript\u200b:alert(1))",
		"[x](java&#115;cript:alert(1))":    "> [x](java&amp;#115;cript:alert(1))",
		"[x](javascript&colon;alert(1))":   "> [x](javascript&amp;colon;alert(1))",
		`[x](javascript\:alert(1))`:        "> [x](javascript\u200b\\:alert(1))",
		"**Q&A** <b>, ![p](https://e.org)": `> **Q&amp;A** &lt;b>, !\[p](https://e.org)`,
		"[a](/search?q=x&limit=5)":         "> [a](/search?q=x&amp;limit=5)",
	} {
		if md := string(export.Markdown(messagestest.English(t), reports.Report{Title: "t", Words: words}, "")); !strings.Contains(md,
			want+"\n") {
			t.Errorf("%q is quoted otherwise than %q:\n%s", words, want, md)
		}
	}
}

func FuzzForms(f *testing.F) {
	f.Add("<b>|`=")
	f.Add("第 47 周 \u202E")
	f.Fuzz(func(t *testing.T, text string) {
		r := hostile(text)
		md := export.Markdown(messagestest.English(t), r, "")
		b, err := export.CSV(messagestest.English(t), r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := csv.NewReader(bytes.NewReader(b)).ReadAll(); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if utf8.ValidString(text) && !utf8.Valid(md) {
			t.Fatalf("%q makes invalid UTF-8", text)
		}
		if strings.Contains(string(md), "<script") {
			t.Fatalf("%q: raw markup", text)
		}
	})
}
