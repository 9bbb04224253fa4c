package api

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// fakeBoard is a Board of four objectives in different states.
type fakeBoard struct{ from, to time.Time }

func scored(name string, good, total float64, buckets int, s slo.State) slostatus.Row {
	x := slo.SLO{
		Name: name, Title: "Title of " + name, Service: "checkout", Target: 0.99, Method: slo.Occurrences, Hash: "h1",
		Window: slo.Window{Rolling: true, Count: 28, Unit: "d"},
	}
	r := slo.Result{From: at(0, 0), To: at(12, 0), State: s, Good: good, Total: total, Buckets: buckets, Coverage: 1, Revision: 2}
	if s == slo.OK {
		sli, spent := good/total, (1-good/total)/0.01
		left, met := 1-spent, sli >= 0.99
		r.SLI, r.Spent, r.Left, r.Met = &sli, &spent, &left, &met
	} else {
		r.Reason = "because"
	}
	return slostatus.Row{SLO: x, Team: "payments", Result: r}
}

func (s *fakeBoard) Rows(context.Context) ([]slostatus.Row, error) {
	return []slostatus.Row{
		scored("a-ok", 995, 1000, 144, slo.OK), scored("b-out", 0, 1000, 144, slo.OK),
		scored("c-quiet", 0, 0, 144, slo.NoTraffic), scored("d-absent", 0, 0, 0, slo.NoData),
	}, nil
}

func (s *fakeBoard) Judge(_ context.Context, name string, from, to time.Time) (slostatus.Judged, error) {
	s.from, s.to = from, to
	if name == "inf" {
		row := scored(name, 1, math.Inf(1), 1, slo.Invalid)
		return slostatus.Judged{SLO: row.SLO, Result: row.Result}, nil
	}
	rows, _ := s.Rows(context.Background()) // has no error
	for _, r := range rows {
		if r.SLO.Name == name {
			return slostatus.Judged{SLO: r.SLO, Result: r.Result}, nil
		}
	}
	return slostatus.Judged{}, fault.New(fault.NotFound, "test", "no such SLO")
}

func (s *fakeBoard) Origins(_ context.Context, j slostatus.Judged) ([]slo.Origin, error) {
	if j.Result.Buckets == 0 {
		return nil, nil
	}
	return []slo.Origin{{Source: "prometheus/main", Days: 1}, {Source: "vendor", Aside: 1}}, nil
}

func TestObjectives(t *testing.T) {
	p := newPortal(t, "https://kb.example.org/kb")
	golden(t, "slos", p.get("/api/v1/slos").Body.Bytes())
	golden(t, "slo", p.get("/api/v1/slos/a-ok?from=2026-10-03T08:00:00Z&to=2026-10-04").Body.Bytes())
	if want := at(8, 0); !p.board.from.Equal(want) || !p.board.to.Equal(at(24, 0)) {
		t.Errorf("judged from %s to %s", p.board.from, p.board.to)
	}
	for path, want := range map[string]int{
		"/api/v1/slos/nothing": 404, "/api/v1/slos/a-ok?from=yesterday": 400, "/api/v1/slos?state=good": 400,
		"/api/v1/slos/a-ok?from=2026-10-03T08:00:00+02:00": 200, "/api/v1/slos/inf": 200,
	} {
		if got := p.get(path).Code; got != want && !(want == 400 && got == http.StatusUnprocessableEntity) {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
}

func TestObjectivesInPages(t *testing.T) {
	p := newPortal(t, "")
	var names []string
	for cursor, n := "", 0; n < 9; n++ {
		var got SLOsAnswer
		if err := json.Unmarshal(p.get("/api/v1/slos?limit=1&cursor="+url.QueryEscape(cursor)).Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		for _, s := range got.SLOs {
			names = append(names, s.Name)
		}
		if got.Next == nil {
			break
		}
		cursor = *got.Next
	}
	if got := strings.Join(names, " "); got != "a-ok b-out c-quiet d-absent" {
		t.Errorf("listed %s", got)
	}
	for query, want := range map[string]int{"state=no_data": 1, "team=payments": 4, "service=other": 0} {
		var got SLOsAnswer
		if err := json.Unmarshal(p.get("/api/v1/slos?"+query).Body.Bytes(), &got); err != nil || len(got.SLOs) != want {
			t.Errorf("%s: %d, %v", query, len(got.SLOs), err)
		}
	}
}

// many is a Board of so many objectives, every tenth of which was not there before
// today; it counts what it is asked.
type many struct {
	n, judged int
	from, to  time.Time
}

func (m *many) Rows(context.Context) (rows []slostatus.Row, err error) {
	for i := range m.n {
		rows = append(rows, scored(fmt.Sprintf("slo-%04d", i), 995, 1000, 144, slo.OK))
	}
	return rows, nil
}

func (m *many) Judge(_ context.Context, name string, from, to time.Time) (slostatus.Judged, error) {
	m.from, m.to = from, to
	if m.judged++; strings.HasSuffix(name, "0") {
		return slostatus.Judged{}, fault.New(fault.Gone, "test", "it was removed")
	}
	row := scored(name, 5, 10, 3, slo.Partial)
	return slostatus.Judged{SLO: row.SLO, Result: row.Result}, nil
}

func (m *many) Origins(context.Context, slostatus.Judged) ([]slo.Origin, error) { return nil, nil }

// The list over a span evaluates each SLO for the request, up to a bound.
func TestObjectivesOverASpan(t *testing.T) {
	for _, c := range []struct {
		query            string
		listed, judgedAt int // together; most of one request
	}{
		{"from=2026-10-01&to=2026-10-03&limit=500", 540, 500 + 56}, // 500 listed need 556 judged
		{"from=2025-09-01&to=2026-10-03&limit=500", 540, 50},
		{"to=2026-10-03&limit=50", 540, 56},
		{"from=2026-10-01&state=no_data&limit=500", 0, 600},
	} {
		b := &many{n: 600}
		s := service{Deps: Deps{Board: b}, now: func() time.Time { return at(13, 0) }}
		listed := 0
		in := slosRequest{Limit: 50}
		q, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		in.From, in.To, in.State = q.Get("from"), q.Get("to"), sloState(q.Get("state"))
		if q.Get("limit") == "500" {
			in.Limit = 500
		}
		for pages := 0; ; pages++ {
			b.judged = 0
			out, err := s.slos(t.Context(), &in)
			if err != nil || pages > 100 || b.judged > c.judgedAt {
				t.Fatalf("%s: page %d judges %d, %v", c.query, pages, b.judged, err)
			}
			listed += len(out.SLOs)
			if out.Next == nil {
				break
			}
			in.Cursor = *out.Next
		}
		if listed != c.listed {
			t.Errorf("%s: %d listed", c.query, listed)
		}
	}
	p := newPortal(t, "")
	if w := p.get("/api/v1/slos?from=2026-10-01&to=2026-10-02T12:00:00Z"); w.Code != http.StatusOK || p.board.from.Day() != 1 ||
		p.board.to.Hour() != 12 {
		t.Errorf("%d, judged from %v to %v", w.Code, p.board.from, p.board.to)
	}
	if w := p.get("/api/v1/slos?from=yesterday"); w.Code != http.StatusBadRequest {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
