package app

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/deliver"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
)

// storedWeekly is a weekly report as the first program that made any stored it,
// before the model had half of its fields.
const storedWeekly = "testdata/weekly-first.json.gz"

// openStored opens a portal whose archive holds the stored report as revision 1.
func openStored(t *testing.T) *App {
	t.Helper()
	needGit(t)
	a, err := New(t.Context(), testOptions(t, t.TempDir(), "public_url", "https://kb.example.org"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, a) })
	body, err := os.ReadFile(storedWeekly)
	if err != nil {
		t.Fatal(err)
	}
	row, err := json.Marshal(reportstore.Revision{
		Name: "weekly", Title: "Weekly report", Kind: period.Weekly, Zone: "Asia/Shanghai", Period: "2026-W47",
		Heading: "Week 47, 16 to 22 November 2026",
		From:    now().AddDate(0, 0, -9), To: now().AddDate(0, 0, -2), Number: 1, PublishedAt: now(), Tone: "bad", Verdict: "missed",
		Format: 1, Inputs: "unknown",
	})
	if err != nil {
		t.Fatal(err)
	}
	key := kv.Join("weekly", "2026-W47")
	numbered := binary.BigEndian.AppendUint32(append(kv.Join("weekly", "2026-W47"), 0), 1)
	err = a.db.Update(t.Context(), func(w kv.Writer) error {
		for bucket, item := range map[string][2][]byte{"archive.report": {key, row}, "archive.revision": {numbered, row},
			"archive.body": {numbered, body}} {
			if err := w.Put(bucket, item[0], item[1]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.StartInside(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// What was stored by an older program stays readable in every form, with its
// figures, and keeps its bytes when the present program revises it.
func TestAReportOfTheFirstProgramIsReadable(t *testing.T) {
	a := openStored(t)
	before, err := a.published.Bytes(t.Context(), "weekly", "2026-W47", 1)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := a.published.Report(t.Context(), "weekly", "2026-W47", 1)
	if err != nil || len(stored.Report.Sections) < 10 || len(stored.Report.Charts) < 5 {
		t.Fatalf("%d sections, %d charts: %v", len(stored.Report.Sections), len(stored.Report.Charts), err)
	}
	paths := []string{"", ".md", ".csv", ".json", "/changes"}
	for _, c := range stored.Report.Charts {
		paths = append(paths, "/charts/"+c.Name+".svg") // as PNG they are in the mail
	}
	for _, path := range paths {
		res := httptest.NewRecorder()
		a.Handler().ServeHTTP(res, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/reports/weekly/2026-W47"+path, nil))
		if res.Code != http.StatusOK || res.Body.Len() == 0 {
			t.Errorf("%q answers %d", path, res.Code)
		}
		for _, f := range stored.Report.Headline {
			if text := f.Value.Text; (path == "" || path == ".md" || path == ".csv") && !strings.Contains(res.Body.String(), text) {
				t.Errorf("%q does not say %s", path, text)
			}
		}
	}
	compose, err := deliver.NewComposer(a.texts)
	if err != nil {
		t.Fatal(err)
	}
	message, err := (&messageComposer{a: a, compose: compose}).Compose(t.Context(), "weekly", "2026-W47", 1)
	if err != nil || !bytes.Contains(message.HTML, []byte(stored.Report.Headline[0].Value.Text)) || len(message.Pictures) == 0 {
		t.Errorf("a mail of it: %v", err)
	}
	rev, made, err := reportsOf{a}.Run(t.Context(), "weekly", "2026-W47", false)
	if err != nil || !made || rev.Number != 2 {
		t.Fatalf("revised: %+v, %v: %v", rev, made, err)
	}
	after, err := a.published.Bytes(t.Context(), "weekly", "2026-W47", 1)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("revision 1 changed: %v", err)
	}
	res := httptest.NewRecorder()
	a.Handler().ServeHTTP(res, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/reports/weekly/2026-W47/changes?rev=2", nil))
	if res.Code != http.StatusOK || !strings.Contains(res.Body.String(), "<del>") {
		t.Errorf("what changed answers %d", res.Code)
	}
}
