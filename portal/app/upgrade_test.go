package app

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/feed"
)

// storedBeforeKeys is the data folder of a portal of the version before reports had keys.
// It has four weeks of an SLO, one incident, and a weekly report "team" of which the week
// 2026-W48 was sent to the channel "drop".
const storedBeforeKeys = "testdata/before_keys.tar.gz"

// unpack writes the files of an archive into a folder.
func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			if err := os.MkdirAll(name, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		b, err := io.ReadAll(r)
		if err == nil {
			err = os.WriteFile(name, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// upgraded is a portal of this version over the data of the version before.
type upgraded struct {
	*App
	at time.Time
}

func openUpgraded(t *testing.T) *upgraded {
	t.Helper()
	needGit(t)
	dir := t.TempDir()
	unpack(t, storedBeforeKeys, dir)
	u := &upgraded{at: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)}
	opt := testOptions(t, dir)
	opt.Now = func() time.Time { return u.at }
	opt.Config.Channels = map[string]config.Channel{"drop": {Type: "folder", URL: config.NewSecret(t.TempDir())}}
	a, err := New(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, a) })
	if err := a.StartInside(t.Context()); err != nil {
		t.Fatal(err)
	}
	u.App = a
	return u
}

// recheck compares all published periods with their data and queues what is to be sent. It
// returns the newest revision of the week and how many messages of it there ever were.
func (u *upgraded) recheck(t *testing.T) (revision, messages int) {
	t.Helper()
	u.at = u.at.Add(time.Hour)
	for {
		said, err := u.schedule.Recheck(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		if said == "nothing changed" || strings.HasSuffix(said, ", 0 to go") {
			break
		}
	}
	if err := u.queueDeliveries(t.Context()); err != nil {
		t.Fatal(err)
	}
	rev, err := u.published.Newest(t.Context(), "team", "2026-W48")
	if err != nil {
		t.Fatal(err)
	}
	sent, err := u.outbox.Of(t.Context(), "team", "2026-W48")
	if err != nil {
		t.Fatal(err)
	}
	return rev.Number, len(sent)
}

// late accepts one fact that comes late: the counts of the Monday of the week.
func (u *upgraded) late(t *testing.T, good string, revision string) {
	t.Helper()
	body := `{"v":1,"type":"sli","slo":"checkout","start":"2026-11-23T00:00:00Z","len":"24h","good":` + good + `,"total":24000,"rev":` +
		revision + "}\n"
	if _, err := u.feeds.Accept(t.Context(), "ndjson", feed.Input{Source: "probe", Body: []byte(body)}); err != nil {
		t.Fatal(err)
	}
}

// differences returns what the newest revision of the week states otherwise than the one
// before, as "section/item/column".
func (u *upgraded) differences(t *testing.T, number int) (all []string) {
	t.Helper()
	before, err := u.published.Report(t.Context(), "team", "2026-W48", number-1)
	if err != nil {
		t.Fatal(err)
	}
	after, err := u.published.Report(t.Context(), "team", "2026-W48", number)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := reports.Diff(before.Report, after.Report)
	for _, d := range list {
		all = append(all, d.Section+"/"+d.Item+"/"+d.Column+": "+d.Before+" -> "+d.After)
	}
	return all
}

// A new version words reports otherwise. Over the data of the version before it revises and
// sends nothing. A fact that comes late revises its week, lists the figures that changed
// and no other, and is sent exactly when the verdict changed.
func TestUpgradeRevisesAndSendsNothing(t *testing.T) {
	u := openUpgraded(t)
	if revision, messages := u.recheck(t); revision != 1 || messages != 1 {
		t.Fatalf("after the upgrade: revision %d, %d messages, want 1 and 1", revision, messages)
	}
	all, err := u.published.Have(t.Context(), "daily")
	if err != nil {
		t.Fatal(err)
	}
	for id, rev := range all {
		if rev.Number != 1 {
			t.Errorf("the upgrade revised the day %s", id)
		}
	}

	u.late(t, "23952", "2") // 24 more bad events: the SLO is met as before
	if revision, messages := u.recheck(t); revision != 2 || messages != 1 {
		t.Fatalf("after a figure changed: revision %d, %d messages, want 2 and 1", revision, messages)
	}
	want := []string{
		"Headline/largest share of an error budget consumed/: 20.0 % -> 20.4 %",
		"SLOs/checkout/Least remaining budget: 72.5 % -> 72.1 %",
		"Error budget/Checkout/Bad events: 1,344 -> 1,368",
		"Error budget/Checkout/Consumed this week: 20.0 % -> 20.4 %",
		"Error budget/Checkout/Remaining in the window: 72.5 % -> 72.1 %",
	}
	if diff := cmp.Diff(want, u.differences(t, 2)); diff != "" {
		t.Errorf("differences: %s", diff)
	}

	u.late(t, "20000", "3") // the SLO is missed
	if revision, messages := u.recheck(t); revision != 3 || messages != 2 {
		t.Fatalf("after the verdict changed: revision %d, %d messages, want 3 and 2", revision, messages)
	}
	u.late(t, "20000", "4") // nothing new
	if revision, messages := u.recheck(t); revision != 3 || messages != 2 {
		t.Fatalf("after the same fact again: revision %d, %d messages, want 3 and 2", revision, messages)
	}
}
