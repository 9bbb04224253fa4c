package main

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// Down for ten days, then started: ten dailies, the weekly and the monthly that fell
// due, none twice, in the order in which they fell due; what is still worth reading
// is delivered once, in the same order, and what is old news is not.
func TestTrialDownForTenDays(t *testing.T) {
	day := time.Date(2026, 5, 25, 9, 0, 0, 0, time.UTC)
	x := newTrial(t, day)
	midnight := day.Truncate(24 * time.Hour)
	if err := x.feed(hours(midnight.AddDate(0, 0, -7), midnight, 999, 1)...); err != nil {
		t.Fatal(err)
	}
	x.settle()
	if d, w := x.published("daily"), x.published("weekly"); len(d) != 7 || len(w) != 1 {
		t.Fatalf("before: %d dailies, %d weeklies\n%s", len(d), len(w), x.server.log)
	}
	before := len(x.post.all())
	x.server.stop(t)

	back := day.AddDate(0, 0, 10)
	x.set(back)
	x.start()
	x.settle()
	var got []string
	for _, name := range []string{"daily", "weekly", "monthly"} {
		for _, r := range x.published(name) {
			if r.Revision != 1 {
				t.Errorf("%s %s has revision %d", name, r.Period, r.Revision)
			}
			if !r.PublishedAt.Before(back) {
				got = append(got, r.PublishedAt.Format(time.RFC3339)+" "+r.Period)
			}
		}
	}
	slices.Sort(got)
	for i := range got {
		got[i] = got[i][len(time.RFC3339)-4:]
	}
	want := []string{
		"2026-05-25", "2026-05-26", "2026-05-27", "2026-05-28", "2026-05-29", "2026-05-30", "2026-05-31", "2026-W22", "2026-05",
		"2026-06-01", "2026-06-02", "2026-06-03",
	}
	if !slices.Equal(got, want) {
		t.Errorf("made %v\nwant %v", got, want)
	}
	x.checkDeliveredInOrder(before, "weekly 2026-W22", "monthly 2026-05", "daily 2026-06-02", "daily 2026-06-03")

	x.server.stop(t)
	x.start()
	x.settle()
	if n := len(x.post.all()); n != before+8 {
		t.Errorf("another start sent %d messages more", n-before-8)
	}
	x.checkParked()
	x.checkQuietHours()
	x.server.stop(t)
}

// checkDeliveredInOrder holds what arrived after the first so many messages against
// reports, each of which goes to the lead and to the webhook.
func (x *trial) checkDeliveredInOrder(after int, reports ...string) {
	x.Helper()
	byPlace := map[string][]string{}
	for _, r := range x.post.all()[after:] {
		byPlace[r.to] = append(byPlace[r.to], r.report+" "+r.period)
		if r.revision != 1 {
			x.Errorf("delivered %s", r.carried)
		}
	}
	for _, place := range []string{"mail:lead@example.org", "hook"} {
		if !slices.Equal(byPlace[place], reports) {
			x.Errorf("%s was given %v\nwant %v", place, byPlace[place], reports)
		}
	}
	states := map[string]int{}
	for _, d := range x.deliveries() {
		states[d.state]++
	}
	if n := len(x.post.all()); states["delivered"] != n || len(states) != 1 {
		x.Errorf("%d messages arrived, the page says %v", n, fmt.Sprint(states))
	}
}
