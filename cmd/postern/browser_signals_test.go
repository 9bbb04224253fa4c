package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
)

// signalPages are the pages about what happened and how it is reported. Addresses
// that hold a day or an id are asked for: the demo's days follow the clock.
func signalPages(t *testing.T, url string) []browserPage {
	t.Helper()
	const ok = http.StatusOK
	daily, weekly, monthly := reportsOf(t, url, "daily"), reportsOf(t, url, "weekly"), reportsOf(t, url, "monthly")
	var incidents struct{ Incidents []struct{ ID string } }
	readJSON(t, url+"/api/v1/incidents?limit=1", &incidents)
	var statements struct{ Statements []struct{ Digest string } }
	readJSON(t, url+"/api/v1/slow-sql?limit=1", &statements)
	if len(incidents.Incidents) == 0 || len(statements.Statements) == 0 {
		t.Fatal("the demo has no incident or no slow statement")
	}
	return []browserPage{
		{"incidents", "/incidents", ok, "main article [data-item]"},
		{"incidents-nothing", "/incidents?service=nobody", ok, "main .empty"},
		{"incident", "/incidents/" + incidents.Incidents[0].ID, ok, ".card"},
		{"incident-unknown", "/incidents/nothing", http.StatusNotFound, ".failure"},
		{"alerts", "/alerts", ok, "table.clock"},
		{"changes", "/changes", ok, ".gauges"},
		{"slow-sql", "/slow-sql", ok, ".statement"},
		{"digest", "/slow-sql/" + statements.Statements[0].Digest, ok, "pre.sql"},
		{"feeds", "/feeds", ok, "main table"},
		{"dead-letters", "/dead-letters", ok, "main article"},
		{"jobs", "/jobs", ok, "main table"},
		{"deliveries", "/deliveries", ok, "main .empty"},
		{"reports", "/reports", ok, ".calendar"},
		{"reports-weekly", "/reports/weekly", ok, "form select"},
		{"compare", "/reports/weekly/compare?a=" + weekly[1].Period + "&b=" + weekly[0].Period, ok, "main table"},
		{"daily", "/reports/daily/" + daily[0].Period, ok, ".tiles"},
		{"weekly", "/reports/weekly/" + weekly[0].Period, ok, ".report table"},
		{"monthly", "/reports/monthly/" + monthly[0].Period, ok, ".report table"},
		{"report-changes", "/reports/weekly/" + weekly[0].Period + "/changes", ok, "main ul"},
	}
}

// publishedReport is what the tests read of GET /api/v1/reports.
type publishedReport struct{ Period string }

// reportsOf are the newest reports of a definition, two at least.
func reportsOf(t *testing.T, url, name string) []publishedReport {
	t.Helper()
	var list struct{ Reports []publishedReport }
	readJSON(t, url+"/api/v1/reports?limit=2&name="+name, &list)
	if n := len(list.Reports); n < 2 {
		t.Fatalf("%d %s reports in the demo", n, name)
	}
	return list.Reports
}

// readJSON reads an answer of the interface.
func readJSON(t *testing.T, url string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(pageOf(t, url)), into); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
}

// testSignalPages holds them to the same as all pages, on half of the screens: each
// theme and each width once. On the phone, pages made like another one are left out.
func testSignalPages(t *testing.T, browser *chromium, url string) {
	tab, pages := browser.newTab(t), signalPages(t, url)
	alike := []string{"daily", "weekly", "monthly", "reports-weekly", "report-changes", "incidents-nothing", "incident-unknown"}
	for _, s := range []screen{{deskWidth, "dark"}, {phoneWidth, "light"}} {
		t.Run(s.String(), func(t *testing.T) {
			tab.look(t, s)
			for _, p := range pages {
				if s.width == phoneWidth && slices.Contains(alike, p.name) {
					continue
				}
				t.Run(p.name, func(t *testing.T) { testPage(t, tab, url, p, s) })
			}
		})
	}
	t.Run("weekly on a phone", func(t *testing.T) { testFolds(t, tab, url, reportsOf(t, url, "weekly")[0].Period) })
}

// longSections names the sections of a report that are longer than the screen.
const longSections = `Array.from(document.querySelectorAll('.report > section')).filter(s => s.offsetHeight > innerHeight).map(s => s.querySelector('h2').id + ', ' + s.offsetHeight)`

// testFolds reads the weekly on a phone: the verdict is on the first screen, what is
// longer than a screen is folded, and the contents lead into it.
func testFolds(t *testing.T, tab *tab, url, period string) {
	tab.look(t, screen{phoneWidth, "light"})
	tab.open(t, url+"/reports/weekly/"+period)
	for what, holds := range map[string]string{
		"the verdict is on the first screen":      `document.querySelector('#verdict').getBoundingClientRect().bottom < innerHeight`,
		"so are the tiles":                        `document.querySelector('.tile').getBoundingClientRect().bottom < innerHeight`,
		"the page is not wider than the screen":   `document.documentElement.scrollWidth <= ` + strconv.Itoa(phoneWidth),
		"there are contents, and they are folded": `document.querySelector('.toc-narrow:not([open]) a[href="#alerts"]') !== null`,
		"the alerts are folded":                   `document.querySelector('#alerts').closest('.fold').open === false`,
	} {
		if !eval[bool](t, tab, holds) {
			t.Errorf("it does not hold that %s: %s", what, holds)
		}
	}
	for _, long := range eval[[]string](t, tab, longSections) {
		t.Error("longer than the screen and not folded:", long)
	}
	tab.do(t, chromedp.Click(chromedp.CSS(".toc-narrow summary")), chromedp.Click(chromedp.CSS(`.toc-narrow a[href="#alerts"]`)))
	tab.until(t, `document.querySelector('#alerts').closest('.fold').open && document.querySelector('#alerts').getBoundingClientRect().top < innerHeight / 2`)
	for _, complaint := range tab.complaints(0) {
		t.Error("console:", complaint)
	}
}
