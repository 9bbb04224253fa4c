package problem_test

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/problem"
)

func TestEveryKindHasAStatus(t *testing.T) {
	t.Parallel()
	want := map[fault.Kind]int{
		fault.Internal: 500, fault.Invalid: 400, fault.NotFound: 404, fault.Gone: 410, fault.Conflict: 409,
		fault.Unauthenticated: 401, fault.Forbidden: 403, fault.TooLarge: 413, fault.TooMany: 429,
		fault.Unavailable: 503, fault.Timeout: 503, fault.Unsupported: 415, fault.Full: 507, fault.Misdirected: 421, fault.TooWide: 400,
	}
	for k := fault.Internal; !strings.HasPrefix(k.String(), "kind("); k++ {
		status, ok := want[k]
		if !ok {
			t.Errorf("kind %s is not in the table of this test", k)
		}
		if got := problem.Status(k); got != status {
			t.Errorf("Status(%s) = %d, want %d", k, got, status)
		}
	}
}

func TestWriteKeepsTheCauseInside(t *testing.T) {
	t.Parallel()
	cause := errors.New("open /srv/secret: permission denied")
	rec := httptest.NewRecorder()
	if err := problem.Of(fault.Wrap(fault.Unavailable, "library", "try again in a minute", cause)).Write(rec); err != nil {
		t.Fatal(err)
	}
	if rec.Code != 503 || rec.Header().Get("Content-Type") != problem.ContentType {
		t.Errorf("answered %d %s", rec.Code, rec.Header().Get("Content-Type"))
	}
	if strings.Contains(rec.Body.String(), "secret") {
		t.Errorf("the cause leaks: %s", rec.Body)
	}
	var d problem.Document
	if err := json.Unmarshal(rec.Body.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	if d.Detail != "try again in a minute" || d.Kind != "unavailable" {
		t.Errorf("got %+v", d)
	}
}

func TestUnclassifiedErrorsSayNothing(t *testing.T) {
	t.Parallel()
	d := problem.Of(errors.New("pq: password of admin is hunter2"))
	if d.Status != 500 || strings.Contains(d.Detail, "hunter2") {
		t.Errorf("got %+v", d)
	}
	if !strings.Contains(d.Error(), "hunter2") {
		t.Error("the log must have the cause")
	}
}
