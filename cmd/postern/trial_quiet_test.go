package main

import (
	"net/http"
	"strings"
	"time"
)

// row is the delivery of a period to a place as the page shows it.
func (x *trial) row(c carried) delivery {
	x.Helper()
	for _, d := range x.deliveries() {
		if d.carried == c {
			return d
		}
	}
	x.Fatalf("the page has no delivery of %s", c)
	return delivery{}
}

// checkParked sends reports to places that refuse them for good: the page says why,
// and after somebody has mended it the button sends it again.
func (x *trial) checkParked() {
	x.Helper()
	out, err := tryCommand(x.Context(), x.env, x.dir, "postern", "report", "send", "weekly", "2026-W22", "--to", "mail:nobody@example.org")
	if err == nil || !strings.Contains(out, "the mail server refused the message (550)") {
		x.Errorf("to nobody: %v, %s", err, out)
	}
	x.post.answers(http.StatusGone, nil)
	out, err = tryCommand(x.Context(), x.env, x.dir, "postern", "report", "send", "daily", "2026-05-20", "--to", "hook")
	if err == nil || !strings.Contains(out, "hook answered 410 Gone") {
		x.Errorf("to a hook that is gone: %v, %s", err, out)
	}
	for _, c := range []carried{{"weekly", "2026-W22", 1, "mail:nobody@example.org"}, {"daily", "2026-05-20", 1, "hook"}} {
		d := x.row(c)
		if d.state != "failed" || d.why == "" || d.again == "" {
			x.Errorf("%s is %s: %q, button %q", c, d.state, d.why, d.again)
			continue
		}
		before := x.post.counted()[c]
		x.post.answers(0, nil)
		if err := x.press(d.again); err != nil {
			x.Error(err)
		}
		x.settle()
		again, arrived := x.row(c), x.post.counted()[c]-before
		if c.to == "hook" && (again.state != "delivered" || arrived != 1) || c.to != "hook" && (again.state != "failed" || arrived != 0) {
			x.Errorf("%s was sent again: %s (%s), %d arrived", c, again.state, again.why, arrived)
		}
	}
}

// checkQuietHours lets a report fall due in hours in which nothing may be sent: it
// waits for their end and leaves then.
func (x *trial) checkQuietHours() {
	x.Helper()
	x.commit("Let me sleep", map[string]string{"reports/daily.yaml": trialReport("daily", "UTC") +
		"quiet: {from: \"20:00\", to: \"07:30\"}\n"})
	mustRun(x, x.env, x.tree(), "git", "push", "-q", x.server.remote(x.admin), "main")
	night := x.now.Truncate(24*time.Hour).AddDate(0, 0, 1).Add(time.Hour)
	day := night.AddDate(0, 0, -1).Format(time.DateOnly)
	for _, at := range []struct {
		now   time.Time
		state string
	}{{night, "waiting"}, {night.Add(time.Hour), "waiting"}, {night.Add(6*time.Hour + 30*time.Minute), "delivered"}} {
		x.set(at.now)
		x.run("reports")
		x.run("deliveries")
		for _, to := range []string{"mail:lead@example.org", "hook"} {
			c := carried{"daily", day, 1, to}
			if d, n := x.row(c), x.post.counted()[c]; d.state != at.state || (n == 1) != (at.state == "delivered") {
				x.Errorf("at %s %s is %s, %d arrived", at.now.Format(time.TimeOnly), c, d.state, n)
			}
		}
	}
}
