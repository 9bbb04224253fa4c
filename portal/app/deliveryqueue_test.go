package app

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/deliver/outbox"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
)

func TestRecent(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	clock := time.Time{}
	a := newApp(Options{Now: func() time.Time { return clock }})
	for name, c := range map[string]struct {
		rev   reportstore.Revision
		limit time.Duration
	}{
		"daily":   {reportstore.Revision{Kind: period.Daily, Period: "2026-11-20", Zone: "Asia/Shanghai"}, 2 * day},
		"weekly":  {reportstore.Revision{Kind: period.Weekly, Period: "2026-W47", Zone: "UTC"}, 7 * day},
		"monthly": {reportstore.Revision{Kind: period.Monthly, Period: "2026-10", Zone: "UTC"}, 14 * day},
	} {
		// The definition has another zone by now; that of the revision counts.
		def := reports.Definition{Kind: c.rev.Kind, Zone: "America/New_York"}
		due, _ := a.recent(def, c.rev)
		def.Zone = c.rev.Zone
		p, err := period.Of(c.rev.Kind, c.rev.Period, def.Location())
		if err != nil {
			t.Fatal(err)
		}
		if want := def.Due(p); !due.Equal(want) {
			t.Errorf("%s: due %v, want %v", name, due, want)
		}
		for _, at := range []struct {
			now  time.Time
			want bool
		}{{due, true}, {due.Add(c.limit), true}, {due.Add(c.limit + 1), false}} {
			clock = at.now
			if _, ok := a.recent(def, c.rev); ok != at.want {
				t.Errorf("%s: recent %v after %v, want %v", name, ok, at.now.Sub(due), at.want)
			}
		}
	}
	if _, ok := a.recent(reports.Definition{}, reportstore.Revision{Kind: period.Daily, Period: "2026-W47"}); ok {
		t.Error("a period of another kind is recent")
	}
}

func TestLastQueued(t *testing.T) {
	t.Parallel()
	queued := []outbox.Delivery{
		{Channel: "mail", Address: "ana@example.org", Revision: 3},
		{Channel: "mail", Address: "ana@example.org", Revision: 1},
		{Channel: "mail", Address: "bo@example.org", Revision: 5},
		{Channel: "ops", Revision: 2},
	}
	for to, want := range map[outbox.Delivery]int{
		{Channel: "mail", Address: "ana@example.org"}: 3,
		{Channel: "mail", Address: "bo@example.org"}:  5,
		{Channel: "ops"}: 2,
		{Channel: "ops", Address: "bo@example.org"}: 0,
		{Channel: "mail"}: 0,
	} {
		if got := lastQueued(queued, to); got != want {
			t.Errorf("%s %s: %d, want %d", to.Channel, to.Address, got, want)
		}
	}
}

func TestDeliveriesOf(t *testing.T) {
	t.Parallel()
	def := reports.Definition{
		Zone:       "Europe/Berlin",
		Recipients: []reports.Recipient{{Kind: "mail", Address: "ana@example.org"}, {Kind: "ops"}},
		Quiet:      &reports.QuietHours{From: 22 * time.Hour, To: 7*time.Hour + 30*time.Minute},
	}
	rev := reportstore.Revision{Name: "weekly", Period: "2026-W47", Number: 2}
	quiet := &outbox.Quiet{From: 22 * 60, To: 7*60 + 30, Zone: "Europe/Berlin"}
	want := []outbox.Delivery{
		{Report: "weekly", Period: "2026-W47", Revision: 2, Channel: "mail", Address: "ana@example.org", Quiet: quiet},
		{Report: "weekly", Period: "2026-W47", Revision: 2, Channel: "ops", Quiet: quiet},
	}
	if diff := cmp.Diff(want, deliveriesOf(def, rev)); diff != "" {
		t.Errorf("deliveries (-want +got):\n%s", diff)
	}
	def.Quiet = nil
	if got := deliveriesOf(def, rev)[0].Quiet; got != nil {
		t.Errorf("quiet hours of a definition without any: %+v", got)
	}
}

// A revision is news to a recipient who was sent one with another verdict, and to one who
// was sent none. An earlier revision than the one that was sent is not.
func TestIsNews(t *testing.T) {
	t.Parallel()
	a := openStored(t)
	first, err := a.published.Newest(t.Context(), "weekly", "2026-W47")
	if err != nil {
		t.Fatal(err)
	}
	same := first
	same.Number = 2
	second, made, err := reportsOf{a}.Run(t.Context(), "weekly", "2026-W47", false) // without the data of the first
	if err != nil || !made || second.Number != 2 {
		t.Fatalf("revised: %+v, %v: %v", second, made, err)
	}
	for name, c := range map[string]struct {
		rev  reportstore.Revision
		sent int
		want bool
	}{
		"nothing was sent":         {first, 0, true},
		"the same was sent":        {first, 1, false},
		"a later one was sent":     {first, 2, false},
		"the same verdict":         {same, 1, false},
		"another verdict":          {second, 1, true},
		"what was sent is unknown": {reportstore.Revision{Name: "weekly", Period: "2026-W47", Number: 9}, 8, true},
	} {
		if got, err := a.isNews(t.Context(), c.rev, c.sent); got != c.want || err != nil {
			t.Errorf("%s: %v, %v; want %v", name, got, err, c.want)
		}
	}
}

// A recent report is queued once for each recipient, however often the queue is filled.
func TestQueueDeliveriesOnce(t *testing.T) {
	t.Parallel()
	a := openStored(t)
	def := reports.Definition{
		Name: "weekly", Title: "Weekly report", Kind: period.Weekly, Zone: "Asia/Shanghai", Path: "reports/weekly.yaml",
		Recipients: []reports.Recipient{{Kind: "ops"}, {Kind: "mail", Address: "ana@example.org"}},
	}
	err := a.db.Update(t.Context(), func(w kv.Writer) error { return reportstore.PutDefinition(w, def) })
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := a.queueDeliveries(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	queued, err := a.outbox.Of(t.Context(), "weekly", "2026-W47")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range queued {
		got = append(got, d.Channel+" "+d.Address)
	}
	if diff := cmp.Diff([]string{"ops ", "mail ana@example.org"}, got); diff != "" {
		t.Errorf("queued (-want +got):\n%s", diff)
	}
}
