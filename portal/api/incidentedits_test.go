package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/web/problem"
	"github.com/postern/postern/reports/incident"
)

// send asks for something to be changed, as the principal.
func (p portal) send(t *testing.T, who auth.Principal, method, target, body, key string) (*httptest.ResponseRecorder, problem.Document) {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	rec := httptest.NewRecorder()
	p.ServeHTTP(rec, r.WithContext(auth.WithCaller(r.Context(), who)))
	var d problem.Document
	if rec.Code >= http.StatusBadRequest {
		if err := json.Unmarshal(rec.Body.Bytes(), &d); err != nil || rec.Header().Get("Content-Type") != problem.ContentType {
			t.Errorf("%s %s: no problem document: %s %v", method, target, rec.Body, err)
		}
	}
	return rec, d
}

func ana() auth.Principal {
	return auth.Principal{TokenID: "t1", Name: "ana", Role: auth.Author}
}

func TestEnterAnIncident(t *testing.T) {
	p := newPortal(t, "https://kb.example.org/kb")
	const body = `{"id":"INC-9","title":"Down","severity":"sev2","services":["cart"],"alerts":["CartDown"],"times":{"started":"2026-10-03T08:00:00+02:00","detected":null}}`
	rec, _ := p.send(t, ana(), "POST", root+"/incidents", body, "k1")
	if rec.Code != http.StatusCreated || rec.Header().Get("Location") != "/kb"+root+"/incidents/"+p.fakeSignals.incidents()[0].ID ||
		!strings.Contains(rec.Body.String(), `"milestones"`) {
		t.Errorf("%d %s %s", rec.Code, rec.Header().Get("Location"), rec.Body)
	}
	v := p.fakeSignals.entry
	if p.fakeSignals.hand != (incident.Hand{Who: "ana", Key: "t1/k1"}) || v.Ref != "INC-9" || v.Severity != "SEV2" ||
		v.Alerts[0] != "CartDown" || len(v.Times) != 1 ||
		!v.Times[incident.Started].At.Equal(time.Date(2026, 10, 3, 6, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v of %+v", v, p.fakeSignals.hand)
	}
	if rec, _ := p.send(t, ana(), "POST", root+"/incidents", strings.Replace(body, "INC-9", "again", 1), ""); rec.Code != http.StatusOK {
		t.Errorf("what was there already: %d", rec.Code)
	}
}

func TestAmendAnIncident(t *testing.T) {
	p := newPortal(t, "https://kb.example.org")
	for name, c := range map[string]struct{ method, path, body, want string }{
		"fields": {"PATCH", "/PX", `{"why":"w","title":" New ","severity":"sev1","services":["a","b"],"counted":false,"times":{"mitigated":null,"detected":"2026-10-03T08:01:00Z"}}`,
			"set title=New; set severity=SEV1; set counted=no; set services=a,b; set detected=2026-10-03T08:01:00Z; set mitigated="},
		"merge": {"POST", "/PX/merge", `{"why":"w","refs":["PY"]}`, "merge [PY]"},
		"split": {"POST", "/PX/split", `{"why":"w","refs":["pd:PX"]}`, "split [pd:PX]"},
		"links": {"POST", "/PX/links", `{"why":"w","add":[{"kind":"slo","id":"cart"}],"remove":[{"kind":"change","id":"d1"}]}`,
			"link slo=cart; unlink change=d1"},
	} {
		rec, _ := p.send(t, ana(), c.method, root+"/incidents"+c.path, c.body, "")
		if rec.Code != http.StatusOK || p.fakeSignals.id != "PX" || p.fakeSignals.hand.Key != "" {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
		}
		var got []string
		for _, e := range p.fakeSignals.edits {
			switch {
			case e.Why != "w":
				t.Errorf("%s: %+v has no reason", name, e)
			case e.Field == "":
				got = append(got, e.Action+" ["+strings.Join(e.Refs, " ")+"]")
			default:
				got = append(got, e.Action+" "+e.Field+"="+e.Value)
			}
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestWrongRequestsNameTheirField: a client can put the message beside what it is
// about.
func TestWrongRequestsNameTheirField(t *testing.T) {
	p := newPortal(t, "https://kb.example.org")
	for _, c := range []struct {
		method, path, body, field string
		status                    int
	}{
		{"POST", "", `{"title":"","times":{"started":"2026-10-03T08:00:00Z"}}`, "title", 400},
		{"POST", "", `{"title":"x"}`, "", 400},
		{"POST", "", `{"title":"x","times":{"started":"noon"}}`, "started", 400},
		{"POST", "", `{"title":"x","times":{},"sevrity":"SEV1"}`, "sevrity", 400},
		{"POST", "", `{"title":7,"times":{}}`, "title", 400},
		{"POST", "", `[`, "", 400},
		{"PATCH", "/PX", `{"why":"w","severity":"P1"}`, "severity", 400},
		{"PATCH", "/PX", `{"why":" ","severity":"SEV1"}`, "why", 400},
		{"PATCH", "/PX", `{"why":"w","times":{"fixed":null}}`, "fixed", 400},
		{"PATCH", "/PX", `{"why":"w","times":{"detected":""}}`, "detected", 400},
		{"PATCH", "/PX", `{"why":"w","times":{"detected":"2026-10-03"}}`, "detected", 400},
		{"PATCH", "/none", `{"why":"w","title":"x"}`, "", 404},
		{"POST", "/PX/merge", `{"why":"w","refs":[]}`, "refs", 400},
		{"POST", "/PX/links", `{"why":"w","add":[{"kind":"poem","id":"x"}]}`, "kind", 400},
		{"POST", "/PX/burn", `{}`, "", 404},
	} {
		rec, d := p.send(t, ana(), c.method, root+"/incidents"+c.path, c.body, "")
		if rec.Code != c.status || d.Field != c.field || c.field != "" && !strings.Contains(d.Detail, c.field) && c.field != "why" {
			t.Errorf("%s %s %s: %d, field %q, %s", c.method, c.path, c.body, rec.Code, d.Field, d.Detail)
		}
	}
}

func TestWritingNeedsAnAuthor(t *testing.T) {
	p := newPortal(t, "https://kb.example.org")
	for _, role := range []auth.Role{"", auth.Reader, auth.Feeder} {
		for _, path := range []string{"", "/PX/merge", "/PX/split", "/PX/links"} {
			body := `{"why":"w","refs":["PY"]}`
			switch path {
			case "":
				body = `{"title":"x","times":{"started":"2026-10-03T08:00:00Z"}}`
			case "/PX/links":
				body = `{"why":"w","add":[{"kind":"slo","id":"x"}]}`
			}
			if rec, _ := p.send(t, auth.Principal{TokenID: "t2", Role: role}, "POST", root+"/incidents"+path, body,
				""); rec.Code != http.StatusForbidden {
				t.Errorf("%q on %s: %d %s", role, path, rec.Code, rec.Body)
			}
		}
	}
	if p.fakeSignals.id != "" || p.fakeSignals.entry.Title != "" {
		t.Error("something was changed")
	}
}
