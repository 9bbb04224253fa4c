package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/campaign"
)

// span is a part of a body: a number, or a time in quotes.
type span struct {
	from, to int
	time     bool
}

// extremeBody is one real body of a format, before it is changed.
type extremeBody struct {
	name, format, text string
	before             string // a body that is posted first; "" is none
	spans              []span
}

// numbersBeyond replace numbers, timesBeyond times.
func numbersBeyond() []string {
	return []string{"9223372036854775808", "18446744073709.551616", "1e308", "1e400", "-0", "NaN", "Infinity", "-1", `"1e308"`,
		"1000000000000001"}
}

func timesBeyond() []string {
	return []string{`"0001-01-01T00:00:00Z"`, `"1990-01-01T00:00:00Z"`, `"2100-12-31T23:59:59Z"`, `"9999-12-31T23:59:59Z"`,
		`"10000-01-01T00:00:00Z"`}
}

// extremeBodies reads the bodies, named FORMAT[-VARIANT].EXT after their format, and
// finds the numbers and times in them: a field that is added to a body is covered
// without more.
func extremeBodies(t *testing.T, formats []string) (all []extremeBody) {
	t.Helper()
	files, err := filepath.Glob("testdata/extremes/*")
	if err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b := extremeBody{name: strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), text: string(text)}
		if strings.HasSuffix(b.name, ".before") {
			continue
		}
		for _, f := range formats {
			if strings.HasPrefix(b.name, f) && len(f) > len(b.format) {
				b.format = f
			}
		}
		if before, err := os.ReadFile(strings.TrimSuffix(file, filepath.Ext(file)) + ".before" + filepath.Ext(file)); err == nil {
			b.before = string(before)
		}
		if b.spans = spansOfJSON(t, b.text); filepath.Ext(file) == ".log" {
			b.spans = spansOfLog(b.text)
		}
		covered[b.format] = true
		all = append(all, b)
	}
	for _, f := range formats {
		if !covered[f] {
			t.Errorf("no body of the format %s is in testdata/extremes", f)
		}
	}
	return all
}

// spansOfJSON finds every number, and every string that is a time, in one or more JSON
// values.
func spansOfJSON(t *testing.T, text string) (out []span) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			return out // a log
		}
		end := int(d.InputOffset())
		switch x := token.(type) {
		case json.Number:
			out = append(out, span{end - len(x), end, false})
		case string:
			if _, err := time.Parse(time.RFC3339, x); err == nil || strings.HasPrefix(x, "@hour") || strings.HasPrefix(x, "@next") {
				out = append(out, span{end - len(x) - 2, end, true})
			}
		}
	}
}

// spansOfLog finds the numbers of the header lines of a log.
func spansOfLog(text string) (out []span) {
	number := regexp.MustCompile(`(?m)(?:[A-Z]\w+: +|timestamp=)(\d+(?:\.\d+)?)`)
	for _, m := range number.FindAllStringSubmatchIndex(text, -1) {
		out = append(out, span{m[2], m[3], false})
	}
	return out
}

// with returns the body with some of its spans replaced; n tells it from all others.
func (b extremeBody) with(n int, by string, some ...span) string {
	slices.SortFunc(some, func(x, y span) int { return y.from - x.from })
	text := b.text
	for _, s := range some {
		if strings.HasSuffix(b.format, "log") {
			by = strings.Trim(by, `"`)
		}
		text = text[:s.from] + by + text[s.to:]
	}
	return expand(text, n)
}

// expand makes the names of a body its own: its n-th, and its buckets the n-th of a
// week.
func expand(text string, n int) string {
	const pair = 10 * time.Minute
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * pair % (7 * 24 * time.Hour))
	return strings.NewReplacer("@@", strconv.Itoa(n), "@hour", at.Format(time.RFC3339), "@next",
		at.Add(pair/2).Format(time.RFC3339)).Replace(text)
}

// variants are the bodies with each number and time replaced by each extreme: one
// alone, with its neighbour, and all at once; then so many with several at random.
func (b extremeBody) variants(n *int, r *rand.Rand, random int) (out []string) {
	add := func(by string, some ...span) {
		*n++
		out = append(out, b.with(*n, by, some...))
	}
	var numbers []span
	for _, s := range b.spans {
		if !s.time {
			numbers = append(numbers, s)
			continue
		}
		for _, by := range timesBeyond() {
			add(by, s)
		}
	}
	for _, by := range numbersBeyond() {
		for i, s := range numbers {
			add(by, s)
			if i > 0 {
				add(by, numbers[i-1], s)
			}
		}
		add(by, slices.Clone(numbers)...)
	}
	for range random {
		var some []span
		for _, s := range numbers {
			if r.IntN(3) == 0 {
				some = append(some, s)
			}
		}
		add(numbersBeyond()[r.IntN(len(numbersBeyond()))], some...)
	}
	return out
}

// TestCampaignExtremes puts every extreme into every number and time of a real body of
// each format, and posts it to the portal. Then the daily, weekly and monthly report
// are made, the portal starts again, and they are made once more: it lives, every
// report and page is there, no figure is above what its period can hold, and an honest
// source beside all that is reported as it is.
func TestCampaignExtremes(t *testing.T) {
	x := newTrial(t, time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))
	x.commit("An honest SLO", map[string]string{"slos/honest.yaml": sloFile("honest", "", "ndjson", "", "")})
	mustRun(t, x.env, x.tree(), "git", "push", "-q", x.server.remote(x.admin), "main")
	var honest []string
	for _, line := range hours(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), x.now.Truncate(24*time.Hour), 998, 1) {
		honest = append(honest, strings.Replace(line, `"slo":"checkout"`, `"slo":"honest"`, 1))
	}
	if err := x.feed(honest...); err != nil {
		t.Fatal(err)
	}
	said := map[string]map[string]int{}
	n, random := 0, campaign.Rand(t)
	for _, b := range extremeBodies(t, x.formats()) {
		if len(b.spans) == 0 {
			t.Errorf("%s has neither a number nor a time", b.name)
		}
		said[b.name] = map[string]int{}
		for _, text := range b.variants(&n, random, campaign.Size(0, 500)) {
			if b.before != "" {
				x.postExtreme(b.format, expand(b.before, n), said[b.name])
			}
			x.postExtreme(b.format, text, said[b.name])
		}
	}
	for name, counts := range said {
		t.Logf("%-22s %v", name, counts)
	}
	x.reportsHold("first")
	x.server.stop(t)
	x.start()
	x.reportsHold("after a restart")
}

// formats asks the portal for the formats that it reads.
func (x *trial) formats() (names []string) {
	x.Helper()
	req, err := http.NewRequest(http.MethodPost, x.server.url+"/api/v1/feeds/none?source=extreme", strings.NewReader("x"))
	if err != nil {
		x.Fatal(err)
	}
	_, err = x.do(req, x.feeder)
	if err == nil {
		x.Fatal("there is a format none")
	}
	_, list, _ := strings.Cut(err.Error(), "there are ")
	names = regexp.MustCompile(`[a-z][a-z-]+`).FindAllString(strings.SplitN(list, `"`, 2)[0], -1)
	if len(names) < 9 {
		x.Fatalf("the portal reads %v: %v", names, err)
	}
	return names
}

// postExtreme posts a body and counts what became of it. It is taken, rejected item by
// item or refused as a whole, always with words; never is it an error of the portal.
func (x *trial) postExtreme(format, body string, said map[string]int) {
	x.Helper()
	req, err := http.NewRequest(http.MethodPost, x.server.url+"/api/v1/feeds/"+format+"?source=extreme", strings.NewReader(body))
	if err != nil {
		x.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+x.feeder)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		x.Fatalf("%s: %v\n%s\n%s", format, err, body, x.server.log)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Accepted int
		Rejected []struct{ Reason string }
		Detail   string
	}
	text, err := io.ReadAll(res.Body)
	if err := errors.Join(err, json.NewDecoder(bytes.NewReader(text)).Decode(&answer)); err != nil {
		x.Fatalf("%s: %v: %s", format, err, text)
	}
	switch {
	case res.StatusCode == http.StatusBadRequest && answer.Detail != "":
		said["refused"]++
	case res.StatusCode >= 300:
		x.Errorf("%s answers %s %s to\n%s", format, res.Status, text, body)
	}
	said["accepted"] += answer.Accepted
	said["rejected"] += len(answer.Rejected)
	for _, r := range answer.Rejected {
		if r.Reason == "" {
			x.Errorf("%s rejects without a reason:\n%s", format, body)
		}
	}
}
