package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/campaign"
)

// A feeder that makes up a new thing for every message gets its budget and no more,
// across kinds, formats, kills and days; the portal stays as small as it was, its
// pages answer or ask for less, and reports are made and say what was not taken.
func TestCampaignFlood(t *testing.T) {
	n, budget, open := campaign.Size(6_000, 1_000_000), campaign.Size(1_200, 50_000), campaign.Size(400, 20_000)
	f := newFlooded(t, fmt.Sprintf("POSTERN_FEEDS_BUDGET_NEW=%d", budget), fmt.Sprintf("POSTERN_FEEDS_BUDGET_OPEN=%d", open),
		fmt.Sprintf("POSTERN_FEEDS_MOST_READ=%d", campaign.Size(700, 25_000)))
	feeder := f.token("flood", "flood")
	f.visit("before")
	f.report("before", "2026-11-22", "2026-10")
	before, start := f.dataBytes(), time.Now()

	half := f.pour(feeder, "ndjson", "flood", n/2, lines, f.distinct)
	f.again()
	sum := f.pour(feeder, "ndjson", "flood", n, lines, f.distinct) // its first half again, and the rest
	sum.add(half)
	f.Logf("%d distinct things, half of them twice, in %v: %+v", n, time.Since(start).Round(time.Millisecond), sum)
	if sum.accepted != budget || sum.other != 0 || sum.accepted+sum.duplicate+sum.over != n+n/2 {
		t.Errorf("%+v of %d distinct things, with a budget of %d", sum, n, budget)
	}
	if s := f.source("flood", "ndjson"); s.NewDay != budget || s.State != "over_budget" || s.Over != sum.over || s.Open != budget/10 {
		t.Errorf("/feeds: %+v", s)
	}
	f.visit("after")

	f.at(floodBegins().Add(24 * time.Hour))
	alerts := f.pour(feeder, "alertmanager", "flood", min(n, 2*budget), webhook, f.firing)
	if s := f.source("flood", "alertmanager"); s.Open != open || alerts.accepted != open-budget/10 {
		t.Errorf("of open alerts %+v; /feeds: %+v, want %d open", alerts, s, open)
	}
	f.visit("with open alerts")
	second := f.pour(f.token("deluge", "deluge"), "ndjson", "deluge", 2*budget, lines, func(i int) string { return f.distinct(i + n) })
	if second.accepted != budget || second.over != budget {
		t.Errorf("a second feeder: %+v, with a budget of %d", second, budget)
	}
	f.visit("with two feeders")
	f.at(time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)) // the month is over
	text := f.report("after", "2026-11-24", "2026-11")
	if !strings.Contains(text, "Feeds over their budget") || !strings.Contains(text, "Not counted") {
		t.Errorf("the report says nothing of what is not there:\n%s", text)
	}
	if grown := f.dataBytes() - before; grown > int64(budget)*8_000 {
		t.Errorf("the database grew by %d MB for a budget of %d", grown>>20, budget)
	}
	f.letters()
	f.again()
	f.visit("after a restart")
	f.report("after a restart", "2026-11-25", "2026-11")
	if f.peak > mostResident {
		t.Errorf("the portal took %d MB, at most %d are allowed", f.peak, mostResident)
	}
	mustRun(t, f.env, f.dir, "postern", "check")
}

// letters checks that what was refused is few entries, whatever it was.
func (f *flooded) letters() {
	f.Helper()
	var out struct {
		Letters []struct {
			Source string
			Over   bool `json:"over_budget"`
			Times  int
		} `json:"dead_letters"`
	}
	if err := json.Unmarshal([]byte(f.get("/api/v1/dead-letters?limit=500")), &out); err != nil {
		f.Fatal(err)
	}
	times := 0
	for _, l := range out.Letters {
		times += l.Times
		if !l.Over || l.Source != "flood" && l.Source != "deluge" {
			f.Errorf("a dead letter of its own: %+v", l)
		}
	}
	const hoursOfIt = 6 // the long form takes minutes, on each of two days
	if len(out.Letters) == 0 || len(out.Letters) > hoursOfIt || times == 0 {
		f.Errorf("%d dead letters of %d things", len(out.Letters), times)
	}
}

// An honest source with many SLOs and five-minute buckets for a day uses nothing of
// its budget, which here is smaller than its SLOs are many.
func TestCampaignHonestSourceHasNoBudget(t *testing.T) {
	slos, budget := campaign.Size(25, 1000), campaign.Size(5, 500)
	f := newFlooded(t, fmt.Sprintf("POSTERN_FEEDS_BUDGET_NEW=%d", budget))
	files := map[string]string{}
	for i := range slos {
		name := fmt.Sprintf("slo-%04d", i)
		files["slos/"+name+".yaml"] = sloFile(name, "", "ndjson", "", "")
	}
	f.commit("objectives", files)
	mustRun(t, f.env, f.tree(), "git", "push", "-q", f.server.remote(f.admin), "main")
	const buckets = 288 // five minutes of a day
	midnight := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	start := time.Now()
	sum := f.pour(f.token("honest", "honest"), "ndjson", "honest", slos*buckets, lines, func(i int) string {
		return fmt.Sprintf(`{"type":"sli","slo":"slo-%04d","start":%q,"len":"5m","good":299,"total":300}`,
			i/buckets, midnight.Add(time.Duration(i%buckets)*5*time.Minute).Format(time.RFC3339))
	})
	f.Logf("%d SLOs, %d buckets in %v, peak %d MB: %+v", slos, slos*buckets, time.Since(start).Round(time.Millisecond), f.look(), sum)
	if sum != (took{accepted: slos * buckets}) {
		t.Errorf("%+v", sum)
	}
	if s := f.source("honest", "ndjson"); s.NewDay != 0 || s.Over != 0 || s.State != "ok" {
		t.Errorf("/feeds: %+v", s)
	}
	others := f.pour(f.token("stray", "stray"), "ndjson", "stray", 2*budget, lines, func(i int) string {
		return fmt.Sprintf(`{"type":"sli","slo":"stray-%d","start":"2026-11-23T00:00:00Z","len":"5m","good":299,"total":300}`, i)
	})
	if others != (took{accepted: budget, over: budget}) {
		t.Errorf("names that nothing defines: %+v with a budget of %d", others, budget)
	}
}

// Other ways to bring much: many names of sources, large items, one statement seen
// very often, known things said again and again.
func TestCampaignFloodInOtherForms(t *testing.T) {
	n, budget := campaign.Size(3_000, 300_000), campaign.Size(500, 50_000)
	f := newFlooded(t, fmt.Sprintf("POSTERN_FEEDS_BUDGET_NEW=%d", budget),
		fmt.Sprintf("POSTERN_FEEDS_MOST_READ=%d", campaign.Size(300, 25_000)))
	own := f.watch()
	defer own()
	free := f.token("free", "")
	var names took
	const sources = 30
	for s := range sources {
		names.add(f.pour(free, "ndjson", fmt.Sprint("name-", s), n/sources, lines, func(i int) string { return f.distinct(i + s*n) }))
	}
	f.Logf("%d names of one token: %+v, peak %d MB", sources, names, f.look())
	if names.accepted != budget || names.accepted+names.over != n/sources*sources {
		t.Errorf("one token under %d names: %+v, with a budget of %d", sources, names, budget)
	}
	f.visit("after many names")

	f.perBody = 20
	large := f.pour(f.token("large", "large"), "alertmanager", "large", n/150, webhook, func(i int) string {
		return fmt.Sprintf(`{"status":"firing","labels":{"alertname":"Large"},"annotations":{%s"z":""},"startsAt":%q,"fingerprint":"large%d"}`,
			manyTexts(29), f.now.Add(-time.Hour).Format(time.RFC3339), i)
	})
	f.perBody = floodBody
	f.visit("after large items")
	slow := f.pour(f.token("db", "db"), "mysql-slow-log", "db", n, lines, func(i int) string {
		at := f.now.Add(-time.Duration(n-i) * 100 * time.Millisecond)
		return fmt.Sprintf("# Time: %s\n# User@Host: app[app] @ web [10.0.0.1]  Id: 1\n# Query_time: 1.5  Lock_time: 0.0 Rows_sent: 1 "+
			" Rows_examined: 1000\nuse shop;\nSET timestamp=%d;\nSELECT * FROM carts WHERE id = %d;",
			at.Format("2006-01-02T15:04:05.000000Z"), at.Unix(), i)
	})
	f.visit("after one statement, often")
	again := f.pour(f.token("again", "again"), "ndjson", "again", n, lines, func(i int) string {
		return fmt.Sprintf(`{"type":"incident","id":"A-%d","rev":%d,"title":"Again %d","started":%q}`, i%100, i/100+1, i,
			f.now.Add(-time.Hour).Format(time.RFC3339))
	})
	f.visit("after known things, often")
	f.Logf("large %+v; slow %+v; again %+v; peak %d MB", large, slow, again, f.look())
	if slow.over > 0 || slow.accepted == 0 || again.over > 0 || again.accepted == 0 || large.accepted == 0 {
		t.Errorf("large %+v; slow %+v; again %+v", large, slow, again)
	}
	f.at(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC))
	f.report("after all", "2026-11-24", "2026-10")
	if top := own(); top > mostResident {
		t.Errorf("the portal's own memory was %d MB, at most %d are allowed", top, mostResident)
	} else {
		t.Logf("the portal's own memory was at most %d MB, with pages of the database %d MB", top, f.peak)
	}
}

// manyTexts are annotations of 2,000 bytes each.
func manyTexts(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"t%d":"%s",`, i, strings.Repeat("y", 1990))
	}
	return b.String()
}
