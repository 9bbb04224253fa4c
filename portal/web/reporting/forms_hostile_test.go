package reporting_test

import (
	goldhtml "github.com/yuin/goldmark/renderer/html"

	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"golang.org/x/net/html"

	"github.com/postern/postern/portal/base/messages/messagestest"
	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/reporting"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/chart"
	"github.com/postern/postern/reports/export"
)

// hostileTexts are what somebody may call a service, an objective, an incident, a
// rule, an owner, a statement or an action.
func hostileTexts() map[string]string {
	return map[string]string{
		"markup":   `"><script>alert(1)</script><img src=x onerror=alert(1)> ]]><![CDATA[ <!-- & &lt; --> ?> {{.}} ${1} %s "; } * { display: none } </style>`,
		"formula":  `=cmd|' /C calc'!A0`,
		"wide":     `＝1+1`,
		"hidden":   "safe\u202Egpj.exe\u2066\u200F a\x00b\x1b[31mc\x7f\u0085\u2028 ",
		"lines":    "name\r\nBcc: all@example.org\r\n\r\n# heading\n- item\n<b>",
		"chinese":  "支付网关结算中断 \U0001F4A3\U0001F469\u200D\U0001F4BB",
		"markdown": "![x](http://evil.example/p.png) [click](javascript:alert(1)) `code` **b** | cell | <http://evil.example>",
		"chat":     "<!channel> <@U123> @all @here <at id=all></at> <http://evil.example|click> http://evil.example",
		"long":     long,
	}
}

// long is a name of ten kilobytes. Only one field of each kind has it, or a
// report would be of the size of a film.
var long = strings.Repeat("很长的名字 ", 10<<10/16)

// calledAll writes one text into everything that people or feeds can name.
func calledAll(t *testing.T, text string) reports.Report {
	t.Helper()
	r := everything(t, "weekly")
	seen := map[string]bool{}
	for _, l := range leaves(&r) {
		if l.v.Kind() != reflect.String || strings.HasSuffix(l.kind, ".Link") || text == long && seen[l.kind] {
			continue
		}
		seen[l.kind] = true
		l.v.SetString(text)
	}
	r.Words = "" // is Markdown, and has a test of its own
	for i := range r.Sections {
		for j := range r.Sections[i].Tables {
			for k := range r.Sections[i].Tables[j].Rows {
				r.Sections[i].Tables[j].Rows[k].Key = text[:min(len(text), 99)]
			}
		}
	}
	return r
}

// A report that is called hostile things in every field has in each form the
// structure of one that is called harmless ones: nothing of a name is markup.
func TestHostileNamesInEveryForm(t *testing.T) {
	t.Parallel()
	drawer, err := chart.NewDrawer(nil, messagestest.English(t))
	if err != nil {
		t.Fatal(err)
	}
	harmless := formsOf(t, drawer, calledAll(t, "harmless"))
	for name, text := range hostileTexts() {
		t.Run(name, func(t *testing.T) {
			r := calledAll(t, text)
			got := formsOf(t, drawer, r)
			for _, form := range []string{"page", "mail"} {
				sameTags(t, form, tags(t, got[form]), tags(t, harmless[form]))
			}
			sameTags(t, "Markdown", tags(t, rendered(t, got["md"])), tags(t, rendered(t, harmless["md"])))
			if a, b := bytes.Count(got["text"], []byte("\n")), bytes.Count(harmless["text"], []byte("\n")); name != "lines" && a != b {
				t.Errorf("the mail's text has %d lines, not %d", a, b)
			}
			for _, form := range []string{"md", "text", "mail", "csv", "atom"} {
				noHidden(t, form, got[form])
			}
			checkCSV(t, got["csv"], harmless["csv"])
			checkWellFormedXML(t, "atom", got["atom"])
			checkCharts(t, drawer, r)
			checkChats(t, r)
		})
	}
}

// formsOf makes the forms that are text, by their suffix.
func formsOf(t *testing.T, drawer *chart.Drawer, r reports.Report) map[string][]byte {
	t.Helper()
	s := site.New(t, formsOrigin, func(d *web.Deps, _ *web.Options) {
		d.Reports, d.Charts, d.Renderer = webtest.Reports{One: r}, realCharts{drawer, messagestest.English(t)}, nil
	})
	at := "/reports/" + r.Name + "/" + r.Period
	l := letter(t, r)
	if strings.ContainsFunc(l.Subject, unicode.IsControl) {
		t.Errorf("the subject of the mail is %.80q", l.Subject)
	}
	return map[string][]byte{
		"page": s.Get(at).Body.Bytes(), "md": s.Get(at + ".md").Body.Bytes(), "csv": s.Get(at + ".csv").Body.Bytes(),
		"atom": s.Get("/reports/feed.atom").Body.Bytes(), "mail": l.HTML, "text": l.Text,
	}
}

// rendered is Markdown as the most trusting reader shows it: HTML in it is live.
func rendered(t *testing.T, md []byte) []byte {
	t.Helper()
	var page bytes.Buffer
	m := goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithRendererOptions(goldhtml.WithUnsafe()))
	if err := m.Convert(md, &page); err != nil {
		t.Fatal(err)
	}
	return page.Bytes()
}

// tags are the elements of a page with the names of their attributes, without the
// drawings: those have as many texts as there is room for.
func tags(t *testing.T, page []byte) (all []string) {
	t.Helper()
	z := html.NewTokenizer(bytes.NewReader(page))
	drawing := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				t.Fatal(z.Err())
			}
			return all
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "svg" {
				drawing = false
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			tag := token.Data
			for _, a := range token.Attr {
				tag += " " + a.Key
				if a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
					tag += "=" + a.Val[:min(5, len(a.Val))]
				}
			}
			if !drawing {
				all = append(all, tag)
			}
			drawing = drawing || token.Data == "svg"
		}
	}
}

func sameTags(t *testing.T, form string, got, want []string) {
	t.Helper()
	for n := range max(len(got), len(want)) {
		if n >= len(got) || n >= len(want) || got[n] != want[n] {
			t.Errorf("%s: element %d is %.80q, of a harmless report %.80q", form, n, got[n:min(n+3, len(got))], want[n:min(n+3, len(want))])
			return
		}
	}
}

// noHidden: nothing that acts on a terminal or turns the text around it.
func noHidden(t *testing.T, form string, b []byte) {
	t.Helper()
	for _, r := range string(b) {
		if unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) || unicode.Is(unicode.Bidi_Control, r) {
			t.Errorf("%s holds %q", form, r)
			return
		}
	}
}

func checkCSV(t *testing.T, got, want []byte) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(got)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	harmless, err := csv.NewReader(bytes.NewReader(want)).ReadAll()
	if err != nil || len(rows) != len(harmless) {
		t.Errorf("the CSV has %d rows, not %d (%v)", len(rows), len(harmless), err)
	}
	number := regexp.MustCompile(`^[-+]?[0-9.]+(e[-+]?[0-9]+)?$`)
	for _, row := range rows {
		for _, cell := range row {
			if first := strings.TrimLeft(cell, " "); first != "" && strings.ContainsAny(first[:1], "=+-@\t\r\n") && !number.MatchString(first) ||
				strings.HasPrefix(first, "＝") {
				t.Errorf("the CSV holds the formula %.40q", cell)
				return
			}
		}
	}
}

func checkWellFormedXML(t *testing.T, form string, b []byte) {
	t.Helper()
	for x := xml.NewDecoder(bytes.NewReader(b)); ; {
		token, err := x.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Errorf("%s is not well-formed: %v", form, err)
			return
		}
		if e, ok := token.(xml.StartElement); ok && slices.Contains([]string{"script", "foreignObject", "image", "a"}, e.Name.Local) {
			t.Errorf("%s holds an element %s", form, e.Name.Local)
		}
	}
}

// checkCharts draws all charts, and one of them as a picture too.
func checkCharts(t *testing.T, drawer *chart.Drawer, r reports.Report) {
	t.Helper()
	for n, c := range r.Charts {
		svg, err := realCharts{drawer, messagestest.English(t)}.SVG(r, c)
		if err != nil {
			t.Fatal(err)
		}
		checkWellFormedXML(t, c.Name, svg)
		noHidden(t, c.Name, svg)
		if n > 0 {
			continue
		}
		picture, err := realCharts{drawer, messagestest.English(t)}.PNG(r, c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
			t.Error(err)
		}
	}
}

// The lead's notes keep their links and lists in Markdown, and nothing that a viewer of
// the file would load or run.
func TestHostileWordsInMarkdown(t *testing.T) {
	t.Parallel()
	for name, text := range hostileTexts() {
		md := export.Markdown(messagestest.English(t), reports.Report{Words: text + "\n\n[a](https://kb.example) [b](JaVaScRiPt:alert(1)) " +
			"[c][d]\n\n[d]: " +
			"data:text/html,x"}, "")
		page := strings.ToLower(string(rendered(t, md)))
		for _, live := range []string{"<script", "<img", "<!--", `href="javascript:`, `href="data:`} {
			if strings.Contains(page, live) {
				t.Errorf("%s: %s in %.300q", name, live, page)
			}
		}
		if !strings.Contains(page, `href="https://kb.example"`) {
			t.Errorf("%s: an honest link is gone", name)
		}
		noHidden(t, name, md)
	}
}

// The margin of a page of paper holds what a report is called, as a string of its
// style sheet.
func TestPaperMarginsHoldAnyName(t *testing.T) {
	t.Parallel()
	whole := regexp.MustCompile(`^"([0-9A-Za-z ]|\\[0-9A-F]{1,6} )*"$`)
	for name, text := range hostileTexts() {
		if got := reporting.CSSString(text); !whole.MatchString(got) {
			t.Errorf("%s: %.80s", name, got)
		}
	}
}
