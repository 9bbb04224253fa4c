package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	trialKills = 30
	trialSeed  = 20261125 // another seed is other moments; the test must hold for all
	trialStep  = 7 * time.Hour
)

// trialBegins is a Monday morning, with a week of data before it.
func trialBegins() time.Time { return time.Date(2026, 5, 25, 9, 0, 0, 0, time.UTC) }

// TestTrialKilledThirtyTimes kills the portal (kill -9) at moments spread over the
// making and sending of reports, some while the other side has a message and has
// not said so. Meanwhile days pass, late data comes, the clock is put back, the
// zone of a report changes, a definition comes and goes. At the end every revision
// is there once, no delivery that was known done was made again, and every other
// one is done or shown as uncertain, and sent again under its key.
func TestTrialKilledThirtyTimes(t *testing.T) {
	x := newTrial(t, trialBegins())
	v := &killed{trial: x, random: rand.New(rand.NewPCG(trialSeed, 0)), seen: map[string]time.Time{}}
	midnight := x.now.Truncate(24 * time.Hour)
	if err := x.feed(hours(midnight.AddDate(0, 0, -7), midnight, 999, 1)...); err != nil {
		t.Fatal(err)
	}
	x.settle()
	x.server.stop(t)
	v.slowly()
	for round := range trialKills {
		v.round(round)
	}
	x.post.answers(0, nil)
	x.set(x.now.Add(2 * time.Hour))
	x.start()
	x.settle()
	v.checkRevisions()
	v.checkDeliveries()
	v.resendAll()
	x.server.stop(t)
}

// killed is a trial whose portal is killed again and again.
type killed struct {
	*trial
	random *rand.Rand
	rev    int
	seen   map[string]time.Time // every revision that was ever told, and when it was published
	known  []carried            // deliveries that were told to be done
}

// slowly makes the other side take its time with every answer, and long with some.
func (v *killed) slowly() {
	v.post.answers(0, func(n int) time.Duration {
		if n%4 == 0 {
			return 250 * time.Millisecond
		}
		return 10 * time.Millisecond
	})
}

// round lets some hours pass, starts the portal, gives it work and kills it.
func (v *killed) round(n int) {
	v.Helper()
	v.meanwhile(n)
	step := trialStep
	if n%7 == 5 {
		step = -30 * time.Hour
	} else if n%7 == 6 {
		step = 30*time.Hour + trialStep // right again
	}
	v.set(v.now.Add(step))
	v.server = launch(v, v.env, "postern", "serve", "--listen", "127.0.0.1:0")
	if n%5 == 4 { // in the middle of the start
		v.dieAfter(time.Duration(v.random.IntN(150)) * time.Millisecond)
		return
	}
	select {
	case v.server.url = <-v.server.ready:
	case <-time.After(startPatience):
		v.Fatalf("round %d: no ready line\n%s", n, v.server.log)
	}
	v.look()
	if n%3 == 1 { // the other side has a message and has not said so
		v.dieWhenSending(1 + v.random.IntN(3))
		return
	}
	v.dieAfter(time.Duration(v.random.IntN(400)) * time.Millisecond)
}

// meanwhile is what happens to the definitions while the portal is down.
func (v *killed) meanwhile(n int) {
	v.Helper()
	switch n {
	case 8:
		v.commit("One report more", map[string]string{"reports/extra.yaml": "kind: daily\nzone: UTC\n"})
	case 12:
		v.commit("The daily of Shanghai", map[string]string{"reports/daily.yaml": trialReport("daily", "Asia/Shanghai")})
	case 20:
		v.commit("One report less", map[string]string{"reports/extra.yaml": ""})
	default:
		return
	}
	v.pushDown()
}

// look notes what the portal says is there: none of it may ever go.
func (v *killed) look() {
	v.Helper()
	for _, name := range []string{"daily", "weekly", "monthly", "extra"} {
		for _, r := range v.published(name) {
			v.seen[fmt.Sprintf("%s %s r%d", r.Name, r.Period, r.Revision)] = r.PublishedAt
		}
	}
	for _, d := range v.deliveries() {
		if d.state == "delivered" {
			v.known = append(v.known, d.carried)
		}
	}
}

// work posts late data of a random day and keeps the jobs awake, until the portal
// is gone. Whether a day was good or bad changes with every word, so that most
// corrections are worth sending.
func (v *killed) work(done <-chan struct{}) {
	for {
		v.rev++
		day := v.now.Truncate(24*time.Hour).AddDate(0, 0, -1-v.random.IntN(4))
		good := 999.0 - 200*float64(v.rev%2)
		if v.feed(hours(day, day.Add(24*time.Hour), good, 1+v.rev)...) != nil {
			return
		}
		for range 5 {
			for _, job := range []string{"reports", "revisions", "deliveries"} {
				select {
				case <-done:
					return
				default:
				}
				if v.press("/jobs/"+job+"/run") != nil {
					return
				}
			}
		}
	}
}

func (v *killed) dieAfter(d time.Duration) {
	done, idle := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(idle)
		if v.server.url != "" {
			v.work(done)
		}
	}()
	time.Sleep(d) // the moment is the point of the test
	v.server.kill()
	close(done)
	<-idle
}

// dieWhenSending kills the portal as soon as the other side has so many messages.
func (v *killed) dieWhenSending(messages int) {
	v.Helper()
	for len(v.post.arrived) > 0 {
		<-v.post.arrived
	}
	done, idle := make(chan struct{}), make(chan struct{})
	go func() { defer close(idle); v.work(done) }()
	patience := time.After(3 * time.Second)
	for range messages {
		select {
		case <-v.post.arrived:
		case <-patience: // there is nothing to send: killed all the same
		}
	}
	v.server.kill()
	close(done)
	<-idle
}

// checkRevisions holds what was published against the days that passed, counted
// here by themselves.
func (v *killed) checkRevisions() {
	v.Helper()
	first := trialBegins().Truncate(24*time.Hour).AddDate(0, 0, -7)
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		v.Fatal(err)
	}
	var days []string
	for d := first; ; d = d.AddDate(0, 0, 1) {
		next := time.Date(d.Year(), d.Month(), d.Day()+1, 0, 15, 0, 0, shanghai)
		if next.After(v.now) {
			break
		}
		days = append(days, d.Format(time.DateOnly))
	}
	for name, want := range map[string][]string{"daily": days, "weekly": {"2026-W21", "2026-W22"}, "monthly": {"2026-05"}} {
		var got []string
		for _, r := range v.published(name) {
			got = append(got, r.Period)
			all := v.revisions(name, r.Period)
			for i, one := range all {
				if one.Revision != len(all)-i || one.Zone != all[0].Zone {
					v.Errorf("%s %s: revision %d stands at place %d of %d, its zone is %s and later %s", name, r.Period, one.Revision, i, len(all),
						one.Zone, all[0].Zone)
				}
				v.stillThere(one)
			}
		}
		slices.Reverse(got)
		if !slices.Equal(got, want) {
			v.Errorf("%s reports of %v\nwant %v", name, got, want)
		}
	}
	extra := v.published("extra")
	for _, r := range extra {
		for _, one := range v.revisions("extra", r.Period) {
			v.stillThere(one)
		}
	}
	if n := len(extra); n == 0 || n >= len(days) || extra[n-1].Period != days[0] || extra[0].Period != days[n-1] {
		v.Errorf("the report that came and went has %d periods, of %d days", n, len(days))
	}
	for what := range v.seen {
		v.Errorf("told once and gone: %s", what)
	}
}

// stillThere takes a revision off those that were seen.
func (v *killed) stillThere(r revision) {
	v.Helper()
	key := fmt.Sprintf("%s %s r%d", r.Name, r.Period, r.Revision)
	if at, seen := v.seen[key]; seen && !at.Equal(r.PublishedAt) {
		v.Errorf("%s was published at %v, and is now said to be of %v", key, at, r.PublishedAt)
	}
	delete(v.seen, key)
}

// checkDeliveries holds the page of deliveries against what arrived.
func (v *killed) checkDeliveries() {
	v.Helper()
	arrived, states, has := v.post.counted(), map[string]int{}, map[string]bool{}
	for _, d := range v.deliveries() {
		states[d.state]++
		has[d.report+" "+d.period+" "+d.to] = true
		n := arrived[d.carried]
		delete(arrived, d.carried)
		switch {
		case d.state == "delivered" && n != 1:
			v.Errorf("%s is said to be delivered, and arrived %d times", d.carried, n)
		case d.state == "uncertain" && (n > 1 || d.again == "" || !strings.Contains(d.why, "it may have arrived")):
			v.Errorf("%s is uncertain, arrived %d times, and the page says %q", d.carried, n, d.why)
		case d.state != "delivered" && d.state != "uncertain":
			v.Errorf("%s is still %s: %s", d.carried, d.state, d.why)
		}
	}
	for c, n := range arrived {
		v.Errorf("%s arrived %d times, and the page knows nothing of it", c, n)
	}
	for _, r := range slices.Concat(v.published("daily"), v.published("weekly"), v.published("monthly")) {
		due, _ := time.Parse(time.DateOnly, r.Period) // weeks and months fell due in the trial
		if len(r.Period) == len(time.DateOnly) && due.Before(trialBegins().AddDate(0, 0, -2)) || r.Period == "2026-W20" {
			continue // it was old news when the portal began
		}
		for _, to := range []string{"mail:lead@example.org", "hook"} {
			if !has[r.Name+" "+r.Period+" "+to] {
				v.Errorf("no revision of %s %s was sent to %s", r.Name, r.Period, to)
			}
		}
	}
	v.checkNewestKnown()
	v.Logf("%d messages arrived, deliveries %v", len(v.post.all()), states)
	if states["uncertain"] == 0 || states["delivered"] == 0 {
		v.Errorf("the kills came too early or too late to show anything: %v", states)
	}
	v.post.checkKeys()
}

// checkNewestKnown checks that every recipient of the reports of the last two days has
// their current verdict, whatever was killed meanwhile.
func (v *killed) checkNewestKnown() {
	v.Helper()
	last := map[string]map[string]int{} // period, place: the newest revision that was sent
	for _, d := range v.deliveries() {
		if last[d.period] == nil {
			last[d.period] = map[string]int{}
		}
		last[d.period][d.to] = max(last[d.period][d.to], d.revision)
	}
	for _, r := range v.published("daily")[:2] {
		all := v.revisions("daily", r.Period)
		for to, n := range last[r.Period] {
			if had := all[len(all)-n]; had.Verdict != r.Verdict {
				v.Errorf("%s has revision %d of %s: %s\nrevision %d says %s", to, n, r.Period, had.Verdict, r.Revision, r.Verdict)
			}
		}
	}
}

// resendAll presses every button there is: what was uncertain arrives under the key
// that it had, and what is known to have arrived cannot be sent again.
func (v *killed) resendAll() {
	v.Helper()
	before := v.post.counted()
	uncertain := map[carried]bool{}
	for _, d := range v.deliveries() {
		if d.again == "" {
			continue
		}
		uncertain[d.carried] = true
		if err := v.press(d.again); err != nil {
			v.Error(err)
		}
	}
	v.settle()
	after := v.post.counted()
	for _, d := range v.deliveries() {
		more := after[d.carried] - before[d.carried]
		if d.state != "delivered" || uncertain[d.carried] != (more == 1) || more > 1 {
			v.Errorf("%s is %s after its button was pressed (%v) and arrived %d times more", d.carried, d.state, uncertain[d.carried], more)
		}
	}
	for _, c := range v.known {
		if after[c] != 1 {
			v.Errorf("%s was known to be delivered, and arrived %d times", c, after[c])
		}
	}
	v.post.checkKeys()
}
