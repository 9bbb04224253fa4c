package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/app"
	"github.com/postern/postern/portal/base/campaign"
)

// demoDays are the instants on which the demonstration is started: every weekday, ends
// of months, quarters and years, ISO week 53, leap days and changes of daylight saving.
// The first five are those of make test. A zone is that of the reports, "" for UTC.
const demoDays = `
2026-11-30T10:07:00Z
2027-03-28T00:30:00Z Europe/Berlin
2027-01-01T00:00:00Z
2028-02-29T23:59:59Z
2026-11-25T09:00:00Z
2026-11-26T06:14:59Z
2026-11-27T13:00:00Z
2026-11-28T18:45:01Z
2026-11-29T23:59:59Z
2026-12-01T00:00:00Z
2026-12-01T08:00:00Z Asia/Shanghai
2026-12-27T12:00:00Z
2026-12-28T00:00:01Z
2026-12-31T23:59:59Z
2026-12-31T16:00:00Z Asia/Shanghai
2027-01-02T11:11:11Z
2027-01-03T20:00:00Z
2027-01-04T00:00:00Z
2027-01-04T03:00:00Z America/New_York
2027-01-31T23:45:00Z
2027-02-01T00:15:00Z
2027-02-28T12:00:00Z
2027-03-01T00:00:00Z
2027-03-14T06:59:00Z America/New_York
2027-03-14T07:01:00Z America/New_York
2027-03-15T04:00:00Z America/New_York
2027-03-27T23:30:00Z Europe/Berlin
2027-03-28T01:00:00Z Europe/Berlin
2027-03-29T05:00:00Z Europe/London
2027-03-31T22:00:00Z Europe/Berlin
2027-04-01T00:00:00Z
2027-04-03T15:00:00Z Australia/Lord_Howe
2027-04-30T23:59:00Z
2027-05-01T09:30:00Z
2027-05-31T18:00:00Z
2027-06-30T23:59:59Z
2027-07-01T00:00:00Z
2027-07-31T12:00:00Z
2027-08-31T23:00:00Z
2027-09-01T00:07:00Z
2027-09-30T10:00:00Z
2027-10-01T00:00:00Z
2027-10-02T15:30:00Z Australia/Lord_Howe
2027-10-31T00:30:00Z Europe/Berlin
2027-10-31T01:00:00Z Europe/Berlin
2027-11-01T00:00:00Z Europe/Berlin
2027-11-07T05:30:00Z America/New_York
2027-11-08T05:00:00Z America/New_York
2027-12-31T23:30:00Z
2028-01-01T00:00:00Z
2028-01-03T00:00:00Z
2028-02-28T23:59:59Z
2028-03-01T00:00:00Z
2028-03-26T01:30:00Z Europe/Berlin
2028-12-31T12:00:00Z
2029-01-01T00:00:00Z
2029-12-31T00:00:00Z
2032-02-29T12:00:00Z
2032-12-31T23:59:59Z
2033-01-03T00:00:00Z
`

// TestCampaignDemoDays starts the demonstration on each day and holds what must be so on
// every day: of its pages, of its reports and of what a phone shows of them.
func TestCampaignDemoDays(t *testing.T) {
	if raceBuild {
		t.Skip("a day costs six times as much with the race detector; make test runs this test a second time, without it")
	}
	needGit(t)
	chromium := needChromium(t)
	days := strings.Split(strings.TrimSpace(demoDays), "\n")
	if len(days) != 60 {
		t.Fatalf("%d days, want 60", len(days))
	}
	for _, day := range days[:campaign.Size(5, len(days))] {
		at, zone, _ := strings.Cut(day, " ")
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.ReplaceAll(day, " ", "_"), func(t *testing.T) {
			p := startDemoInside(t, now, zone)
			p.checkReports(t)
			p.checkPages(t)
			p.checkPhone(t, startChromium(t, chromium)) // one a day: a browser is ended after browserPatience
		})
	}
}

// insidePortal is the demonstration inside the process of the test, on a clock that
// stands still.
type insidePortal struct {
	app  *app.App
	asks *int // how many requests were sent
	now  time.Time
	zone *time.Location
}

func startDemoInside(t *testing.T, now time.Time, zone string) insidePortal {
	t.Helper()
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	term := terminal{in: strings.NewReader(""), out: &said, err: &said, env: func(string) (string, bool) { return "", false },
		now: func() time.Time { return now }}
	conf, err := load(term, &globals{dataDir: filepath.Join(t.TempDir(), "data")},
		map[string]string{"listen": "127.0.0.1:0", "reports.zone": location.String()})
	if err != nil {
		t.Fatal(err)
	}
	conf.Log.Level = slog.LevelWarn
	o := options(term, conf)
	worker, err := exec.LookPath("postern") // this program would run all tests
	if err != nil {
		t.Fatal(err)
	}
	o.RenderCommand, o.Create = []string{worker, renderWorkerName}, true
	a, err := app.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err = a.Start(t.Context()); err == nil {
		err = fillDemo(t.Context(), term, a, conf)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	if strings.Contains(said.String(), "level=WARN") || strings.Contains(said.String(), "level=ERROR") {
		t.Errorf("the log has warnings:\n%s", said.String())
	}
	return insidePortal{a, new(int), now, location}
}

// get reads one address as a reader's browser does, each time as another reader: what one
// may ask for in a minute does not come back on a clock that stands still.
func (p insidePortal) get(path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, p.app.URL()+path, nil)
	r.Header.Set("Accept", "text/html, */*;q=0.5")
	*p.asks++
	r.RemoteAddr = fmt.Sprintf("198.18.%d.%d:40000", *p.asks/200, 1+*p.asks%200)
	w := httptest.NewRecorder()
	p.app.Handler().ServeHTTP(w, r)
	return w
}
