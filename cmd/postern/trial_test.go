package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// trial is the whole program over its own data folder, by a clock that the test
// sets, with a mail server and a webhook on the other side.
type trial struct {
	*testing.T
	dir, clock string
	env        []string
	post       *postbox
	server     *process
	admin      string // secret of an administrator
	feeder     string // and of a feed
	now        time.Time
}

// trialPace is how many times faster than the machine's the clock of a trial
// runs: instants are told to a second, and many things happen in one.
const trialPace = 1000

// newTrial starts a portal at an instant whose reports go to a lead by mail and to
// a webhook.
func newTrial(t *testing.T, now time.Time) *trial {
	t.Helper()
	needGit(t)
	dir := t.TempDir()
	x := &trial{T: t, dir: dir, clock: filepath.Join(dir, "clock"), post: newPostbox(t)}
	x.env = append(authorEnv(dir), clockEnv+"="+x.clock, "POSTERN_PUBLIC_URL=https://kb.example.org", "POSTERN_BEHIND_PROXY=true",
		"POSTERN_MAIL_HOST=127.0.0.1", "POSTERN_MAIL_PORT="+x.post.smtpPort, "POSTERN_MAIL_TLS=none",
		"POSTERN_MAIL_FROM=Postern <portal@example.org>",
		"POSTERN_CHANNELS=hook webhook "+x.post.hookURL)
	x.set(now)
	x.start()
	x.admin = mustRun(t, x.env, dir, "postern", "token", "create", "--role", "admin", "--name", "operator")
	x.feeder = mustRun(t, x.env, dir, "postern", "token", "create", "--role", "feeder", "--name", "probe")
	files := map[string]string{"slos/checkout.yaml": sloFile("checkout", "", "ndjson", "", "")}
	for _, kind := range []string{"daily", "weekly", "monthly"} {
		files["reports/"+kind+".yaml"] = trialReport(kind, "UTC")
	}
	x.commit("Objectives and reports", files)
	mustRun(t, x.env, x.tree(), "git", "push", "-q", x.server.remote(x.admin), "main")
	return x
}

// trialReport is a definition whose reports go to the lead and to the webhook.
func trialReport(kind, zone string) string {
	return "kind: " + kind + "\nzone: " + zone + "\nrecipients: [lead@example.org, hook]\n"
}

func (x *trial) tree() string { return filepath.Join(x.dir, "tree") }

// commit writes files into the author's tree; a text of "" removes one.
func (x *trial) commit(message string, files map[string]string) {
	x.Helper()
	if _, err := os.Stat(x.tree()); err != nil {
		mustRun(x, x.env, x.dir, "git", "init", "-q", "-b", "main", "tree")
	}
	for name, text := range files {
		if text == "" {
			mustRun(x, x.env, x.tree(), "git", "rm", "-q", name)
			continue
		}
		putFile(x, x.tree(), name, text)
	}
	mustRun(x, x.env, x.tree(), "git", "add", "-A")
	mustRun(x, x.env, x.tree(), "git", "commit", "-q", "-m", message)
}

// pushDown publishes the author's tree into the repository of a portal that is
// down, as restoring a backup would.
func (x *trial) pushDown() {
	x.Helper()
	mustRun(x, x.env, x.tree(), "git", "push", "-q", filepath.Join(x.dir, "data", "knowledge.git"), "main")
}

// set puts the clock.
func (x *trial) set(now time.Time) {
	x.Helper()
	x.now = now
	if err := setClock(x.clock, now, trialPace); err != nil {
		x.Fatal(err)
	}
}

func (x *trial) start() { x.Helper(); x.server = serveProcess(x, x.env) }

// feed posts lines of NDJSON; a portal that is being killed need not answer.
func (x *trial) feed(lines ...string) error {
	req, err := http.NewRequest(http.MethodPost, x.server.url+"/api/v1/feeds/ndjson?source=probe",
		strings.NewReader(strings.Join(lines, "\n")+"\n"))
	if err != nil {
		return err
	}
	_, err = x.do(req, x.feeder)
	return err
}

// hours are the buckets of the objective for every hour of a span.
func hours(from, to time.Time, good float64, rev int) (lines []string) {
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		lines = append(lines, fmt.Sprintf(`{"v":1,"type":"sli","slo":"checkout","start":%q,"len":"1h","good":%g,"total":1000,"coverage":1,"rev":%d}`, at.Format(time.RFC3339), good, rev))
	}
	return lines
}

func (x *trial) do(req *http.Request, secret string) (string, error) {
	req.Header.Set("Authorization", "Bearer "+secret)
	client := http.Client{Timeout: startPatience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 400 {
		err = fmt.Errorf("%s answers %s: %s", req.URL, res.Status, text)
	}
	return string(text), err
}

// get reads a page.
func (x *trial) get(path string) string {
	x.Helper()
	req, err := http.NewRequest(http.MethodGet, x.server.url+path, nil)
	if err != nil {
		x.Fatal(err)
	}
	text, err := x.do(req, x.admin)
	if err != nil {
		x.Fatal(err)
	}
	return text
}

// press pushes a button.
func (x *trial) press(path string) error {
	req, err := http.NewRequest(http.MethodPost, x.server.url+path, nil)
	if err != nil {
		return err
	}
	_, err = x.do(req, x.admin)
	return err
}

// settle lets the jobs run until none has anything left to do.
func (x *trial) settle() {
	x.Helper()
	deadline := time.Now().Add(startPatience)
	for time.Now().Before(deadline) {
		reports, revisions, sent := x.run("reports"), x.run("revisions"), x.run("deliveries")
		if reports == "0 made, 0 still due" && revisions == "nothing changed" && strings.HasPrefix(sent, "0 waiting") {
			return
		}
	}
	x.Fatalf("the jobs find work without end\n%s", x.server.log)
}

// run starts a job and returns the outcome of a run that began since.
func (x *trial) run(job string) string {
	x.Helper()
	row := regexp.MustCompile(`(?s)<b>` + job + `</b>.*?<time datetime="([^"]+)".*?<span class="pill (\w+)">\w+</span>\s+([^<]*)</td>`)
	since, err := readClock(x.clock)
	if err != nil {
		x.Fatal(err)
	}
	for deadline := time.Now().Add(startPatience); time.Now().Before(deadline); {
		if err := x.press("/jobs/" + job + "/run"); err != nil {
			x.Fatal(err)
		}
		last := row.FindStringSubmatch(x.get("/jobs"))
		if last == nil {
			continue // it never ran
		}
		if began, err := time.Parse(time.RFC3339, last[1]); err == nil && began.After(since) {
			if last[2] != "ok" {
				x.Fatalf("the job %s says %s\n%s", job, last[3], x.server.log)
			}
			return last[3]
		}
		time.Sleep(2 * time.Millisecond) // between two looks
	}
	x.Fatalf("the job %s does not run\n%s", job, x.server.log)
	return ""
}

// revision is what the test reads of a published revision.
type revision struct {
	Name, Period, Zone, Verdict string
	Revision                    int
	PublishedAt                 time.Time `json:"published_at"`
}

// published are the newest revisions of a report's periods, latest first.
func (x *trial) published(name string) []revision {
	x.Helper()
	var out struct{ Reports []revision }
	if err := json.Unmarshal([]byte(x.get("/api/v1/reports?limit=500&name="+url.QueryEscape(name))), &out); err != nil {
		x.Fatal(err)
	}
	return out.Reports
}

// revisions are all of one period, newest first.
func (x *trial) revisions(name, period string) []revision {
	x.Helper()
	var out struct{ Revisions []revision }
	if err := json.Unmarshal([]byte(x.get("/api/v1/reports/"+name+"/"+period+"/revisions")), &out); err != nil {
		x.Fatal(err)
	}
	return out.Revisions
}

// delivery is a row of the page of deliveries.
type delivery struct {
	carried
	state, why, again string // again is the address of its button
}

var deliveryCell = regexp.MustCompile(`(?s)<tr><td><span class="pill [^"]*">([^<]+)</span></td>\s*<td><a href="[^"]*">(\S+) (\S+)</a> <span class="muted small">revision (\d+)</span></td>\s*` +
	`<td dir="auto"[^>]*>(\w+)(?: <span class="muted">([^<]+)</span>)?</td>.*?</td>\s*<td class="nowrap">.*?</td>\s*<td[^>]*>(.*?)</td>\s*<td>(?:<form method="post"\s+action="([^"]+)")?`)

// deliveries reads the page of deliveries as the operator sees it.
func (x *trial) deliveries() (all []delivery) {
	x.Helper()
	page := x.get("/deliveries")
	for _, m := range deliveryCell.FindAllStringSubmatch(page, -1) {
		n, _ := strconv.Atoi(m[4])
		d := delivery{carried{m[2], m[3], n, m[5]}, m[1], m[7], m[8]}
		if m[6] != "" {
			d.to += ":" + m[6]
		}
		all = append(all, d)
	}
	if rows := strings.Count(page, "<tr><td>"); rows != len(all) {
		x.Fatalf("%d of %d rows of the deliveries were read:\n%s", len(all), rows, page)
	}
	return all
}
