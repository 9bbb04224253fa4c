package reporting_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/postern/postern/portal/api"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/base/messages/messagestest"
	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/chart"
	"github.com/postern/postern/reports/deliver"
	"github.com/postern/postern/reports/export"
	"github.com/postern/postern/reports/pdf"
)

// realCharts draws as the portal does.
type realCharts struct {
	drawer *chart.Drawer
	texts  *messages.Printer
}

func (c realCharts) Inline(r reports.Report, x reports.Chart, id string) ([]byte, error) {
	return c.drawer.Inline(export.Figure(c.texts, r, x), id)
}

func (c realCharts) SVG(r reports.Report, x reports.Chart) ([]byte, error) {
	return c.drawer.SVG(export.Figure(c.texts, r, x))
}

func (c realCharts) PNG(r reports.Report, x reports.Chart) ([]byte, error) {
	return c.drawer.PNG(export.Figure(c.texts, r, x), chart.Light)
}

func (c realCharts) Table(r reports.Report, x reports.Chart) ([]string, [][]string) {
	t := export.Figure(c.texts, r, x).Table(c.texts)
	return t.Head, t.Rows
}

// reportForm is one way in which a report reaches people.
type reportForm struct {
	name  string
	make  func(t *testing.T, r reports.Report) *reading
	links string // stands before the links of the report
	// leaves are the kinds of statements that this form leaves out, each with the
	// reason. A name ending in "." is everything below.
	leaves map[string]string
}

func (f reportForm) leavesOut(kind string) bool {
	for name := range f.leaves {
		if kind == name || strings.HasSuffix(name, ".") && strings.HasPrefix(kind, name) || strings.HasPrefix(name, "*") &&
			strings.HasSuffix(kind, name[1:]) {
			return true
		}
	}
	return false
}

const (
	formsOrigin = "https://kb.example"
	text        = "the text says it; numbers are in CSV, JSON and API"
	drawn       = "the chart is drawn, and the table beside it has the numbers"
	facts       = "the text of the verdict states them"
	axis        = "the hours and weekdays of a week are the table's own"
)

// reportForms are all of them but the PDF, which takes a browser.
func reportForms(drawer *chart.Drawer) []reportForm {
	portal := func(t *testing.T, r reports.Report) *site.Site {
		return site.New(t, formsOrigin, func(d *web.Deps, _ *web.Options) {
			d.Reports, d.Charts, d.Renderer = webtest.Reports{One: r}, realCharts{drawer, messagestest.English(t)}, nil
		})
	}
	at := func(r reports.Report) string { return "/reports/" + r.Name + "/" + r.Period }
	page := map[string]string{
		"Verdict.Facts.": facts, "*.Number": text, "Derivations.Coverage": "the state of an objective says it", "Twinned.Series.": drawn,
		"Twinned.Mark": drawn, "Twinned.Marks": "drawn, and said where there is room",
		"Clock.Series.Name": axis, "Clock.Series.Points.Label": axis, "Charts.Mark": "a line in the drawing, where nothing is left",
	}
	markdown := map[string]string{
		"Verdict.Facts.": facts, "*.Number": text, "Twinned.Series.": drawn, "Twinned.Mark": drawn, "Twinned.Marks": drawn,
		"Twinned.MarksName": drawn, "Clock.Series.Name": axis, "Clock.Series.Points.Label": axis,
		"Charts.Mark": page["Charts.Mark"],
	}
	const extract = "a mail is the first screen: its first charts come as pictures, the rest is behind its link"
	mail := map[string]string{"Sections.": extract, "Charts.": extract, "Clock.": extract, "Twinned.": extract, "Derivations.": extract,
		"Verdict.Facts.": facts, "*.Number": text}
	return []reportForm{
		{"page", func(t *testing.T, r reports.Report) *reading {
			return readHTML(t, portal(t, r).Get(at(r)).Body.Bytes())
		}, "", page},
		{"Markdown", func(t *testing.T, r reports.Report) *reading {
			return readMarkdown(t, portal(t, r).Get(at(r)+".md").Body.Bytes())
		}, formsOrigin, markdown},
		{"CSV", func(t *testing.T, r reports.Report) *reading {
			return readCSV(t, portal(t, r).Get(at(r)+".csv").Body.Bytes())
		}, "", map[string]string{"Twinned.": "the table with the same numbers is in it", "Verdict.Facts.": facts}},
		{"JSON", func(t *testing.T, r reports.Report) *reading {
			return readFormJSON(t, portal(t, r).Get(at(r)+".json").Body.Bytes())
		}, "", nil},
		{"API", readAPI, "", map[string]string{"Verdict.Facts.": facts}},
		{"mail", func(t *testing.T, r reports.Report) *reading { return readHTML(t, letter(t, r).HTML) }, formsOrigin, mail},
		{"mail as text", func(t *testing.T, r reports.Report) *reading { return readText(t, letter(t, r).Text) }, formsOrigin, mail},
	}
}

func readAPI(t *testing.T, r reports.Report) *reading {
	t.Helper()
	h, err := api.New(api.Deps{Reports: webtest.Reports{One: r}}, api.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/reports/"+r.Name+"/"+r.Period, nil))
	return readFormJSON(t, w.Body.Bytes())
}

func letter(t *testing.T, r reports.Report) deliver.Message {
	t.Helper()
	c, err := deliver.NewComposer(webtest.Texts(t))
	if err != nil {
		t.Fatal(err)
	}
	at := formsOrigin + "/reports/" + r.Name + "/" + r.Period
	l, err := c.Compose(deliver.Published{Report: r, Revision: 2, At: webtest.Now, URL: at + "?rev=2", Latest: at, Base: formsOrigin,
		Markdown: export.Markdown(messagestest.English(t), r, formsOrigin)})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// everything is a golden report with what golden reports have no need of.
func everything(t *testing.T, kind string) reports.Report {
	t.Helper()
	r := webtest.Report(t, kind)
	coverage := 0.25
	r.Scope, r.Words = "team payments", "A quiet week but for Tuesday"
	r.Derivations[0].Coverage, r.Derivations[0].Revision = &coverage, "abc1234567"
	r.Sections[0].Lines = append(r.Sections[0].Lines, reports.Line{Key: "k", Who: "payments", Text: "says so", Link: "/slos"})
	return r
}

// All forms print one object: every statement of the model stands in each of
// them, but for what a form leaves out by its list. A list names nothing that
// stands there after all, and no form misses that a figure differs.
func TestOneObjectInEveryForm(t *testing.T) {
	t.Parallel()
	drawer, err := chart.NewDrawer(nil, messagestest.English(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"daily", "weekly", "monthly"} {
		seed := everything(t, kind)
		if kind == "weekly" {
			holdsEveryCase(t, seed)
		}
		makeUnique(t, &seed)
		for _, f := range reportForms(drawer) {
			t.Run(kind+"/"+f.name, func(t *testing.T) {
				got := f.make(t, seed)
				checkForm(t, f, &seed, got)
				switch kind {
				case "weekly":
					checkDifferences(t, f, seed)
				case "monthly": // the longest: a list that names too much shows here
					checkLists(t, f, &seed, got)
				}
			})
		}
	}
}

// checkForm compares a form with the report it was made of.
func checkForm(t *testing.T, f reportForm, r *reports.Report, got *reading) {
	t.Helper()
	compared := 0
	for _, l := range leaves(r) {
		if f.leavesOut(l.kind) {
			continue
		}
		compared++
		if !got.holds(l, f.links) {
			t.Errorf("%s: %.100q is not in the form: %s", l.path, l.said, l.kind)
		}
	}
	if compared < 20 {
		t.Errorf("only %d statements were compared", compared)
	}
}

// checkLists holds a form to what it says that it leaves out.
func checkLists(t *testing.T, f reportForm, r *reports.Report, got *reading) {
	t.Helper()
	absent := map[string]bool{} // kinds of which one is not there
	for _, l := range leaves(r) {
		if !absent[l.kind] && f.leavesOut(l.kind) {
			absent[l.kind] = !got.holds(l, f.links)
		}
	}
	for name, why := range f.leaves {
		one, said := reportForm{leaves: map[string]string{name: why}}, true
		for kind, is := range absent {
			said = said && !(is && one.leavesOut(kind))
		}
		if said {
			t.Errorf("%q is said to be left out (%s), and all of it is there", name, why)
		}
	}
}

// checkDifferences changes one statement of each kind, and expects that none of
// them is found as it was.
func checkDifferences(t *testing.T, f reportForm, r reports.Report) {
	t.Helper()
	b, err := reports.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	other, err := reports.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	was, is := leaves(&r), leaves(&other)
	var changed []leaf
	for n, l := range was {
		if !f.leavesOut(l.kind) && !slices.ContainsFunc(changed, func(c leaf) bool { return c.kind == l.kind }) {
			changed = append(changed, l)
			is[n].alter()
		}
	}
	got := f.make(t, other)
	for _, l := range changed {
		if got.holds(l, f.links) {
			t.Errorf("%s: it is not noticed when the form says something else", l.path)
		}
	}
}

// holdsEveryCase: a comparison is worth what it is shown.
func holdsEveryCase(t *testing.T, r reports.Report) {
	t.Helper()
	b, err := reports.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{
		`"met"`, `"missed"`, `"low traffic"`, `"no traffic"`, `"partly measured"`, `"no data"`, `"invalid data"`, `"not yet in force"`,
		`"text":"−`, `"unknown"`, `"—"`, "too few for a trend",
	} {
		if !strings.Contains(string(b), what) {
			t.Errorf("the report has no %s", what)
		}
	}
}

// The PDF is the page on paper: all of it, with its links alive, its name and the
// number of the page on each.
func TestPDFSaysWhatThePageSays(t *testing.T) {
	t.Parallel()
	printer, ok := pdf.Find("")
	_, err := exec.LookPath("pdftotext")
	if !ok || err != nil {
		if os.Getenv("POSTERN_REQUIRE") == "all" {
			t.Fatal("chromium or pdftotext (poppler-utils) is not installed")
		}
		t.Skip("chromium and pdftotext (poppler-utils): not both installed")
	}
	drawer, err := chart.NewDrawer(nil, messagestest.English(t))
	if err != nil {
		t.Fatal(err)
	}
	r := everything(t, "weekly")
	r.Sections[0].Tables[0].Rows[0].Cells[0].Text = "支付网关"
	makeUnique(t, &r)
	s := site.New(t, formsOrigin, func(d *web.Deps, _ *web.Options) {
		d.Reports, d.Charts, d.Printer, d.Renderer = webtest.Reports{One: r}, realCharts{drawer, messagestest.English(t)}, printer, nil
	})
	w := s.Get("/reports/weekly/" + r.Period + ".pdf")
	if w.Code != http.StatusOK {
		t.Fatalf("%d %.300s", w.Code, w.Body)
	}
	got := readPDF(t, w.Body.Bytes())
	f := reportForm{name: "PDF", links: formsOrigin, leaves: map[string]string{"Charts.": drawn, "Clock.": drawn}}
	for name, why := range reportForms(drawer)[0].leaves {
		f.leaves[name] = why
	}
	checkForm(t, f, &r, got)
	for _, running := range []string{r.Title + ": " + r.Heading, "Revision 2, ",
		formsOrigin + (&url.URL{Path: "/reports/weekly/" + r.Period}).Path, "2 of "} {
		if n := strings.Count(got.text, squeezed(running)); n < 1 {
			t.Errorf("%q stands on no page", running)
		}
	}
}
