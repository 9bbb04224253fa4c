package promsli_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/promsli"
)

// client asks a server that answers by fn; pauses are noted and not waited for.
func client(t *testing.T, limits promsli.Limits, fn http.HandlerFunc) (*promsli.Client, *[]time.Duration) {
	t.Helper()
	server := httptest.NewServer(fn)
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL + "/prefix/")
	if err != nil {
		t.Fatal(err)
	}
	var pauses []time.Duration
	return promsli.NewClient(promsli.ClientOptions{
		URL: u, Authorization: "Bearer x", Limits: limits,
		Pause: func(ctx context.Context, d time.Duration) error {
			pauses = append(pauses, d)
			return ctx.Err()
		},
	}), &pauses
}

const oneSeries = `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"job":"a"},"values":[[1435781430.781,"1"],[1435781445.781,"NaN"],[1435781460.781,"+Inf"]]}]},"warnings":["a store is down"],"infos":["not a counter?"]}`

func TestOneAnswer(t *testing.T) {
	c, _ := client(t, promsli.Limits{}, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/prefix/api/v1/query_range" || r.Header.Get("Authorization") != "Bearer x" {
			t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
		}
		if got := r.FormValue(
			"query",
		) + " " + r.FormValue(
			"start",
		) + " " + r.FormValue(
			"end",
		) + " " + r.FormValue(
			"step",
		); got != "up 1772409600.000 1772413200.000 300" {
			t.Errorf("asked for %s", got)
		}
		_, _ = io.WriteString(w, oneSeries)
	})
	a, err := c.QueryRange(context.Background(), "up", start, start.Add(time.Hour), 5*time.Minute)
	if err != nil || len(a.Series) != 1 || len(a.Series[0].Points) != 3 || a.Warnings[0] != "a store is down" ||
		a.Infos[0] != "not a counter?" {
		t.Fatalf("%+v, %v", a, err)
	}
	p := a.Series[0].Points
	if p[0].Value != 1 || !math.IsNaN(p[1].Value) || !math.IsInf(p[2].Value, 1) || p[0].At.UnixMilli() != 1435781430781 {
		t.Errorf("points %v", p)
	}
}

func TestSamplesThemselves(t *testing.T) {
	c, _ := client(t, promsli.Limits{}, func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Path + " " + r.FormValue("query") + " " + r.FormValue("time"); got != "/prefix/api/v1/query up[5m] 1772409600.000" {
			t.Errorf("asked for %s", got)
		}
		_, _ = io.WriteString(w, oneSeries)
	})
	a, err := c.Query(context.Background(), "up[5m]", start)
	if err != nil || len(a.Series) != 1 || len(a.Series[0].Points) != 3 {
		t.Fatalf("%+v, %v", a, err)
	}
}

// What the servers that share the API say when they could not ask everybody.
func TestPartialAnswersWarn(t *testing.T) {
	const data = `"data":{"resultType":"matrix","result":[]}`
	for name, x := range map[string]struct{ body, warning string }{
		"Prometheus": {`{"status":"success",` + data + `,"warnings":["PromQL warning: results may be truncated due to limit"]}`,
			"truncated"},
		"Thanos": {`{"status":"success",` + data +
			`,"warnings":["receive series from Addr: 10.0.0.7:10901 MinTime: 1 MaxTime: 2: rpc error: code = Unavailable desc = connection refused"]}`, "10.0.0.7"},
		"VictoriaMetrics": {`{"status":"success","isPartial":true,` + data + `,"stats":{"seriesFetched":"1"}}`, "partial"},
		"infos alone":     {`{"status":"success",` + data + `,"infos":["PromQL info: metric might not be a counter"]}`, ""},
		"Mimir":           {`{"status":"success",` + data + `,"warnings":[]}`, ""},
	} {
		a, err := promsli.Decode([]byte(x.body), promsli.Limits{Series: 10})
		if err != nil || (x.warning == "") != (len(a.Warnings) == 0) || x.warning != "" && !strings.Contains(a.Warnings[0], x.warning) {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}

func TestLongRangesAreAskedForInChunks(t *testing.T) {
	n := 0
	c, _ := client(t, promsli.Limits{Points: 100}, func(w http.ResponseWriter, r *http.Request) {
		n++
		from, _ := strconv.ParseFloat(r.FormValue("start"), 64)
		to, _ := strconv.ParseFloat(r.FormValue("end"), 64)
		step, _ := strconv.ParseFloat(r.FormValue("step"), 64)
		var values []string
		for at := from; at <= to; at += step {
			values = append(values, fmt.Sprintf(`[%f,"%g"]`, at, at))
		}
		if len(values) > 100 {
			t.Errorf("%d points in one request", len(values))
		}
		_, _ = fmt.Fprintf(
			w,
			`{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[%s]}]}}`,
			strings.Join(values, ","),
		)
	})
	a, err := c.QueryRange(context.Background(), "up", start, start.Add(999*time.Minute), time.Minute)
	if err != nil || n != 10 || len(a.Series) != 1 || len(a.Series[0].Points) != 1000 {
		t.Fatalf("%d requests, %d series, %v", n, len(a.Series), err)
	}
	for i, p := range a.Series[0].Points {
		if want := start.Add(time.Duration(i) * time.Minute); !p.At.Equal(want) {
			t.Fatalf("point %d is at %s, want %s", i, p.At, want)
		}
	}
}

func TestWhatFailsForNowIsTriedAgain(t *testing.T) {
	n := 0
	c, pauses := client(t, promsli.Limits{}, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n < 3 {
			http.Error(w, `{"status":"error","errorType":"timeout","error":"query timed out"}`, http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, oneSeries)
	})
	if _, err := c.QueryRange(context.Background(), "up", start, start, time.Minute); err != nil {
		t.Fatal(err)
	}
	if n != 3 || fmt.Sprint(*pauses) != "[500ms 1s]" {
		t.Errorf("%d requests, pauses %v", n, *pauses)
	}
}

func TestErrorsHaveTheirKind(t *testing.T) {
	body := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   fault.Kind
		tries  int
	}{
		"a query that does not parse": {body(400, `{"status":"error","errorType":"bad_data","error":"parse error"}`), fault.Invalid, 1},
		"a query that cannot be run":  {body(422, `{"status":"error","errorType":"execution","error":"many-to-many"}`), fault.Invalid, 1},
		"no credential":               {body(401, "no"), fault.Unauthenticated, 1},
		"an error page":               {body(502, "<html>"), fault.Unavailable, 3},
		"too many":                    {body(429, ""), fault.Unavailable, 3},
		"something else":              {body(200, "<html>"), fault.Unavailable, 3},
		"no API":                      {body(404, ""), fault.Invalid, 1},
		"a redirect":                  {body(302, ""), fault.Invalid, 1},
		"a vector":                    {body(200, `{"status":"success","data":{"resultType":"vector","result":[]}}`), fault.Invalid, 1},
		"a scalar":                    {body(200, `{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}`), fault.Invalid, 1},
		"native histograms": {body(200,
			`{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"histograms":[[1,{"count":"3","sum":"1"}]]}]}}`),
			fault.Invalid, 1},
		"too long":        {body(200, strings.Repeat(" ", 3000)), fault.TooLarge, 1},
		"too many series": {body(200, `{"status":"success","data":{"resultType":"matrix","result":[{},{},{}]}}`), fault.TooLarge, 1},
		"a point that is none": {body(200, `{"status":"success","data":{"resultType":"matrix","result":[{"values":[[1,2]]}]}}`),
			fault.Unavailable, 3},
		"broken off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"status"`)
		}, fault.Unavailable, 3},
	} {
		n := 0
		cl, _ := client(t, promsli.Limits{Body: 2000, Series: 2}, func(w http.ResponseWriter, r *http.Request) {
			n++
			c.answer(w, r)
		})
		_, err := cl.QueryRange(context.Background(), "up", start, start, time.Minute)
		if fault.KindOf(err) != c.want || n != c.tries {
			t.Errorf("%s: %v (%s) after %d tries, want %s after %d", name, err, fault.KindOf(err), n, c.want, c.tries)
		}
	}
}

func TestASlowServerIsNotWaitedFor(t *testing.T) {
	release := make(chan struct{})
	c, _ := client(t, promsli.Limits{Time: 20 * time.Millisecond, Attempts: 2}, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	_, err := c.QueryRange(context.Background(), "up", start, start, time.Minute)
	if fault.KindOf(err) != fault.Unavailable || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(oneSeries))
	f.Add([]byte(`{"status":"error","error":"x"}`))
	f.Add([]byte(`{"status":"success","isPartial":true,"data":{"resultType":"matrix","result":[{"histograms":[[1,{}]]}]}}`))
	f.Add([]byte(`{"status":"success","data":{"resultType":"matrix","result":[{"values":[[1e99,"1"]]}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := promsli.Decode(body, promsli.Limits{Series: 10})
		if err != nil {
			return
		}
		if len(a.Series) > 10 {
			t.Fatal("over the limit")
		}
		for _, s := range a.Series {
			for i := 1; i < len(s.Points); i++ {
				if s.Points[i].At.Before(s.Points[i-1].At) {
					t.Fatal("points out of order")
				}
			}
		}
	})
}
