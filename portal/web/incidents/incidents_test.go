package incidents_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/sql"
)

func TestIncidentList(t *testing.T) {
	t.Parallel()
	s, _ := site.WithSignals(t)
	page := s.Get("/kb/incidents").Body.String()
	webtest.Holds(t, page, []string{
		`<a href="/kb/incidents/PX1" data-item>Checkout &lt;failed&gt; 支付</a>`, "open for 30 min", "Sources: post-mortem, PagerDuty, status page",
		"detected &#43;60 s", "diagnosed &#43;20 min", "recovered &#43;31 min", "it ended at the time of its start", `href="/kb/p/checkout-1"`,
		"1 met, 1 missed, 0 unknown", "Median time to recover",
	}, []string{"<failed>", "Report an incident"})
	if open, over := strings.Index(page, "/incidents/PX2"), strings.Index(page, "/incidents/PX1"); open > over {
		t.Error("the open incident is not first")
	}
	page = s.Get("/kb/incidents?service=cart&state=open").Body.String()
	webtest.Holds(t, page, []string{"/incidents/PX2", `href="/kb/incidents?state=open"`}, []string{"/incidents/PX1"})
	page = s.Get("/kb/incidents?service=nothing").Body.String()
	webtest.Holds(t, page, []string{"No incident matches these filters"}, nil)
	for _, bad := range []string{"days=0", "days=x", "from=yesterday", "from=2026-01-02&to=2026-01-01", "page=0"} {
		if w := s.Get("/kb/incidents?" + bad); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}

func TestIncidentPage(t *testing.T) {
	t.Parallel()
	s, _ := site.WithSignals(t)
	page := s.Get("/kb/incidents/PX1").Body.String()
	webtest.Holds(t, page, []string{
		`<a href="/kb/p/checkout-1">post-mortem</a> <span class="muted small">stated by a person</span>`, "automatic", "status: ", "12.8 %",
		"<b>Resolved</b> after 31 min, on",
		"Checkout: served without errors", `<a href="#by-hand">zoe</a>`, "HighErrorRate", "suspected cause of PX1", "said in chat",
		"https://pd.example/PX1",
		`class="s-diagnose"`, `href="/kb/p/checkout-1"`, "SEV2",
	}, []string{"Correct this incident", "<failed>", "postmortem:checkout-1<", "<code>pd:PX1</code>"})
	webtest.Holds(t, s.Get("/kb/incidents/PX2").Body.String(), []string{"postern new postmortem --incident PX2", "detected", "unknown"}, nil)
	if w := s.Get("/kb/incidents/pd:PX1"); w.Code != http.StatusFound || w.Header().Get("Location") != "/kb/incidents/PX1" {
		t.Errorf("another name: %d %v", w.Code, w.Header())
	}
	if w := s.Get("/kb/incidents/none"); w.Code != http.StatusNotFound {
		t.Errorf("none: %d", w.Code)
	}
}

func TestEditsNeedAnAuthor(t *testing.T) {
	t.Parallel()
	s, f := site.WithSignals(t)
	form := url.Values{"action": {"set"}, "field": {"diagnosed"}, "value": {"2026-11-21 14:03"}, "why": {"chat log"}}
	if code, _, _ := s.Post("/kb/incidents/PX1", "pst_reader", form); code != http.StatusForbidden || len(f.Edits) != 0 {
		t.Errorf("a reader: %d", code)
	}
	code, to, _ := s.Post("/kb/incidents/PX1", "pst_author", form)
	if code != http.StatusSeeOther || to != "/kb/incidents/PX1" || len(f.Edits) != 1 || f.Edits[0].Value != "2026-11-21T14:03:00Z" ||
		f.Who == "" {
		t.Errorf("%d %s %+v", code, to, f.Edits)
	}
	s.Post("/kb/incidents/PX1", "pst_admin", url.Values{"action": {"merge"}, "refs": {"PX2, st-2"}, "why": {"one"}})
	s.Post("/kb/incidents/PX1", "pst_admin", url.Values{"action": {"split"}, "voice": {"status:st-1"}, "why": {"two"}})
	s.Post("/kb/incidents/PX1", "pst_admin", url.Values{"action": {"link"}, "kind": {"change"}, "id": {" d-1 "}, "why": {"three"}})
	if m, sp, l := f.Edits[1], f.Edits[2], f.Edits[3]; len(m.Refs) != 2 || sp.Refs[0] != "status:st-1" || l.Field != "change" ||
		l.Value != "d-1" {
		t.Errorf("%+v %+v %+v", m, sp, l)
	}
	code, _, body := s.Post("/kb/incidents/PX1", "pst_admin",
		url.Values{"action": {"set"}, "field": {"severity"}, "value": {"P1"}, "why": {"x"}})
	if code != http.StatusBadRequest || !strings.Contains(body, "Nothing was changed: severity is SEV1 to SEV5") {
		t.Errorf("%d", code)
	}
	webtest.Holds(t, s.Get("/kb/incidents/PX1", "Authorization", "Bearer pst_admin").Body.String(),
		[]string{"Correct this incident", `value="status:st-1"`, "<option>diagnosed</option>"}, nil)
	if w := s.Ask(http.MethodPost, "/kb/incidents/PX1", form.Encode(), "Authorization", "Bearer pst_admin", "Sec-Fetch-Site",
		"cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
}

func TestEntry(t *testing.T) {
	t.Parallel()
	s, f := site.WithSignals(t)
	if w := s.Get("/kb/incidents/new"); w.Code == http.StatusOK {
		t.Error("anybody may tell of an incident")
	}
	webtest.Holds(t, s.Get("/kb/incidents/new", "Authorization", "Bearer pst_admin").Body.String(),
		[]string{`name="started"`, `name="title"`}, nil)
	form := url.Values{"title": {"Down"}, "services": {"a, b"}, "severity": {"SEV1"}, "started": {"2026-11-21 14:03"}, "resolved": {""}}
	code, to, _ := s.Post("/kb/incidents", "pst_admin", form)
	if code != http.StatusSeeOther || to != "/kb/incidents/E-1" {
		t.Fatalf("%d %s", code, to)
	}
	v := f.Entered[0]
	if v.Title != "Down" || len(v.Services) != 2 || len(v.Times) != 1 ||
		!v.Times[incident.Started].At.Equal(time.Date(2026, 11, 21, 14, 3, 0, 0, time.UTC)) {
		t.Errorf("%+v", v)
	}
	form.Set("started", "noon")
	if code, _, body := s.Post("/kb/incidents", "pst_admin", form); code != http.StatusBadRequest ||
		!strings.Contains(body, `value="Down"`) || !strings.Contains(body, "started is no time") {
		t.Errorf("%d: what was typed is lost", code)
	}
}

func TestAlertsPage(t *testing.T) {
	t.Parallel()
	s, _ := site.WithSignals(t)
	page := s.Get("/kb/alerts").Body.String()
	webtest.Holds(t, page, []string{
		"1 of 2 pages", "50.0 %", `<a href="/kb/a/HighErrorRate">HighErrorRate</a>`, "incident PX1", "still firing", "2 alerts were left out",
		"by minutes",
		`class="heat`, "On-call load: 0 of", "How it&#39;s calculated",
	}, nil)
	webtest.Holds(t, s.Get("/kb/alerts?service=cart&by=night").Body.String(), []string{"Disk", "service: cart"}, []string{"HighErrorRate"})
}

func TestChangesPage(t *testing.T) {
	t.Parallel()
	s, _ := site.WithSignals(t)
	webtest.Holds(t, s.Get("/kb/changes").Body.String(), []string{
		"1 of 2 deployments", "50.0 %", "suspected cause of PX1", "during a freeze", "https://ci.example/1", "Region lost",
		"Services without a drill in this period: checkout",
	}, nil)
	webtest.Holds(t, s.Get("/kb/changes?state=failed").Body.String(), []string{"d2"}, []string{"d1 "})
}

func TestSlowSQLPages(t *testing.T) {
	t.Parallel()
	s, f := site.WithSignals(t)
	webtest.Holds(t, s.Get("/kb/slow-sql").Body.String(), []string{
		"select * from t where a = ?", "payments", "(via database)", "nobody", "1,000", `href="/kb/slow-sql/0123456789abcdef"`, "9 s", "250 ms",
	}, nil)
	webtest.Holds(t, s.Get("/kb/slow-sql?team=nobody").Body.String(), []string{"delete from x", "Team: Unassigned"},
		[]string{"select * from t", ">nobody<", ": nobody"})
	webtest.Holds(t, s.Get("/kb/slow-sql/0123456789abcdef", "Authorization", "Bearer pst_admin").Body.String(),
		[]string{"db1", "Assignment", "of 3"}, nil)
	if w := s.Get("/kb/slow-sql/none"); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
	code, to, _ := s.Post("/kb/slow-sql/0123456789abcdef", "pst_admin",
		url.Values{"state": {"assigned"}, "team": {"db"}, "database": {"orders"}})
	if want := (sql.Decision{Digest: "0123456789abcdef", Database: "orders", State: sql.Assigned,
		Team: "db"}); code != http.StatusSeeOther || f.Decisions[0] != want {
		t.Errorf("%d %s %+v", code, to, f.Decisions)
	}
	if code, _, body := s.Post("/kb/slow-sql/0123456789abcdef", "pst_admin", url.Values{}); code != http.StatusBadRequest ||
		!strings.Contains(body, "Nothing was changed") {
		t.Errorf("%d", code)
	}
}

func TestEmptySignalsNameTheCommand(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example", func(d *web.Deps, _ *web.Options) { d.Signals = &webtest.Signals{} })
	for path, says := range map[string]string{
		"/incidents": "postern feed import ndjson", "/alerts": "https://kb.example/api/v1/feeds/alertmanager",
		"/changes":  "postern feed import ndjson -",
		"/slow-sql": "postern feed import mysql-slow-log",
	} {
		if w := s.Get(path); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%s: %d, want %q", path, w.Code, says)
		}
	}
	if w := site.New(t, "https://kb.example").Get("/incidents"); w.Code != http.StatusNotFound {
		t.Errorf("without feeds: %d", w.Code)
	}
}
