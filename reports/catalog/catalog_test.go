package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/catalog"
	"github.com/postern/postern/reports/slo"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func service(name, extra string) string {
	return "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: " + name + ", annotations: {postern/team: payments" + extra +
		"}}\nspec: {}\n"
}

func objective(name, svc, target string) string {
	return "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: " + name + "}\nspec:\n  service: " + svc + `
  indicator:
    metadata: {name: i}
    spec: {ratioMetric: {bad: {metricSource: {type: Prometheus, spec: {query: b}}}, total: {metricSource: {type: Prometheus, spec: {query: t}}}}}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: ` + target + "}]\n"
}

// repo is a made-up repository: pushes are trees of text.
type repo struct {
	t    *testing.T
	db   *boltkv.DB
	cat  *catalog.Catalog
	tree map[string]string
	n    int
}

func newRepo(t *testing.T) *repo {
	t.Helper()
	db, err := boltkv.Open(context.Background(), filepath.Join(t.TempDir(), "db"), boltkv.Options{
		Schemas: []kv.Schema{catalog.Schema()}, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return &repo{t: t, db: db, cat: catalog.New(db), tree: map[string]string{}}
}

// Blobs implements postmortems.Content: an object's name is its text.
func (r *repo) Blobs(_ context.Context, ids []postmortems.OID, fn func(int, []byte) error) error {
	for i, id := range ids {
		if err := fn(i, []byte(id)); err != nil {
			return err
		}
	}
	return nil
}

// judge judges a push that writes files; an empty text removes one.
func (r *repo) check(files map[string]string) *catalog.Prepared {
	r.t.Helper()
	cs := postmortems.ChangeSet{Branch: "main", New: postmortems.OID(fmt.Sprintf("c%d", r.n+1)), At: start.AddDate(0, 0, r.n), Content: r}
	if r.n > 0 {
		cs.Old = postmortems.OID(fmt.Sprintf("c%d", r.n))
	}
	for path, text := range files {
		c := postmortems.Change{Status: postmortems.Modified, Path: path, Blob: postmortems.OID(text)}
		if text == "" {
			c.Status, c.Blob = postmortems.Deleted, ""
		}
		cs.Net = append(cs.Net, c)
	}
	p, err := r.cat.Prepare(context.Background(), cs)
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// push publishes a push that must not be refused.
func (r *repo) push(files map[string]string) *catalog.Prepared {
	r.t.Helper()
	p := r.check(files)
	if postmortems.HasError(p.Problems()) {
		r.t.Fatal(p.Problems())
	}
	if err := r.db.Update(context.Background(), func(w kv.Writer) error { return p.Apply(w) }); err != nil {
		r.t.Fatal(err)
	}
	r.n++
	return p
}

func text(problems []postmortems.Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, p.String())
	}
	return strings.Join(out, "\n")
}

func TestDefinitionsAreVersionedByPush(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	p := r.push(map[string]string{"services/pay.yaml": service("pay", ""), "slos/pay.yaml": objective("pay-ok", "pay", "0.99")})
	if got := strings.Join(p.Lines(), "\n"); got != "new      service pay, owned by payments\nnew      SLO pay-ok: 99 % over 28d rolling" {
		t.Errorf("told:\n%s", got)
	}
	p = r.push(map[string]string{"slos/pay.yaml": objective("pay-ok", "pay", "0.995")})
	if got := strings.Join(p.Lines(), "\n"); got != "updated  SLO pay-ok: 99.5 % over 28d rolling from now on, was 99 % over 28d rolling" {
		t.Errorf("told:\n%s", got)
	}
	p = r.push(
		map[string]string{
			"slos/pay.yaml": strings.Replace(objective("pay-ok", "pay", "0.995"), "spec:\n", "spec:\n  description: Payments work.\n", 1),
		},
	)
	if got := strings.Join(p.Lines(), "\n"); got != "updated  SLO pay-ok: in words only" {
		t.Errorf("told:\n%s", got)
	}
	r.push(map[string]string{"slos/pay.yaml": ""})
	r.push(map[string]string{"slos/pay.yaml": objective("pay-ok", "pay", "0.9")})

	for at, want := range map[time.Time]float64{
		start.AddDate(-1, 0, 0): 0.99, start: 0.99, start.Add(23 * time.Hour): 0.99, start.AddDate(0, 0, 1): 0.995,
		start.AddDate(0, 0, 2): 0.995, start.AddDate(0, 0, 4): 0.9, start.AddDate(1, 0, 0): 0.9,
	} {
		s, err := r.cat.SLOAt(ctx, "pay-ok", at)
		if err != nil || s.Target != want {
			t.Errorf("at %s: %v, %v; want %v", at, s.Target, err, want)
		}
	}
	if _, err := r.cat.SLOAt(ctx, "pay-ok", start.AddDate(0, 0, 3)); fault.KindOf(err) != fault.Gone {
		t.Errorf("while it was removed: %v", err)
	}
	history, err := r.cat.History(ctx, "pay-ok")
	if err != nil || len(history) != 4 || !history[2].Gone || history[1].SLO.Description != "Payments work." || history[3].Commit != "c5" {
		t.Errorf("history %+v, %v", history, err)
	}
	if _, err := r.cat.History(ctx, "other"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an unknown one: %v", err)
	}
}

func TestStoredDefinitionsComeBackWhole(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	r.push(map[string]string{"slos/a.yaml": `apiVersion: openslo/v1
kind: SLO
metadata: {name: a, labels: {team: [x]}, annotations: {postern/effective-from: 2026-01-01, postern/min-events: "5", postern/empty-slice: bad}}
spec:
  service: s
  indicator:
    metadata: {name: i}
    spec: {thresholdMetric: {metricSource: {type: Prometheus, metricSourceRef: main, spec: {query: lag}}}}
  timeWindow: [{duration: 1M, calendar: {startTime: 2022-01-01 12:00:00, timeZone: America/New_York}}]
  budgetingMethod: Timeslices
  objectives: [{target: 0.9, op: lt, value: 2.5, timeSliceTarget: 0.5, timeSliceWindow: 10m}]
`})
	set, err := r.cat.SLOs(ctx)
	if err != nil || len(set) != 1 {
		t.Fatal(set, err)
	}
	stored, err := r.cat.SLO(ctx, "a")
	if err != nil || stored.DefinitionHash() != set[0].Hash || stored.Hash != set[0].Hash {
		t.Errorf("stored %+v\nread %+v, %v", stored, set[0], err)
	}
	if fmt.Sprint(stored) != fmt.Sprint(set[0]) {
		t.Errorf("stored %+v\nread   %+v", stored, set[0])
	}
	if stored.Method != slo.Timeslices || stored.MinEvents != 5 {
		t.Errorf("stored %+v", stored)
	}
}

func TestPushReportsWhatItBreaksElsewhere(t *testing.T) {
	r := newRepo(t)
	r.push(map[string]string{"services/pay.yaml": service("pay", ""), "slos/pay.yaml": objective("pay-ok", "pay", "0.99")})

	got := text(r.check(map[string]string{"services/pay.yaml": ""}).Problems())
	if got != "slos/pay.yaml:5:12: warning: no file defines the service pay: it has no owner [slo-reference]" {
		t.Errorf("a service is removed:\n%s", got)
	}
	got = text(r.check(map[string]string{"slos/a.yaml": objective("pay-ok", "pay", "0.9")}).Problems())
	if !strings.Contains(got, "slos/pay.yaml:3:18: error: SLO pay-ok is defined in slos/a.yaml already") {
		t.Errorf("a name is given twice:\n%s", got)
	}
	got = text(r.check(map[string]string{"services/b.yaml": service("b", ", postern/depends-on: 'pay, nobody'")}).Problems())
	if got != "services/b.yaml:3:79: warning: no file defines the service nobody [service-dependency]" {
		t.Errorf("an unknown dependency:\n%s", got)
	}
	if got := r.check(map[string]string{"postmortems/a.md": "text", "slos/README.md": "text"}); len(got.Problems())+len(got.Lines()) > 0 {
		t.Errorf("files of others: %v, %v", got.Problems(), got.Lines())
	}
}

func TestOnlyTheBrokenFileIsReported(t *testing.T) {
	r := newRepo(t)
	r.push(map[string]string{"services/pay.yaml": service("pay", ""), "slos/pay.yaml": objective("pay-ok", "pay", "0.99")})
	got := text(r.check(map[string]string{"services/pay.yaml": "apiVersion: [openslo/v1\n"}).Problems())
	if !strings.HasPrefix(got, "services/pay.yaml:") || strings.Contains(got, "slo-reference") || !strings.Contains(got, "[slo-yaml]") {
		t.Errorf("told:\n%s", got)
	}
}

func TestRenamedFilesAreOne(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	r.push(map[string]string{"slos/old.yaml": objective("a", "s", "0.9")})
	cs := postmortems.ChangeSet{Branch: "main", Old: "c1", New: "c2", At: start, Content: r, Net: []postmortems.Change{
		{Status: postmortems.Renamed, From: "slos/old.yaml", Path: "slos/new.yaml", Blob: postmortems.OID(objective("a", "s", "0.9"))},
	}}
	p, err := r.cat.Prepare(ctx, cs)
	if err != nil || postmortems.HasError(p.Problems()) {
		t.Fatal(p.Problems(), err)
	}
	if err := r.db.Update(ctx, func(w kv.Writer) error { return p.Apply(w) }); err != nil {
		t.Fatal(err)
	}
	s, err := r.cat.SLO(ctx, "a")
	if err != nil || s.Path != "slos/new.yaml" {
		t.Errorf("%+v, %v", s, err)
	}
	if h, _ := r.cat.History(ctx, "a"); len(h) != 1 {
		t.Errorf("%d versions", len(h))
	}
}

func TestReadersSeeAWholePush(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	if s, err := r.cat.Services(ctx); err != nil || len(s) != 0 {
		t.Fatal(s, err)
	}
	r.push(map[string]string{"services/pay.yaml": service("pay", "")})
	seq, err := r.cat.Seq(ctx)
	if err != nil || seq != 1 {
		t.Error(seq, err)
	}
	if s, err := r.cat.Service(ctx, "pay"); err != nil || s.Owner != "payments" {
		t.Error(s, err)
	}
	if _, err := r.cat.Service(ctx, "x"); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	stop := errors.New("stop")
	p := r.check(map[string]string{"services/pay.yaml": ""})
	if err := r.db.Update(ctx, func(w kv.Writer) error { return errors.Join(p.Apply(w), stop) }); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if _, err := r.cat.Service(ctx, "pay"); err != nil {
		t.Errorf("an undone push is seen: %v", err)
	}
}
