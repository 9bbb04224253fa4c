package slos_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/slos"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

func TestTheBoardShowsTheWorstFirst(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example", site.WithBoard)
	body := s.Get("/slos").Body.String()
	last := -1
	for _, name := range []string{"b-missed", "c-absent", "d-quiet", "e-nonsense", "a-fine"} {
		at := strings.Index(body, `id="slo-`+name+`"`)
		if at < last {
			t.Errorf("%s is out of its place", name)
		}
		last = at
	}
	for _, want := range []string{"1 met", "1 missed", "3 without data", ">no data<", ">no traffic<", ">invalid data<", "−400.0 %", "▲ 0.5×"} {
		if !strings.Contains(body, want) {
			t.Errorf("the board does not say %q", want)
		}
	}
	if strings.Contains(body, "NaN") || strings.Contains(body, "100 %</td>") {
		t.Error("what is not known is shown as a number")
	}
}

func TestTheBoardIsFilteredAndPaged(t *testing.T) {
	t.Parallel()
	many := &webtest.Board{}
	for i := range 500 {
		r := webtest.Scored(fmt.Sprintf("slo-%03d", i), 999_900, 1_000_000, slo.OK)
		r.Team, r.SLO.Service = fmt.Sprintf("team-%d", i%7), fmt.Sprintf("svc-%d", i%60)
		many.RowList = append(many.RowList, r)
	}
	s := site.New(t, "https://kb.example/kb", func(d *web.Deps, _ *web.Options) { d.Board = many })
	body := s.Get("/kb/slos").Body.String()
	if n := strings.Count(body, "data-live-row"); n != slos.BoardPage || !strings.Contains(body, `href="/kb/slos?from=30"`) {
		t.Errorf("%d rows on the first page", n)
	}
	const most = 60 << 10
	if len(body) > most {
		t.Errorf("the first page has %d bytes, at most %d are good", len(body), most)
	}
	body = s.Get("/kb/slos?team=team-3&service=svc-3").Body.String()
	if n := strings.Count(body, "data-live-row"); n != 2 || !strings.Contains(body, "team: team-3") {
		t.Errorf("%d rows fit both filters", n)
	}
	if w := s.Get("/kb/slos?from=x"); w.Code != 400 {
		t.Errorf("from=x answers %d", w.Code)
	}
	if w := s.Get("/kb/slos?from=480"); strings.Count(w.Body.String(), "data-live-row") != 20 {
		t.Error("the last page is not whole")
	}
}

func TestAnObjectiveOverASpan(t *testing.T) {
	t.Parallel()
	b := &webtest.Board{RowList: []slostatus.Row{webtest.Scored("a", 999_500, 1_000_000, slo.OK)}}
	s := site.New(t, "https://kb.example", func(d *web.Deps, _ *web.Options) { d.Board = b })
	if w := s.Get("/slos/a?from=2026-11-01&to=" + url.QueryEscape("2026-11-02T08:00:00+08:00")); w.Code != 200 {
		t.Fatal(w.Code)
	}
	if b.From.Format(time.DateOnly) != "2026-11-01" || b.To.UTC().Hour() != 0 {
		t.Errorf("judged from %s to %s", b.From, b.To)
	}
	for target, want := range map[string]int{"/slos/a?from=then": 400, "/slos/none": 404} {
		if w := s.Get(target); w.Code != want {
			t.Errorf("%s answers %d", target, w.Code)
		}
	}
}
