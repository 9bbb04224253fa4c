package schedule_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
)

// row is what a weekly table has of one incident of the status page: computed from the
// page by the test, or read from the stored report.
type row struct {
	title, severity string
	seconds         float64 // from impact to recovery; -1 while that is not known
}

// expected counts a week's rows from the status page as it stood at an instant,
// without any of the code that makes reports.
func expected(page []told, from, to, now time.Time) map[string]row {
	rows := map[string]row{}
	for _, x := range page {
		if x.Started.Before(from) || !x.Started.Before(to) || x.Updates[0].At.After(now) {
			continue
		}
		r := row{title: "Investigating", severity: "unknown", seconds: -1}
		if !x.Published.After(now) {
			r.title = strings.Join(strings.Fields(x.Title), " ")
		}
		if !x.Updated.After(now) {
			switch x.Impact {
			case "critical":
				r.severity = "SEV1"
			case "major":
				r.severity = "SEV2"
			case "minor":
				r.severity = "SEV3"
			}
		}
		for _, u := range x.Updates {
			if u.Status == "Resolved" && !u.At.After(now) {
				r.seconds = x.Ended.Sub(x.Started).Seconds()
			}
		}
		rows[x.ID] = r
	}
	return rows
}

// stored reads the table of incidents and the number of them off the bytes of a
// revision.
func stored(t *testing.T, b []byte) (rows map[string]row, headline float64) {
	t.Helper()
	type cell struct {
		Text   string
		Number *float64
	}
	var r struct {
		Headline []struct {
			Key   string
			Value cell
		}
		Sections []struct {
			Tables []struct {
				Key  string
				Left int
				Rows []struct {
					Key   string
					Cells []cell
				}
			}
		}
	}
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	rows = map[string]row{}
	for _, s := range r.Sections {
		for _, table := range s.Tables {
			if table.Key != "incidents" {
				continue
			}
			for _, x := range table.Rows {
				one := row{x.Cells[0].Text, x.Cells[1].Text, -1}
				if recovered := x.Cells[6]; recovered.Number != nil && !strings.Contains(recovered.Text, "so far") {
					one.seconds = *recovered.Number
				}
				rows[x.Key] = one
			}
		}
	}
	for _, f := range r.Headline {
		if f.Key == "incidents" && f.Value.Number != nil {
			headline = *f.Value.Number
		}
	}
	return rows, headline
}

// checkAgainstPage holds a revision of a week against the status page as it stood
// when the revision was published, and its differences from the one before against
// what became another on the page between the two.
func checkAgainstPage(t *testing.T, kept *reportstore.Store, page []told, id string, n int) {
	t.Helper()
	week, err := period.Of(period.Weekly, id, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	at := func(n int) (reportstore.Published, map[string]row) {
		p, err := kept.Report(t.Context(), "weekly", id, n)
		if err != nil {
			t.Fatal(err)
		}
		return p, expected(page, week.From, week.To, p.PublishedAt)
	}
	after, want := at(n)
	b, err := kept.Bytes(t.Context(), "weekly", id, n)
	if err != nil {
		t.Fatal(err)
	}
	got, headline := stored(t, b)
	if !maps.Equal(got, want) || headline != float64(len(want)) {
		t.Errorf("%s r%d says %v, %v incidents\nthe page said %v", id, n, got, headline, want)
	}
	if n == 1 {
		return
	}
	before, was := at(n - 1)
	changed := map[string]bool{}
	for key := range want {
		if was[key] != want[key] {
			changed[key] = true
		}
	}
	for key := range was {
		if _, still := want[key]; !still {
			changed[key] = true
		}
	}
	told := map[string]bool{}
	all, _ := reports.Diff(before.Report, after.Report)
	for _, d := range all {
		if key, ok := strings.CutPrefix(d.Link, "/incidents/"); ok && d.Section == "Incidents" &&
			slices.Contains([]string{"Incident", "Severity", "Recovered"}, d.Column) {
			if _, ours := want[key]; ours || was[key] != (row{}) {
				told[key] = true
			}
		}
	}
	if !maps.Equal(told, changed) {
		t.Errorf("%s r%d tells that %v changed; on the page it was %v", id, n, fmt.Sprint(told), fmt.Sprint(changed))
	}
}
